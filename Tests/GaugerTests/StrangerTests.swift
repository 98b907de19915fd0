import Foundation
import Testing

/// python-seabreeze, unmodified, reads our emulated instruments over real libusb and gets the same
/// numbers as our driver.
///
/// Without the Python environment these are skipped aloud; `GAUGER_STRANGERS=required` (as in CI)
/// makes them fail instead.
@Suite(.serialized)
struct StrangerTests {
  struct Reading: Decodable {
    var model: String
    var serial: String
    var pixels: Int
    var wavelengths: [Double]
    var spectra: [[Double]]
  }

  /// A model, its published channels, and which back ends of the stranger do not know it.
  struct Known: Sendable, CustomTestStringConvertible {
    var model: String
    var channels: Int
    var unknownTo: Set<String> = []
    var testDescription: String { model }
  }

  static let models = [
    Known(model: "usb2000plus", channels: 2048), Known(model: "usb4000", channels: 3648),
    Known(model: "usb2000", channels: 2048), Known(model: "hr4000", channels: 3648),
    Known(model: "hr2000", channels: 2048),
    Known(model: "usb650", channels: 2048, unknownTo: ["cseabreeze"]),
    Known(model: "adc1000-usb", channels: 2048, unknownTo: ["cseabreeze"]),
    Known(model: "hr2000plus", channels: 2048), Known(model: "qe65000", channels: 1044),
    Known(model: "nirquest512", channels: 512), Known(model: "nirquest256", channels: 256),
    Known(model: "maya2000pro", channels: 2068), Known(model: "maya2000", channels: 2080),
    Known(model: "torus", channels: 2048), Known(model: "apex", channels: 2068),
    Known(model: "maya-lsl", channels: 2068),
    Known(model: "flame-nir", channels: 128, unknownTo: ["pyseabreeze"]),
    Known(model: "jaz", channels: 2048),
  ]

  @Test(
    .enabled(if: Outside.strangersWanted && Outside.canEmulate, "no GAUGER_PYTHON or no umockdev"),
    arguments: models)
  func seabreezeGetsTheSameNumbers(_ known: Known) throws {
    let ours = try acquire(known.model)
    for backend in ["cseabreeze", "pyseabreeze"] where !known.unknownTo.contains(backend) {
      try compare(try read(known.model, backend), ours, known, backend)
    }
  }

  private func compare(
    _ theirs: Reading, _ ours: [RunFolder.Columns], _ known: Known, _ backend: String
  ) throws {
    let channels = known.channels
    #expect(theirs.serial == "EMU00042")
    for channel in 0..<channels {
      #expect(abs(theirs.wavelengths[channel] - ours[0].wavelength[channel]) < 1e-9)
    }
    // pyseabreeze leaves the floating high bits of this one model in, which are ones here.
    let spectra = theirs.spectra.map { spectrum in
      known.model == "adc1000-usb" ? spectrum.map { $0 - 0xF000 } : spectrum
    }
    // The stranger does not leave out frames exposed before a change of settings; we do. So its
    // spectra hold ours somewhere, all of them and in order.
    let firsts = spectra.indices.filter { same(spectra[$0], ours[0], channels) }
    let first = try #require(firsts.first, "\(backend): none of its spectra is our first")
    for (index, spectrum) in ours.enumerated() {
      try #require(first + index < spectra.count)
      #expect(same(spectra[first + index], spectrum, channels), "\(backend): spectrum \(index)")
    }
  }

  @Test(
    .enabled(if: Outside.strangersWanted && Outside.canEmulate, "no GAUGER_PYTHON or no umockdev"))
  func seabreezeListsAllModelsItKnowsAtOnce() throws {
    for (backend, names) in [
      (
        "cseabreeze",
        "['APEX', 'FLAME-NIR', 'HR2000', 'HR2000PLUS', 'HR4000', 'JAZ', 'MAYA2000', "
          + "'MAYA2000PRO', 'MAYALSL', 'NIRQUEST256', 'NIRQUEST512', 'QE65000', 'TORUS', "
          + "'USB2000', 'USB2000PLUS', 'USB4000']"
      ),
      (
        "pyseabreeze",
        "['ADC1000-USB', 'APEX', 'HR2000', 'HR2000PLUS', 'HR4000', 'JAZ', 'MAYA2000', "
          + "'MAYA2000PRO', 'MAYALSL', 'NIRQUEST256', 'NIRQUEST512', 'QE65000', 'TORUS', "
          + "'USB2000', 'USB2000PLUS', 'USB4000', 'USB650']"
      ),
    ] {
      let outcome = try Program.run([
        try #require(Program.path), "emulate", Self.models.map(\.model).joined(separator: ","),
        "--", try #require(Outside.python), "-c",
        "import seabreeze; seabreeze.use('\(backend)')\n"
          + "from seabreeze.spectrometers import list_devices\n"
          + "print(sorted(d.model for d in list_devices()))",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines) == names)
    }
  }

  private func read(_ model: String, _ backend: String) throws -> Reading {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Strangers/read_spectra.py").path
    let outcome = try Program.run([
      try #require(Program.path), "emulate", model, "--speed", "100", "--",
      try #require(Outside.python), script, backend, "100000", "0", "8",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let readings = try JSONDecoder().decode([Reading].self, from: Data(outcome.output.utf8))
    #expect(readings.count == 1)
    return try #require(readings.first)
  }

  private func acquire(_ model: String) throws -> [RunFolder.Columns] {
    let home = try TemporaryFolder()
    let shown = try Program.gauger(["profiles", "show", "ocean-optics/\(model)"])
    // Not every model has channels that no light reaches, or such a polynomial.
    let corrections = ["electric_dark", "nonlinearity"].filter { shown.output.contains($0) }
    let outcome = try Program.emulating(
      [model, "--speed", "100"],
      [
        "acquire", model, "--sample", "compare", "--scans", "3", "--each",
        "--set", "integration_us=100000", "--home", home.path,
      ] + corrections.flatMap { ["--set", "\($0)=0"] })
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    return try (1...3).map { try run.spectrum("spectrum-0000\($0).csv") }
  }

  private func same(_ theirs: [Double], _ ours: RunFolder.Columns, _ channels: Int) -> Bool {
    (0..<channels).allSatisfy {
      // pyseabreeze does not clamp at full scale; the emulated scene stays below it.
      abs(theirs[$0] - ours.intensity[$0]) <= 1e-9 * max(1, abs(ours.intensity[$0]))
    }
  }
}
