internal import Laboratory

/// Writes mass scans as ANDI/MS (ASTM E2077), in netCDF classic.
///
/// Two passes over the scans: the first counts and looks which type holds every number exactly, the
/// second writes. Masses and intensities are 64-bit floats where one of them needs it.
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
    let survey = try survey(scans)
    guard survey.scans > 0 else {
      throw FormatError(.netcdf, .shape, "there is no scan, and ANDI/MS needs one").failure
    }
    let layout = ANDIMassLayout(
      part.content, scans, survey, isNarrow: options.narrowNumbers, roundings: part.roundings)
    try checkRange(survey, layout)
    var writer: NetCDFWriter
    do throws(FormatError) {
      writer = try NetCDFWriter(layout.file, to: sink)
    } catch { throw error.failure }
    for (variable, text) in layout.texts { try writer.put(text: text, to: variable) }
    for (variable, value) in layout.constants {
      try writer.fill(value, count: survey.scans, variable)
    }
    guard let time = layout.columns[.time], let number = layout.columns[.number],
      let total = layout.columns[.total], let index = layout.columns[.index],
      let count = layout.columns[.count], let mass = layout.columns[.mass],
      let intensity = layout.columns[.intensity]
    else { throw FormatError(.netcdf, .shape, "a variable of the standard").failure }
    let rounds = layout.intensityKind == .float && !survey.isIntensityNarrow
    var points = 0
    try scans.forEachScan { (scan) throws(Failure) in
      try writer.put(scan.time, to: time)
      try writer.put(Double(scan.number), to: number)
      try writer.put(Self.total(scan.intensity, rounded: rounds), to: total)
      try writer.put(Double(points), to: index)
      try writer.put(Double(scan.massToCharge.count), to: count)
      try writer.put(scan.massToCharge, to: mass)
      try writer.put(scan.intensity, to: intensity)
      points += scan.massToCharge.count
    }
    try writer.finish()
  }

  /// The sum of the intensities as they are written, from the first to the last.
  static func total(_ intensities: [Double], rounded: Bool) -> Double {
    rounded
      ? intensities.reduce(0) { $0 + Double(Float($1)) } : intensities.reduce(0, +)
  }

  /// Looks at all scans; throws what ANDI/MS cannot hold.
  static func survey(
    _ scans: any MassScanSource, measuresErrors: Bool = false
  ) throws(Failure) -> MassSurvey {
    var survey = MassSurvey(measuresErrors: measuresErrors)
    try scans.forEachScan { (scan) throws(Failure) in
      do throws(FormatError) { try survey.add(scan) } catch { throw error.failure }
    }
    return survey
  }

  /// Refuses numbers that are beyond 32-bit floats where those are asked for.
  private static func checkRange(_ survey: MassSurvey, _ layout: ANDIMassLayout) throws(Failure) {
    let numbers =
      (layout.massKind == .float ? [survey.mass.high] : [])
      + (layout.intensityKind == .float ? [survey.intensity.low, survey.intensity.high] : [])
    guard survey.points > 0,
      let wrong = numbers.first(where: { !Float($0).isFinite })
    else { return }
    throw FormatError(.netcdf, .notFinite, "\(wrong) as a 32-bit float").failure
  }
}
