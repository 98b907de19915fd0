internal import Foundation
public import Laboratory

/// Reading of recorded mass spectra from files.
///
/// - Comma-separated table: lines with `#` are skipped, then a heading with a mass column (`m/z`,
///   `mz`, `mass` or a name that begins with `mass_to_charge`) and a column of currents
///   (`ion_current_A` or `intensity_A`, amperes) or heights (`intensity` or a name that begins with it); a column `scan`
///   makes it a series. Masses rise; where most of them are less than 0.5 apart, it is a profile.
/// - MSP peak list: `Name:`, `Num Peaks:` and pairs of mass and height, any number of entries.
///
/// Heights without unit are scaled so that the highest of the file is `highest` amperes.
extension MassRecording {
  private static let largestFile = 16 << 20
  private static let largestMass = 4000.0
  private typealias Points = [(massToCharge: Double, amperes: Double)]

  /// Reads recorded spectra; the kinds of file are told apart by their content.
  public init(file path: String) throws(Failure) {
    let bytes: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      bytes = try handle.read(upToCount: Self.largestFile + 1) ?? Data()
      try handle.close()
    } catch {
      throw Failure(
        "recording-unreadable", exit: .notFound, what: "The recording \(path) cannot be read.",
        why: error.localizedDescription, next: "Check the name and the rights of the file.")
    }
    guard bytes.count <= Self.largestFile else {
      throw Self.damaged(path, line: 1, "the file is larger than 16 MiB")
    }
    try self.init(text: String(decoding: bytes, as: UTF8.self), name: path)
  }

  /// Reads recorded spectra from the content of a file; `name` is for messages.
  init(text: String, name: String) throws(Failure) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let isList = lines.contains { $0.lowercased().hasPrefix("num peaks:") }
    let read = try isList ? Self.readPeakLists(lines, name) : Self.readTable(lines, name)
    let highest = read.spectra.joined().map(\.amperes).max() ?? 0
    guard highest > 0 else {
      throw Self.damaged(name, line: lines.count, "it has no peak higher than nothing")
    }
    let scale = read.isAmperes ? 1 : Self.highest / highest
    spectra = read.spectra.map { points in
      Spectrum(
        points.map { ($0.massToCharge, $0.amperes * scale) },
        isProfile: !isList && Self.isProfile(points))
    }
  }

  private static func isProfile(_ points: Points) -> Bool {
    let close = zip(points, points.dropFirst()).count { $1.massToCharge - $0.massToCharge < 0.5 }
    return 2 * close > points.count
  }

  // MARK: Table

  private static func readTable(
    _ lines: [Substring], _ name: String
  ) throws(Failure) -> (spectra: [Points], isAmperes: Bool) {
    var columns: (mass: Int, height: Int, scan: Int?, count: Int)?
    var isAmperes = false
    var spectra: [Points] = []
    var scan: Substring?
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("#") || line.allSatisfy(\.isWhitespace) { continue }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let columns else {
        let names = cells.map { $0.trimmingCharacters(in: .whitespaces) }
        let small = names.map { $0.lowercased() }
        let (masses, amperes) = (["m/z", "mz", "mass"], ["ion_current_A", "intensity_A"])
        guard
          let mass = small.firstIndex(where: {
            masses.contains($0) || $0.hasPrefix("mass_to_charge")
          }),
          let height = names.firstIndex(where: amperes.contains)
            ?? small.firstIndex(where: { $0.hasPrefix("intensity") })
        else {
          throw damaged(name, line: index + 1, "no heading with the columns m/z and intensity")
        }
        isAmperes = amperes.contains(names[height])
        columns = (mass, height, small.firstIndex(of: "scan"), cells.count)
        continue
      }
      guard cells.count == columns.count else {
        throw damaged(
          name, line: index + 1, "the row has \(cells.count) cells, the heading \(columns.count)")
      }
      let own = columns.scan.map { cells[$0] } ?? ""
      if own != scan { spectra.append([]) }
      scan = own
      let point = try point(cells[columns.mass], cells[columns.height], name, line: index + 1)
      if let last = spectra.last?.last, point.massToCharge <= last.massToCharge {
        throw damaged(name, line: index + 1, "the masses do not rise")
      }
      spectra[spectra.count - 1].append(point)
    }
    guard columns != nil else {
      throw damaged(
        name, line: 1, "neither a heading with m/z and intensity nor Num Peaks: is there")
    }
    return (spectra, isAmperes)
  }

  // MARK: Peak lists

  private static func readPeakLists(
    _ lines: [Substring], _ name: String
  ) throws(Failure) -> (spectra: [Points], isAmperes: Bool) {
    var spectra: [Points] = []
    var missing = 0
    for (index, line) in lines.enumerated() {
      let small = line.lowercased()
      if small.hasPrefix("num peaks:") {
        try refuse(missing: missing, name, line: index + 1)
        guard let count = Int(small.dropFirst(10).trimmingCharacters(in: .whitespaces)),
          (1...100_000).contains(count)
        else { throw damaged(name, line: index + 1, "\"\(line)\" is no number of peaks") }
        missing = count
        spectra.append([])
      } else if missing > 0 {
        for pair in line.split(separator: ";") where !pair.allSatisfy(\.isWhitespace) {
          let cells = pair.split { $0 == " " || $0 == "\t" || $0 == "," }
          guard cells.count >= 2, missing > 0 else {
            throw damaged(name, line: index + 1, "\"\(pair)\" is not a mass and a height")
          }
          spectra[spectra.count - 1].append(
            try point(cells[0], cells[1], name, line: index + 1))
          missing -= 1
        }
      }
    }
    try refuse(missing: missing, name, line: lines.count)
    return (spectra.map { $0.sorted { $0.massToCharge < $1.massToCharge } }, false)
  }

  private static func refuse(missing: Int, _ name: String, line: Int) throws(Failure) {
    guard missing > 0 else { return }
    throw damaged(name, line: line, "\(missing) peaks of the entry before are missing")
  }

  // MARK: Cells

  private static func point(
    _ mass: Substring, _ height: Substring, _ name: String, line: Int
  ) throws(Failure) -> (massToCharge: Double, amperes: Double) {
    guard let mass = number(mass), mass > 0, mass <= largestMass else {
      throw damaged(name, line: line, "\"\(mass)\" is no mass from 0 to 4000")
    }
    guard let height = number(height), abs(height) < 1e12 else {
      throw damaged(name, line: line, "\"\(height)\" is no height")
    }
    return (mass, height)
  }

  private static func number(_ cell: Substring) -> Double? {
    guard let value = Double(cell.trimmingCharacters(in: .whitespaces)), value.isFinite else {
      return nil
    }
    return value
  }

  private static func damaged(_ name: String, line: Int, _ reason: String) -> Failure {
    Failure(
      "recording-damaged", exit: .damaged, what: "The recording \(name) cannot be played.",
      why: "Line \(line): \(reason).",
      next: "Export it again as a table with the columns m/z and intensity, or choose another.")
  }
}
