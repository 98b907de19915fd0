public import Foundation
public import Laboratory

extension Configuration {
  /// One place that results go to.
  public struct DestinationEntry: Sendable, Hashable {
    /// What kind of place it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// A folder that a loader polls.
      case folder
      /// A folder that SENAITE imports from.
      case senaiteFolder = "senaite-folder"
      /// A web server.
      case http
      /// SENAITE's JSON API, read back.
      case senaiteJSON = "senaite-json"

      /// Whether it is a folder.
      public var isFolder: Bool { self == .folder || self == .senaiteFolder }
      /// Whether it gets single numbers by keyword instead of files.
      public var isByKeyword: Bool { self == .senaiteFolder || self == .senaiteJSON }
    }

    /// How a folder is shared with its reader.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
      /// Sub-folders, and receipts.
      case acknowledged
      /// No sub-folders, a marker, and receipts beside the files.
      case flat
      /// No sub-folders, no marker, and no receipts.
      case noAck = "no-ack"
    }

    /// How far a run must have come before it goes there.
    public enum Level: String, Sendable, Hashable, CaseIterable {
      /// It was measured.
      case acquired
      /// A method was applied to it.
      case processed
      /// A person released it.
      case released
    }

    /// The name used in messages and `run.json`.
    public var name: String
    /// What kind of place it is.
    public var kind = Kind.folder
    /// How a folder is shared with its reader.
    public var mode = Mode.acknowledged
    /// The root folder; empty where it is none.
    public var folder: String
    /// The address of a web server.
    public var url: URL?
    /// The id that `.gauger-destination` in the folder must hold; none where nothing is asked of it.
    public var sentinel: String?
    /// Whether results of emulated instruments may go there.
    public var acceptsEmulated: Bool
    /// Whether Gauger may make the folder when it is missing.
    public var makesFolder: Bool
    /// The archive and exchange formats it gets, which are then written; empty: whatever there is.
    public var formats: [FileFormat] = []
    /// The destination's keywords by ours.
    public var keywords: [String: String] = [:]
    /// How many significant digits the laboratory reports there; none sends all.
    public var significantDigits: Int?
    /// The file of the secret.
    public var credentialsFile: String?
    /// How far a run must have come before it goes there.
    public var accepts = Level.acquired
    /// Whether the folder lies on a network share, so that a process of its own writes there.
    public var isNetwork = false
    /// How long one step may take.
    public var timeout: Duration = .seconds(30)
    /// How long SENAITE may take from a file's name to the lines about it.
    public var settle: Duration = .seconds(60)
    /// After how long without an answer a person is told; none where nobody waits.
    public var answerWithin: Duration?

    /// Makes the entry of a folder.
    public init(name: String, folder: String, acceptsEmulated: Bool, makesFolder: Bool) {
      self.name = name
      self.folder = folder
      self.acceptsEmulated = acceptsEmulated
      self.makesFolder = makesFolder
    }

    /// Whether a run has come far enough to go there, short of a release.
    func takes(_ record: RunRecord) -> Bool {
      switch accepts {
      case .acquired: true
      case .processed: record.method != nil
      case .released: record.deliveries[name] != nil
      }
    }

    /// The folder or address, for people.
    public var place: String { url?.absoluteString ?? folder }
  }
}
