internal import Laboratory

/// Writes mass scans as ANDI/MS (ASTM E2077), in netCDF classic.
///
/// Masses and intensities are 64-bit floats where one of them needs it. One pass over the scans where
/// the source knows how many they are and the first shows the type of all; else a pass before that
/// counts and looks.
enum ANDIMassWriter: ContentWriter {
  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    var losses: [String] = []
    func lose(_ count: Int, _ one: String, _ many: String) {
      if count > 0 {
        losses.append("\(count) \(count == 1 ? one : many): ANDI/MS has no place for them")
      }
    }
    lose(content.traces.count, "signal", "signals")
    lose(content.spectra.count, "spectrum", "spectra")
    lose(content.peaks.count, "peak", "peaks")
    guard let scans = content.massScans else {
      lose(content.pressures.count, "partial pressure", "partial pressures")
      return ExportPlan(parts: [], losses: losses)
    }
    var own = ExportContent(head: content.head)
    own.massScans = scans
    own.pressures = content.pressures
    var part = FilePart(.andiMS, content: own)
    if options.narrowNumbers {
      let survey = try survey(scans, measuresErrors: true)
      if survey.massError > 0 {
        part.roundings.append(
          "masses are rounded to 32-bit floats, by up to \(survey.massError) m/z")
      }
      if survey.intensityError > 0 {
        part.roundings.append(
          "intensities are rounded to 32-bit floats, by up to \(survey.intensityError) "
            + scans.unit)
      }
    }
    return ExportPlan(parts: [part], losses: losses)
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    guard let scans = part.content.massScans else {
      throw FormatError(.netcdf, .shape, "there are no mass scans").failure
    }
    let isNarrow = options.narrowNumbers
    if let extent = scans.extent, extent.scans > 0, extent.points > 0,
      try writeAtOnce(part, scans, extent, isNarrow, to: sink)
    {
      return
    }
    let survey = try survey(scans)
    guard survey.scans > 0 else {
      throw FormatError(.netcdf, .shape, "there is no scan, and ANDI/MS needs one").failure
    }
    try checkRange(survey, isNarrow)
    let work = Work(part, scans, isNarrow, supposed: survey)
    _ = try work.run(to: sink)
    try work.finish(survey, to: sink)
  }

  /// Writes with one look at each scan, supposing that the first of them shows whether 32 bits hold
  /// all numbers; false where a later one shows that they do not, and nothing is whole then.
  private static func writeAtOnce(
    _ part: FilePart, _ scans: any MassScanSource, _ extent: (scans: Int, points: Int),
    _ isNarrow: Bool, to sink: any ByteSink
  ) throws(Failure) -> Bool {
    let work = Work(part, scans, isNarrow, extent: extent)
    guard let survey = try work.run(to: sink) else { return false }
    try checkRange(survey, isNarrow)
    guard survey.scans == extent.scans, survey.points == extent.points else {
      throw FormatError(
        .netcdf, .inconsistent, "\(survey.scans) scans came and not \(extent.scans)"
      ).failure
    }
    try work.finish(survey, to: sink)
    return true
  }

  /// Looks at all scans; throws what ANDI/MS cannot hold.
  static func survey(
    _ scans: any MassScanSource, measuresErrors: Bool = false
  ) throws(Failure) -> MassSurvey {
    var survey = MassSurvey(measuresErrors: measuresErrors)
    try scans.forEachScan { (scan) throws(Failure) in
      try survey.take(ScanView(scan))
    }
    return survey
  }

  /// Refuses numbers that are beyond 32-bit floats where those are asked for.
  private static func checkRange(_ survey: MassSurvey, _ isNarrow: Bool) throws(Failure) {
    guard isNarrow, survey.points > 0,
      let wrong = [survey.mass.high, survey.intensity.low, survey.intensity.high].first(where: {
        !Float($0).isFinite
      })
    else { return }
    throw FormatError(.netcdf, .notFinite, "\(wrong) as a 32-bit float").failure
  }
}

extension MassSurvey {
  /// Takes a scan into account; what is wrong with it is told to a person.
  mutating func take(_ scan: ScanView) throws(Failure) {
    do throws(FormatError) { try add(scan) } catch { throw error.failure }
  }
}
