import Foundation
import Processing

/// Positions on recorded Raman frames: silicon, polystyrene, neon, calcite.
let ramanRaw = Proof("raman-bwtek-raw") {
  try silicon() + calcite() + polystyrene() + neon532() + neon785() + glass() + standardsTable()
}

private func silicon() throws -> [Figure] {
  let recording = try RamanRecording(RamanRecording.silicon)
  let (shifts, counts) = (try recording.shifts(), try recording.counts())
  let fit = try BandFit.fit(x: shifts, y: counts, from: 520.45 - 25, to: 520.45 + 25)
  let laser = try RamanAxis.laser(
    siliconWavelength: RamanAxis.wavelength(shift: fit.centre, laser: recording.laser()))
  let corrected = try RamanAxis.shifts(wavelengths: recording.wavelengths(), laser: laser)
  let again = try BandFit.fit(x: corrected, y: counts, from: 520.45 - 25, to: 520.45 + 25)
  return [
    Figure("silicon, Lorentz fit, 1/cm", fit.centre, 519.84, .absolute(0.1)),
    Figure("silicon, the same window as the answer, 1/cm", fit.centre, 519.84, .absolute(0.005)),
    Figure("silicon, width at half height, 1/cm", fit.width, 7.67, .absolute(0.01)),
    Figure("silicon, standard error of the place, 1/cm", fit.centreError, 0.1, .absolute(0.01)),
    Figure(
      "silicon after the laser is corrected by it, 1/cm", again.centre, 520.45, .absolute(0.02)),
    Figure("laser by silicon, nm", laser, 784.82 - 0.61 / 16.24, .absolute(2e-3)),
  ]
}

private func calcite() throws -> [Figure] {
  let recording = try RamanRecording(RamanRecording.calcite785)
  let band = try BandMeasure.measure(
    x: recording.shifts(), y: recording.counts(), from: 1070, to: 1100)
  return [Figure("calcite, highest sample, 1/cm", band.maximumAt, 1086.5, .absolute(0.05))]
}

private func polystyrene() throws -> [Figure] {
  let answers: [(file: String, laser: String, differences: [Double])] = [
    (
      RamanRecording.polystyrene785, "785",
      [0.02, 0.46, -0.03, -0.75, -0.59, -1.1, -0.69, -0.31]
    ),
    (
      RamanRecording.polystyrene532, "532",
      [-0.04, -0.34, 0.09, -0.69, -0.41, -0.06, -0.69, -0.26]
    ),
  ]
  return try answers.flatMap { answer in
    let recording = try RamanRecording(answer.file)
    let found = try ShiftStandard.polystyrene.find(
      shifts: recording.shifts(), counts: recording.counts(),
      excluded: Set(recording.saturated()))
    return answer.differences.enumerated().map { index, difference in
      let band = ShiftStandard.polystyrene.bands[index]
      return Figure(
        "polystyrene \(answer.laser) nm, \(band), fit minus standard, 1/cm",
        found.first { $0.band == band }?.difference ?? .nan, difference, .absolute(0.1))
    }
  }
}

private func neon532() throws -> [Figure] {
  let recording = try RamanRecording(RamanRecording.neon532)
  func calibrated(_ uses: Bool) throws -> WavelengthCalibration {
    try WavelengthCalibration.calibrate(
      counts: recording.counts(), coefficients: recording.coefficients(), lamps: [.neon],
      saturated: recording.saturated(),
      WavelengthCalibration.Parameters(usesSaturatedLines: uses))
  }
  let all = try calibrated(true)
  let before = all.lines.map(\.before)
  let strict = try calibrated(false)
  return [
    Figure("neon 532, lines found", Double(all.lines.count), 22, .exact),
    Figure("neon 532, first line, nm", all.lines.first?.nanometres ?? .nan, 540.056, .exact),
    Figure("neon 532, last line, nm", all.lines.last?.nanometres ?? .nan, 671.704, .exact),
    Figure("neon 532, axis low by at least, nm", -(before.max() ?? .nan), 0.021, .absolute(5e-4)),
    Figure("neon 532, axis low by at most, nm", -(before.min() ?? .nan), 0.048, .absolute(5e-4)),
    Figure("neon 532, residual of all lines, nm", all.residualSigma, 0.0026, .absolute(2e-4)),
    Figure("neon 532, largest residual, nm", all.largestResidual, 0.005, .absolute(5e-4)),
    Figure("neon 532, residual without saturated lines, nm", strict.residualSigma, 0.01, .atMost),
    Figure("neon 532, cover of the axis", strict.cover, 0.6, .atLeast),
  ]
}

private func neon785() throws -> [Figure] {
  let recording = try RamanRecording(RamanRecording.neon785)
  func calibrated(
    _ parameters: WavelengthCalibration.Parameters
  ) throws -> WavelengthCalibration {
    try WavelengthCalibration.calibrate(
      counts: recording.counts(), coefficients: recording.coefficients(), lamps: [.neon],
      saturated: recording.saturated(), parameters)
  }
  // The answer was made from every line over 400 counts, blends told by eye; so the width is set
  // such that no line is left out for its neighbours.
  let every = try calibrated(.init(minimumSigmas: 3, fwhmNanometres: 0.05, minimumCover: 0.3))
  func before(_ line: Double) -> Double {
    every.lines.first { $0.nanometres == line }?.before ?? .nan
  }
  let byEye: Set = [867.949, 868.192]
  let answered = every.lines.filter {
    $0.nanometres > 837 && $0.nanometres < 954 && $0.height > 400
      && !byEye.contains($0.nanometres)
  }
  let ours = try calibrated(.init(minimumCover: 0.3))
  var refused = ""
  do {
    _ = try calibrated(.init())
  } catch let error as SpectrumError { refused = error.code }
  return [
    Figure("neon 785, 837.761 before, nm", before(837.761), -0.021, .absolute(5e-4)),
    Figure("neon 785, 849.536 before, nm", before(849.536), -0.013, .absolute(5e-4)),
    Figure("neon 785, 878.062 (blended) before, nm", before(878.062), 0.055, .absolute(5e-4)),
    Figure("neon 785, lines 837.761 to 953.416", Double(answered.count), 15, .exact),
    Figure("neon 785, lowest, nm", answered.map(\.before).min() ?? .nan, -0.07, .absolute(5e-3)),
    Figure("neon 785, highest, nm", answered.map(\.before).max() ?? .nan, 0.06, .absolute(5.1e-3)),
    Figure("neon 785, lines that stand alone", Double(ours.lines.count), 6, .atLeast),
    Figure("neon 785, residual of those, nm", ours.residualSigma, 0.01, .atMost),
    Figure("neon 785 by our rules", refused, is: "spectrum-lines-cover-too-little"),
  ]
}

private func glass() throws -> [Figure] {
  let recording = try RamanRecording(RamanRecording.glass785)
  let certificate = RelativeIntensity.Certificate(
    curve: .polynomial([
      9.71937e-02, 2.28325e-04, -5.86762e-08, 2.16023e-10, -9.77171e-14, 1.15596e-17,
    ]), validFrom: 200, validTo: 3500, name: "SRM 2241")
  let shifts = try recording.shifts()
  let factors = try RelativeIntensity.factors(
    certificate: certificate, shifts: shifts, measured: recording.counts(),
    saturated: recording.saturated())
  let corrected = try factors.apply(to: recording.counts())
  // The glass itself, corrected, has the certified shape.
  let places = [600.0, 1200, 2000, 2800].map { place in
    shifts.indices.min { abs(shifts[$0] - place) < abs(shifts[$1] - place) } ?? 0
  }
  let unit = places[1]
  return places.map { channel in
    Figure(
      "SRM 2241 corrected, \(shifts[channel].rounded()) against 1200 1/cm",
      corrected[channel] / corrected[unit],
      certificate.value(at: shifts[channel]) / certificate.value(at: shifts[unit]),
      .relative(1e-12))
  } + [
    Figure(
      "channels outside 200 to 3500 1/cm (186), or without light (11)",
      Double(factors.outside.count), 197, .exact)
  ]
}

private struct ShiftTable: Decodable {
  var compounds: [String: [String: Line]]
  struct Line: Decodable {}
  enum CodingKeys: String, CodingKey { case compounds = "Compounds" }
}

/// The bands that the product lists beside the table of another program.
private func standardsTable() throws -> [Figure] {
  let table = try SharedMaterial.json(
    "raman-library-wasatch/ASTM-E1840-96.json", as: ShiftTable.self)
  let names: [(ShiftStandard, String)] = [
    (.polystyrene, "polystyrene"), (.naphthalene, "naphthalene"), (.sulphur, "sul"),
    (.tolueneAcetonitrile, "toluene"), (.cyclohexane, "cyclohexane"),
    (.benzonitrile, "benzonitrile"), (.acetaminophen, "acetamidophenol"),
  ]
  return names.map { standard, name in
    let bands = table.compounds.first { $0.key.lowercased().contains(name) }?.value.keys
      .compactMap(Double.init).sorted()
    return Figure("bands of \(standard.rawValue) as listed elsewhere", bands == standard.bands)
  }
}
