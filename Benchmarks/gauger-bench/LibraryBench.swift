internal import Foundation
internal import Laboratory
internal import Processing

/// The search of mass spectra and the deconvolution of a run, on made-up data.
enum LibraryBench {
  /// Writes a made-up library to `FOLDER/library.bin`, where the peers read it, searches it, and takes
  /// a made-up run apart.
  ///
  /// The file: the number of spectra, then for each its number of peaks and these, mass and intensity
  /// by turns; all as 32-bit little-endian whole numbers.
  static func run(folder: String, spectra: Int) throws {
    let entries = try library(spectra)
    try write(entries, to: folder + "/library.bin")
    let source = LibrarySource(name: "bench", version: "1", sha256: "")
    var began = ContinuousClock.now
    let dot = try MassLibrary(entries, source: source)
    print("library-build-ms \(milliseconds(since: began)) 1")
    let composite = try MassLibrary(
      entries, source: source, search: MassSearch(ranking: .composite))
    let presearch = try MassLibrary(entries, source: source, search: MassSearch(presearch: .init()))
    // A spectrum of the library, and one that is disturbed in half of its peaks.
    let third = entries[spectra / 3].peaks
    let disturbed = try MassPeakList(
      massToCharge: third.massToCharge,
      intensity: third.intensity.enumerated().map {
        $0.offset % 2 == 0 ? $0.element / 3 : $0.element
      })
    for (name, library) in [("dot", dot), ("composite", composite), ("presearch", presearch)] {
      for (kind, peaks) in [("own", third), ("disturbed", disturbed)] {
        let query = MassQuery(peaks: peaks, scanRange: 40...550)
        var times: [Double] = []
        for round in 0..<25 {
          began = .now
          let answer = library.answer(query)
          let took = milliseconds(since: began)
          // The first one learns the range.
          if round > 0 { times.append(took) }
          guard answer.matches.first?.name == "\(spectra / 3)" else {
            throw Failure(
              "bench-library", exit: .failed, what: "Another spectrum was found.",
              why: answer.reason, next: "Report it.")
          }
        }
        print("library-\(name)-\(kind)-ms \(times.sorted()[times.count / 2]) \(times.count)")
      }
    }
    try deconvolution()
  }

  /// 1,800 scans of 360 masses with sixty substances of forty ions, as PyMassSpec's figure has it.
  private static func deconvolution() throws {
    var random = Random(state: 9)
    var rows = [[Double]](repeating: [Double](repeating: 0, count: 360), count: 1800)
    for _ in 0..<60 {
      let (apex, height) = (20 + random.part() * 1760, 1000 + 30_000 * random.part())
      for _ in 0..<40 {
        let (mass, part) = (Int(random.part() * 360), 0.05 + 0.95 * random.part())
        for scan in max(0, Int(apex) - 12)...min(1799, Int(apex) + 12) {
          let z = (Double(scan) - apex) / 2.5
          rows[scan][mass] += height * part * exp(-z * z / 2)
        }
      }
    }
    var series = MassScanSeries()
    for (scan, row) in rows.enumerated() {
      let kept = row.indices.filter { row[$0] >= 20 }
      series.append(
        time: 0.5 * Double(scan), massToCharge: kept.map { 40 + Double($0) },
        intensity: kept.map { row[$0].rounded() })
    }
    var times: [Double] = []
    var found = 0
    for _ in 0..<7 {
      let began = ContinuousClock.now
      found = try series.components().count
      times.append(milliseconds(since: began))
    }
    print("deconvolution-ms \(times.sorted()[3]) 7")
    print("deconvolution-components \(found) 1")
  }

  /// Spectra of 30 to 119 peaks between 30 and 599, most of them small.
  private static func library(_ count: Int) throws -> [MassLibraryEntry] {
    var random = Random(state: 11)
    return try (0..<count).map { number in
      var intensities: [Int: Double] = [:]
      let wanted = 30 + Int(random.part() * 90)
      while intensities.count < wanted {
        let part = random.part()
        intensities[30 + Int(random.part() * 570)] = (1 + 998 * part * part * part * part).rounded()
      }
      let masses = intensities.keys.sorted()
      return MassLibraryEntry(
        record: LibraryRecord(name: "\(number)"),
        peaks: try MassPeakList(
          massToCharge: masses.map(Double.init), intensity: masses.map { intensities[$0] ?? 0 }))
    }
  }

  private static func write(_ entries: [MassLibraryEntry], to path: String) throws {
    var data = Data()
    func add(_ number: Double) {
      for shift in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: Int(number) >> shift)) }
    }
    add(Double(entries.count))
    for entry in entries {
      add(Double(entry.peaks.count))
      for (mass, intensity) in zip(entry.peaks.massToCharge, entry.peaks.intensity) {
        add(mass)
        add(intensity)
      }
    }
    try data.write(to: URL(filePath: path))
  }

  private static func milliseconds(since began: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - began) / .milliseconds(1)
  }

  /// SplitMix64.
  private struct Random {
    var state: UInt64

    /// A number from 0 to below 1.
    mutating func part() -> Double {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return Double((z ^ (z >> 31)) >> 11) / 9_007_199_254_740_992
    }
  }
}
