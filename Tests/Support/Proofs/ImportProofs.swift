import Formats
import Foundation
import Instruments
import Laboratory

/// The bytes of a file of the material.
private func bytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: SharedMaterial.url(path)))
}

/// ANDI/MS of Hewlett-Packard: what SOURCE.md says of it.
let andiMassProof = Proof("gcms-andi-hp/reading") {
  let source = try MeasurementReader.read(try bytes("gcms-andi-hp/HP_MS.CDF"))
  guard let series = source.measurement.massScans else { return [] }
  let totals = (0..<series.count).map { series.intensity[series.range(of: $0)].reduce(0, +) }
  var figures = [
    Figure("format", source.format.rawValue, is: "andi-ms"),
    Figure("scans", Double(series.count), 621, .exact),
    Figure("points", Double(series.massToCharge.count), 7638, .exact),
    Figure("first scan, s", series.times.first ?? .nan, 301.801, .exact),
    Figure("last scan, s", series.times.last ?? .nan, 599.820, .exact),
    Figure("centroids", series.kind == .centroid),
    Figure(
      "the file's total is the sum of every scan",
      !source.warnings.contains { $0.contains("total") }),
    // 1993-08-30 20:24:39 -0800
    Figure(
      "measured", source.identity.began?.iso8601 ?? "", is: "1993-08-31T04:24:39.000000Z"),
    Figure("title", source.measurement.facts["experiment_title"] ?? "", is: "demoscan sample"),
  ]
  for row in try SharedMaterial.table("gcms-andi-hp/expected_tic_apexes.csv") {
    guard let scan = row["scan"].flatMap({ Int($0) }), scan < series.count else { continue }
    figures.append(
      Figure(
        "total of scan \(scan)", totals[scan], row["tic"].flatMap { Double($0) } ?? .nan, .exact))
    figures.append(
      Figure(
        "time of scan \(scan), s", series.times[scan], row["rt_s"].flatMap { Double($0) } ?? .nan,
        .absolute(5.1e-4)))
    let points = series.range(of: scan)
    let strongest = points.sorted { series.intensity[$0] > series.intensity[$1] }.prefix(5)
    let ions = strongest.map { String(format: "%.1f", series.massToCharge[$0]) }
    figures.append(
      Figure("ions of scan \(scan)", ions.joined(separator: " "), is: row["top_ions"] ?? ""))
  }
  return figures
}

/// ANDI chromatography of Varian, with the peaks of its own data system.
let andiChromatographyProof = Proof("hplc-uv-andi/reading") {
  let source = try MeasurementReader.read(try bytes("hplc-uv-andi/VARIAN1.CDF"))
  guard let trace = source.measurement.traces.first else { return [] }
  let peaks = source.measurement.reportedPeaks
  let vendor = try SharedMaterial.table("hplc-uv-andi/vendor_peaks.csv")
  let interval = trace.times.count > 1 ? trace.times[1] - trace.times[0] : .nan
  var figures = [
    Figure("format", source.format.rawValue, is: "andi-chromatography"),
    Figure("points", Double(trace.values.count), 1302, .exact),
    Figure("interval, s", interval, 0.36863, .absolute(5e-6)),
    Figure("unit", trace.unit.symbol, is: "AU"),
    Figure("peaks", Double(peaks.count), Double(vendor.count), .exact),
    Figure("heights stored as -1 are not known", peaks.allSatisfy { $0.height == nil }),
    Figure("sample", source.identity.samples.contains("Test Chromatogram")),
  ]
  for (index, (peak, row)) in zip(peaks, vendor).enumerated() {
    func number(_ name: String) -> Double { row[name].flatMap { Double($0) } ?? .nan }
    let name = "peak \(index + 1)"
    figures += [
      Figure("\(name), s", peak.retentionTime, number("rt_s"), .absolute(5.1e-5)),
      Figure("\(name), area", peak.area ?? .nan, number("area_counts"), .absolute(5.1e-5)),
      Figure("\(name), width, s", peak.width ?? .nan, number("width_s"), .absolute(5.1e-5)),
    ]
    // The apex sample lies before the reported time by up to about one interval; the last peak is
    // flat on top and left out.
    if index == 7 { continue }
    let near = trace.times.indices.filter { abs(trace.times[$0] - peak.retentionTime) < 1.3 }
    if let apex = near.max(by: { trace.values[$0] < trace.values[$1] }) {
      figures.append(
        Figure(
          "\(name), reported later than its apex, s", peak.retentionTime - trace.times[apex], 0.3,
          .absolute(0.25)))
    }
  }
  return figures
}

/// JCAMP-DX 4.24 with packed integers: the header beside what is decoded.
let jcampProof = Proof("ir-jcamp-nitrocellulose") {
  let path = "ir-jcamp-nitrocellulose/fitr_nitrocellulose.jdx"
  let source = try MeasurementReader.read(try bytes(path))
  guard let spectrum = source.measurement.spectra.first else { return [] }
  let (x, y) = (spectrum.axis.values, spectrum.values)
  var head: [String: Double] = [:]
  for line in try SharedMaterial.text(path).split(whereSeparator: \.isNewline)
  where line.hasPrefix("##") {
    let parts = line.dropFirst(2).split(separator: "=", maxSplits: 1)
    if parts.count == 2, let number = Double(parts[1]) { head[String(parts[0])] = number }
  }
  func said(_ name: String) -> Double { head[name] ?? .nan }
  return [
    Figure("NPOINTS", Double(y.count), said("NPOINTS"), .exact),
    Figure("FIRSTX", x.first ?? .nan, said("FIRSTX"), .exact),
    Figure("LASTX", x.last ?? .nan, said("LASTX"), .absolute(1e-9)),
    Figure("FIRSTY", y.first ?? .nan, said("FIRSTY"), .relative(1e-7)),
    Figure("MAXY", y.max() ?? .nan, said("MAXY"), .relative(1e-7)),
    Figure("MINY", y.min() ?? .nan, said("MINY"), .relative(1e-7)),
    Figure("MAXX", x.max() ?? .nan, said("MAXX"), .absolute(0.0051)),
    Figure("MINX", x.min() ?? .nan, said("MINX"), .absolute(0.0051)),
    Figure("reflectance", spectrum.ordinate == .reflectance),
    Figure("wavenumbers", spectrum.axis.kind == .wavenumber),
  ]
}

/// Text files of spectrometers: what SOURCE.md says of them.
let spectrometerTextProof = Proof("spectrometer-text/reading") {
  var figures: [Figure] = []
  let sums: [(String, Double, Int)] = [
    ("ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms", 4_293_954, 0),
    ("ICV_BW785__PST02_iRPlus785_Z050_100_3200ms", 5_821_430, 11),
    ("ICV_BW785__Ne_785nm_x20_50ms", 2_344_716, 0),
    ("ICV_BW785__NISTSRM2241_BW785_100x_25sx5", 52_269_240.8, 6),
    ("ICV_BW785__sCAL02_iRPlus785_Z050_100_3800ms", 3_582_436, 0),
    ("FMNT-M_BW532__PST10_iR532_Probe_100_3000msx7", 7_623_730.14, 0),
    ("FMNT-M_BW532__NeonSNQ043_iR532_Probe_5msx2", 3_427_011.0, 4),
  ]
  for (name, sum, saturated) in sums {
    let source = try MeasurementReader.read(try bytes("raman-bwtek-raw/\(name).txt"))
    let raw = source.measurement.spectra.first { $0.name == "sample" }
    figures += [
      Figure("\(name), sum of raw", raw?.values.reduce(0, +) ?? .nan, sum, .absolute(0.0051)),
      Figure("\(name), saturated", Double(raw?.saturated.count ?? -1), Double(saturated), .exact),
      Figure("\(name), pixels", Double(raw?.values.count ?? 0), 2048, .exact),
    ]
  }
  let jaz = try MeasurementReader.read(try bytes("uvvis-jaz/jazspec.jaz"), declaration: .init())
  let column = Dictionary(uniqueKeysWithValues: jaz.measurement.spectra.map { ($0.name, $0) })
  if let dark = column["dark"]?.values, let reference = column["reference"]?.values,
    let sample = column["sample"]?.values, let processed = column["processed"]?.values
  {
    var (worst, rows) = (0.0, 0)
    for index in dark.indices where abs(reference[index] - dark[index]) > 100 {
      rows += 1
      let percent =
        100 * (sample[index] - dark[index]) / (reference[index] - dark[index])
      worst = max(worst, abs(percent - processed[index]))
    }
    figures += [
      Figure("jaz, rows with light", Double(rows), 2008, .exact),
      Figure("jaz, 100 (S-D)/(R-D) beside P", worst, 7.5e-6, .atMost),
    ]
  }
  let irradiance = try MeasurementReader.read(try bytes("uvvis-jaz/irrad.JazIrrad"))
  figures += [
    Figure("jaz, pixels", Double(column["sample"]?.values.count ?? 0), 2048, .exact),
    Figure(
      "jaz, irradiance",
      irradiance.measurement.spectra.first { $0.name == "processed" }?.ordinate == .irradiance),
    Figure("jaz, serial number", jaz.identity.serialNumber ?? "", is: "JAZA1479"),
  ]
  guard let data = SharedMaterial.data else { return figures }
  let folder = data.appending(path: "raman-library-wasatch")
  let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasSuffix(".csv") }.sorted()
  var read = 0
  for file in files {
    let source = try MeasurementReader.read(try bytes("raman-library-wasatch/\(file)"))
    let x = source.measurement.spectra.first?.axis.values ?? []
    // On a 1 cm-1 grid up to 2303.
    if source.format == .enlighten, x.last == 2303, x.count == Int(2304 - (x.first ?? 0)) {
      read += 1
    }
  }
  figures.append(Figure("library files read whole", Double(read), 80, .exact))
  return figures
}

/// Minimal files that six independent readers accept, beside what those read.
let formatSamplesProof = Proof("format-samples/reading") {
  func read(_ name: String) throws -> ReadSource {
    try MeasurementReader.read(try bytes("../reference/formats/samples/\(name)"))
  }
  let gcms = try read("gcms.mzML")
  let series = gcms.measurement.massScans
  let pda = try read("pda.mzML").measurement
  let cdf = try read("gcms.cdf").measurement.massScans
  let fid = try read("fid.cdf").measurement
  let tuples = try read("gcms.jdx").measurement.massScans
  let affn = try read("ir_affn.jdx").measurement.spectra.first
  let dif = try read("ir_dif.jdx").measurement.spectra.first
  let raman = try read("raman_xypoints.jdx").measurement.spectra.first
  let single = try read("ms1.jdx").measurement.massScans
  // The two packings have factors of their own: half a step each.
  let apart = zip(affn?.values ?? [], dif?.values ?? []).map { abs($0 - $1) }.max() ?? .nan
  return [
    Figure("gcms.mzML, times", series?.times == [181.2, 181.5, 181.8]),
    Figure("gcms.mzML, masses", series?.massToCharge == [50, 51, 77, 105, 50, 77]),
    Figure("gcms.mzML, intensities", series?.intensity == [120, 340, 9000, 12000, 10, 20]),
    Figure("gcms.mzML, profile", series?.kind == .profile),
    Figure("gcms.mzML, total", gcms.measurement.traces.first?.values == [21460, 30, 0]),
    Figure("gcms.mzML, sample", gcms.identity.samples.first ?? "", is: "24-00123"),
    Figure("pda.mzML, spectra", Double(pda.spectra.count), 2, .exact),
    Figure(
      "pda.mzML, last absorbance", pda.spectra.last?.values[1] ?? .nan, Double(Float(0.05)), .exact),
    Figure("pda.mzML, wavelengths", pda.spectra.first?.axis.values == [200, 201.5, 203]),
    Figure("gcms.cdf, starts", cdf?.starts == [0, 3, 3, 5]),
    Figure("gcms.cdf, first scan", cdf?.intensity.prefix(3).reduce(0, +) ?? .nan, 9460, .exact),
    Figure("fid.cdf, signal", fid.traces.first?.values == [1, 1.5, 9.25, 4, 1]),
    Figure("fid.cdf, peak", fid.reportedPeaks.first?.name ?? "", is: "cocaine"),
    Figure("gcms.jdx, starts", tuples?.starts == [0, 3, 5, 7]),
    Figure("gcms.jdx, times", tuples?.times == [181.2, 181.5, 181.8]),
    Figure("ir_affn.jdx, points", Double(affn?.values.count ?? 0), 1801, .exact),
    Figure("ir_dif.jdx, points", Double(dif?.values.count ?? 0), 1801, .exact),
    Figure("ir_dif.jdx beside ir_affn.jdx", apart, 4.43e-7, .atMost),
    Figure("ir_dif.jdx, axis", dif?.axis.values == affn?.axis.values),
    Figure("raman_xypoints.jdx", raman?.values == [812, 820, 840, 813]),
    Figure("raman_xypoints.jdx, Raman shift", raman?.axis.kind == .ramanShift),
    Figure("ms1.jdx, masses", single?.massToCharge == [77, 105, 182]),
  ]
}
