import Foundation
import Laboratory
import Testing

@testable import Emulation

@Suite struct RecordingTests {
  /// The recordings of real instruments, where they are: file and sum of its raw counts.
  static let sums: [(file: String, sum: Double, averaged: Int)] = [
    ("ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms", 4_293_954, 1),
    ("ICV_BW785__PST02_iRPlus785_Z050_100_3200ms", 5_821_430, 1),
    ("ICV_BW785__Ne_785nm_x20_50ms", 2_344_716, 1),
    ("ICV_BW785__NISTSRM2241_BW785_100x_25sx5", 52_269_240.8, 5),
    ("ICV_BW785__sCAL02_iRPlus785_Z050_100_3800ms", 3_582_436, 1),
    ("FMNT-M_BW532__PST10_iR532_Probe_100_3000msx7", 7_623_730.14, 7),
    ("FMNT-M_BW532__NeonSNQ043_iR532_Probe_5msx2", 3_427_011.0, 2),
  ]

  static let folder: String? = {
    let shared =
      ProcessInfo.processInfo.environment["GAUGER_SHARED"]
      ?? URL(fileURLWithPath: #filePath).appending(path: "../../../../shared").standardized.path
    let path = "\(shared)/data/raman-bwtek-raw"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  @Test(arguments: sums)
  func recordingsArePlayedToTheLastBit(file: String, sum: Double, averaged: Int) throws {
    guard let folder = Self.folder else {
      print("skipped: no recordings; GAUGER_SHARED names no folder that has them")
      return
    }
    let path = "\(folder)/\(file).txt"
    let recording = try Recording(file: path)
    #expect(recording.averaged == averaged)
    #expect(abs(recording.raw.reduce(0, +) - sum) < 0.5 / Double(averaged))
    // The test's own reading of the vendor's columns.
    let rows = try String(contentsOfFile: path, encoding: .utf8)
      .split(whereSeparator: \.isNewline).drop { !$0.hasPrefix("Pixel;") }.dropFirst()
      .map { $0.replacingOccurrences(of: ",", with: ".").components(separatedBy: ";") }
    #expect(rows.count == 2048)
    for (column, lamp) in [(6, UInt8(1)), (4, UInt8(0))] {
      let vendor = try rows.map { try #require(Double($0[column])) }
      var bench = Bench(.usb2000plus, recording: recording)
      bench.send(0x03, lamp, 0)
      _ = bench.spectrum()
      bench.setIntegration(microseconds: 100_000)
      let frames = (0..<averaged).map { _ in bench.spectrum() }
      #expect(bench.spectrum() == frames[0])
      let worst = (0..<2048).map { pixel in
        abs(frames.reduce(0) { $0 + Double($1[pixel]) } / Double(averaged) - vendor[pixel])
      }.max()
      #expect(try #require(worst) <= (averaged == 1 ? 0 : 1e-4))
    }
  }

  @Test(arguments: sums)
  func memoryHoldsTheRecordedWavelengths(file: String, sum: Double, averaged: Int) throws {
    guard let folder = Self.folder else {
      print("skipped: no recordings; GAUGER_SHARED names no folder that has them")
      return
    }
    let recording = try Recording(file: "\(folder)/\(file).txt")
    var bench = Bench(.usb2000plus, recording: recording)
    let stored = try (1...4).map { slot -> Double in
      bench.send(5, UInt8(slot))
      let text = bench.reply().dropFirst(2).prefix { $0 != 0 }
      return try #require(Double(String(decoding: text, as: UTF8.self)))
    }
    let worst = (0..<2048).map { pixel in
      let p = Double(pixel)
      let value = { (c: [Double]) in ((c[3] * p + c[2]) * p + c[1]) * p + c[0] }
      return abs(value(stored) - value(recording.wavelengths))
    }.max()
    #expect(try #require(worst) < 0.0005)
    for slot in [5, 6, 13, 14] {
      bench.send(5, UInt8(slot))
      #expect(bench.reply() == [5, UInt8(slot)] + OOIMemory.blank)
    }
    bench.send(5, 17)
    #expect(bench.reply() == [5, 17] + [UInt8](repeating: 0, count: 15))
  }

  static func text(
    averaged: String = "1", a0: String = "700,5", pixels: Int = 3, heading: String = "Raw data #1",
    rows: [String] = ["0; ; ;10,0;20,0;", "1; ; ;11,0;21,0;", "2; ; ;12,0;22,0;"]
  ) -> String {
    ([
      "File Version;BWRam4.11_11", "intigration times(ms);50", "average number;\(averaged)",
      "coefs_a0;\(a0)", "coefs_a1;0,1", "coefs_a2;-1,0E-06", "coefs_a3;0", "pixel_num;\(pixels)",
      "laser_wavelength;785", "Pixel;Wavelength;Raman Shift;Dark;\(heading);",
    ] + rows).joined(separator: "\r\n")
  }

  @Test func smallRecordingIsRead() throws {
    let recording = try Recording(text: Self.text(), name: "x")
    #expect(recording.raw == [20, 21, 22])
    #expect(recording.dark == [10, 11, 12])
    #expect(recording.wavelengths == [700.5, 0.1, -1e-6, 0])
    #expect(recording.integration == .milliseconds(50))
    #expect(recording.laserWavelength == 785)
  }

  @Test(arguments: [
    (text(averaged: "0"), 3), (text(averaged: "two"), 3), (text(a0: "nan"), 4),
    (text(pixels: 4), 13), (text(heading: "Nothing"), 10),
    (text(rows: ["0; ; ;10;20;", "1; ;"]), 12),
    (text(rows: ["0; ; ;10;20;", "2; ; ;10;20;"]), 12), (text(rows: ["0; ; ;10;-1;"]), 11),
    (text(rows: ["0; ; ;10;65536;"]), 11), (text(rows: ["0; ; ;10;20,5;"]), 11), ("", 1),
    ("Pixel;Dark;Raw data #1;", 1), ("wavelength_nm,counts\n1,2\n2,x\n", 3),
    ("wavelength_nm,counts\n1,2\n1,2\n", 3), ("wavelength_nm,counts\n1,2\n", 3),
    ("wavelength_nm,counts\n1,2\n2,2\n3,2\n9,2\n10,2\n11,2\n30,2\n", 2),
  ])
  func damagedRecordingsAreRefusedWithTheirLine(text: String, line: Int) throws {
    let failure = #expect(throws: Failure.self) { try Recording(text: text, name: "x.txt") }
    #expect(failure?.code == "recording-damaged")
    #expect(failure?.exit == .damaged)
    #expect(failure?.why.hasPrefix("Line \(line): ") == true, "\(failure?.why ?? "")")
  }

  @Test func cutRecordingsAreRefused() throws {
    let whole = Self.text()
    for count in stride(from: 0, to: whole.utf8.count, by: 1) {
      let cut = String(decoding: Array(whole.utf8.prefix(count)), as: UTF8.self)
      let failure = #expect(throws: Failure.self, "\(count)") {
        try Recording(text: cut, name: "x")
      }
      #expect(failure?.code == "recording-damaged")
    }
  }

  @Test func missingRecordingIsRefused() {
    let failure = #expect(throws: Failure.self) { try Recording(file: "/nowhere/x.txt") }
    #expect(failure?.code == "recording-unreadable")
  }

  @Test func twoColumnsAreRead() throws {
    let rows = (0..<2048).map { "\(500 + 0.2 * Double($0) - 1e-6 * Double($0 * $0)),\($0 * 3)" }
    let text = (["wavelength_nm,counts"] + rows).joined(separator: "\n")
    let recording = try Recording(text: text, name: "x")
    let sum: Double = recording.raw.reduce(0, +)
    #expect(sum == 6_288_384)
    #expect(abs(recording.wavelengths[0] - 500) < 1e-6)
    #expect(abs(recording.wavelengths[1] - 0.2) < 1e-8)
    #expect(recording.dark == nil)
  }

  @Test func unfitModelsRefuseRecordings() throws {
    let recording = try Recording(text: Self.text(), name: "x")
    for model in EmulatedCatalogue.usbModels {
      let failure = #expect(throws: Failure.self) {
        try EmulatedCatalogue.make(EmulatedSetup(model: model, recording: recording))
      }
      #expect(failure?.code == "emulation-recording-unfit")
    }
  }

  @Test func badSetupsAreRefused() {
    for (setup, code) in [
      (EmulatedSetup(model: "ocean-optics/none"), "emulation-unknown-model"),
      (EmulatedSetup(model: "ocean-optics/usb4000", speed: 0), "emulation-bad-speed"),
      (EmulatedSetup(model: "ocean-optics/usb4000", speed: .nan), "emulation-bad-speed"),
      (
        EmulatedSetup(model: "ocean-optics/usb4000", serialNumber: "sixteen letters!"),
        "emulation-bad-serial"
      ),
    ] {
      let failure = #expect(throws: Failure.self) { try EmulatedCatalogue.make(setup) }
      #expect(failure?.code == code)
    }
  }
}
