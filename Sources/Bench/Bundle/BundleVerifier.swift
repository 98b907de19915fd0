internal import Delivery
internal import Foundation
public import Laboratory
internal import Processing
public import Profiles
public import Records

/// Checks a bundle with nothing but itself and the public keys that a person vouches for.
///
/// Every link is looked at, also behind a broken one. Nothing is written but temporary files, which
/// are gone afterwards. Blocks.
public struct BundleVerifier: Sendable {
  /// The public keys that are vouched for, 64 hexadecimal digits each.
  public var keys: Set<String> = []
  /// Whether the key that a bundle names itself is believed.
  public var trustsEmbedded = false
  /// Places of the audit chain that were kept elsewhere.
  public var anchors: [AuditAnchor] = []
  /// Where libraries are looked for that the bundle does not hold; none looks nowhere.
  public var home: Home?
  let profiles: ProfileStore

  /// Makes a verifier; `profiles` are only for what is not in the bundle.
  public init(profiles: ProfileStore) { self.profiles = profiles }

  /// Checks a bundle; what is broken stands in the report.
  ///
  /// Throws `bundle-not-found`, and what the disk refuses.
  public func verify(_ path: String) throws(Failure) -> BundleReport {
    var report = BundleReport(bundle: path)
    let opening = try BundleOpening(path, &report)
    defer { opening.close() }
    let manifest = seal(opening, &report)
    guard let run = manifest?.run ?? onlyRun(opening) else {
      report.broken("run", nil, "which run it is of cannot be read; nothing more can be looked at")
      return report
    }
    report.run = run
    guard opening.isPlain else {
      report.broken(
        "recomputed", nil, "nothing was read further: what is no plain file may lead elsewhere")
      return report
    }
    let view = try BundleView(opening, home: home)
    defer { view.close() }
    let bench = Bench(
      home: view.home, profiles: profiles, configuration: .standard(home: view.home),
      reach: .computer, audit: BenchAudit.none)
    var check = BundleCheck(
      opening: opening, view: view, bench: bench, manifest: manifest, run: run, anchors: anchors,
      vouched: keys, report: report)
    check.everything()
    return check.report
  }

  /// Checks manifest, seal and the hash of every file; gives the manifest where it can be read.
  private func seal(_ opening: BundleOpening, _ report: inout BundleReport) -> BundleManifest? {
    guard let bytes = opening.bytes(BundleManifest.name) else {
      report.broken("manifest", BundleManifest.name, "is not there: nothing is vouched for")
      return nil
    }
    sealed(bytes, opening, &report)
    let manifest: BundleManifest
    do throws(BundleError) { manifest = try BundleManifest(bytes) } catch {
      report.broken("manifest", BundleManifest.name, "cannot be believed: \(error.why)")
      return nil
    }
    report.ok(
      "manifest", BundleManifest.name, "\(manifest.files.count) files, made by \(manifest.program)")
    let faults = BundleContentCheck.faults(of: opening.found, against: manifest)
    for fault in faults { report.broken("files", fault.file, fault.detail) }
    let whole =
      manifest.files.count - Set(faults.map(\.file)).intersection(manifest.files.keys).count
    if faults.isEmpty {
      report.ok("files", nil, "all \(whole) have the size and the SHA-256 of the manifest")
    }
    return manifest
  }

  private func sealed(
    _ manifest: [UInt8], _ opening: BundleOpening, _ report: inout BundleReport
  ) {
    let place = BundleManifest.sealName
    guard let bytes = opening.bytes(place) else {
      return report.broken("seal", place, "is not there: nobody vouches for the manifest")
    }
    let seal: BundleSeal
    do throws(BundleError) { seal = try BundleSeal(bytes) } catch {
      return report.broken("seal", place, "cannot be believed: \(error.why)")
    }
    report.key = seal.key
    guard seal.isRight(of: manifest) else {
      return report.broken(
        "seal", place, "is not the signature of this manifest by \(seal.keyID): one was altered")
    }
    if keys.contains(seal.key) {
      report.ok("seal", place, "signed by \(seal.keyID), which you vouch for")
    } else if trustsEmbedded {
      report.ok(
        "seal", place,
        "signed by \(seal.keyID), which nobody here vouches for; believed as you asked")
    } else {
      report.broken("seal", place, "signed by \(seal.keyID), which nobody here vouches for")
    }
  }

  /// The run by its folder, where the manifest does not say it; among several, that with files.
  private func onlyRun(_ opening: BundleOpening) -> RunID? {
    let runs = opening.children(of: "runs").compactMap { RunID($0) }
    if runs.count == 1 { return runs[0] }
    let main = runs.filter { !opening.names(in: "runs/\($0)/files").isEmpty }
    return main.count == 1 ? main[0] : nil
  }
}

/// The bundle seen as a home: links to its folders, and to libraries that the reader has himself.
struct BundleView {
  let home: Home
  /// Libraries whose records are at hand, by name.
  let libraries: Set<String>
  private let workplace: Workplace

  init(_ opening: BundleOpening, home own: Home?) throws(Failure) {
    workplace = try Workplace(nil)
    home = Home(explicit: workplace.path, environment: [:])
    var libraries: Set<String> = []
    do {
      let files = FileManager.default
      for name in ["runs", "sequences", "register"] where !opening.names(in: name).isEmpty {
        try files.createSymbolicLink(
          atPath: "\(workplace.path)/\(name)", withDestinationPath: "\(opening.path)/\(name)")
      }
      try files.createDirectory(
        atPath: "\(workplace.path)/libraries", withIntermediateDirectories: false)
      for name in opening.children(of: "libraries") {
        guard let place = Self.library(name, opening, own) else { continue }
        libraries.insert(name)
        try files.createSymbolicLink(
          atPath: "\(workplace.path)/libraries/\(name)", withDestinationPath: place)
      }
    } catch {
      workplace.clear()
      throw Failure(
        "bundle-not-unpacked", exit: .failed, what: "The bundle could not be laid out.",
        why: reason(error), next: "Check the folder of temporary files (TMPDIR).")
    }
    self.libraries = libraries
  }

  func close() { workplace.clear() }

  /// Where the records of a library are: in the bundle, else in the reader's own home with the same
  /// hash.
  private static func library(_ name: String, _ opening: BundleOpening, _ own: Home?) -> String? {
    let place = "\(opening.path)/libraries/\(name)"
    guard let version = VersionedFolder(path: place).versions.last else { return nil }
    let folder = VersionedFolder(path: place).folder(of: version)
    guard
      let note = try? VersionFiles.read(
        LibraryNote.self, at: "\(folder)/\(LibraryStore.noteName)")
    else { return nil }
    if note.files.allSatisfy({ FileManager.default.fileExists(atPath: "\(folder)/\($0.name)") }) {
      return place
    }
    guard let own else { return nil }
    let mine = VersionedFolder(path: "\(own.path)/libraries/\(name)")
    guard let newest = mine.versions.last,
      let known = try? VersionFiles.read(
        LibraryNote.self, at: "\(mine.folder(of: newest))/\(LibraryStore.noteName)"),
      known.source.sha256 == note.source.sha256
    else { return nil }
    return mine.path
  }
}
