import Foundation
import Testing

/// The folder of one run, read by code of the tests' own.
struct RunFolder {
  var path: String
  var record: [String: Any]

  /// The only run of a home.
  init(only home: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: home + "/runs")
    #expect(names.count == 1)
    path = home + "/runs/" + (try #require(names.first))
    let data = try Data(contentsOf: URL(fileURLWithPath: path + "/run.json"))
    record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  struct Columns {
    var wavelength: [Double] = []
    var shift: [Double] = []
    var intensity: [Double] = []
    var raw: [Double] = []
    var saturated: [Bool] = []
  }

  var counts: [String: Int] { record["counts"] as? [String: Int] ?? [:] }

  /// The columns of `files/spectrum.csv`.
  func spectrum(_ name: String = "spectrum.csv") throws -> Columns {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/files/\(name)"))
    var columns = Columns()
    var heads: [String] = []
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    where !line.hasPrefix("#") && !line.hasPrefix("\"#") {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      if heads.isEmpty {
        heads = cells
        continue
      }
      func number(_ head: String) -> Double? {
        heads.firstIndex(of: head).flatMap { Double(cells[$0]) }
      }
      if let value = number("wavelength_nm") { columns.wavelength.append(value) }
      if let value = number("raman_shift_per_cm") { columns.shift.append(value) }
      columns.intensity.append(try #require(number("intensity_counts")))
      columns.raw.append(try #require(number("raw_counts")))
      columns.saturated.append(number("saturated") == 1)
    }
    return columns
  }
}
