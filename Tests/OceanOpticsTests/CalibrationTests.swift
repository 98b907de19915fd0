import Instruments
import OceanOptics
import Testing

private func evaluate(_ coefficients: [Double], _ x: Double) -> Double {
  coefficients.reversed().reduce(0) { $0 * x + $1 }
}

/// Thrown and not only recorded: who goes on with an empty list traps, and hides every other test.
private struct NoCoefficients: Error { var found: ArrayDetector.Calibration }

private func coefficients(_ calibration: ArrayDetector.Calibration) throws -> [Double] {
  guard case .coefficients(let found) = calibration else {
    throw NoCoefficients(found: calibration)
  }
  return found
}

private func detector(_ wire: Wire, _ slots: [Int: [UInt8]]) throws -> ArrayDetector {
  var wire = wire
  wire.slots.merge(slots) { $1 }
  return try interpreter(wire).detector
}

@Test func wavelengthAxisIsThatOfTheReference() throws {
  let found = try coefficients(detector(.usb2000plus, [:]).wavelength)
  #expect(found == [339.4582, 0.3807421, -1.514237e-5, -2.246810e-9])
  for (p, nm) in [
    (0.0, 339.4582), (1, 339.8389269553832), (1023, 710.7050060518627), (2047, 1036.1158903143753),
  ] {
    #expect(abs(evaluate(found, p) - nm) < 1e-9)
  }
  // The shifted axis of other models of the family, whose profile says origin 10.
  #expect(abs(evaluate(found, 0 - 10) - 335.64926700981005) < 1e-9)
}

@Test func originOfTheAxisComesFromTheProfile() throws {
  var profile = try Wire.usb2000plus.profile
  guard case .map(var facts) = profile.facts, case .map(var memory) = facts["memory"] else {
    Issue.record("facts.memory is no map")
    return
  }
  memory["wavelength"] = .map([
    "first_slot": .integer(1), "count": .integer(4), "origin": .integer(10),
  ])
  facts["memory"] = .map(memory)
  profile.facts = .map(facts)
  let detector = try OOISpectrometer.interpret(profile, Wire.usb2000plus.record).detector
  #expect(detector.wavelengthOrigin == 10)
  let found = try coefficients(detector.wavelength)
  #expect(abs(evaluate(found, 0 - detector.wavelengthOrigin) - 335.64926700981005) < 1e-9)
}

@Test func saturationWordScalesTheCounts() throws {
  let slot: [UInt8] = [0, 0, 0, 0, 0xFC, 0xD0] + [UInt8](repeating: 0, count: 9)
  let detector = try detector(.usb4000, [17: slot])
  #expect(detector.saturationCount == 53500)
  #expect(detector.gain == 1.2249532710280373)
  #expect(detector.fullScale == 65535)
  for (raw, scaled) in [
    (13.0, 15.92439252), (13312, 16306.577943925233), (49907, 61133.74289719626),
  ] {
    #expect(abs(min(raw * detector.gain, detector.fullScale) - scaled) < 1e-8)
  }
}

@Test func unprogrammedSaturationLeavesTheScale() throws {
  let zero = [UInt8](repeating: 0, count: 15)
  for wire in [Wire.usb4000, .usb2000plus] {
    let detector = try detector(wire, [17: zero])
    #expect(detector.gain == 1)
    #expect(detector.saturationCount == 65535)
  }
  #expect(try interpreter(.hr4000).detector.saturationCount == 16383)
  #expect(try interpreter(.hr4000).detector.gain == 1)
  #expect(try interpreter(.usb2000).detector.saturationCount == 4095)
}

/// The same word by the rules of other models of the family.
@Test(
  arguments: [
    (0, 2, 32768, 64000.0, [0x50, 0xC3, 0, 0, 0, 0], 1.28),
    (4, 4, 0, 65535, [0, 0, 0, 0, 0x60, 0xEA], 1.09225),
    (0, 2, 32768, 64000, [0x00, 0x80, 0, 0, 0, 0], 1),
    (0, 2, 32768, 64000, [0x01, 0xFA, 0, 0, 0, 0], 1),
    (4, 4, 0, 65535, [0, 0, 0, 0, 0xFF, 0xFF, 1], 1),
  ] as [(Int, Int, Int, Double, [UInt8], Double)])
func placeOfTheSaturationWordComesFromTheProfile(
  offset: Int, bytes: Int, unprogrammed: Int, fullScale: Double, data: [UInt8], gain: Double
) throws {
  var profile = try Wire.usb2000plus.profile
  guard case .map(var facts) = profile.facts, case .map(var memory) = facts["memory"],
    case .map(var frame) = facts["frame"]
  else {
    Issue.record("facts are no map")
    return
  }
  memory["saturation"] = .map([
    "slot": .integer(17), "offset": .integer(offset), "bytes": .integer(bytes),
    "unprogrammed_up_to": .integer(unprogrammed),
  ])
  frame["full_scale"] = .number(fullScale)
  facts["memory"] = .map(memory)
  facts["frame"] = .map(frame)
  profile.facts = .map(facts)
  var wire = Wire.usb2000plus
  wire.slots[17] = data + [UInt8](repeating: 0, count: 15 - data.count)
  #expect(abs(try OOISpectrometer.interpret(profile, wire.record).detector.gain - gain) < 1e-12)
}

@Test func darkChannelsAreThoseOfTheModel() throws {
  #expect(try interpreter(.usb2000plus).detector.darkChannels == Array(6...20))
  #expect(try interpreter(.usb4000).detector.darkChannels == Array(5...15))
  #expect(try interpreter(.hr4000).detector.darkChannels == Array(5...17))
  #expect(try interpreter(.usb2000).detector.darkChannels == Array(2...23))
}

private let linearity = [
  "0.912915", "6.3402e-06", "-6.61015e-10", "2.82997e-14", "-1.3e-18", "1e-23", "-2e-28", "1e-33",
]

private func linearitySlots(order: String) -> [Int: [UInt8]] {
  var slots = [14: Wire.text(order)]
  for (i, text) in linearity.enumerated() { slots[6 + i] = Wire.text(text) }
  return slots
}

@Test(arguments: ["7", "7.0", "+7", "7.9", " 7 ", "7e0"])
func nonlinearityIsReadToItsOrder(order: String) throws {
  let found = try coefficients(detector(.usb4000, linearitySlots(order: order)).nonlinearity)
  #expect(
    found == [
      0.912915, 6.3402e-06, -6.61015e-10, 2.82997e-14, -1.3e-18, 1e-23, -2e-28, 1e-33,
    ])
  #expect(abs(evaluate(found, 1000) - 0.918621194501) < 1e-12)
  #expect(abs(1000 / evaluate(found, 1000) - 1088.5879903339323) < 1e-9)
  #expect(abs(evaluate(found, 20000) - 0.8141906) < 1e-9)
  #expect(abs(20000 / evaluate(found, 20000) - 24564.272788214454) < 1e-6)
  #expect(abs(evaluate(found, 50000) + 4.2289) < 1e-3)
}

/// The family's memory map, the same for all four models; the number in every slot is another.
@Test(arguments: Wire.all)
func everyModelKeepsItsPolynomialsInTheSameSlots(wire: Wire) throws {
  var slots = linearitySlots(order: "7")
  slots[5] = Wire.text("0.9")  // stray light, used by nobody here
  let detector = try detector(wire, slots)
  #expect(
    try coefficients(detector.wavelength) == [339.4582, 0.3807421, -1.514237e-5, -2.246810e-9])
  #expect(detector.wavelengthOrigin == 0)
  #expect(
    try coefficients(detector.nonlinearity) == [
      0.912915, 6.3402e-06, -6.61015e-10, 2.82997e-14, -1.3e-18, 1e-23, -2e-28, 1e-33,
    ])
}

@Test func lowerOrderLeavesTheHigherSlotsUnread() throws {
  var slots = linearitySlots(order: "2")
  for slot in 9...13 { slots[slot] = [UInt8](repeating: 0xFF, count: 15) }
  #expect(
    try coefficients(detector(.usb4000, slots).nonlinearity) == [
      0.912915, 6.3402e-06, -6.61015e-10,
    ]
  )
}

@Test(arguments: ["8", "-1", "seven", "1e99", "nan"])
func absurdOrderIsRefused(order: String) throws {
  guard case .absurd = try detector(.usb4000, linearitySlots(order: order)).nonlinearity else {
    Issue.record("order \(order) was believed")
    return
  }
}

@Test(arguments: ["0.5", "2.01", "0", "-1"])
func factorThatWouldSpoilEveryScanIsRefused(text: String) throws {
  var slots = linearitySlots(order: "7")
  slots[6] = Wire.text(text)
  guard case .absurd = try detector(.usb4000, slots).nonlinearity else {
    Issue.record("a factor of \(text) was believed")
    return
  }
}

@Test func unprogrammedSlotsAreMissingNotWrong() throws {
  let erased = [UInt8](repeating: 0xFF, count: 15)
  #expect(
    try detector(.usb4000, [3: erased]).wavelength
      == .missing(reason: "slot 3 is not programmed"))
  #expect(
    try detector(.usb4000, [1: [UInt8](repeating: 0, count: 15)]).wavelength
      == .missing(reason: "slot 1 is not programmed"))
  #expect(
    try detector(.usb4000, [14: erased]).nonlinearity
      == .missing(reason: "slot 14 (order) is not programmed"))
}

@Test func slotsThatWereNotReadAreMissing() throws {
  var record = Wire.usb4000.record
  record.memory.removeAll { $0.bytes[1] == 2 }
  #expect(
    try OOISpectrometer.interpret(Wire.usb4000.profile, record).detector.wavelength
      == .missing(reason: "slot 2 was not read"))
}

@Test(arguments: [
  "3,5", "12 34", "0x10", "inf", "nan", "1e999", "--1", "abc", "1.2.3", "\u{1B}[2J",
])
func textThatIsNoNumberIsAbsurd(text: String) throws {
  guard case .absurd(let reason) = try detector(.usb4000, [2: Wire.text(text)]).wavelength else {
    Issue.record("'\(text)' was believed")
    return
  }
  #expect(reason.hasPrefix("slot 2 holds "))
  #expect(reason.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
}

@Test func fullSlotWithoutTerminatorIsANumber() throws {
  let whole = try coefficients(
    detector(.usb4000, [1: Array("3.394582000e+02".utf8)]).wavelength)
  #expect(whole[0] == 339.4582)
}

@Test func axisThatTurnsBackIsAbsurd() throws {
  let turning = try detector(.usb4000, [3: Wire.text("-1e-3")]).wavelength
  guard case .absurd(let reason) = turning else {
    Issue.record("\(turning)")
    return
  }
  // c1 / (2 * 1e-3) is 190.4: the first step down is from 190 to 191.
  #expect(reason == "the wavelengths turn back at channel 191")
  guard
    case .absurd = try detector(
      .usb4000, [2: Wire.text("0"), 3: Wire.text("0"), 4: Wire.text("0")]
    ).wavelength
  else {
    Issue.record("a flat axis was believed")
    return
  }
}

@Test func fallingAxisIsBelieved() throws {
  let found = try coefficients(
    detector(
      .usb4000, [2: Wire.text("-0.1"), 3: Wire.text("0"), 4: Wire.text("0")]
    ).wavelength)
  #expect(found == [339.4582, -0.1, 0, 0])
}

@Test func recordOfAnotherModelIsRefused() throws {
  let profile = try Wire.usb4000.profile
  let record = Wire.usb2000.record
  #expect(
    thrown { () throws(DriverError) in _ = try OOISpectrometer.interpret(profile, record) }
      == .wrongInstrument(
        detail: "the record is of ocean-optics/usb2000, the profile of ocean-optics/usb4000"))
}
