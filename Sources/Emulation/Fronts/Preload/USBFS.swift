internal import Glibc

/// The numbers of the kernel's USB device files (usbfs) on 64-bit Linux.
///
/// Source: Linux `include/uapi/linux/usbdevice_fs.h`; the same on x86_64 and arm64.
enum USBFS {
  static let getCapabilities: UInt32 = 0x8004_551A
  static let claimInterface: UInt32 = 0x8004_550F
  static let disconnectClaim: UInt32 = 0x8108_551B
  static let releaseInterface: UInt32 = 0x8004_5510
  static let getDriver: UInt32 = 0x4104_5508
  static let driverCommand: UInt32 = 0xC010_5512
  static let setConfiguration: UInt32 = 0x8004_5505
  static let setInterface: UInt32 = 0x8008_5504
  static let reset: UInt32 = 0x5514
  static let clearHalt: UInt32 = 0x8004_5515
  static let resetEndpoint: UInt32 = 0x8004_5503
  static let getSpeed: UInt32 = 0x551F
  static let submit: UInt32 = 0x8038_550A
  static let discard: UInt32 = 0x550B
  static let reap: UInt32 = 0x4008_550C
  static let reapNoDelay: UInt32 = 0x4008_550D

  /// Zero packet 1, no packet size limit 4, scatter-gather 8, reap after disconnect 0x10.
  static let capabilities: UInt32 = 0x1D

  /// What a finished URB says.
  enum Status {
    static let done: Int32 = 0
    static let cancelled: Int32 = -2
    static let stalled: Int32 = -32
    static let noEndpoint: Int32 = -2
    static let overflow: Int32 = -75
    static let shutDown: Int32 = -108
  }

  /// One URB (USB request block) of a client, as read from its memory.
  ///
  ///     0 type  1 end point  4 status  16 buffer  24 length  28 actual length  (56 bytes)
  struct URB: Sendable {
    static let size = 56
    static let control: UInt8 = 2

    /// The connection that submitted it: its addresses mean nothing to another.
    var owner: Int32
    /// Where it lies in the client's memory.
    var address: UInt64
    var type: UInt8
    var endpoint: UInt8
    var buffer: UInt64
    var length: Int
    /// What goes into the client's buffer.
    var data: [UInt8] = []
    var filled = 0
    var status = Status.done
    var actual = 0

    /// Nil for a length that no client of ours would ask for.
    init?(_ bytes: [UInt8], at address: UInt64, owner: Int32) {
      guard bytes.count == Self.size else { return nil }
      let length = Int32(truncatingIfNeeded: littleEndian(bytes, at: 24, count: 4))
      guard (0...(16 << 20)).contains(length) else { return nil }
      self.owner = owner
      self.address = address
      type = bytes[0]
      endpoint = bytes[1]
      buffer = littleEndian(bytes, at: 16, count: 8)
      self.length = Int(length)
    }

    var isControl: Bool { type == Self.control }
    var isIn: Bool { endpoint & 0x80 != 0 }
  }
}

/// The little-endian number in `count` bytes from `offset` on.
func littleEndian(_ bytes: [UInt8], at offset: Int, count: Int) -> UInt64 {
  bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

extension FixedWidthInteger {
  /// The bytes of the number, lowest first.
  var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }

  /// The bytes of the number, highest first.
  var bigEndianBytes: [UInt8] { littleEndianBytes.reversed() }
}
