import Instruments
import Testing

@testable import StanfordResearch

/// The vectors of the document, checked there against the maker's own driver.
@Suite struct DecodingTests {
  static let words: [([UInt8], Double, Double)] = [
    ([0x00, 0x00, 0x00, 0x00], 0, 0), ([0x01, 0x00, 0x00, 0x00], 1, 1e-16),
    ([0xFF, 0xFF, 0xFF, 0xFF], -1, -1e-16), ([0xFF, 0x00, 0x00, 0x00], 255, 2.55e-14),
    ([0x87, 0xD6, 0x12, 0x00], 1_234_567, 1.234567e-10),
    ([0x79, 0x29, 0xED, 0xFF], -1_234_567, -1.234567e-10),
    ([0xFF, 0xFF, 0xFF, 0x7F], 2_147_483_647, 2.147483647e-07),
    ([0x00, 0x00, 0x00, 0x80], -2_147_483_648, -2.147483648e-07),
  ]

  static func interpreter(
    _ model: String = "rga200", memory: [String: String] = ["sp": "0.1033", "st": "0.0197"]
  ) throws -> MassInterpreter {
    let blocks = memory.map {
      InstrumentRecord.MemoryBlock(name: $0.key, bytes: FakeHead.text($0.value))
    }
    let record = InstrumentRecord(
      model: "stanford-research/\(model)", serialNumber: "12226", memory: blocks)
    return try ResidualGasAnalyzer.interpret(try Stand.profile(model), record)
  }

  static func decode(
    _ bytes: [UInt8], _ interpreter: MassInterpreter, _ layout: MassScanLayout
  ) throws -> ([Double], Double?) {
    var counts = [Double](repeating: .nan, count: layout.massToCharge.count)
    var span = counts.mutableSpan
    let total = try interpreter.decode(bytes.span, layout, &span)
    return (counts, total)
  }

  @Test(arguments: words)
  func aWordIsASignedLittleEndianCurrent(_ bytes: [UInt8], _ raw: Double, _ ampere: Double) throws {
    let interpreter = try Self.interpreter()
    let layout = try interpreter.layout(
      Settings(["scan_kind": 2, "mass_2_amu": 0, "mass_3_amu": 0, "mass_4_amu": 0, "mass_5_amu": 0])
    )
    #expect(layout.byteCount == 8)
    #expect(layout.amperesPerCount == 1e-16)
    let (counts, total) = try Self.decode(bytes + bytes, interpreter, layout)
    #expect(counts == [raw])
    #expect(total == raw)
    #expect(abs(counts[0] * layout.amperesPerCount - ampere) <= abs(ampere) * 1e-12)
  }

  @Test func anAnalogScanHasItsPointsAndTheTotal() throws {
    let interpreter = try Self.interpreter()
    let layout = try interpreter.layout(Settings(["last_mass_amu": 2]))
    #expect(layout.kind == .profile)
    #expect(layout.byteCount == 48)
    #expect(layout.massToCharge == [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0])
    var bytes: [UInt8] = []
    for i in 0..<11 { bytes += FakeHead.word(Int32(i) - 5) }
    bytes += [0x06, 0x12, 0x0F, 0x00]
    let (counts, total) = try Self.decode(bytes, interpreter, layout)
    #expect(counts == (0..<11).map { Double($0) - 5 })
    #expect(total == 987_654)
    #expect(abs((total ?? 0) * layout.amperesPerCount - 9.87654e-11) < 1e-22)
  }

  @Test func aHistogramHasOnePointAMass() throws {
    let layout = try Self.interpreter().layout(Settings(["scan_kind": 1, "last_mass_amu": 12]))
    #expect(layout.kind == .centroid)
    #expect(layout.byteCount == 52)
    #expect(layout.massToCharge == (1...12).map(Double.init))
    #expect(layout.carriesTotal)
  }

  @Test func selectedMassesKeepTheirOrder() throws {
    let settings = Settings(["scan_kind": 2, "mass_1_amu": 44, "mass_2_amu": 0, "mass_10_amu": 2])
    let layout = try Self.interpreter().layout(settings)
    #expect(layout.kind == .selected)
    #expect(layout.massToCharge == [44, 32, 40, 44, 2])
    #expect(layout.byteCount == 24)
  }

  /// An axis added up step by step would miss these.
  @Test func theAxisIsExactAtEveryWholeMass() throws {
    for steps in 10...25 {
      let layout = try Self.interpreter("rga300").layout(
        Settings(["last_mass_amu": 300, "steps_per_amu": Double(steps)]))
      #expect(layout.massToCharge.count == 299 * steps + 1)
      for mass in 1...300 { #expect(layout.massToCharge[(mass - 1) * steps] == Double(mass)) }
    }
  }

  @Test func pressureFactorsAreThoseOfTheDocument() throws {
    let layout = try Self.interpreter().layout(Settings())
    guard case .torrPerAmpere(let partial) = layout.partialPressure,
      case .torrPerAmpere(let total) = layout.totalPressure
    else {
      Issue.record("both sensitivities are stored")
      return
    }
    #expect(abs(partial * layout.amperesPerCount - 9.68054211e-13) < 5e-22)
    #expect(abs(1_234_567 * layout.amperesPerCount * partial - 1.19512778e-06) < 5e-15)
    #expect(abs(4321 * layout.amperesPerCount * total - 2.1934010e-08) < 5e-16)
  }

  @Test func withTheMultiplierOnItsGainGoesOff() throws {
    let interpreter = try Self.interpreter(
      memory: ["sp": "0.1033", "st": "0.0197", "mg": "1.2345", "mv": "1400"])
    let layout = try interpreter.layout(Settings(["multiplier_V": 1400, "last_mass_amu": 2]))
    #expect(layout.detector == .multiplier(volts: 1400, gain: 1234.5))
    guard case .torrPerAmpere(let partial) = layout.partialPressure else {
      Issue.record("the gain is stored for this voltage")
      return
    }
    #expect(abs(partial * 1234.5 * 1e-16 - 9.68054211e-13) < 5e-22)
    guard case .missing = layout.totalPressure else {
      Issue.record("no total is measured")
      return
    }
    // The word of the total is sent all the same, and says nothing.
    #expect(!layout.carriesTotal && layout.byteCount == 48)
    let (counts, total) = try Self.decode(
      [UInt8](repeating: 0, count: 48), interpreter, layout)
    #expect(counts.count == 11 && total == nil)
    let other = try interpreter.layout(Settings(["multiplier_V": 1200]))
    #expect(other.detector == .multiplier(volts: 1200, gain: nil))
    #expect(
      other.partialPressure
        == .missing(reason: "the unit stores no multiplier gain for 1200 V"))
  }

  @Test func absurdSensitivitiesAreNotUsed() throws {
    for said in ["0", "0.0000", "-1", "10.1", "1e999", "nan", "0x1p3", "", "0.1 ", "--1"] {
      let interpreter = try Self.interpreter(memory: ["sp": said, "st": said])
      let layout = try interpreter.layout(Settings())
      guard case .missing(let reason) = layout.partialPressure else {
        Issue.record("SP '\(said)' was used")
        continue
      }
      #expect(reason.contains("SP"))
      if said != "10.1" {
        #expect(layout.totalPressure != .torrPerAmpere(1000), "\(said)")
      }
    }
    let bare = try Self.interpreter(memory: [:]).layout(Settings())
    guard case .missing = bare.totalPressure else {
      Issue.record("nothing is stored")
      return
    }
  }

  @Test func timesComeFromTheNoiseFloor() throws {
    let analog = [2000.0, 1000, 400, 200, 126, 45, 30, 15]
    let single = [2200.0, 1100, 440, 220, 139, 50, 33, 16.5]
    for floor in 0...7 {
      let settings = ["noise_floor": Double(floor), "steps_per_amu": 20]
      let interpreter = try Self.interpreter()
      let profile = try interpreter.layout(Settings(settings))
      #expect(profile.pointTime == .microseconds(Int64((analog[floor] * 50).rounded())))
      for kind in [1.0, 2] {
        let layout = try interpreter.layout(
          Settings(settings.merging(["scan_kind": kind]) { $1 }))
        #expect(layout.pointTime == .microseconds(Int64((single[floor] * 1000).rounded())))
      }
    }
  }

  @Test func framesOfAWrongLengthAreRefused() throws {
    let interpreter = try Self.interpreter()
    let layout = try interpreter.layout(Settings(["last_mass_amu": 2]))
    for count in [0, 1, 3, 4, 44, 47, 49, 52] {
      #expect(
        throws: DriverError.truncated(what: "frame", got: count, expected: 48)
      ) {
        _ = try Self.decode([UInt8](repeating: 0, count: count), interpreter, layout)
      }
    }
    var few = [Double](repeating: 0, count: 10)
    #expect(throws: DriverError.self) {
      var span = few.mutableSpan
      _ = try interpreter.decode([UInt8](repeating: 0, count: 48).span, layout, &span)
    }
    // A layout from elsewhere must not make the decoder read beyond the bytes.
    var wrong = layout
    wrong.byteCount = 12
    #expect(throws: DriverError.self) {
      _ = try Self.decode([UInt8](repeating: 0, count: 12), interpreter, wrong)
    }
  }

  @Test func settingsThatAProfileDoesNotAllowGiveNoLayout() throws {
    let interpreter = try Self.interpreter()
    for settings in [
      ["first_mass_amu": 0.0], ["last_mass_amu": 201], ["first_mass_amu": 60],
      ["steps_per_amu": 9], ["noise_floor": 8], ["scan_kind": 3], ["emission_mA": 0.01],
      ["multiplier_V": 9], ["nothing": 1], ["last_mass_amu": .nan],
      [
        "scan_kind": 2, "mass_1_amu": 0, "mass_2_amu": 0, "mass_3_amu": 0, "mass_4_amu": 0,
        "mass_5_amu": 0,
      ],
    ] {
      #expect(throws: DriverError.self, "\(settings)") {
        _ = try interpreter.layout(Settings(settings))
      }
    }
  }

  @Test func aRecordOfAnotherModelIsRefused() throws {
    #expect(throws: DriverError.self) {
      _ = try ResidualGasAnalyzer.interpret(
        try Stand.profile("rga300"),
        InstrumentRecord(model: "stanford-research/rga200", serialNumber: "1"))
    }
  }

  @Test func identitiesAreTakenApart() {
    let said = RGADecoding.identity(Array("SRSRGA200VER0.24SN12226".utf8), begins: "SRSRGA")
    #expect(said?.model == "200")
    #expect(said?.firmware == "0.24")
    #expect(said?.serialNumber == "12226")
    for wrong in [
      "", "SRSRGA", "SRSRGA20", "SRSRGA200", "SRSRGA200VER", "SRSRGA200VERSN1", "SRSRGA200VER1SN",
      "SRSRGA200VER1", "SRSQMS200VER0.24SN12226", "SRSRGA200VER0.24SN1 2",
      "SRSRGA200VER0.24SN1222612226122261222612226", "SRSRGA200VER0.24SNU12226",
      "SRSRGA200VER0.U24SN12226", "SRSRGA200VER024SN12226",
    ] {
      #expect(RGADecoding.identity(Array(wrong.utf8), begins: "SRSRGA") == nil, "\(wrong)")
    }
  }

  @Test func bytesOfStatusAreDecimalDigits() {
    for byte in 0...255 { #expect(RGADecoding.byte(Array("\(byte)".utf8).span) == UInt8(byte)) }
    for wrong in ["", "256", "1000", "-1", "+1", "1.0", " 1", "0x1", "\u{0}"] {
      #expect(RGADecoding.byte(Array(wrong.utf8).span) == nil, "\(wrong)")
    }
  }
}
