internal import Foundation
internal import Formats
internal import Laboratory

extension FormatBench {
  /// ANDI/MS beside a plain copy of the same bytes to a file, and memory over runs of any length.
  static func andi(_ content: ExportContent, _ series: MassScanSeries, folder: String) throws {
    let path = "\(folder)/bench.cdf"
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let part = try MeasurementWriter.plan(content, as: .andiMS).parts.first else { return }
    let memory = MemoryFile()
    try MeasurementWriter.write(part, to: memory)
    let bytes = memory.bytes
    let megabytes = Double(bytes.count) / 1e6
    // In turn, so that what disturbs one disturbs both.
    var copy = (wall: Double.infinity, processor: Double.infinity)
    var write = copy
    for _ in 0..<5 {
      let a = try quickest(1) {
        let file = try FileSink(path: path)
        for begin in stride(from: 0, to: bytes.count, by: 1 << 16) {
          try file.write(Array(bytes[begin..<min(bytes.count, begin + 1 << 16)]), at: begin)
        }
      }
      let b = try quickest(1) {
        try MeasurementWriter.write(part, to: try FileSink(path: path))
      }
      if a.wall < copy.wall { copy = a }
      if b.wall < write.wall { write = b }
    }
    let file = try FileSink(path: path)
    try MeasurementWriter.write(part, to: file)
    let check = try quickest { try MeasurementWriter.check(file, holds: part) }
    let read = try quickest { _ = try MeasurementReader.read(try file.whole()) }
    print("andi-megabytes \(megabytes) 1")
    print("andi-copy-megabytes-per-s \(megabytes / copy.wall) 5")
    print("andi-write-megabytes-per-s \(megabytes / write.wall) 5")
    print("andi-write-of-copy \(copy.wall / write.wall) 5")
    print("andi-write-of-copy-processor \(copy.processor / write.processor) 5")
    print("andi-check-megabytes-per-s \(megabytes / check.processor) 3")
    print("andi-read-megabytes-per-s \(megabytes / read.processor) 3")
    for scans in [1000, 1_000_000] {
      var made = content
      made.massScans = MadeScans(scans: scans)
      guard let part = try MeasurementWriter.plan(made, as: .andiMS).parts.first else { return }
      // Makes the peak what is used now; where the kernel refuses, the figure is too small.
      try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
      let before = peakKilobytes()
      let file = try FileSink(path: path)
      try MeasurementWriter.write(part, to: file)
      try MeasurementWriter.check(file, holds: part)
      print("andi-\(scans)-scans-more-peak-kilobytes \(peakKilobytes() - before) 1")
    }
  }

  /// Scans that are made when they are asked for.
  private struct MadeScans: MassScanSource {
    let scans: Int
    var kind: MassScanSeries.Kind { .centroid }
    var hasSelectedMasses: Bool { false }
    var unit: String { "counts" }

    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      for scan in 0..<scans {
        let masses = (0..<50).map { 50.1 + Double($0) + Double(scan % 7) * 1e-3 }
        try body(
          MassScan(
            number: scan, time: 0.3 * Double(scan), massToCharge: masses,
            intensity: (0..<50).map { Double(($0 * 7919 + scan) % 65_521) }))
      }
    }
  }

  /// The most memory that this process had since its peak was reset.
  private static func peakKilobytes() -> Int {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }
}
