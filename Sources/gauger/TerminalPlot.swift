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
    let labelWidth = 9
    let width = max(20, columns - labelWidth - 2)
    let height = max(4, rows - 3)
    let axis = spectrum.axis.values
    guard axis.count > 1 else { return [] }
    let (low, high) = visibleRange(spectrum)
    let peaks = columnPeaks(spectrum, width: width, low: min(low, high), high: max(low, high))
    let floor = min(0, peaks.compactMap { $0 }.min() ?? 0)
    let top = max(peaks.compactMap { $0 }.max() ?? 1, floor + 1)
    var lines: [String] = []
    for row in 0..<height {
      let upper = Double(height - row)
      var line = label(row: row, height: height, floor: floor, top: top, width: labelWidth)
      line += row == height - 1 ? "└" : "│"
      for peak in peaks {
        let level = ((peak ?? floor) - floor) / (top - floor) * Double(height)
        line += character(level: level, upper: upper)
      }
      lines.append(blocks ? line : ascii(line))
    }
    let pad = String(repeating: " ", count: labelWidth + 1)
    let left = number(low)
    let right = number(high)
    let title = axisTitle(spectrum.axis)
    let gap = max(1, width - left.count - right.count - title.count)
    lines.append(
      pad + left + String(repeating: " ", count: gap / 2) + title
        + String(repeating: " ", count: gap - gap / 2) + right)
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

  private func columnPeaks(
    _ spectrum: Spectrum, width: Int, low: Double, high: Double
  ) -> [Double?] {
    var peaks = [Double?](repeating: nil, count: width)
    let step = (high - low) / Double(width)
    guard step > 0 else { return peaks }
    for (index, position) in spectrum.axis.values.enumerated()
    where position >= low && position <= high {
      let column = min(width - 1, Int((position - low) / step))
      peaks[column] = max(peaks[column] ?? -.infinity, spectrum.intensity[index])
    }
    // A column that no channel falls into shows its left neighbour.
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

  private func label(row: Int, height: Int, floor: Double, top: Double, width: Int) -> String {
    let value: Double? =
      row == 0 ? top : row == height - 1 ? floor : row == height / 2 ? (top + floor) / 2 : nil
    let text = value.map(number) ?? ""
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func number(_ value: Double) -> String {
    abs(value) >= 100 ? String(Int(value.rounded())) : String(format: "%.1f", value)
  }

  private func axisTitle(_ axis: Axis) -> String {
    switch axis.kind {
    case .channel: "channel"
    case .wavelength: "wavelength / nm"
    case .ramanShift: "Raman shift / 1/cm"
    case .massToCharge: "m/z"
    }
  }

  private func ascii(_ line: String) -> String {
    line.replacingOccurrences(of: "│", with: "|").replacingOccurrences(of: "└", with: "+")
  }
}
