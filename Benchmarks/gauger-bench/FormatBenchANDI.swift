internal import Foundation
internal import Formats
internal import Laboratory

extension FormatBench {
  /// ANDI/MS beside a plain copy; then check and reading.
  ///
  /// The copy is that of the peers: each scan's masses (64 bits), then its intensities (32 bits),
  /// written as they stand, one call an array; and the same bytes in pieces of 64 KiB.
  static func andi(_ content: ExportContent, _ series: MassScanSeries, folder: String) throws {
    let path = "\(folder)/bench.cdf"
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let part = try MeasurementWriter.plan(content, as: .andiMS).parts.first else { return }
    let memory = MemoryFile()
    try MeasurementWriter.write(part, to: memory)
    let bytes = memory.bytes
    var (copies, large) = ([Double](), [Double]())
    var ours: [(wall: Double, processor: Double)] = []
    // By turns, so that all meet the same machine.
    for _ in 0..<5 {
      copies.append(
        try quickest(1) {
          let file = try BareFile(path)
          var place = 0
          for scan in 0..<series.count {
            for size in [8, 4] {
              let end = min(bytes.count, place + size * series.range(of: scan).count)
              try file.write(Array(bytes[place..<end]), at: place)
              place = end
            }
          }
        }.wall)
      large.append(
        try quickest(1) {
          let file = try BareFile(path)
          for begin in stride(from: 0, to: bytes.count, by: 1 << 16) {
            try file.write(Array(bytes[begin..<min(bytes.count, begin + 1 << 16)]), at: begin)
          }
        }.wall)
      ours.append(try quickest(1) { try MeasurementWriter.write(part, to: try BareFile(path)) })
    }
    print("andi-bytes \(bytes.count) 1")
    print("copy-ms \((copies.min() ?? 0) * 1e3) 5")
    print("copy-64-KiB-ms \((large.min() ?? 0) * 1e3) 5")
    print("andi-ms \((ours.map(\.wall).min() ?? 0) * 1e3) 5")
    print("andi-processor-ms \((ours.map(\.processor).min() ?? 0) * 1e3) 5")
    let check = try quickest { try MeasurementWriter.check(memory, holds: part) }
    print("andi-check-ms \(check.wall * 1e3) 3")
    let read = try quickest { _ = try MeasurementReader.read(bytes) }
    print("andi-read-ms \(read.wall * 1e3) 3")
  }
}
