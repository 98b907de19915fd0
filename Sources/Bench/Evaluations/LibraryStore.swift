internal import Delivery
internal import Formats
internal import Foundation
internal import Instruments
public import Laboratory
internal import Methods
internal import Processing
internal import Records

/// The libraries of spectra of a home: imported once, kept as they came, searched by name.
///
/// `libraries/<name>/0001/`: `library.json` and the files as they came; a later import of the same name
/// is the next version, and the newest one is searched. Results name version and hash.
public struct LibraryStore: Sendable {
  private let home: Home

  /// Names the libraries of a home.
  public init(home: Home) { self.home = home }

  /// The newest version of every library, by name, and what could not be read.
  public func list() -> (libraries: [LibraryNote], problems: [Failure]) {
    var libraries: [LibraryNote] = []
    var problems: [Failure] = []
    for name in names {
      do throws(Failure) { libraries.append(try note(name).note) } catch { problems.append(error) }
    }
    return (libraries, problems)
  }

  /// Imports files, or folders of files, as a library.
  ///
  /// The sources are only read. Records that are damaged are counted and named, the others serve.
  public func add(
    _ paths: [String], name: String, version: String, person: String
  ) throws(Failure) -> LibraryNote {
    do throws(PublishError) { try SafePath.check(name) } catch { throw error.failure }
    let files = try LibraryFiles.read(paths)
    let content = try LibraryContent(files)
    guard content.count > 0 else {
      throw Failure(
        "library-empty", exit: .damaged, what: "No spectrum was found for the library \(name).",
        why: content.refusals.first ?? "The files hold no records.",
        next: "Import MSP, MassBank or JCAMP-DX files, or a folder of CSV spectra.")
    }
    let source = LibrarySource(name: name, version: version, sha256: try content.sha256())
    let folder = versions(of: name)
    let latest = folder.versions.last ?? 0
    var note = LibraryNote(
      source: source, kind: content.kind, records: content.count,
      refused: content.refusedCount, refusals: content.refusals, person: person, imported: .now,
      files: [])
    // The same again makes nothing, unless what is kept was altered: then this mends it.
    if latest > 0, let (old, _) = try? self.content(name), old.source == source { return old }
    let act = AuditAct(
      .libraryImported, "library/\(name)", by: person,
      old: (try? self.note(name))?.note.source.sha256, new: source.sha256,
      detail: ["version": version, "records": "\(content.count)", "number": "\(latest + 1)"])
    let announcement = BenchAudit(home: home).announcement()
    _ = try announcement.covering { () throws(Failure) in
      try folder.publish(
        after: latest, announce: { (_) throws(Failure) in try announcement.make(act) }
      ) { (_) throws(Failure) in
        let kept = files.map { VersionFiles.bytes($0.bytes, named: $0.name) }
        note.files = kept.map(\.entry)
        return kept + [try VersionFiles.json(note, named: Self.noteName)]
      }
    }
    // What cannot be noted now is caught up by whoever asks.
    _ = BenchCatalogue(home: home).follow(.below("libraries/\(name)/"))
    return note
  }

  /// The libraries that a method asks, each prepared for its search.
  ///
  /// Throws `library-not-found` where one is missing: an answer of another library is another answer.
  func libraries(for method: Method) throws(Failure) -> MethodLibraries {
    var libraries = MethodLibraries()
    switch method.body {
    case .separation(let body):
      for identity in body.analytes.compactMap(\.identity) + [body.unknowns].compactMap({ $0 }) {
        guard let name = identity.library, libraries.mass(identity) == nil else { continue }
        libraries.mass.append((name: name, library: try mass(name, identity)))
      }
    case .spectrum(let body):
      if let name = body.library {
        libraries.vibrational[name] = try vibrational(name, body.search)
      }
    case .residualGas: break
    }
    return libraries
  }

  /// What a library says of the spectrum of a file: one of those that libraries are made of, or a
  /// measurement with one spectrum.
  public func search(_ name: String, for path: String) throws(Failure) -> SearchAnswer {
    let content = try LibraryContent(try LibraryFiles.read([path]))
    let (note, _) = try note(name)
    switch content.entries {
    case .mass(let entries):
      guard note.kind == .mass else { throw wrongKind(name, note, .mass) }
      guard let entry = entries.first else { throw Self.nothing(in: path, content) }
      return try mass(name, PeakIdentity(library: name)).answer(
        MassQuery(peaks: entry.peaks, scanRange: entry.scanRange))
    case .vibrational(let entries):
      guard note.kind == .vibrational else { throw wrongKind(name, note, .vibrational) }
      guard let entry = entries.first else { throw Self.nothing(in: path, content) }
      return try vibrational(name, VibrationalSearch()).answer(entry.spectrum)
    }
  }

  private static func nothing(in path: String, _ content: LibraryContent) -> Failure {
    Failure(
      "library-query-empty", exit: .damaged, what: "\(path) holds no spectrum to search for.",
      why: content.refusals.first ?? "It has no record.",
      next: "Name a file with one spectrum.")
  }

  private func mass(_ name: String, _ identity: PeakIdentity) throws(Failure) -> MassLibrary {
    let (note, content) = try content(name)
    guard case .mass(let entries) = content.entries else { throw wrongKind(name, note, .mass) }
    do throws(MassSpectrumError) {
      return try MassLibrary(
        entries, source: note.source, search: identity.search, preparation: identity.preparation)
    } catch {
      throw error.failure
    }
  }

  private func vibrational(
    _ name: String, _ search: VibrationalSearch
  ) throws(Failure) -> VibrationalLibrary {
    let (note, content) = try content(name)
    guard case .vibrational(let entries) = content.entries else {
      throw wrongKind(name, note, .vibrational)
    }
    do throws(VibrationalError) {
      return try VibrationalLibrary(
        entries, source: note.source, axis: entries.first?.spectrum.axis.kind ?? .ramanShift,
        search: search, sameSubstance: content.sameSubstance)
    } catch {
      throw error.failure
    }
  }

  private func content(_ name: String) throws(Failure) -> (LibraryNote, LibraryContent) {
    let (note, folder) = try note(name)
    var files: [LibraryFiles.File] = []
    for file in note.files {
      let path = "\(folder)/\(file.name)"
      guard let data = FileManager.default.contents(atPath: path),
        Hash.sha256(of: [UInt8](data)) == file.sha256
      else {
        throw Failure(
          "library-altered", exit: .damaged, what: "\(path) is not as it was imported.",
          why: "A record that was changed would give another answer under the same name.",
          next: "Import the library again: gauger library import FILE --name \(name)")
      }
      files.append(LibraryFiles.File(name: file.name, bytes: [UInt8](data)))
    }
    return (note, try LibraryContent(files))
  }

  private func note(_ name: String) throws(Failure) -> (note: LibraryNote, folder: String) {
    let folder = versions(of: name)
    guard let newest = folder.versions.last else {
      let known = names.joined(separator: ", ")
      throw Failure(
        "library-not-found", exit: .notFound, what: "There is no library \(name).",
        why: known.isEmpty ? "None was imported yet." : "There are: \(known).",
        next: "Import it: gauger library import FILE --name \(name)")
    }
    let place = folder.folder(of: newest)
    return (try VersionFiles.read(LibraryNote.self, at: "\(place)/\(Self.noteName)"), place)
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      !$0.hasPrefix(".")
    }.sorted()
  }

  private var folder: String { "\(home.path)/libraries" }
  static let noteName = "library.json"

  private func versions(of name: String) -> VersionedFolder {
    VersionedFolder(path: "\(folder)/\(name)")
  }

  private func wrongKind(
    _ name: String, _ note: LibraryNote, _ wanted: LibraryNote.Kind
  ) -> Failure {
    Failure(
      "library-other-kind", exit: .refused,
      what: "The library \(name) holds \(note.kind.rawValue) spectra.",
      why: "The method asks it for \(wanted.rawValue) spectra.",
      next: "Name another library in the method, or import one under that name.")
  }
}
