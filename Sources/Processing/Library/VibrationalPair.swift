public import Laboratory

extension VibrationalLibrary {
  /// A spectrum and a record as the search compares them, on the library's grid: for pictures.
  ///
  /// - `record`: its place in `records`; none: the spectrum alone.
  /// - Returns: the grid, the spectrum on it, and the record on it where it can be searched; 0 where
  ///   nothing was measured.
  public func pair(
    _ query: MeasuredSpectrum, with record: Int?
  ) throws(VibrationalError) -> (axis: [Double], query: [Double], match: [Double]?) {
    let prepared = try prepare(query)
    let row = record.flatMap { wanted in rows.firstIndex { $0.record == wanted } }
    return (
      preparation.grid.places, prepared.values,
      row.map { Array(values[$0 * width..<($0 + 1) * width]) }
    )
  }
}
