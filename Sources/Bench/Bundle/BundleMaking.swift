internal import Delivery
internal import Formats
internal import Foundation
public import Laboratory
internal import Processing
internal import Records

/// Packs one run with all that shows where its numbers come from.
///
/// A folder or an archive, whole or not there; sealed by the key of the home. The same evidence gives
/// the same bytes. The page `Bundle` says the form. Blocks.
public struct BundleMaking: Sendable {
  private let bench: Bench

  /// Makes the packer of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Makes the bundle.
  ///
  /// Throws `bundle-run-open` for a run that goes on, and `publish-exists`.
  public func make(_ request: BundleRequest) throws(Failure) -> MadeBundle {
    let record = try bench.runs.read(request.run)
    guard record.endedBy != .open else {
      throw Failure(
        "bundle-run-open", exit: .refused, what: "The run \(record.run) was not packed.",
        why: "It has not ended: it goes on, or its program was killed.",
        next: "Wait for its end; a killed one is ended by: gauger runs recover \(record.run)")
    }
    var contents = try BundleContents(bench, request, record)
    let head = try addAudit(to: &contents)
    contents.add(Array(Self.readMe(record).utf8), as: "README.txt")
    var manifest = BundleManifest(
      run: record.run, program: Gauger.signature, computedBy: MathsFingerprint.signature,
      laboratory: record.laboratory)
    manifest.audit = head
    manifest.leftOut = contents.leftOut
    let writing = BundleWriting(files: contents.files, manifest: manifest) {
      (bytes) throws(Failure) in
      do throws(AuditError) {
        return try AuditChain(home: bench.home.path).seal(bytes)
      } catch {
        throw error.failure
      }
    }
    let announcement = bench.audit.announcement()
    let made = try announcement.covering { () throws(Failure) in
      let announce: (BundleManifest, BundleSeal) throws(Failure) -> Void = {
        (manifest, seal) throws(Failure) in
        try announcement.make(
          AuditAct(
            .bundleMade, "bundle/\(record.run)", by: request.person,
            new: Hash.sha256(of: manifest.bytes),
            detail: ["key": seal.key, "files": "\(manifest.files.count)"]))
      }
      return request.isZip
        ? try writing.archive(at: request.path, announce: announce)
        : try writing.folder(at: request.path, announce: announce)
    }
    return MadeBundle(
      run: record.run, path: request.path, files: made.manifest.files.count,
      size: made.manifest.files.values.reduce(0) { $0 + $1.size },
      manifestSHA256: Hash.sha256(of: made.manifest.bytes), key: made.seal.key,
      leftOut: made.manifest.leftOut)
  }

  /// The segments of the audit chain with entries on the run, and the public keys beside them.
  private func addAudit(to contents: inout BundleContents) throws(Failure) -> AuditHead? {
    guard let chain = bench.audit.chain else { return nil }
    let objects = contents.objects
    do throws(AuditError) {
      let extract = try chain.extract {
        objects.contains($0.object) || $0.action == AuditAction.chainGap.rawValue
      }
      for segment in extract.segments {
        contents.add(segment.bytes, as: "audit/\(segment.name)")
      }
      for (name, bytes) in try chain.publicKeys() { contents.add(bytes, as: "audit/\(name)") }
      return extract.entries.last?.head
    } catch {
      throw error.failure
    }
  }

  /// What a stranger is told first.
  private static func readMe(_ record: RunRecord) -> String {
    """
    This is the evidence of one run of a measuring instrument, packed by Gauger.

    run        \(record.run)
    sample     \(plain(record.sample.id))
    instrument \(plain(record.instrument.name)), serial number \(plain(record.instrument.serialNumber))
    by         \(plain(record.person))

    MANIFEST.json names every file with its size and SHA-256; SEAL.json is the Ed25519 signature of
    it by the laboratory's key. runs/ holds the raw record as the instrument sent it, and all that
    was computed from it; audit/ who did what and when; spool/ which system got the results.

    To check every link, and to compute the numbers again from the raw bytes:

        gauger verify FOLDER-OR-ARCHIVE --key THE-LABORATORY'S-PUBLIC-KEY

    The form is published with Gauger (Bundle.md), with a checker in Python that needs nothing of it.

    """
  }

  private static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }
}
