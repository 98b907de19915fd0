internal import Foundation
public import Laboratory

/// The version of what client and service say to each other.
let serviceProtocolVersion = 1

/// What a client says: one frame each.
struct ServiceRequest: Codable, Sendable {
  enum Kind: String, Codable, Sendable {
    /// A command is to be run; its standard streams travel beside the frame.
    case run
    /// How the service stands.
    case status
    /// A signal for the command that runs.
    case signal
  }

  var type: Kind
  /// Of the protocol; not with a signal.
  var version: Int?
  /// The command line, the program's own name first.
  var arguments: [String]?
  /// The folder in which the command was given.
  var folder: String?
  /// Language, zone, terminal, and what is Gauger's own.
  var environment: [String: String]?
  /// The emulated bench that the client lives in; none where it sees this computer's own.
  var bench: String?
  /// The signal's number.
  var number: Int32?
}

/// What the service says, and at the end of a command its worker: one frame each.
struct ServiceAnswer: Codable, Sendable {
  enum Kind: String, Codable, Sendable {
    /// The command runs, in a process of this number.
    case started
    /// It ends with this status; said by the worker itself.
    case ending
    /// It is over; nothing comes after this.
    case exit
    /// How the service stands.
    case status
    /// Nothing was done, and why.
    case refused
  }

  var type: Kind
  var process: Int32?
  var program: String?
  var status: Int32?
  /// The signal that ended the worker.
  var signal: Int32?
  var failure: Failure?
  var service: ServiceStatus?

  init(_ type: Kind) { self.type = type }
}

/// How a service stands.
public struct ServiceStatus: Sendable, Hashable, Codable {
  /// A command that runs for somebody.
  public struct Client: Sendable, Hashable, Codable {
    /// The process that does it.
    public var process: Int32
    /// Whose command it is.
    public var account: String
    /// Which command.
    public var command: String
    /// Since when.
    public var since: Timestamp
  }

  /// What the service is at.
  public enum State: String, Sendable, Hashable, Codable {
    /// Ends what was killed before it began.
    case recovering
    /// Everything is looked after.
    case serving
    /// It was asked to stop.
    case stopping
  }

  /// The version of this structure.
  public var schema = 1
  /// The home that it keeps.
  public var home: String
  /// Its process.
  public var process: Int32
  /// Its program and version.
  public var program: String
  /// Since when it keeps the home.
  public var since: Timestamp
  /// What it is at.
  public var state: State
  /// The commands that run now.
  public var clients: [Client]
  /// When it last looked after anything; none before the first time.
  public var lastRound: Timestamp?
  /// How many deliveries wait; none before they were looked at.
  public var waiting: Int?
  /// What could not be done the last time.
  public var troubles: [Failure]

  private enum CodingKeys: String, CodingKey {
    case schema, home, process, program, since, state, clients, waiting, troubles
    case lastRound = "last_round"
  }
}

/// Frames: four bytes, how long it is, the highest first; then so many bytes of JSON.
extension LocalConnection {
  /// The longest frame in either direction.
  static let longestFrame = 256 * 1024

  func send(_ frame: some Encodable, descriptors: [Int32] = []) throws(LocalSocketError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(frame), text.count <= Self.longestFrame else {
      throw .misspoken("a frame of more than \(Self.longestFrame) bytes")
    }
    let size = UInt32(text.count)
    let head = (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
    try send(head + text, descriptors: descriptors)
  }

  /// The next frame, and the descriptors that came with it; `deadline` none waits for ever.
  func receive<Frame: Decodable>(
    _ type: Frame.Type, until deadline: ContinuousClock.Instant? = nil,
    atMost longest: Int = LocalConnection.longestFrame
  ) throws(LocalSocketError) -> (frame: Frame, descriptors: [LocalConnection]) {
    var beside: [LocalConnection] = []
    let head = try receive(4, until: deadline, descriptors: &beside)
    let size = head.reduce(0) { $0 << 8 | Int($1) }
    guard (2...longest).contains(size) else {
      throw .misspoken("a frame of \(size) bytes, where 2 to \(longest) are allowed")
    }
    let text = try receive(size, until: deadline, descriptors: &beside)
    guard let frame = try? JSONDecoder().decode(Frame.self, from: Data(text)) else {
      throw .misspoken("a frame that is not the JSON that is expected there")
    }
    return (frame, beside)
  }
}
