@testable import Formats

/// An SPC file for tests, written by the published header and by no code of the reader.
struct SPCBuilder {
  var isBigEndian = false
  var flags: UInt8 = 0
  var technique: UInt8 = 4
  /// 80 is -128, which stands for floats.
  var exponent: Int8 = -128
  var first = 4000.0
  var last = 400.0
  var points: Int?
  var subfileCount: Int?
  var x: UInt8 = 1
  var y: UInt8 = 2
  var z: UInt8 = 0
  /// Minute, hour, day, month, year from the low end.
  var date: UInt32 = 0
  var comment = ""
  var labels: [String] = []
  var zStep: Float = 0
  var storedX: [Float] = []
  var bodies: [Body] = []
  var hasDirectory = false
  /// Where the directory's entries point to, in this order.
  var directoryOrder: [Int]?
  var log: [UInt8] = []

  /// A subfile: its head's fields, own x, and values as they stand.
  struct Body {
    var exponent: Int8 = -128
    var time: Float = 0
    var next: Float = 0
    var ownX: [Float] = []
    var points: Int = 0
    var floats: [Float] = []
    var integers: [Int32] = []
    var shorts: [Int16] = []
  }

  /// A packed date.
  static func date(_ year: UInt32, _ month: UInt32, _ day: UInt32, _ hour: UInt32, _ minute: UInt32)
    -> UInt32
  { year << 20 | month << 16 | day << 11 | hour << 6 | minute }

  func word(_ value: Int) -> [UInt8] {
    let bytes = [UInt8(value & 0xff), UInt8(value >> 8 & 0xff)]
    return isBigEndian ? bytes.reversed() : bytes
  }

  func long(_ value: UInt32) -> [UInt8] {
    let bytes = (0..<4).map { UInt8(value >> (8 * $0) & 0xff) }
    return isBigEndian ? bytes.reversed() : bytes
  }

  func double(_ value: Double) -> [UInt8] {
    let bytes = (0..<8).map { UInt8(value.bitPattern >> (8 * UInt64($0)) & 0xff) }
    return isBigEndian ? bytes.reversed() : bytes
  }

  func text(_ text: String, _ count: Int) -> [UInt8] {
    let bytes = Array(text.utf8).prefix(count)
    return bytes + [UInt8](repeating: 0, count: count - bytes.count)
  }

  private func body(_ body: Body, _ index: Int) -> [UInt8] {
    var bytes: [UInt8] = [0, UInt8(bitPattern: body.exponent)] + word(index)
    bytes += long(body.time.bitPattern) + long(body.next.bitPattern) + long(0)
    bytes += long(UInt32(body.points)) + [UInt8](repeating: 0, count: 12)
    bytes += body.ownX.flatMap { long($0.bitPattern) }
    bytes += body.floats.flatMap { long($0.bitPattern) }
    bytes += body.integers.flatMap { long(UInt32(bitPattern: $0)) }
    return bytes + body.shorts.flatMap { word(Int(UInt16(bitPattern: $0))) }
  }

  /// The file in the new form.
  func file() -> [UInt8] {
    let parts = bodies.enumerated().map { body($0.element, $0.offset) }
    var places: [(place: Int, size: Int)] = []
    var place = 512 + 4 * storedX.count
    for part in parts {
      places.append((place, part.count))
      place += part.count
    }
    let one = bodies.first.map { $0.floats.count + $0.integers.count + $0.shorts.count } ?? 0
    let isOwn = flags & 0xc0 == 0xc0
    var bytes: [UInt8] = [flags, isBigEndian ? 0x4c : 0x4b, technique, UInt8(bitPattern: exponent)]
    bytes += long(UInt32(points ?? (isOwn ? (hasDirectory ? place : 0) : one)))
    bytes += double(first) + double(last) + long(UInt32(subfileCount ?? bodies.count))
    bytes += [x, y, z, 0] + long(date) + text("4 cm-1", 9) + text("FTS-7", 9)
    bytes += [UInt8](repeating: 0, count: 34) + text(comment, 130)
    bytes += text(labels.map { $0 + "\0" }.joined(), 30)
    let directory = hasDirectory ? 12 * bodies.count : 0
    bytes += long(log.isEmpty ? 0 : UInt32(place + directory))
    bytes += [UInt8](repeating: 0, count: 12) + text("survey.mth", 48) + long(zStep.bitPattern)
    bytes += [UInt8](repeating: 0, count: 512 - bytes.count)
    bytes += storedX.flatMap { long($0.bitPattern) }
    bytes += parts.flatMap { $0 }
    if hasDirectory {
      for index in directoryOrder ?? Array(bodies.indices) {
        bytes += long(UInt32(places[index].place)) + long(UInt32(places[index].size))
        bytes += long(bodies[index].time.bitPattern)
      }
    }
    return bytes + log
  }

  /// The file in the old form: a short head, integers of swapped words.
  func oldFile() -> [UInt8] {
    let one = bodies.first.map { $0.integers.count + $0.shorts.count } ?? 0
    var bytes: [UInt8] = [flags, 0x4d] + word(Int(exponent) & 0xffff)
    bytes += long(Float(points ?? one).bitPattern) + long(Float(first).bitPattern)
    bytes += long(Float(last).bitPattern) + [x, y] + word(Int(z) << 12 | Int(date >> 20))
    bytes += [UInt8(date >> 16 & 0xf), UInt8(date >> 11 & 0x1f), UInt8(date >> 6 & 0x1f)]
    bytes += [UInt8(date & 0x3f)] + text("4", 8) + word(0) + word(16)
    bytes += [UInt8](repeating: 0, count: 28) + text(comment, 130)
    bytes += text(labels.map { $0 + "\0" }.joined(), 30)
    for (index, part) in bodies.enumerated() {
      bytes += [0, UInt8(bitPattern: part.exponent)] + word(index)
      bytes += long(part.time.bitPattern) + long(part.next.bitPattern)
      bytes += [UInt8](repeating: 0, count: 20)
      for value in part.integers {
        let bits = UInt32(bitPattern: value)
        bytes += word(Int(bits >> 16)) + word(Int(bits & 0xffff))
      }
      bytes += part.shorts.flatMap { word(Int(UInt16(bitPattern: $0))) }
    }
    return bytes
  }

  /// A log of some lines, behind 64 bytes of head and some of binary.
  func withLog(_ text: String, binary: Int = 8) -> SPCBuilder {
    var copy = self
    let size = 64 + binary + text.utf8.count + 1
    var log = long(UInt32(size)) + long(4096) + long(UInt32(64 + binary)) + long(UInt32(binary))
    log += [UInt8](repeating: 0, count: 48 + binary)
    copy.log = log + Array(text.utf8) + [0]
    return copy
  }
}
