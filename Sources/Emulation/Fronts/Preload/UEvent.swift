internal import Foundation

/// The messages by which libudev's monitors hear of plugging and unplugging.
///
/// Header of 40 bytes: `libudev` NUL, 0xFEEDCAFE (big endian), header size, offset and length of
/// the properties (native), hashes of subsystem and device type (big endian), 8 zero bytes; then
/// `KEY=value` NUL each. Source: systemd, `sd-device/device-monitor.c`.
enum UEvent {
  static func message(_ properties: [(String, String)]) -> [UInt8] {
    let body = properties.flatMap { name, value -> [UInt8] in
      Array("\(name)=\(value)".utf8) + [0]
    }
    let value = { (key: String) in properties.first { $0.0 == key }?.1 ?? "" }
    var bytes = Array("libudev".utf8) + [0]
    bytes += UInt32(0xFEED_CAFE).bigEndianBytes
    for number in [40, 40, UInt32(body.count)] { bytes += number.littleEndianBytes }
    bytes += hash(value("SUBSYSTEM")).bigEndianBytes
    bytes += hash(value("DEVTYPE")).bigEndianBytes
    bytes += [UInt8](repeating: 0, count: 8)
    return bytes + body
  }

  /// Sends a message to every monitor under `root`; sockets that nobody listens on are removed.
  static func send(_ message: [UInt8], root: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    for name in names where name.hasPrefix("event") {
      let path = "\(root)/\(name)"
      if !Posix.sendDatagram(message, to: path) {
        _ = try? FileManager.default.removeItem(atPath: path)
      }
    }
  }

  /// MurmurHash2 by Appleby with seed 0, as libudev uses it.
  static func hash(_ text: String) -> UInt32 {
    let factor: UInt32 = 0x5BD1_E995
    let bytes = Array(text.utf8)
    var hash = UInt32(bytes.count)
    var offset = 0
    while bytes.count - offset >= 4 {
      var word = UInt32(littleEndian(bytes, at: offset, count: 4)) &* factor
      word ^= word >> 24
      hash = (hash &* factor) ^ (word &* factor)
      offset += 4
    }
    if bytes.count > offset {
      hash ^= UInt32(littleEndian(bytes, at: offset, count: bytes.count - offset))
      hash = hash &* factor
    }
    hash ^= hash >> 13
    hash = hash &* factor
    return hash ^ hash >> 15
  }
}
