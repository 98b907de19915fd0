internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing

/// Chromatograms of the material, as traces.
enum Chromatograms {
  /// Two columns, the first a time that is multiplied to be in seconds.
  static func trace(_ path: String, secondsPerUnit: Double = 1) throws -> Trace {
    var trace = Trace(name: "signal", unit: .one)
    for line in try SharedMaterial.text(path).split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",")
      guard cells.count == 2, let time = Double(cells[0]), let value = Double(cells[1]) else {
        continue
      }
      trace.append(
        scan: trace.times.count, time: time * secondsPerUnit, value: value, flags: [])
    }
    return trace
  }
}
