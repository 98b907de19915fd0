import Instruments
import Testing

@testable import StanfordResearch

@Suite struct SettingTests {
  @Test func nothingIsSentForASettingOutOfRange() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    let before = head.sent.count
    for (settings, name) in [
      (["first_mass_amu": 0.0], "first_mass_amu"), (["last_mass_amu": 201], "last_mass_amu"),
      (["first_mass_amu": 60, "last_mass_amu": 50], "first_mass_amu"),
      (["steps_per_amu": 26], "steps_per_amu"), (["noise_floor": 8], "noise_floor"),
      (["noise_floor": 1.5], "noise_floor"), (["scan_kind": 3], "scan_kind"),
      (["electron_energy_eV": 24], "electron_energy_eV"), (["focus_V": 151], "focus_V"),
      (["ion_energy_high": 2], "ion_energy_high"), (["emission_mA": 0.01], "emission_mA"),
      (["emission_mA": 3.51], "emission_mA"), (["emission_mA": -1], "emission_mA"),
      (["multiplier_V": 9, "emission_mA": 1], "multiplier_V"),
      (["multiplier_V": 2491], "multiplier_V"), (["multiplier_V": 1400], "multiplier_V"),
      (["mass_3_amu": 201], "mass_3_amu"), (["emission_mA": .nan], "emission_mA"),
      (
        [
          "scan_kind": 2, "mass_1_amu": 0, "mass_2_amu": 0, "mass_3_amu": 0, "mass_4_amu": 0,
          "mass_5_amu": 0,
        ], "mass_1_amu"
      ),
    ] {
      do {
        // A good one beside it must not be sent either.
        _ = try instrument.apply(Settings(["noise_floor": 2].merging(settings) { $1 }))
        Issue.record("\(settings) was taken")
      } catch {
        guard case .outOfRange(let refused, _, _) = error else {
          Issue.record("\(settings): \(error)")
          continue
        }
        #expect(refused == name)
      }
    }
    #expect(throws: DriverError.unknownSetting(name: "laser_nm")) {
      _ = try instrument.apply(Settings(["laser_nm": 785]))
    }
    #expect(head.sent.count == before)
  }

  @Test func aMultiplierThatIsNotThereIsRefusedBeforeAnythingIsSent() throws {
    let head = FakeHead()
    head.parameters["MO"] = "0"
    var instrument = try Stand.open(head)
    let before = head.sent.count
    do {
      _ = try instrument.apply(try Stand.settings(["multiplier_V": 1400]))
      Issue.record("it was taken")
    } catch let error as DriverError {
      guard case .outOfRange("multiplier_V", 1400, let rule) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(rule.maximum == 0)
    }
    #expect(head.sent.count == before)
  }

  @Test func theStandardSettingsAreSentInTheOrderThatIsSafe() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    let before = head.sent.count
    let sent = try instrument.apply(
      try Stand.settings([
        "first_mass_amu": 10, "last_mass_amu": 60, "noise_floor": 7, "steps_per_amu": 20,
        "electron_energy_eV": 50, "focus_V": 100, "multiplier_V": 1400,
      ]))
    #expect(
      head.commands(after: before) == [
        "EE50", "VF100", "NF7", "NF?", "SA20", "SA?", "MI10", "MI?", "MF60", "MF?", "AP?",
        "FL1.00", "TP1", "TP?", "TP?", "HV1400", "ER?",
      ])
    #expect(sent["emission_mA"] == 1)
    #expect(sent["multiplier_V"] == 1400)
    #expect(sent["mass_2_amu"] == 28)
    #expect(sent.values.count == 20)
  }

  @Test func whatDidNotChangeIsNotSentAgain() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    let settings = try Stand.settings(Stand.short)
    _ = try instrument.apply(settings)
    let before = head.sent.count
    _ = try instrument.apply(settings)
    _ = try instrument.apply(Settings())
    #expect(head.sent.count == before)
    _ = try instrument.apply(Settings(["noise_floor": 5]))
    #expect(head.commands(after: before) == ["NF5", "NF?", "AP?", "ER?"])
  }

  /// The head refuses a first mass above the last, also for a moment.
  @Test func firstIsNeverAboveLast() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    for (first, last) in [(1.0, 50.0), (100, 120), (2, 4), (4, 4), (5, 200), (200, 200), (1, 1)] {
      _ = try instrument.apply(Settings(["first_mass_amu": first, "last_mass_amu": last]))
      #expect(head.parameters["MI"] == "\(Int(first))")
      #expect(head.parameters["MF"] == "\(Int(last))")
      #expect(head.details["EC"] == 0)
    }
  }

  @Test func emissionIsSentWithTwoDecimals() throws {
    for (asked, command) in [(0.02, "FL0.02"), (0.29, "FL0.29"), (1, "FL1.00"), (3.5, "FL3.50")] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      let sent = try instrument.apply(Settings(["emission_mA": asked]))
      #expect(head.sent.contains(command), "\(asked)")
      #expect(abs((sent["emission_mA"] ?? 0) - asked) < 1e-12)
    }
  }

  @Test func aParameterThatReadsBackOtherwiseIsRefused() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    head.tamper = { $0 == "NF?" ? FakeHead.text("3") : $1 }
    #expect(
      throws: DriverError.unexpectedAnswer(
        what: "The answer to NF?", detail: "3.0 after NF5 was sent")
    ) {
      _ = try instrument.apply(Settings(["noise_floor": 5]))
    }
    #expect(head.sent.contains("EC?"))
  }

  @Test func aRefusedParameterIsNamedAsTheHeadNamesIt() throws {
    for (byte, said) in [
      (UInt8(1), "bad command"), (2, "bad parameter"), (4, "command too long"),
      (8, "receive overwrite"), (16, "transmit overwrite"), (32, "jumper violation"),
      (64, "parameter conflict"),
    ] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      head.onCommand = { if $0 == "NF5" { head.details["EC"] = byte } }
      head.tamper = { $0 == "NF?" ? FakeHead.text("4") : $1 }
      #expect(
        throws: DriverError.unexpectedAnswer(
          what: "The answer to NF?", detail: "4.0 after NF5 was sent (RS232_ERR \(said))")
      ) {
        _ = try instrument.apply(Settings(["noise_floor": 5]))
      }
      #expect(head.details["EC"] == 0)
    }
  }

  @Test func anotherNumberOfPointsIsRefused() throws {
    for (kind, question) in [(0.0, "AP?"), (1, "HP?")] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      head.tamper = { $0 == question ? FakeHead.text("12") : $1 }
      #expect(throws: DriverError.self) {
        _ = try instrument.apply(Settings(["scan_kind": kind, "last_mass_amu": 3]))
      }
      #expect(head.parameters["FL"] == "0")
    }
  }

  @Test func faultsOfTheFilamentAreNamedAndSwitchItOff() throws {
    for (byte, said) in [
      (UInt8(0x20), "FIL_ERR pressure too high"), (0x40, "FIL_ERR cannot reach emission"),
      (0x81, "FIL_ERR single filament operation, no filament"),
    ] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      head.onCommand = { if $0.hasPrefix("FL1") { head.details["EF"] = byte } }
      let before = head.sent.count
      #expect(throws: DriverError.instrumentFault(detail: "FL1.00: \(said)")) {
        _ = try instrument.apply(try Stand.settings(Stand.short))
      }
      let off = head.commands(after: before)
      #expect(off.suffix(5) == ["HV0", "FL0", "MR0", "FL?", "HV?"])
      #expect(head.parameters["FL"] == "0")
    }
  }

  @Test func theMultiplierStaysOffWhereTheVacuumIsBad() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    // 5e-6 Torr at 0.0197 mA/Torr is 985000 counts.
    head.total = 985_001
    do {
      _ = try instrument.apply(try Stand.settings(["multiplier_V": 1400]))
      Issue.record("it came on")
    } catch let error as DriverError {
      guard case .instrumentFault(let detail) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(detail.hasPrefix("the multiplier stays off at 5.0"))
      #expect(detail.contains("pump"))
    }
    #expect(!head.sent.contains("HV1400"))
    #expect(head.parameters["FL"] == "0")
    head.total = 984_999
    _ = try instrument.apply(try Stand.settings(["multiplier_V": 1400]))
    #expect(head.parameters["HV"] == "1400")
  }

  @Test func withoutASensitivityTheMultiplierStaysOff() throws {
    let head = FakeHead()
    head.parameters["ST"] = "0.0000"
    var instrument = try Stand.open(head)
    #expect(throws: DriverError.self) {
      _ = try instrument.apply(try Stand.settings(["multiplier_V": 1400]))
    }
    #expect(!head.sent.contains("HV1400"))
    _ = try instrument.apply(try Stand.settings([:]))
    #expect(head.parameters["FL"] == "1.00")
  }

  /// A head that does not measure the total tells 0, which is no vacuum.
  @Test func withoutATotalTheMultiplierStaysOff() throws {
    let head = FakeHead()
    head.total = 0
    var instrument = try Stand.open(head)
    #expect(throws: DriverError.self) {
      _ = try instrument.apply(try Stand.settings(["multiplier_V": 1400]))
    }
    #expect(!head.sent.contains("HV1400"))
    #expect(head.parameters["FL"] == "0")
  }

  @Test func theFilamentGoesOutAgainWhereThePressureIsTooHigh() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    // 1e-4 Torr at 0.0197 mA/Torr is 19700000 counts.
    head.total = 19_700_002
    #expect(throws: DriverError.self) { _ = try instrument.apply(try Stand.settings([:])) }
    #expect(head.parameters["FL"] == "0")
  }

  @Test func theMultiplierGoesOffBeforeTheBeamChanges() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(["multiplier_V": 1400]))
    var before = head.sent.count
    _ = try instrument.apply(Settings(["emission_mA": 2]))
    #expect(
      head.commands(after: before) == [
        "HV0", "AP?", "FL2.00", "TP1", "TP?", "TP?", "HV1400", "ER?",
      ])
    before = head.sent.count
    _ = try instrument.apply(Settings(["emission_mA": 0, "multiplier_V": 0]))
    #expect(head.commands(after: before).prefix(2) == ["HV0", "FL0"])
    // Without the multiplier the total is measured again.
    #expect(head.commands(after: before).contains("TP1"))
  }

  @Test func waitsAreThoseOfTheDocument() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    head.readWaits = []
    head.tamper = { command, answer in
      guard command.hasPrefix("FL1") else { return answer }
      head.readWaits = []
      return answer
    }
    _ = try instrument.apply(Settings(["emission_mA": 1]))
    #expect(head.readWaits[0] > .seconds(59) && head.readWaits[0] <= .seconds(60))
  }

  @Test func frameTimesComeFromTheNoiseFloorOrTheLine() throws {
    let head = FakeHead()
    head.model = "300"
    head.parameters["MF"] = "300"
    var instrument = try Stand.open(head, "rga300")
    let all: [String: Double] = ["first_mass_amu": 1, "last_mass_amu": 300, "steps_per_amu": 25]
    _ = try instrument.apply(Settings(all.merging(["noise_floor": 4]) { $1 }))
    #expect(instrument.largestFrame == 29_908)
    // 7476 points of 5.04 ms.
    #expect(instrument.frameTime == .microseconds(7476 * 5040))
    _ = try instrument.apply(Settings(["noise_floor": 7]))
    // 29908 bytes of 10 bits at 28800 baud: the line is slower than the electrometer.
    #expect(abs(instrument.frameTime.inSeconds - 10.3847) < 1e-4)
    _ = try instrument.apply(Settings(["scan_kind": 2]))
    #expect(instrument.frameTime == .microseconds(5 * 16_500))
  }
}
