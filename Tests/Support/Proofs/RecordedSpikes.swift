internal import Foundation
internal import Processing

/// The spike rule on recorded Raman frames: it must cut no band; with a third pixel it would.
let recordedSpikesProof = Proof("raman-bwtek-raw: spikes") {
  // Bands, in 1/cm: polystyrene by ASTM E1840, silicon, calcite.
  let polystyrene = [620.9, 795.8, 1001.4, 1031.8, 1155.3, 1450.5, 1583.1, 1602.3]
  let frames: [(file: String, bands: [Double])] = [
    ("ICV_BW785__PST02_iRPlus785_Z050_100_3200ms", polystyrene),
    ("FMNT-M_BW532__PST10_iR532_Probe_100_3000msx7", polystyrene),
    ("ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms", [520.45]),
    ("ICV_BW785__sCAL02_iRPlus785_Z050_100_3800ms", [282, 712, 1086]),
  ]
  var figures: [Figure] = []
  for (file, bands) in frames {
    let table = try columns("raman-bwtek-raw/\(file).txt")
    for threshold in [3.5, 6, 10] {
      let found = try SpikeRemoval(threshold: threshold).apply(to: table.raw)
      let cut = found.rays.filter { ray in
        guard let shift = table.shifts[ray.index] else { return false }
        return bands.contains { abs($0 - shift) < 12 }
      }
      let name = "\(file.prefix(while: { $0 != "_" })) \(file.split(separator: "_")[2])"
      figures.append(
        Figure(
          "\(name), threshold \(threshold): pixels of bands replaced", Double(cut.count), 0, .exact)
      )
    }
  }
  return figures
}

/// Raman shift and raw counts of a text file of BWRam; a shift that is not shown is nil.
private func columns(_ path: String) throws -> (shifts: [Double?], raw: [Double]) {
  func number(_ cell: String) -> Double? {
    Double(cell.trimmingCharacters(in: .whitespaces).replacing(",", with: "."))
  }
  var (names, shifts, raw) = ([String](), [Double?](), [Double]())
  for line in try SharedMaterial.text(path).split(whereSeparator: \.isNewline) {
    let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    if cells[0] == "Pixel" {
      names = cells
    } else if let shift = names.firstIndex(of: "Raman Shift"),
      let counts = names.firstIndex(where: { $0.hasPrefix("Raw data") }), cells.count > counts,
      let value = number(cells[counts])
    {
      shifts.append(number(cells[shift]))
      raw.append(value)
    }
  }
  return (shifts, raw)
}
