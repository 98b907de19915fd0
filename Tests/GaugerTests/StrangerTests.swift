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

  static let models = ["usb2000plus", "usb4000", "usb2000", "hr4000"]
  static let channels = ["usb2000plus": 2048, "usb4000": 3648, "usb2000": 2048, "hr4000": 3648]

  @Test(
    .enabled(if: Outside.strangersWanted && Outside.canEmulate, "no GAUGER_PYTHON or no umockdev"),
    arguments: models, ["cseabreeze", "pyseabreeze"])
  func seabreezeGetsTheSameNumbers(_ model: String, _ backend: String) throws {
    let theirs = try read(model, backend)
    let ours = try acquire(model)
    let channels = try #require(Self.channels[model])
    #expect(theirs.serial == "EMU00042")
    for channel in 0..<channels {
      #expect(abs(theirs.wavelengths[channel] - ours[0].wavelength[channel]) < 1e-9)
    }
    // The stranger does not leave out frames exposed before a change of settings; we do. So its
    // spectra hold ours somewhere, all of them and in order.
    let firsts = theirs.spectra.indices.filter { same(theirs.spectra[$0], ours[0], channels) }
    let first = try #require(firsts.first, "none of its spectra is our first")
    for (index, spectrum) in ours.enumerated() {
      try #require(first + index < theirs.spectra.count)
      #expect(same(theirs.spectra[first + index], spectrum, channels), "spectrum \(index)")
    }
  }

  @Test(
    .enabled(if: Outside.strangersWanted && Outside.canEmulate, "no GAUGER_PYTHON or no umockdev"))
  func seabreezeListsAllFourModelsAtOnce() throws {
    let outcome = try Program.run([
      try #require(Program.path), "emulate", Self.models.joined(separator: ","), "--",
      try #require(Outside.python), "-c",
      "import seabreeze; seabreeze.use('cseabreeze')\n"
        + "from seabreeze.spectrometers import list_devices\n"
        + "print(sorted(d.model for d in list_devices()))",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
        == "['HR4000', 'USB2000', 'USB2000PLUS', 'USB4000']")
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
    let outcome = try Program.emulating(
      [model, "--speed", "100"],
      [
        "acquire", model, "--sample", "compare", "--scans", "3", "--each",
        "--set", "integration_us=100000", "--set", "electric_dark=0", "--set", "nonlinearity=0",
        "--home", home.path,
      ])
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
