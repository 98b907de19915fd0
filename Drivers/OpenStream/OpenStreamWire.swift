internal import Instruments

/// What the bytes on the line are: marks, types and limits of the open stream protocol, version 1.
///
/// A frame, either way, all numbers little endian:
///
///     47 A5  TT  00  SS SS SS SS  LL LL LL LL  HH HH HH HH  payload ...  CC CC CC CC
///
/// - 47 A5: start mark
/// - TT: type; 01 to 7F from the host, 81 to FF from the instrument
/// - 00: not used, 0
/// - SS: sequence, one more for each frame of this side; wraps
/// - LL: length of the payload in bytes
/// - HH: CRC-32C of the 12 bytes before it
/// - CC: CRC-32C of those 12 bytes and then the payload; not of HH
enum OpenStreamWire {
  static let version: UInt16 = 1
  static let mark: (UInt8, UInt8) = (0x47, 0xA5)
  static let headerSize = 16
  static let checkSize = 4
  /// What a frame has besides its payload.
  static let overhead = headerSize + checkSize
  /// No payload may be longer, whatever a device says: 4 MiB.
  static let largestPayload = 4 << 20
  /// What every host takes of answers, whatever a device measures.
  static let smallPayload = 4096
  /// Bytes before the data of a scan.
  static let scanHead = 32

  /// What the host says.
  enum Order: UInt8 {
    case hello = 0x01
    case describe = 0x02
    case axis = 0x03
    case set = 0x04
    case start = 0x05
    case stop = 0x06
    case abort = 0x07
    case ping = 0x08
  }

  /// What the instrument says.
  enum Reply: UInt8 {
    case identity = 0x81
    case capabilities = 0x82
    case axis = 0x83
    case settings = 0x84
    case started = 0x85
    case end = 0x86
    case error = 0x87
    case pong = 0x88
    case scan = 0x90
  }

  /// Why a run ended.
  enum End: UInt16 {
    case idle = 0
    case counted = 1
    case stopped = 2
    case aborted = 3
    case finished = 4
    case hostLost = 5
    case fault = 6
  }

  /// The four bytes at `offset` as a number.
  static func word(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
    UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
      | UInt32(bytes[offset + 3]) << 24
  }

  /// A whole frame of the host.
  static func frame(_ order: Order, sequence: UInt32, payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [mark.0, mark.1, order.rawValue, 0]
    bytes += little(sequence) + little(UInt32(payload.count))
    var check = OpenStreamCheck()
    check.add(bytes.span)
    bytes += little(check.value)
    check.add(payload.span)
    return bytes + payload + little(check.value)
  }

  /// The bytes of a number, the lowest first.
  static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Whether 16 bytes are a sound header: mark, check, and a length that may be.
  static func isHeader(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= headerSize, bytes[0] == mark.0, bytes[1] == mark.1 else { return false }
    var check = OpenStreamCheck()
    check.add(bytes.extracting(first: 12))
    return check.value == word(bytes, at: 12) && word(bytes, at: 8) <= UInt32(largestPayload)
  }

  /// Whether a frame is whole: its header sound, its length that of the bytes, its check right.
  static func isWhole(_ bytes: Span<UInt8>) -> Bool {
    guard isHeader(bytes), bytes.count == overhead + Int(word(bytes, at: 8)) else { return false }
    var check = OpenStreamCheck()
    check.add(bytes.extracting(first: 12))
    check.add(bytes.extracting(headerSize..<bytes.count - checkSize))
    return check.value == word(bytes, at: bytes.count - checkSize)
  }
}

/// CRC-32C (Castagnoli), reflected, start and final inversion all ones; of pieces one after the other.
struct OpenStreamCheck {
  private var state: UInt32 = .max

  /// The check of everything that was added.
  var value: UInt32 { ~state }

  mutating func add(_ bytes: Span<UInt8>) {
    var sum = state
    let table = Self.table
    for index in bytes.indices {
      sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ bytes[index])] ^ sum >> 8
    }
    state = sum
  }

  private static let table: [UInt32] = (0..<256).map { first in
    (0..<8).reduce(UInt32(first)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0) }
  }
}
