import Foundation
import Testing

/// Recordings of real spectrometers, played by the emulated USB2000+ through the real USB library,
/// acquired by the real program, and compared with the vendor's own columns.
@Suite(.serialized, .enabled(if: Outside.recordings != nil && Outside.canEmulate))
struct RealInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var sum: Double
    var saturated: Int
    /// Whether the vendor's Dark Subtracted column is Raw minus Dark.
    var subtracts = true
    var testDescription: String { file }
  }

  // Sums and saturated pixels: SOURCE.md beside the recordings.
  static let cases = [
    Case(file: "ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms", sum: 4_293_954, saturated: 0),
    Case(file: "ICV_BW785__PST02_iRPlus785_Z050_100_3200ms", sum: 5_821_430, saturated: 11),
    Case(
      file: "ICV_BW785__Ne_785nm_x20_50ms", sum: 2_344_716, saturated: 0, subtracts: false),
    Case(file: "ICV_BW785__sCAL02_iRPlus785_Z050_100_3800ms", sum: 3_582_436, saturated: 0),
    Case(file: "ICV_BW785__NISTSRM2241_BW785_100x_25sx5", sum: 52_269_240.8, saturated: 6),
    Case(
      file: "FMNT-M_BW532__PST10_iR532_Probe_100_3000msx7", sum: 7_623_730.14, saturated: 0),
    Case(file: "FMNT-M_BW532__NeonSNQ043_iR532_Probe_5msx2", sum: 3_427_011.0, saturated: 4),
  ]

  @Test(arguments: cases)
  func recordingsComeOutAsTheVendorHasThem(_ given: Case) throws {
    let path = try #require(Outside.recordings) + "/\(given.file).txt"
    let recording = try RecordingFile(path)
    let home = try TemporaryFolder()
    let scans = 3 * recording.frames
    let outcome = try Program.emulating(
      ["usb2000plus", "--play", path, "--speed", "1000"],
      [
        "acquire", "usb2000plus", "--sample", "played", "--scans", "\(scans)", "--dark", "take",
        "--set", "laser_nm=\(recording.laser)", "--set", "electric_dark=0",
        "--set", "nonlinearity=0", "--home", home.path,
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    let spectrum = try run.spectrum()
    #expect(spectrum.raw.count == 2048)
    if recording.frames == 1 {
      #expect(spectrum.raw == recording.raw, "a single recording must come out bit for bit")
      #expect(spectrum.raw.reduce(0, +) == given.sum)
    }
    for channel in 0..<2048 {
      #expect(abs(spectrum.raw[channel] - recording.raw[channel]) <= 1e-4, "\(channel)")
      if let vendor = recording.wavelength[channel] {
        #expect(abs(spectrum.wavelength[channel] - vendor) <= 0.0051, "\(channel)")
      }
      if let vendor = recording.shift[channel] {
        #expect(abs(spectrum.shift[channel] - vendor) <= 0.0051, "\(channel)")
      }
      if given.subtracts {
        let difference = spectrum.intensity[channel] - recording.subtracted[channel]
        #expect(abs(difference) <= 1e-4, "\(channel)")
      }
    }
    let flagged = spectrum.saturated.indices.filter { spectrum.saturated[$0] }
    #expect(flagged == recording.raw.indices.filter { recording.raw[$0] >= 65535 })
    #expect(flagged.count == given.saturated)
    #expect(run.record["emulated"] as? Bool == true)
  }
}
