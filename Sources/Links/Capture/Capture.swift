internal import Foundation
public import Laboratory

/// A captured conversation with one instrument: where it comes from, and every event in order.
///
/// The file format is described in <doc:CaptureFormat>.
public struct Capture: Sendable, Hashable {
  /// Where a capture comes from.
  public var header: CaptureHeader
  /// What was said, in order.
  public var events: [CaptureEvent]

  /// Makes a capture.
  public init(header: CaptureHeader, events: [CaptureEvent]) {
    self.header = header
    self.events = events
  }

  /// Reads a capture file; a failure names the file and the line.
  public init(file: String) throws(Failure) {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw Failure(
        "capture-unreadable", exit: .notFound, what: "The capture \(file) cannot be read.",
        why: "It does not exist, or this account may not read it.", next: "Check the name.")
    }
    try self.init(parsing: Array(data), name: file)
  }

  /// Reads the text of a capture file, called `name` in messages.
  public init(parsing text: [UInt8], name: String) throws(Failure) {
    var header: CaptureHeader?
    events = []
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (index, line) in lines.enumerated() {
      do {
        let data = Data(line)
        if index == 0 {
          header = try JSONDecoder().decode(CaptureHeader.self, from: data)
        } else {
          events.append(try JSONDecoder().decode(CaptureLine.self, from: data).event())
        }
      } catch {
        throw Self.damaged(name, line: index + 1, why: CaptureLine.say(error))
      }
    }
    guard let header else { throw Self.damaged(name, line: 1, why: "the file is empty") }
    self.header = header
  }

  /// The text of the capture file.
  public func text() throws -> String {
    var lines = [try CaptureLine.text(of: header)]
    for event in events { lines.append(try CaptureLine.text(of: CaptureLine(event))) }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func damaged(_ name: String, line: Int, why: String) -> Failure {
    Failure(
      "capture-damaged", exit: .damaged, what: "Line \(line) of the capture \(name) is damaged.",
      why: why, next: "Mend the line, or take the capture again.")
  }
}

/// Where a capture comes from: the first line of its file.
public struct CaptureHeader: Sendable, Hashable, Codable {
  /// What the bytes were taken from.
  public enum Origin: String, Sendable, Hashable, Codable {
    /// A real unit.
    case hardware
    /// Bytes printed in a document.
    case document
    /// Made up for a test.
    case synthetic
    /// One of our emulators.
    case emulated
  }

  /// The version of the format that this program writes and reads.
  public static let currentVersion = 1

  /// The version of the format.
  public var version = CaptureHeader.currentVersion
  /// The profile id of the model.
  public var model: String
  /// The firmware version, where it is known.
  public var firmware: String?
  /// When it was taken.
  public var date: Timestamp
  /// Who took it.
  public var who: String
  /// How it was taken.
  public var how: String
  /// The licence under which it may be passed on, as an SPDX id.
  public var licence: String
  /// What it was taken from.
  public var origin: Origin
  /// Whether serial numbers were replaced.
  public var serialBlanked: Bool

  /// Makes a header.
  public init(
    model: String, firmware: String? = nil, date: Timestamp, who: String, how: String,
    licence: String, origin: Origin, serialBlanked: Bool
  ) {
    self.model = model
    self.firmware = firmware
    self.date = date
    self.who = who
    self.how = how
    self.licence = licence
    self.origin = origin
    self.serialBlanked = serialBlanked
  }

  private enum CodingKeys: String, CodingKey {
    case model, firmware, date, who, how, licence, origin
    case version = "gauger_capture"
    case serialBlanked = "serial_blanked"
  }

  /// Reads a header and refuses a version it does not know.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    version = try values.decode(Int.self, forKey: .version)
    guard version == Self.currentVersion else {
      throw CaptureLine.Damage(
        why: "format version \(version); this program reads \(Self.currentVersion)")
    }
    model = try values.decode(String.self, forKey: .model)
    firmware = try values.decodeIfPresent(String.self, forKey: .firmware)
    date = try values.decode(Timestamp.self, forKey: .date)
    who = try values.decode(String.self, forKey: .who)
    how = try values.decode(String.self, forKey: .how)
    licence = try values.decode(String.self, forKey: .licence)
    origin = try values.decode(Origin.self, forKey: .origin)
    serialBlanked = try values.decode(Bool.self, forKey: .serialBlanked)
  }
}
