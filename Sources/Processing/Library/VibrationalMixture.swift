public import Laboratory

/// A spectrum as a sum of a few library spectra, none below zero: a screening for mixtures.
///
/// Non-negative least squares after Lawson and Hanson on the prepared spectra of the search. The
/// coefficients depend on the powers with which the spectra were taken; they are no amounts.
public struct VibrationalMixture: Sendable, Hashable {
  /// One part of the sum.
  public struct Part: Sendable, Hashable {
    /// The name of the substance.
    public var name: String
    /// The factor of its library spectrum at unit length; 0 or above.
    public var coefficient: Double
    /// The part of the sum's length that it brings, 0 to 1; the parts sum up to 1.
    public var share: Double
  }

  /// The parts, in the order in which they were asked for.
  public var parts: [Part]
  /// The length of what is left over the length of the query, 0 to 1.
  public var residual: Double
  /// Always there: `screening-only`.
  public var flags: [String]
  /// What was done.
  public var step: ProcessingStep

  /// How many library spectra a sum may have.
  public static let most = 5
}

extension VibrationalLibrary {
  /// Explains a spectrum by the records of these names, at most 5, capitals aside.
  ///
  /// - Refused: what `compared` refuses; names that the library has not, and none or more than 5.
  public func mixture(
    _ query: MeasuredSpectrum, of names: [String]
  ) throws(VibrationalError) -> VibrationalMixture {
    let prepared = try prepare(query)
    let chosen = names.compactMap { name in
      rows.indices.first {
        records[rows[$0].record].name.lowercased() == name.lowercased()
      }
    }
    guard (1...VibrationalMixture.most).contains(names.count), chosen.count == names.count,
      Set(chosen).count == chosen.count
    else {
      throw .parameter(
        name: "names", value: Double(Set(chosen).count),
        allowed: "1 to \(VibrationalMixture.most) different names of the library")
    }
    let points = chosen.reduce(prepared.available) {
      VibrationalGrid.common($0, rows[$1].measured)
    }
    try preparation.look(overlap: points)
    func unit(_ values: some Collection<Double>) throws(VibrationalError) -> ([Double], Double) {
      let first = values.startIndex
      let taken = points.joined().map { values[values.index(first, offsetBy: $0)] }
      let norm = taken.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 0, norm.isFinite else { throw .constant }
      return (taken.map { $0 / norm }, norm)
    }
    let (target, _) = try unit(prepared.values)
    var columns: [[Double]] = []
    for row in chosen { columns.append(try unit(values[row * width..<(row + 1) * width]).0) }
    let coefficients = NonNegativeLeastSquares.solve(columns: columns, target: target)
    var rest = target
    for (column, coefficient) in zip(columns, coefficients) {
      for index in rest.indices { rest[index] -= coefficient * column[index] }
    }
    let total = coefficients.reduce(0, +)
    let residual = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let parts = zip(chosen, coefficients).map { row, coefficient in
      VibrationalMixture.Part(
        name: records[rows[row].record].name, coefficient: coefficient,
        share: total > 0 ? coefficient / total : 0)
    }
    return VibrationalMixture(
      parts: parts, residual: residual, flags: ["screening-only"],
      step: ProcessingStep(
        "mixture", .done,
        "sum of \(parts.map { "\($0.coefficient) \($0.name)" }.joined(separator: " + ")), none "
          + "below zero; screening only",
        numbers: ["residual": residual]))
  }
}
