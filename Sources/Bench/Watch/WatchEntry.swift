public import Formats
public import Laboratory

/// What a site says of an instrument whose exports are watched in `bench.yaml`.
public struct WatchEntry: Sendable, Hashable {
  /// Which files that are there already count.
  public enum Since: Sendable, Hashable {
    /// Those that come after the first look.
    case firstLook
    /// All.
    case all
    /// Those that changed at this moment or later, by the clock of whoever wrote them.
    case moment(Timestamp)
  }

  /// The instrument's name.
  public var name: String
  /// The folder.
  public var folder: String
  /// Which files are exports: `*` is anything, `?` one character.
  public var pattern = "*"
  /// Which folders are exports, as `*.D`; none where no folder is.
  public var units: String?
  /// Which file of such a folder is read; none where there is one that is known.
  public var main: String?
  /// The only format that is taken; none takes every one.
  public var format: SourceFormat?
  /// The columns of tables, the decimal mark and the zone.
  public var declaration = TableDeclaration()
  /// A file that must be in the folder; none where nothing is asked of it.
  public var sentinel: String?
  /// How many looks in a row must give the same hash.
  public var settle = 2
  /// Which files that are there already count.
  public var since = Since.firstLook
  /// What the runs are for.
  public var kind = RunKind.sample
  /// A regular expression: what a file calls its sample and fits it wholly is a sample's id.
  public var samplePattern: String?

  /// Makes an entry.
  public init(name: String, folder: String) {
    self.name = name
    self.folder = folder
  }
}
