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
    var pass = try Pass(part, scans, survey, isNarrow, to: sink)
    var again = MassSurvey()
    try scans.forEachScan { (scan) throws(Failure) in
      try again.take(scan)
      try pass.put(scan, total: again.total)
    }
    try pass.finish(survey)
  }

  /// Writes with one look at each scan, supposing that the first of them shows whether 32 bits hold
  /// all numbers; false where a later one shows that they do not, and nothing is whole then.
  private static func writeAtOnce(
    _ part: FilePart, _ scans: any MassScanSource, _ extent: (scans: Int, points: Int),
    _ isNarrow: Bool, to sink: any ByteSink
  ) throws(Failure) -> Bool {
    var survey = MassSurvey()
    var (pass, supposed) = (Pass?.none, (mass: true, intensity: true))
    var isWrong = false
    try scans.forEachScan { (scan) throws(Failure) in
      if isWrong { return }
      try survey.take(scan)
      if pass == nil {
        supposed = (survey.isMassNarrow, survey.isIntensityNarrow)
        let start = MassSurvey(
          scans: extent.scans, points: extent.points, isMassNarrow: supposed.mass,
          isIntensityNarrow: supposed.intensity)
        pass = try Pass(part, scans, start, isNarrow, to: sink)
      }
      isWrong =
        !isNarrow
        && supposed != (survey.isMassNarrow, survey.isIntensityNarrow)
      if !isWrong { try pass?.put(scan, total: survey.total) }
    }
    if isWrong { return false }
    try checkRange(survey, isNarrow)
    guard survey.scans == extent.scans, survey.points == extent.points else {
      throw FormatError(
        .netcdf, .inconsistent, "\(survey.scans) scans came and not \(extent.scans)"
      ).failure
    }
    try pass?.finish(survey)
    return true
  }

  /// The file in the making, and which of its variables is which.
  private struct Pass {
    private var writer: NetCDFWriter
    private let part: FilePart
    private let scans: any MassScanSource
    private let isNarrow: Bool
    private let time, number, total, index, count, mass, intensity: Int
    private var points = 0

    init(
      _ part: FilePart, _ scans: any MassScanSource, _ survey: MassSurvey, _ isNarrow: Bool,
      to sink: any ByteSink
    ) throws(Failure) {
      (self.part, self.scans, self.isNarrow) = (part, scans, isNarrow)
      let layout = ANDIMassLayout(
        part.content, scans, survey, isNarrow: isNarrow, roundings: part.roundings)
      do throws(FormatError) {
        writer = try NetCDFWriter(layout.file, to: sink)
      } catch { throw error.failure }
      guard let time = layout.columns[.time], let number = layout.columns[.number],
        let total = layout.columns[.total], let index = layout.columns[.index],
        let count = layout.columns[.count], let mass = layout.columns[.mass],
        let intensity = layout.columns[.intensity]
      else { throw FormatError(.netcdf, .shape, "a variable of the standard").failure }
      (self.time, self.number, self.total, self.index) = (time, number, total, index)
      (self.count, self.mass, self.intensity) = (count, mass, intensity)
      for (variable, text) in layout.texts { try writer.put(text: text, to: variable) }
      for (variable, value) in layout.constants {
        try writer.fill(value, count: survey.scans, variable)
      }
    }

    /// Adds a scan; its total is the sum of what is written, from the first to the last.
    mutating func put(_ scan: MassScan, total sum: Double) throws(Failure) {
      try writer.put(scan.time, to: time)
      try writer.put(Double(scan.number), to: number)
      try writer.put(
        isNarrow ? scan.intensity.reduce(0) { $0 + Double(Float($1)) } : sum, to: total)
      try writer.put(Double(points), to: index)
      try writer.put(Double(scan.massToCharge.count), to: count)
      try writer.put(scan.massToCharge, to: mass)
      try writer.put(scan.intensity, to: intensity)
      points += scan.massToCharge.count
    }

    mutating func finish(_ survey: MassSurvey) throws(Failure) {
      let layout = ANDIMassLayout(
        part.content, scans, survey, isNarrow: isNarrow, roundings: part.roundings)
      writer.takeAttributes(of: layout.file)
      try writer.finish()
    }
  }

  /// Looks at all scans; throws what ANDI/MS cannot hold.
  static func survey(
    _ scans: any MassScanSource, measuresErrors: Bool = false
  ) throws(Failure) -> MassSurvey {
    var survey = MassSurvey(measuresErrors: measuresErrors)
    try scans.forEachScan { (scan) throws(Failure) in
      try survey.take(scan)
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
  mutating func take(_ scan: MassScan) throws(Failure) {
    do throws(FormatError) { try add(scan) } catch { throw error.failure }
  }
}
