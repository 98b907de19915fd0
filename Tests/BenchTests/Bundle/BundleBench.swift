import Delivery
import Foundation
import Laboratory
import Profiles
import Records
import Testing

@testable import Bench

/// A small bundle of an imported run, in memory and on the disk, and what a verifier says of it.
struct BundleBench {
  let stand: ImportBench
  let record: RunRecord
  let made: MadeBundle
  /// The bundle's files by name.
  let files: [String: [UInt8]]
  private let outside: TemporaryFolder

  init(rows: Int = 6, sample: String = "S-1") throws {
    stand = try ImportBench()
    outside = try TemporaryFolder()
    let table = "time,signal\n" + (0..<rows).map { "\($0),\($0 * 3 % 7)\n" }.joined()
    let path = try stand.put("t.csv", table)
    record = try stand.imported(path, sample: sample, columns: ["time=1", "unit=s", "value=2"])
    let folder = outside.path + "/b"
    made = try BundleMaking(bench: stand.bench).make(
      BundleRequest(run: record.run, path: folder, isZip: false, person: "tester"))
    files = try Self.read(folder)
  }

  /// Where the bundle is.
  var path: String { outside.path + "/b" }

  static func read(_ folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let walk = try #require(FileManager.default.enumerator(atPath: folder))
    while let name = walk.nextObject() as? String {
      guard walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular else { continue }
      files[name] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }
    return files
  }

  /// Writes files as a folder.
  static func write(_ files: [String: [UInt8]], to folder: String) throws {
    for (name, bytes) in files {
      let url = URL(fileURLWithPath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
  }

  static func verifier(_ keys: Set<String>) -> BundleVerifier {
    var verifier = BundleVerifier(profiles: ProfileStore.load(folders: [EmulatedBench.profiles]))
    verifier.keys = keys
    return verifier
  }

  /// What is said of these files, vouched for by the bundle's key.
  func verify(_ files: [String: [UInt8]]) throws -> BundleReport {
    let place = try TemporaryFolder()
    try Self.write(files, to: place.path)
    return try Self.verifier([made.key]).verify(place.path)
  }

  /// Seals files anew by a key of somebody else, as one would who has every right but that key.
  func resealed(_ files: [String: [UInt8]]) throws -> (files: [String: [UInt8]], key: String) {
    let other = try TemporaryFolder()
    var files = files
    var manifest = try BundleManifest(try #require(files["MANIFEST.json"]))
    manifest.files = files.filter { !["MANIFEST.json", "SEAL.json"].contains($0.key) }
      .mapValues { BundleManifest.File(size: $0.count, sha256: Hash.sha256(of: $0)) }
    let seal = try AuditChain(home: other.path).seal(manifest.bytes)
    (files["MANIFEST.json"], files["SEAL.json"]) = (manifest.bytes, seal.bytes)
    return (files, seal.key)
  }
}

extension BundleReport {
  /// The broken links as `link place`.
  var broken: [String] {
    links.filter { $0.state == .broken }.map { "\($0.link) \($0.place ?? "")" }
  }
}
