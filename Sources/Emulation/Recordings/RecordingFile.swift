internal import Foundation
public import Laboratory

/// Reading of recordings from files.
///
/// - B&W Tek BWRam and BWSpec text: `key;value` lines, then a table headed `Pixel;...` with the
///   columns `Dark` and `Raw data #1`; decimal comma or dot. Source: observed in files of
///   BWRam 4.11 and BWSpec 4.
/// - Two columns `wavelength_nm,counts`: one row a pixel, whole counts, decimal dot.
extension Recording {
  private static let largestFile = 16 << 20

  /// Reads a recording; the two kinds of file are told apart by their content.
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

  /// Reads a recording from the content of a file; `name` is for messages.
  init(text: String, name: String) throws(Failure) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let firstWithText = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    if firstWithText.filter({ $0 != " " }) == "wavelength_nm,counts" {
      self = try Self.readTwoColumns(lines, name)
    } else if let heading = lines.firstIndex(where: { $0.hasPrefix("Pixel;") }) {
      self = try Self.readBWTek(lines, heading: heading, name)
    } else {
      throw Self.damaged(
        name, line: 1, "there is neither a line \"Pixel;...\" nor a heading wavelength_nm,counts")
    }
  }

  // MARK: B&W Tek

  private static func readBWTek(
    _ lines: [Substring], heading: Int, _ name: String
  ) throws(Failure) -> Recording {
    var header: [String: (value: Substring, line: Int)] = [:]
    for (index, line) in lines[..<heading].enumerated() {
      let parts = line.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { header[parts[0].lowercased()] = (parts[1], index + 1) }
    }
    func entry(_ key: String) throws(Failure) -> Double {
      guard let found = header[key] else {
        throw damaged(name, line: heading + 1, "no line \"\(key);\" stands before the table")
      }
      guard let value = decimal(found.value) else {
        throw damaged(name, line: found.line, "\"\(found.value)\" is no number")
      }
      return value
    }
    let averaged = try entry("average number")
    guard (1...100_000).contains(averaged), averaged == averaged.rounded() else {
      throw damaged(
        name, line: header["average number"]?.line ?? 1, "\(averaged) exposures cannot be averaged")
    }
    var wavelengths: [Double] = []
    for power in 0...3 { wavelengths.append(try entry("coefs_a\(power)")) }
    let pixels = try entry("pixel_num")
    let columns = lines[heading].split(separator: ";", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    guard let darkColumn = columns.firstIndex(of: "dark"),
      let rawColumn = columns.firstIndex(where: { $0.hasPrefix("raw data") })
    else {
      throw damaged(name, line: heading + 1, "the columns Dark and Raw data are not there")
    }
    var (raw, dark): ([Double], [Double]) = ([], [])
    for (index, line) in lines.enumerated().dropFirst(heading + 1) {
      if line.allSatisfy(\.isWhitespace) { continue }
      let cells = line.split(separator: ";", omittingEmptySubsequences: false)
      // A row cut short may still hold a plausible number, so all cells must be there.
      guard cells.count == columns.count else {
        throw damaged(
          name, line: index + 1, "the row has \(cells.count) cells, the heading \(columns.count)")
      }
      guard decimal(cells[0]) == Double(raw.count) else {
        throw damaged(name, line: index + 1, "pixel \(raw.count) was expected, not \"\(cells[0])\"")
      }
      raw.append(try counts(cells[rawColumn], Int(averaged), name, line: index + 1))
      dark.append(try counts(cells[darkColumn], Int(averaged), name, line: index + 1))
    }
    guard Double(raw.count) == pixels else {
      throw damaged(
        name, line: lines.count, "the table has \(raw.count) rows, pixel_num says \(pixels)")
    }
    return Recording(
      raw: raw, dark: dark, wavelengths: wavelengths, averaged: Int(averaged),
      integration: try? .milliseconds(entry("intigration times(ms)")),
      laserWavelength: try? entry("laser_wavelength"))
  }

  // MARK: Two columns

  private static func readTwoColumns(
    _ lines: [Substring], _ name: String
  ) throws(Failure) -> Recording {
    var (axis, raw): ([Double], [Double]) = ([], [])
    var sawHeading = false
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      guard sawHeading else {
        sawHeading = true
        continue
      }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 2, let wavelength = decimal(cells[0]) else {
        throw damaged(name, line: index + 1, "\"\(line)\" is not a wavelength and a count")
      }
      if let last = axis.last, wavelength <= last {
        throw damaged(name, line: index + 1, "the wavelengths do not rise")
      }
      axis.append(wavelength)
      raw.append(try counts(cells[1], 1, name, line: index + 1))
    }
    guard axis.count >= 4 else {
      throw damaged(name, line: lines.count, "it has \(axis.count) rows")
    }
    let fit = CubicFit(axis)
    guard fit.largestResidual <= 0.02 else {
      throw damaged(
        name, line: 2,
        "no cubic polynomial gives the wavelengths: the best is \(fit.largestResidual) nm off")
    }
    return Recording(raw: raw, dark: nil, wavelengths: fit.coefficients, averaged: 1)
  }

  // MARK: Cells

  /// Counts that whole numbers of `averaged` exposures can be the mean of.
  private static func counts(
    _ cell: Substring, _ averaged: Int, _ name: String, line: Int
  ) throws(Failure) -> Double {
    guard let value = decimal(cell), (0...65_535).contains(value) else {
      throw damaged(name, line: line, "\"\(cell)\" is no count from 0 to 65535")
    }
    let mean = Double(total(of: value, averaged)) / Double(averaged)
    guard abs(mean - value) <= 1e-4 else {
      throw damaged(
        name, line: line, "\(cell) is no mean of \(averaged) whole counts, so it was processed")
    }
    return value
  }

  /// A finite number with decimal comma or dot; nil for anything else.
  private static func decimal(_ cell: Substring) -> Double? {
    let text = cell.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: ",", with: ".")
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  private static func damaged(_ name: String, line: Int, _ reason: String) -> Failure {
    Failure(
      "recording-damaged", exit: .damaged, what: "The recording \(name) cannot be played.",
      why: "Line \(line): \(reason).",
      next: "Export it again from the program that took it, with raw data, or choose another.")
  }
}

/// The cubic polynomial in the index that fits values best (least squares).
struct CubicFit {
  let coefficients: [Double]
  let largestResidual: Double

  init(_ values: [Double]) {
    // Powers of the index scaled to 0...1, made orthogonal one after the other.
    let scale = Double(max(values.count - 1, 1))
    var basis: [(vector: [Double], powers: [Double])] = []
    var powers = [Double](repeating: 0, count: 4)
    for degree in 0...3 {
      var vector = values.indices.map { pow(Double($0) / scale, Double(degree)) }
      var own = [Double](repeating: 0, count: 4)
      own[degree] = pow(scale, -Double(degree))
      for earlier in basis {
        let share = Self.dot(vector, earlier.vector) / Self.dot(earlier.vector, earlier.vector)
        for index in vector.indices { vector[index] -= share * earlier.vector[index] }
        for power in 0...3 { own[power] -= share * earlier.powers[power] }
      }
      let part = Self.dot(values, vector) / Self.dot(vector, vector)
      for power in 0...3 { powers[power] += part * own[power] }
      basis.append((vector, own))
    }
    coefficients = powers
    largestResidual = values.enumerated().reduce(0) { most, item in
      let fitted = powers.reversed().reduce(0) { $0 * Double(item.offset) + $1 }
      return max(most, abs(fitted - item.element))
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
