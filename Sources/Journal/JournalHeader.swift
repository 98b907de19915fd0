internal import Foundation
public import Instruments
public import Laboratory

/// What stands in front of a journal's records: all that is needed to understand them elsewhere.
///
/// Kept as JSON with sorted `snake_case` keys. Bytes of the instrument's memory are hexadecimal.
public struct JournalHeader: Sendable, Hashable {
  /// The version of the format.
  public var formatVersion: Int
  /// The run's name.
  public var run: RunID
  /// When the journal was begun, by the wall clock.
  public var started: Timestamp
  /// The same moment by the monotonic clock, which the times of records count.
  public var startedMonotonic: MonotonicInstant
  /// Whether the instrument was one of our emulators.
  public var emulated: Bool
  /// What the run is for.
  public var kind: RunKind
  /// What was measured.
  public var sample: Sample
  /// Who asked for it.
  public var person: String
  /// What the instrument said of itself when it was opened, byte for byte.
  public var instrument: InstrumentRecord
  /// The address it was opened by, where that is known.
  public var address: String?
  /// The lasting id of the driver.
  public var driver: String
  /// Name and version of the program.
  public var program: String
  /// The full text of the profile.
  public var profileText: String
  /// The full text of the method, where there was one.
  public var methodText: String?
  /// The settings that were asked for.
  public var settings: Settings
  /// How many scans were asked for; none where a duration was.
  public var scansAsked: Int?
  /// The site's time zone, by its IANA name.
  public var timeZone: String

  /// Makes a header; both clocks are read here unless they are given.
  public init(
    run: RunID, started: Timestamp = .now, startedMonotonic: MonotonicInstant = .now,
    emulated: Bool, kind: RunKind, sample: Sample, person: String, instrument: InstrumentRecord,
    address: String? = nil, driver: String, program: String = Gauger.signature,
    profileText: String, methodText: String? = nil, settings: Settings, scansAsked: Int? = nil,
    timeZone: String
  ) {
    formatVersion = JournalFormat.version
    self.run = run
    self.started = started
    self.startedMonotonic = startedMonotonic
    self.emulated = emulated
    self.kind = kind
    self.sample = sample
    self.person = person
    self.instrument = instrument
    self.address = address
    self.driver = driver
    self.program = program
    self.profileText = profileText
    self.methodText = methodText
    self.settings = settings
    self.scansAsked = scansAsked
    self.timeZone = timeZone
  }

  /// The header as its JSON text.
  func encoded() throws(JournalError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text: Data
    do {
      text = try encoder.encode(self)
    } catch {
      throw .unusableHeader(why: "\(error)")
    }
    guard text.count <= JournalFormat.largestHeader else {
      throw .unusableHeader(
        why: "It has \(text.count) bytes; \(JournalFormat.largestHeader) are allowed.")
    }
    return Array(text)
  }

  /// Reads the JSON text whose checksum was found right.
  static func decoded(_ text: [UInt8], path: String) throws(JournalError) -> JournalHeader {
    struct VersionAlone: Decodable {
      var formatVersion: Int
      private enum CodingKeys: String, CodingKey { case formatVersion = "format_version" }
    }
    let data = Data(text)
    do {
      let version = try JSONDecoder().decode(VersionAlone.self, from: data).formatVersion
      guard version <= JournalFormat.version else {
        throw JournalError.newerVersion(path: path, version: version)
      }
      return try JSONDecoder().decode(JournalHeader.self, from: data)
    } catch let error as JournalError {
      throw error
    } catch {
      throw .damaged(path: path, atByte: 12, why: "The header is not understood: \(error)")
    }
  }
}

extension JournalHeader: Codable {
  private enum CodingKeys: String, CodingKey {
    case run, started, emulated, kind, sample, instrument, address, driver, program, settings
    case formatVersion = "format_version"
    case startedMonotonic = "started_monotonic_ns"
    case person = "operator"
    case profileText = "profile_text"
    case methodText = "method_text"
    case scansAsked = "scans_asked"
    case timeZone = "time_zone"
  }

  // The shared type writes its bytes as lists of numbers; the journal keeps them as hexadecimal.
  private struct StoredInstrument: Codable {
    struct Block: Codable {
      var name: String
      var hex: String
    }
    var model: String
    var serialNumber: String
    var firmware: String?
    var memory: [Block]
    var remarks: [String: String]

    enum CodingKeys: String, CodingKey {
      case model, firmware, memory, remarks
      case serialNumber = "serial_number"
    }
  }

  /// Reads the JSON form.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try values.decode(Int.self, forKey: .formatVersion)
    run = try values.decode(RunID.self, forKey: .run)
    started = try values.decode(Timestamp.self, forKey: .started)
    startedMonotonic = MonotonicInstant(
      nanoseconds: try values.decode(UInt64.self, forKey: .startedMonotonic))
    emulated = try values.decode(Bool.self, forKey: .emulated)
    kind = try values.decode(RunKind.self, forKey: .kind)
    sample = try values.decode(Sample.self, forKey: .sample)
    person = try values.decode(String.self, forKey: .person)
    address = try values.decodeIfPresent(String.self, forKey: .address)
    driver = try values.decode(String.self, forKey: .driver)
    program = try values.decode(String.self, forKey: .program)
    profileText = try values.decode(String.self, forKey: .profileText)
    methodText = try values.decodeIfPresent(String.self, forKey: .methodText)
    settings = try values.decode(Settings.self, forKey: .settings)
    scansAsked = try values.decodeIfPresent(Int.self, forKey: .scansAsked)
    timeZone = try values.decode(String.self, forKey: .timeZone)
    let stored = try values.decode(StoredInstrument.self, forKey: .instrument)
    instrument = InstrumentRecord(
      model: stored.model, serialNumber: stored.serialNumber, firmware: stored.firmware,
      memory: try stored.memory.map { block in
        guard let bytes = Self.bytes(hex: block.hex) else {
          throw DecodingError.dataCorruptedError(
            forKey: .instrument, in: values,
            debugDescription: "memory block \(block.name) is not hexadecimal")
        }
        return InstrumentRecord.MemoryBlock(name: block.name, bytes: bytes)
      }, remarks: stored.remarks)
  }

  /// Writes the JSON form.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(formatVersion, forKey: .formatVersion)
    try values.encode(run, forKey: .run)
    try values.encode(started, forKey: .started)
    try values.encode(startedMonotonic.nanoseconds, forKey: .startedMonotonic)
    try values.encode(emulated, forKey: .emulated)
    try values.encode(kind, forKey: .kind)
    try values.encode(sample, forKey: .sample)
    try values.encode(person, forKey: .person)
    try values.encodeIfPresent(address, forKey: .address)
    try values.encode(driver, forKey: .driver)
    try values.encode(program, forKey: .program)
    try values.encode(profileText, forKey: .profileText)
    try values.encodeIfPresent(methodText, forKey: .methodText)
    try values.encode(settings, forKey: .settings)
    try values.encodeIfPresent(scansAsked, forKey: .scansAsked)
    try values.encode(timeZone, forKey: .timeZone)
    let stored = StoredInstrument(
      model: instrument.model, serialNumber: instrument.serialNumber,
      firmware: instrument.firmware,
      memory: instrument.memory.map { .init(name: $0.name, hex: Self.hex($0.bytes)) },
      remarks: instrument.remarks)
    try values.encode(stored, forKey: .instrument)
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func hex(_ bytes: [UInt8]) -> String {
    String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func bytes(hex: String) -> [UInt8]? {
    let values = hex.utf8.map { digits.firstIndex(of: $0) }
    guard values.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count / 2)
    for pair in stride(from: 0, to: values.count, by: 2) {
      guard let high = values[pair], let low = values[pair + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}
