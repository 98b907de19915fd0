import Foundation
import Laboratory
import Processing

/// Reflectance beside the one that the instrument computed by itself.
let jazReflectance = Proof("uvvis-jaz") {
  let columns = try jazColumns("uvvis-jaz/jazspec.jaz", ["W", "D", "R", "S", "P"])
  let (dark, reference, sample) = (columns[1], columns[2], columns[3])
  let ratio = try SpectralRatio.ratio(
    sample: .init(sample), reference: .init(reference), dark: .init(dark),
    .init(ordinate: .reflectance))
  var (strong, all, rows) = (0.0, 0.0, 0)
  for channel in sample.indices where reference[channel] != dark[channel] {
    let difference = abs(100 * ratio.values[channel] - columns[4][channel])
    all = max(all, difference)
    if abs(reference[channel] - dark[channel]) > 100 {
      rows += 1
      strong = max(strong, difference)
    }
  }
  var swapped = ""
  do {
    _ = try SpectralRatio.ratio(
      sample: .init(sample), reference: .init(dark), dark: .init(reference))
  } catch let error as SpectrumError { swapped = error.code }
  var dry = ""
  do {
    _ = try SpectralRatio.ratio(sample: .init(sample), reference: .init(reference), dark: nil)
  } catch let error as SpectrumError { dry = error.code }
  let irradiance = try jazColumns("uvvis-jaz/irrad.JazIrrad", ["W", "D", "S", "P"])
  return [
    Figure("rows", Double(sample.count), 2048, .exact),
    Figure("rows with |R - D| > 100", Double(rows), 2008, .exact),
    Figure("largest difference there, %", strong, 7.5e-6, .atMost),
    Figure("largest difference of all, %", all, 6e-4, .atMost),
    Figure("rows flagged for R = D", Double(ratio.referenceEqualsDark.count), 3, .exact),
    Figure(
      "rows with R = D have no value",
      ratio.referenceEqualsDark.allSatisfy { ratio.values[$0].isNaN && ratio.absorbance[$0].isNaN }),
    Figure("dark and reference swapped", swapped, is: "spectrum-reference-below-dark"),
    Figure("no dark", dry, is: "spectrum-no-dark"),
    Figure("irradiance file, rows", Double(irradiance[0].count), 2048, .exact),
  ]
}

private func jazColumns(_ path: String, _ names: [String]) throws -> [[Double]] {
  var columns = [[Double]](repeating: [], count: names.count)
  var isTable = false
  for line in try SharedMaterial.text(path).split(whereSeparator: \.isNewline) {
    let cells = line.split(separator: "\t").map { $0.trimmingCharacters(in: .whitespaces) }
    if cells == names {
      isTable = true
    } else if isTable, cells.count == names.count {
      let numbers = cells.compactMap(Double.init)
      guard numbers.count == names.count else { continue }
      for index in names.indices { columns[index].append(numbers[index]) }
    }
  }
  return columns
}
