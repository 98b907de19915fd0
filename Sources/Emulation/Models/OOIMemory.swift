internal import Foundation

/// The EEPROM of an emulated spectrometer: slots of 15 bytes, asked for with opcode 05.
///
/// Text slots are ASCII ended by NUL, a full slot has no NUL; what was never programmed reads FF.
struct OOIMemory: Sendable {
  static let slotSize = 15
  private(set) var slots: [[UInt8]]

  /// An EEPROM in which nothing is programmed.
  init(slotCount: Int) {
    slots = Array(repeating: Self.blank, count: slotCount)
  }

  static let blank = [UInt8](repeating: 0xFF, count: slotSize)

  /// The 15 bytes of a slot; all FF for a slot that does not exist.
  func bytes(_ slot: UInt8) -> [UInt8] {
    Int(slot) < slots.count ? slots[Int(slot)] : Self.blank
  }

  /// Programs a slot with text, cut at 15 bytes and filled up with NUL.
  mutating func program(_ slot: Int, text: String) {
    program(slot, bytes: Array(text.utf8))
  }

  /// Programs a slot with bytes, cut at 15 and filled up with zeros; a slot that does not exist
  /// stays so.
  mutating func program(_ slot: Int, bytes: [UInt8]) {
    guard slots.indices.contains(slot) else { return }
    let cut = bytes.prefix(Self.slotSize)
    slots[slot] = cut + [UInt8](repeating: 0, count: Self.slotSize - cut.count)
  }

  /// A number in the makers' notation with an exponent of three digits: `3.394582e+002`.
  static func makersNotation(_ value: Double) -> String {
    let text = String(format: "%.6e", value)
    guard let mark = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return text }
    let exponent = text[text.index(after: mark)...]
    let zeros = String(repeating: "0", count: max(0, 3 - exponent.count))
    return text[...mark] + zeros + exponent
  }

  /// A number in at most 15 characters with as many digits as fit.
  static func mostDigits(_ value: Double) -> String {
    var best = String(format: "%.0e", value)
    for digits in 0...17 {
      let candidates = [String(format: "%.\(digits)f", value), compact(value, digits: digits)]
      for text in candidates where text.utf8.count <= slotSize {
        if error(text, value) < error(best, value) { best = text }
      }
    }
    return best
  }

  private static func error(_ text: String, _ value: Double) -> Double {
    Double(text).map { abs($0 - value) } ?? .infinity
  }

  /// Scientific notation without the exponent's plus sign and leading zeros.
  private static func compact(_ value: Double, digits: Int) -> String {
    let parts = String(format: "%.\(digits)e", value).split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return String(value) }
    return "\(parts[0])e\(exponent)"
  }
}

extension OOIMemory {
  /// The EEPROM of a scene's instrument: everything programmed.
  init(model: OOIModel, serialNumber: String) {
    self.init(slotCount: model.slotCount)
    program(0, text: serialNumber)
    for (slot, value) in model.wavelengths.enumerated() {
      program(1 + slot, text: Self.makersNotation(value))
    }
    program(5, text: Self.makersNotation(0))
    for (slot, value) in Nonlinearity(fullScale: model.fullScale).coefficients.enumerated() {
      program(6 + slot, text: Self.makersNotation(value))
    }
    program(14, text: "7")
    programConfiguration(of: model)
    let (saturation, place) = (UInt32(clamping: model.saturation ?? 0), model.saturationPlace)
    program(
      17,
      bytes: [UInt8](repeating: 0, count: place.offset)
        + (0..<place.bytes).map { UInt8(truncatingIfNeeded: saturation >> (8 * $0)) })
  }

  /// The EEPROM of an instrument that plays a recording: its own wavelengths, and nothing that
  /// would make a program correct the recorded counts.
  init(model: OOIModel, serialNumber: String, wavelengths: [Double]) {
    self.init(slotCount: model.slotCount)
    program(0, text: serialNumber)
    for (slot, value) in wavelengths.prefix(4).enumerated() {
      program(1 + slot, text: Self.mostDigits(value))
    }
    programConfiguration(of: model)
    program(17, bytes: [])
  }

  private mutating func programConfiguration(of model: OOIModel) {
    program(15, text: model.configuration.bench)
    program(16, text: model.configuration.device)
    program(18, text: "9600")
  }
}
