import Emulation
import Foundation
import Laboratory
import Testing

/// A program that knows nothing of us talks to the emulators through real libusb:
/// python-seabreeze with both of its back ends, unmodified.
extension PreloadBenchTests {
  /// What python-seabreeze says of the one instrument on the bus, as JSON.
  struct Account: Decodable {
    var found: Int
    var model: String
    var serial: String
    var axis: [Double]
    var spectra: [[Double]]
  }

  /// One case of the table: model, back end and what that back end is to say.
  struct Stranger: Sendable, CustomTestStringConvertible {
    var model: String
    var backEnd: String
    var name: String
    var pixels: Int
    var first: Double
    var last: Double
    /// Full scale as published.
    var full: Double
    /// How many frames after the last setting it takes until the settled ones come.
    var discarded = 2

    var testDescription: String { "\(model), \(backEnd)" }
  }

  /// The axis ends are typed in from an evaluation in Python.
  ///
  /// pyseabreeze publishes all 3,840 wire pixels of USB4000 and HR4000, the last 192 of them filler;
  /// it never drains the init spectrum of the USB2000, so its frames are one older.
  static let strangers = [
    Stranger(
      model: "ocean-optics/usb2000plus", backEnd: "cseabreeze", name: "USB2000PLUS", pixels: 2048,
      first: 774.5213, last: 1057.676208, full: 65_535),
    Stranger(
      model: "ocean-optics/usb2000plus", backEnd: "pyseabreeze", name: "USB2000PLUS",
      pixels: 2048, first: 774.5213, last: 1057.676208, full: 65_535),
    Stranger(
      model: "ocean-optics/usb4000", backEnd: "cseabreeze", name: "USB4000", pixels: 3648,
      first: 774.4876, last: 1057.735345, full: 65_535),
    Stranger(
      model: "ocean-optics/usb4000", backEnd: "pyseabreeze", name: "USB4000", pixels: 3840,
      first: 774.4876, last: 1071.271722, full: 65_535),
    Stranger(
      model: "ocean-optics/usb2000", backEnd: "cseabreeze", name: "USB2000", pixels: 2048,
      first: 774.6108, last: 1057.588983, full: 4095),
    Stranger(
      model: "ocean-optics/usb2000", backEnd: "pyseabreeze", name: "USB2000", pixels: 2048,
      first: 774.6108, last: 1057.588983, full: 4095, discarded: 3),
    Stranger(
      model: "ocean-optics/hr4000", backEnd: "cseabreeze", name: "HR4000", pixels: 3648,
      first: 774.5547, last: 1057.708757, full: 16_383),
    Stranger(
      model: "ocean-optics/hr4000", backEnd: "pyseabreeze", name: "HR4000", pixels: 3840,
      first: 774.5547, last: 1071.240639, full: 16_383),
  ]

  static let seabreeze = """
    import json, sys, warnings
    warnings.simplefilter("ignore")
    import seabreeze
    seabreeze.use(sys.argv[1])
    from seabreeze.spectrometers import list_devices, Spectrometer
    listed = list_devices()
    s = Spectrometer(listed[0])
    s.integration_time_micros(50000)
    for _ in range(int(sys.argv[3])): s.intensities()
    spectra = [s.intensities().tolist() for _ in range(5)]
    out = dict(found=len(listed), model=s.model, serial=s.serial_number,
      axis=s.wavelengths().tolist(), spectra=spectra)
    s.close()
    json.dump(out, open(sys.argv[2], "w"))
    """

  @Test(.tags(.slow), arguments: strangers)
  func seabreezeTakesSpectra(stranger: Stranger) throws {
    guard let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"] else {
      print("skipped: GAUGER_PYTHON names no python that has seabreeze")
      return
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let device = try EmulatedCatalogue.make(EmulatedSetup(model: stranger.model, speed: 10))
    let bench = try PreloadBench(devices: [device])
    defer { bench.stop() }
    let file = folder.appending(path: "account.json")
    let status = try bench.run([
      python, "-c", Self.seabreeze, stranger.backEnd, file.path, "\(stranger.discarded)",
    ])
    try #require(status == 0)
    let account = try JSONDecoder().decode(Account.self, from: Data(contentsOf: file))
    #expect(account.found == 1)
    #expect(account.model == stranger.name)
    #expect(account.serial == "EMU00042")
    #expect(account.axis.count == stranger.pixels)
    #expect(abs(account.axis[0] - stranger.first) < 1e-4)
    #expect(abs(account.axis[stranger.pixels - 1] - stranger.last) < 1e-4)
    #expect(account.spectra.count == 5)
    #expect(Set(account.spectra).count == 5)
    // Half the exposure that gives 40,000 counts at 16 bit; offset 1,500, masked pixels dark.
    let scale = stranger.full / 65_535
    for spectrum in account.spectra {
      #expect(spectrum.count == stranger.pixels)
      let top = try #require(spectrum.indices.max { spectrum[$0] < spectrum[$1] })
      let shift = 1e7 / 785 - 1e7 / account.axis[top]
      #expect(abs(shift - 1001.4) < 2.5)
      #expect(abs(spectrum[top] / scale - 20_900) < 1000)
      let masked = spectrum[8..<15].reduce(0, +) / 7
      #expect(abs(masked / scale - 1530) < 100)
    }
  }
}
