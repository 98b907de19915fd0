internal import Formats
internal import Records

/// An archive, and a manifest and a seal behind it: what is read is what would be written.
@Sendable func fuzzBundle(_ bytes: [UInt8]) {
  fuzzArchive(bytes)
  if let manifest = try? BundleManifest(bytes) {
    FuzzTargets.demand(manifest.bytes == bytes, "a manifest has one spelling")
    FuzzTargets.demand(
      manifest.files.keys.allSatisfy { BundlePath.objection(to: $0) == nil }, "no name leads out")
  }
  if let seal = try? BundleSeal(bytes) {
    FuzzTargets.demand(seal.bytes == bytes, "a seal has one spelling")
    FuzzTargets.demand(!seal.isRight(of: bytes), "nobody signs by chance")
  }
  let extract = AuditExtract(segments: [("000001.jsonl", bytes)])
  let found = extract.verify()
  FuzzTargets.demand(
    found.passed || !bytes.isEmpty, "an extract without a line is no broken one")
}

private func fuzzArchive(_ bytes: [UInt8]) {
  let reader = ZipReader(bytes)
  guard let (entries, faults) = try? reader.entries() else {
    return FuzzTargets.demand(false, "an archive in memory can be read")
  }
  var end = 0
  var rebuilt: [UInt8] = []
  for entry in entries {
    FuzzTargets.demand(entry.offset >= end && entry.end <= bytes.count, "no two files share bytes")
    end = entry.end
    rebuilt += ZipLayout.header(entry)
    let isRead = (try? reader.bytes(of: entry) { rebuilt += $0 }) != nil
    FuzzTargets.demand(isRead, "a file of an archive in memory can be read")
  }
  guard faults.isEmpty else { return }
  FuzzTargets.demand(rebuilt + ZipLayout.tail(entries) == bytes, "an archive has one spelling")
}
