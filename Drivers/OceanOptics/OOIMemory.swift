internal import Instruments

/// The calibration found in a spectrometer's memory, read from the blocks kept with a run.
///
/// Every block is the whole answer to the query of one slot, 17 bytes: echo 05, slot, 15 data.
struct OOIMemory {
  /// What a text slot holds.
  enum Slot: Equatable {
    case text(String)
    case unprogrammed
    case absent
  }

  private var slots: [Int: [UInt8]] = [:]

  init(_ record: InstrumentRecord) {
    for block in record.memory where block.bytes.count == OOIReply.memory {
      slots[Int(block.bytes[1])] = Array(block.bytes[2...])
    }
  }

  static func blockName(_ slot: Int) -> String { slot < 10 ? "eeprom-0\(slot)" : "eeprom-\(slot)" }

  /// The text of a slot: up to the first NUL, or all 15 bytes where there is none.
  func text(_ slot: Int) -> Slot {
    guard let bytes = slots[slot] else { return .absent }
    return Self.text(bytes)
  }

  static func text(_ bytes: [UInt8]) -> Slot {
    if bytes.allSatisfy({ $0 == 0xFF }) || bytes.first == 0 { return .unprogrammed }
    let text = bytes.prefix { $0 != 0 }
    // An erased tail is no text; anything else that is not printable stays to be refused.
    let printable = text.prefix { $0 != 0xFF }
    return printable.isEmpty ? .unprogrammed : .text(String(decoding: printable, as: UTF8.self))
  }

  /// A decimal number with optional exponent (three digits occur), spaces around it ignored.
  static func number(_ text: String) -> Double? {
    let trimmed = text.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }
    let bytes = Array(trimmed.reversed())
    guard !bytes.isEmpty, bytes.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else {
      return nil
    }
    guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }

  /// The wavelength polynomial, believed only when the axis rises or falls without a turn.
  func wavelength(_ rule: OOIFacts.Polynomial, channels: Int) -> ArrayDetector.Calibration {
    let found = polynomial(rule, count: rule.count)
    guard case .coefficients(let coefficients) = found else { return found }
    let origin = rule.origin ?? 0
    var previous = 0.0
    var rises: Bool?
    for p in 0..<channels {
      let value = Self.evaluate(coefficients, Double(p) - origin)
      guard value.isFinite else {
        return .absurd(reason: "the wavelength of channel \(p) is not a finite number")
      }
      if p > 0 {
        let up = value > previous
        guard value != previous, rises == nil || rises == up else {
          return .absurd(reason: "the wavelengths turn back at channel \(p)")
        }
        rises = up
      }
      previous = value
    }
    return .coefficients(coefficients)
  }

  /// The non-linearity polynomial up to the stored order.
  ///
  /// Whether it makes sense at the counts of a scan is judged where it is used; here only what
  /// would spoil every scan is refused.
  func nonlinearity(_ rule: OOIFacts.Polynomial?) -> ArrayDetector.Calibration {
    guard let rule, let orderSlot = rule.order_slot else {
      return .missing(reason: "the model keeps no non-linearity polynomial")
    }
    guard case .text(let text) = self.text(orderSlot) else {
      return .missing(reason: "slot \(orderSlot) (order) is not programmed")
    }
    guard let order = Self.number(text)?.rounded(.towardZero), order >= 0,
      order < Double(rule.count)
    else {
      return .absurd(
        reason: "slot \(orderSlot) (order) holds '\(printable(text))', not 0 to \(rule.count - 1)")
    }
    let found = polynomial(rule, count: Int(order) + 1)
    guard case .coefficients(let coefficients) = found else { return found }
    // Corrupt by the rule of the family's reference: factor at most 0.5 or above 2.
    guard coefficients[0] > 0.5, coefficients[0] <= 2 else {
      return .absurd(reason: "the factor at zero counts is \(coefficients[0])")
    }
    return .coefficients(coefficients)
  }

  /// The saturation count, or nil where none is programmed.
  func saturation(_ rule: OOIFacts.Saturation?, fullScale: Double) -> Double? {
    guard let rule, let bytes = slots[rule.slot] else { return nil }
    var word: UInt32 = 0
    for i in 0..<rule.bytes { word |= UInt32(bytes[rule.offset + i]) << (8 * UInt32(i)) }
    guard Int(word) > rule.unprogrammed_up_to, Double(word) <= fullScale else { return nil }
    return Double(word)
  }

  private func polynomial(
    _ rule: OOIFacts.Polynomial, count: Int
  ) -> ArrayDetector.Calibration {
    var coefficients: [Double] = []
    for slot in rule.first_slot..<(rule.first_slot + count) {
      switch text(slot) {
      case .absent: return .missing(reason: "slot \(slot) was not read")
      case .unprogrammed: return .missing(reason: "slot \(slot) is not programmed")
      case .text(let text):
        guard let value = Self.number(text) else {
          return .absurd(reason: "slot \(slot) holds '\(printable(text))', not a number")
        }
        coefficients.append(value)
      }
    }
    return .coefficients(coefficients)
  }

  private func printable(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value >= 0x20 && $0.value < 0x7F ? Character($0) : "?" })
  }

  private static func evaluate(_ coefficients: [Double], _ x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }
}
