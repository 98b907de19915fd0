internal import CDeflate
internal import Formats
internal import Glibc
internal import Laboratory

/// A file that a format is written to, without any guard: as the bare peers write theirs.
final class BareFile: ByteSink {
  private let descriptor: Int32

  init(_ path: String) throws(Failure) {
    // Safe: the text lives through the call.
    descriptor = unsafe open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o644)
    if descriptor < 0 {
      throw Failure(
        "bench-file", exit: .failed, what: "\(path) cannot be written.", why: "See errno \(errno).",
        next: "Name another folder.")
    }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
    // Safe: the bytes live through the call, and are as many as said.
    let written = unsafe pwrite(descriptor, bytes, bytes.count, place)
    guard written == bytes.count else {
      throw Failure(
        "bench-file", exit: .failed, what: "The file cannot be written.",
        why: "See errno \(errno).",
        next: "Make room.")
    }
  }
}

/// Where bytes go to be counted.
final class Nowhere: ByteSink {
  private(set) var size = 0

  func write(_ bytes: [UInt8], at place: Int) { size = max(size, place + bytes.count) }
}

/// What bounds a writer: the compression of the same arrays, and nothing else.
enum BareCompression {
  /// Compresses each scan's masses (64 bits) and intensities (32 bits) by libdeflate, and writes them.
  static func write(
    _ series: MassScanSeries, _ narrow: [Float], level: Int, to file: BareFile
  ) throws(Failure) -> Int {
    // Safe: the call takes a number; freed below.
    guard let compressor = unsafe libdeflate_alloc_compressor(Int32(level)) else { return 0 }
    // Safe: made above, freed once.
    defer { unsafe libdeflate_free_compressor(compressor) }
    var (gathered, place) = ([UInt8](), 0)
    var target = [UInt8](repeating: 0, count: 1 << 20)
    // Safe: every pointer is that of an array that lives through the calls, within its bounds.
    unsafe series.massToCharge.withUnsafeBytes { masses in
      unsafe narrow.withUnsafeBytes { values in
        for scan in 0..<series.count {
          let range = series.range(of: scan)
          for isMasses in [true, false] {
            // Safe: as above.
            let (bytes, size) = unsafe isMasses ? (masses, 8) : (values, 4)
            let given = unsafe libdeflate_zlib_compress(
              compressor, bytes.baseAddress.map { unsafe $0 + range.lowerBound * size },
              range.count * size, &target, target.count)
            gathered += target[..<given]
          }
          if gathered.count > 1 << 18 {
            try? file.write(gathered, at: place)
            place += gathered.count
            gathered.removeAll(keepingCapacity: true)
          }
        }
      }
    }
    try file.write(gathered, at: place)
    return place + gathered.count
  }
}

/// What the process takes of the machine.
enum Usage {
  /// The largest resident memory so far, KiB.
  static var peakMemory: Int {
    var usage = rusage()
    // Safe: the structure lives through the call.
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
  }
}
