import Foundation
import Testing

/// A recording of a B&W Tek spectrometer, read here by code of the tests' own.
struct RecordingFile {
  var header: [String: String] = [:]
  var wavelength: [Double?] = []
  var shift: [Double?] = []
  var dark: [Double] = []
  var raw: [Double] = []
  var subtracted: [Double] = []

  init(_ path: String) throws {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    var columns: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let cells = line.split(separator: ";", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: ",", with: ".")
      }
      if cells[0] == "Pixel" {
        columns = cells
      } else if columns.isEmpty {
        header[cells[0]] = cells.count > 1 ? cells[1] : ""
      } else {
        func cell(_ name: String) -> String {
          columns.firstIndex { $0.hasPrefix(name) }.map { cells[$0] } ?? ""
        }
        wavelength.append(Double(cell("Wavelength")))
        shift.append(Double(cell("Raman Shift")))
        dark.append(try #require(Double(cell("Dark"))))
        raw.append(try #require(Double(cell("Raw data"))))
        subtracted.append(try #require(Double(cell("Dark Subtracted"))))
      }
    }
  }

  var frames: Int { Int(header["average number"] ?? "1") ?? 1 }
  var laser: String { header["laser_wavelength"] ?? "785" }
}
