internal import Foundation
internal import Instruments
internal import Laboratory

/// Draws a spectrum with characters: one column holds the highest value of its channels.
struct TerminalPlot {
  var columns: Int
  var rows: Int
  /// Eighth blocks where the terminal can show them, else plain ASCII.
  var blocks: Bool

  /// The lines of the picture, axis labels included.
  func draw(_ spectrum: Spectrum) -> [String] {
    guard spectrum.axis.values.count > 1 else { return [] }
    let (low, high) = visibleRange(spectrum)
    let peaks = columnPeaks(
      spectrum.axis.values, spectrum.intensity, low: min(low, high), high: max(low, high),
      fillsGaps: true)
    let floor = min(0, peaks.compactMap { $0 }.min() ?? 0)
    let top = max(peaks.compactMap { $0 }.max() ?? 1, floor + 1)
    let frame = Frame(
      floor: floor, top: top, left: number(low), right: number(high),
      title: axisTitle(spectrum.axis))
    return lines(peaks, frame)
  }

  /// How many columns the curve itself has.
  var width: Int { max(20, columns - Self.labelWidth - 2) }

  private static let labelWidth = 9

  /// What stands around a curve.
  struct Frame {
    var floor: Double
    var top: Double
    var left: String
    var right: String
    var title: String
  }

  /// The lines of a picture whose columns have these heights; a column without one stays empty.
  func lines(_ peaks: [Double?], _ frame: Frame) -> [String] {
    let (labelWidth, height) = (Self.labelWidth, max(4, rows - 3))
    var lines: [String] = []
    for row in 0..<height {
      let upper = Double(height - row)
      var line = label(row: row, height: height, frame: frame, width: labelWidth)
      line += row == height - 1 ? "└" : "│"
      for peak in peaks {
        let level =
          ((peak ?? frame.floor) - frame.floor) / (frame.top - frame.floor) * Double(height)
        line += character(level: level, upper: upper)
      }
      lines.append(blocks ? line : ascii(line))
    }
    let pad = String(repeating: " ", count: labelWidth + 1)
    let gap = max(1, width - frame.left.count - frame.right.count - frame.title.count)
    lines.append(
      pad + frame.left + String(repeating: " ", count: gap / 2) + frame.title
        + String(repeating: " ", count: gap - gap / 2) + frame.right)
    return lines
  }

  /// A Raman plot leaves out what lies beyond the laser line, where no shift is meaningful.
  private func visibleRange(_ spectrum: Spectrum) -> (Double, Double) {
    let axis = spectrum.axis.values
    let first = axis.first ?? 0
    let last = axis.last ?? 1
    guard spectrum.axis.kind == .ramanShift else { return (first, last) }
    return (max(100, first), max(last, 200))
  }

  /// The highest value in each column.
  ///
  /// A column that no point falls into shows its left neighbour where gaps are to be filled.
  func columnPeaks(
    _ positions: [Double], _ values: [Double], low: Double, high: Double, fillsGaps: Bool
  ) -> [Double?] {
    var peaks = [Double?](repeating: nil, count: width)
    let step = (high - low) / Double(width)
    guard step > 0 else { return peaks }
    for (position, value) in zip(positions, values) where position >= low && position <= high {
      let column = min(width - 1, Int((position - low) / step))
      peaks[column] = max(peaks[column] ?? -.infinity, value)
    }
    guard fillsGaps else { return peaks }
    for column in 1..<width where peaks[column] == nil { peaks[column] = peaks[column - 1] }
    return peaks
  }

  private func character(level: Double, upper: Double) -> String {
    let part = level - (upper - 1)
    if part <= 0 { return " " }
    if part >= 1 { return blocks ? "█" : "#" }
    let eighths = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return blocks ? eighths[min(7, Int(part * 8))] : (part > 0.5 ? ":" : ".")
  }

  private func label(row: Int, height: Int, frame: Frame, width: Int) -> String {
    let value: Double? =
      row == 0
      ? frame.top
      : row == height - 1 ? frame.floor : row == height / 2 ? (frame.top + frame.floor) / 2 : nil
    let text = value.map(number) ?? ""
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func number(_ value: Double) -> String {
    if value != 0, abs(value) < 0.01 { return String(format: "%.2e", value) }
    return abs(value) >= 100 ? String(Int(value.rounded())) : String(format: "%.1f", value)
  }

  private func axisTitle(_ axis: Axis) -> String {
    switch axis.kind {
    case .channel: "channel"
    case .wavelength: "wavelength / nm"
    case .ramanShift: "Raman shift / 1/cm"
    case .wavenumber: "wavenumber / 1/cm"
    case .massToCharge: "m/z"
    }
  }

  private func ascii(_ line: String) -> String {
    line.replacingOccurrences(of: "│", with: "|").replacingOccurrences(of: "└", with: "+")
  }
}
