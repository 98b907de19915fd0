import Instruments
import OceanOptics
import Testing

/// The other models of the family, each row typed in from the device table of the family's page and
/// not from driver or profile.
struct TableRow: Sendable, CustomTestStringConvertible {
  var wire: Wire
  var channels: Int
  var fullScale: Double
  var flip: UInt16 = 0
  var isSplit = false
  var dark: [Int] = []
  /// Shortest and longest exposure in microseconds.
  var exposure: (Double, Double)
  /// What 100 ms is on the wire.
  var hundredMilliseconds: [UInt8]
  var origin = 0.0
  var modes: [Double] = [0, 1, 2, 3]

  var testDescription: String { wire.model }

  init(
    _ model: String, old: Bool = false, slots: Int = 17, pixels: Int, bytes: Int,
    status: Bool = true, firmware: Bool = true, mark: Bool = true, channels: Int,
    fullScale: Double, flip: UInt16 = 0, dark: [ClosedRange<Int>] = [],
    exposure: (Double, Double), milliseconds: Bool = false, modes: [Double] = [0, 1, 2, 3]
  ) {
    let said: [UInt8] = [UInt8(pixels & 0xFF), UInt8(pixels >> 8)]
    let fx2 = said + [0xA0, 0x86, 1, 0, 0, 0, 0, UInt8(bytes / 512), 1, 0, 0, 0, 0x80, 0]
    let an2131 = said + [0x00, 0x64] + [UInt8](repeating: 0, count: 12)
    wire = Wire(
      model: model, command: old ? 0x02 : 0x01, reply: old ? 0x87 : 0x81, spectrum: [0x82],
      slotCount: slots, status: status ? (old ? an2131 : fx2) : nil,
      firmware: firmware && !old ? [0x04, 0x05, 0x30] : nil, frameBytes: bytes, hasEndMark: mark,
      hasTriggerMode: !modes.isEmpty)
    self.channels = channels
    self.fullScale = fullScale
    self.flip = flip
    isSplit = old
    self.dark = dark.flatMap { Array($0) }
    self.exposure = exposure
    hundredMilliseconds = milliseconds || old ? [2, 0x64, 0, 0, 0] : [2, 0xA0, 0x86, 1, 0]
    self.modes = modes
  }

  static let all: [TableRow] = {
    var adc = TableRow(
      "adc1000-usb", old: true, pixels: 2048, bytes: 4097, status: false, channels: 2048,
      fullScale: 4095, dark: [2...23], exposure: (5000, 65_535_000))
    adc.hundredMilliseconds = [2, 0x64, 0]
    var qe = TableRow(
      "qe65000", slots: 18, pixels: 1280, bytes: 2561, channels: 1044, fullScale: 65_535,
      flip: 0x8000, dark: [0...3, 1040...1043], exposure: (8000, 1_600_000_000),
      milliseconds: true, modes: [0, 1, 3])
    qe.origin = 10
    return [
      adc, qe,
      TableRow(
        "hr2000", old: true, pixels: 2048, bytes: 4097, status: false, channels: 2048,
        fullScale: 4095, dark: [2...23], exposure: (3000, 65_535_000), modes: [0, 1, 3]),
      TableRow(
        "usb650", old: true, pixels: 2048, bytes: 4097, channels: 2048, fullScale: 4095,
        exposure: (3000, 65_535_000), modes: [0, 1, 3]),
      TableRow(
        "hr2000plus", pixels: 2048, bytes: 4097, channels: 2048, fullScale: 16_383, flip: 0x2000,
        dark: [2...23], exposure: (1000, 655_350_000)),
      TableRow(
        "nirquest512", slots: 20, pixels: 512, bytes: 1025, firmware: false, channels: 512,
        fullScale: 65_535, flip: 0x8000, exposure: (1000, 1_600_000_000), milliseconds: true),
      TableRow(
        "nirquest256", slots: 20, pixels: 256, bytes: 513, firmware: false, channels: 256,
        fullScale: 65_535, flip: 0x8000, exposure: (1000, 1_600_000_000), milliseconds: true),
      TableRow(
        "maya2000pro", slots: 18, pixels: 2304, bytes: 4609, channels: 2068, fullScale: 64_000,
        dark: [0...3, 2064...2067], exposure: (7200, 65_000_000)),
      TableRow(
        "maya2000", pixels: 2304, bytes: 4609, channels: 2080, fullScale: 65_535,
        dark: [0...7, 2072...2079], exposure: (15_000, 1_600_000_000), modes: [0, 1, 3]),
      TableRow(
        "torus", slots: 18, pixels: 2048, bytes: 4097, channels: 2048, fullScale: 65_535,
        exposure: (1000, 655_350_000)),
      TableRow(
        "apex", slots: 18, pixels: 2304, bytes: 4609, channels: 2068, fullScale: 64_000,
        dark: [0...3, 2064...2067], exposure: (15_000, 1_600_000_000), modes: []),
      TableRow(
        "maya-lsl", slots: 18, pixels: 2304, bytes: 4609, channels: 2068, fullScale: 64_000,
        dark: [0...3, 2064...2067], exposure: (7200, 65_000_000)),
      TableRow(
        "flame-nir", slots: 18, pixels: 128, bytes: 256, status: false, firmware: false,
        mark: false, channels: 128, fullScale: 65_535, exposure: (1000, 655_350_000)),
      TableRow(
        "jaz", slots: 18, pixels: 2048, bytes: 4096, status: false, firmware: false, mark: false,
        channels: 2048, fullScale: 65_535, dark: [2...23], exposure: (1000, 655_350_000)),
    ]
  }()
}

@Suite struct TableTests {
  @Test(arguments: TableRow.all)
  func openingAndReadingGoInTheDocumentedOrder(row: TableRow) throws {
    let (script, spectrometer) = try row.wire.open()
    #expect(spectrometer.record.memory.count == row.wire.slotCount)
    let frame = row.wire.frame
    script.expect(row.wire.readout(frame))
    let (readout, bytes) = try spectrometer.read()
    #expect(readout.outcome == .complete)
    #expect(bytes == frame)
    script.expect(row.wire.readout(Array(frame.dropLast())))
    #expect(try spectrometer.read().0.outcome == .partial)
    guard row.wire.hasEndMark else { return }
    script.expect(row.wire.drains + row.wire.readout(frame.dropLast() + [0x00]))
    #expect(try spectrometer.read().0.outcome == .refused(.lostSync))
    #expect(script.isFinished, "\(script.state)")
  }

  @Test(arguments: TableRow.all)
  func exposureIsSentAsTheModelTakesIt(row: TableRow) throws {
    let (script, spectrometer) = try row.wire.open()
    for wrong in [row.exposure.0 - 1, row.exposure.1 + 1] {
      #expect(throws: DriverError.self) {
        _ = try spectrometer.apply(Settings(["integration_us": wrong]))
      }
    }
    script.expect([.write(row.hundredMilliseconds)])
    let sent = try spectrometer.apply(Settings(["integration_us": 100_000.4]))
    #expect(sent["integration_us"] == 100_000)
    let profile = try row.wire.profile
    let rule = try #require(profile.setting("integration_us"))
    #expect((rule.minimum, rule.maximum) == row.exposure)
    #expect((profile.setting("trigger_mode")?.choices ?? []) == row.modes)
    #expect(script.isFinished, "\(script.state)")
  }

  @Test(arguments: TableRow.all)
  func detectorIsThatOfTheTable(row: TableRow) throws {
    let detector = try interpreter(row.wire).detector
    #expect(detector.channelCount == row.channels)
    #expect(detector.fullScale == row.fullScale)
    #expect(detector.saturationCount == row.fullScale)
    #expect(detector.gain == 1)
    #expect(detector.darkChannels == row.dark)
    #expect(detector.wavelengthOrigin == row.origin)
    #expect(try row.wire.profile.setting("electric_dark") == nil || !row.dark.isEmpty)
  }

  /// Every pixel another value; what comes behind the published ones is filler.
  @Test(arguments: TableRow.all)
  func countsComeBackFromTheWire(row: TableRow) throws {
    let words = row.wire.frameSize / 2
    let top = Int(row.isSplit ? 4095 : 65_535)
    let values = (0..<words).map { UInt16((37 * $0 + 5) % (top + 1)) }
    var frame: [UInt8] = []
    if row.isSplit {
      for block in stride(from: 0, to: words, by: 64) {
        let part = values[block..<block + 64]
        frame += part.map { UInt8(truncatingIfNeeded: $0) }
        frame += part.map { UInt8($0 >> 8) | 0xF0 }
      }
    } else {
      frame = values.flatMap {
        [UInt8(truncatingIfNeeded: $0 ^ row.flip), UInt8(($0 ^ row.flip) >> 8)]
      }
    }
    if row.wire.hasEndMark { frame.append(0x69) }
    #expect(try decode(row.wire, frame) == values.prefix(row.channels).map(Double.init))
    #expect(throws: DriverError.self) { try decode(row.wire, Array(frame.dropLast())) }
    #expect(throws: DriverError.self) { try decode(row.wire, frame + [0x69]) }
  }

  private func row(_ model: String) throws -> TableRow {
    try #require(TableRow.all.first { $0.wire.model == model })
  }

  /// The page's own vectors, through the models' own profiles.
  @Test func vectorsOfThePageHold() throws {
    for (model, bytes, counts) in [
      ("hr2000plus", [0x00, 0x20, 0x01, 0x20, 0x00, 0x00, 0xFF, 0x1F], [0, 1, 8192, 16_383]),
      ("qe65000", [0x00, 0x80, 0x01, 0x80, 0x00, 0x00, 0xFF, 0x7F], [0, 1, 32_768, 65_535]),
      ("nirquest512", [0x00, 0x80, 0x01, 0x80, 0x00, 0x00, 0xFF, 0x7F], [0, 1, 32_768, 65_535]),
    ] as [(String, [UInt8], [Double])] {
      let wire = try row(model).wire
      var frame = wire.frame
      frame.replaceSubrange(0..<8, with: bytes)
      #expect(try Array(decode(wire, frame)[..<4]) == counts)
    }
    for (model, data, gain) in [
      ("maya2000pro", [0x50, 0xC3, 0, 0, 0, 0], 1.28), ("apex", [0x50, 0xC3, 0, 0, 0, 0], 1.28),
      ("maya-lsl", [0x50, 0xC3, 0, 0, 0, 0], 1.28), ("maya-lsl", [0x00, 0x80, 0, 0, 0, 0], 1),
      ("nirquest512", [0, 0, 0, 0, 0x60, 0xEA], 1.09225),
      ("nirquest256", [0, 0, 0, 0, 0xFF, 0xFF, 1], 1),
      ("torus", [0, 0, 0, 0, 0xFC, 0xD0], 1.2249532710280373),
      ("jaz", [0, 0, 0, 0, 0xFC, 0xD0], 1.2249532710280373),
      ("flame-nir", [0, 0, 0, 0, 0xFC, 0xD0], 1.2249532710280373),
      ("maya2000", [0x50, 0xC3, 0, 0, 0xFC, 0xD0], 1), ("qe65000", [0, 0, 0, 0, 0xFC, 0xD0], 1),
    ] as [(String, [UInt8], Double)] {
      var wire = try row(model).wire
      wire.slots[17] = data + [UInt8](repeating: 0, count: 15 - data.count)
      #expect(abs(try interpreter(wire).detector.gain - gain) < 1e-12, "\(model)")
    }
  }

  /// The page gives 335.64926700981005 nm at p = 0 and 339.4582 at p = 10.
  @Test func axisOfTheQE65000BeginsTenPixelsEarlier() throws {
    let detector = try interpreter(row("qe65000").wire).detector
    guard case .coefficients(let c) = detector.wavelength else {
      Issue.record("\(detector.wavelength)")
      return
    }
    func nanometres(_ p: Double) -> Double {
      c.reversed().reduce(0) { $0 * (p - detector.wavelengthOrigin) + $1 }
    }
    #expect(abs(nanometres(0) - 335.64926700981005) < 1e-9)
    #expect(abs(nanometres(10) - 339.4582) < 1e-9)
  }

  @Test func operandOfAnImpossibleSizeIsRefused() throws {
    var profile = try row("adc1000-usb").wire.profile
    guard case .map(var facts) = profile.facts, case .map(var integration) = facts["integration"]
    else {
      Issue.record("facts.integration is no map")
      return
    }
    integration["operand_bytes"] = .integer(3)
    facts["integration"] = .map(integration)
    profile.facts = .map(facts)
    let record = try row("adc1000-usb").wire.record
    #expect(throws: DriverError.self) { _ = try OOISpectrometer.interpret(profile, record) }
    integration["operand_bytes"] = .integer(2)
    integration["microseconds_per_unit"] = .integer(1)
    facts["integration"] = .map(integration)
    profile.facts = .map(facts)
    #expect(throws: DriverError.self) { _ = try OOISpectrometer.interpret(profile, record) }
  }
}
