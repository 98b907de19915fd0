internal import CBench
internal import Crypto
internal import Foundation
internal import Laboratory
internal import Records

/// The audit chain beside the least that could be: an append with a sync, and a hash of the bytes.
enum AuditBench {
  /// Prints `audit` and `append`, entries kept a second, by the chain and by bare appends of the same
  /// lines; `verify` and `sha256`, MB a second over the same bytes.
  static func run(folder: String, entries: Int) throws {
    let chain = AuditChain(home: folder)
    let began = bench_now()
    for number in 0..<entries {
      try chain.append([
        AuditAct(
          .runStarted, "run/20261120T101500Z-usb4000-abcd", by: "bench",
          detail: [
            "sample": "S-\(number)", "model": "ocean-optics/usb4000", "kind": "sample",
            "profile": String(repeating: "0", count: 64),
          ])
      ])
    }
    print("audit \(rate(entries, since: began)) \(entries)")

    var bytes: [UInt8] = []
    try chain.bytes { bytes += $0 }
    let lines = bytes.split(separator: 0x0A)
    let path = folder + "/bare"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    let bare = bench_now()
    for line in lines {
      try file.write(contentsOf: Data(line + [0x0A]))
      try file.synchronize()
    }
    print("append \(rate(lines.count, since: bare)) \(lines.count)")
    try file.close()

    let checked = bench_now()
    let found = try chain.verify()
    guard found.passed, found.entries == lines.count else {
      throw Failure(
        "bench-audit", exit: .failed, what: "The chain did not verify.",
        why: "\(found.places.prefix(1))", next: "Report this.")
    }
    print("verify \(rate(bytes.count, since: checked) / 1e6) \(bytes.count)")
    let hashed = bench_now()
    let hash = SHA256.hash(data: bytes)
    print("sha256 \(rate(bytes.count, since: hashed) / 1e6) \(Array(hash).count)")
  }

  private static func rate(_ count: Int, since began: Int64) -> Double {
    Double(count) / (Double(bench_now() - began) / 1e9)
  }
}
