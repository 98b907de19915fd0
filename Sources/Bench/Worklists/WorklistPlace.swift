public import Foundation

/// How a worklist is written, where it does not show.
public struct WorklistForm: Sendable, Hashable {
  /// What the bytes are.
  public enum Encoding: String, Sendable, Hashable, CaseIterable {
    /// UTF-8, with or without a mark at the begin.
    case utf8 = "utf-8"
    /// ISO 8859-1, one byte a character.
    case latin1 = "latin-1"
  }

  /// What parts the cells.
  public enum Delimiter: String, Sendable, Hashable, CaseIterable {
    case comma, semicolon, tab, bar

    var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: 9
      case .bar: UInt8(ascii: "|")
      }
    }
  }

  /// What the bytes are.
  public var encoding = Encoding.utf8
  /// What parts the cells; none: found in the heading.
  public var delimiter: Delimiter?
  /// Whether numbers have a decimal comma; none: found in the numbers.
  public var decimalComma: Bool?
  /// Our names of columns, by theirs.
  public var columns: [String: String] = [:]

  /// Makes a form of which nothing is known.
  public init() {}
}

/// One place that worklists come from.
public struct WorklistPlace: Sendable, Hashable {
  /// Its name in messages.
  public var name: String
  /// The folder; empty where it is an address.
  public var folder = ""
  /// The address that is fetched.
  public var url: URL?
  /// The file with `USER:PASSWORD`, or a token; none where nobody is asked who we are.
  public var credentialsFile: String?
  /// How often an address is fetched.
  public var every: Duration = .seconds(60)
  /// How a worklist is written.
  public var form = WorklistForm()
  /// Whether Gauger makes the folder.
  public var makesFolder = false

  /// The folder in the home.
  init(home: Home) {
    name = "drop"
    folder = "\(home.path)/worklists/in"
    makesFolder = true
  }

  /// Makes a place.
  public init(name: String, folder: String = "", url: URL? = nil) {
    self.name = name
    self.folder = folder
    self.url = url
  }
}
