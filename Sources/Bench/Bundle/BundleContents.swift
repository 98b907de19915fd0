internal import Delivery
internal import Foundation
internal import Journal
internal import Laboratory
internal import Methods
internal import Records

/// What of a home goes into the bundle of a run: names in the bundle, each with its bytes.
///
/// A bundle is laid out as a home is, so that what reads a home reads a bundle.
struct BundleContents {
  private let bench: Bench
  private let request: BundleRequest
  /// The files by their names in the bundle.
  private(set) var files: [String: FileContent] = [:]
  /// What was left out on purpose, and why.
  private(set) var leftOut: [String: String] = [:]
  /// The objects of the audit chain that concern the run.
  private(set) var objects: Set<String> = []
  private var methods: [Method] = []
  /// Who made versions of results.
  private(set) var notedPeople: Set<String> = []

  /// The names of the methods that were applied.
  var methodNames: Set<String> { Set(methods.map(\.reference.name)) }
  /// The home's folder.
  var home: String { bench.home.path }

  /// Gathers all that concerns a run.
  init(_ bench: Bench, _ request: BundleRequest, _ record: RunRecord) throws(Failure) {
    self.bench = bench
    self.request = request
    let run = record.run
    try addFolder("runs/\(run)")
    objects.insert("run/\(run)")
    objects.insert("bundle/\(run)")
    try addOrigins(of: record)
    try addTexts(of: record)
    try addEvaluations(of: run)
    try addSequences(with: run)
    try addLibraries()
    try addDeliveries(of: run)
    for method in methods { objects.insert("method/\(method.reference.name)") }
    if let method = record.method { objects.insert("method/\(method.name)") }
    try addRegister(record)
  }

  /// Takes a file of other bytes than those of a file of the home.
  mutating func add(_ bytes: [UInt8], as name: String) { files[name] = .bytes(bytes) }

  /// Takes a plain file of the home under the same name.
  mutating func addFile(_ name: String) throws(Failure) {
    if let why = BundlePath.objection(to: name) { throw Self.unsafe(name, why) }
    files[name] = .file("\(home)/\(name)")
  }

  /// Counts an object of the audit chain as one that concerns the run.
  mutating func take(object: String) { objects.insert(object) }

  // MARK: - Runs

  /// A run of which only what it was computed from is needed.
  private mutating func addRaw(_ run: RunID) throws(Failure) {
    guard files["runs/\(run)/run.json"] == nil else { return }
    let folder = bench.home.folder(of: run)
    guard let record = try? bench.runs.read(run) else {
      leftOut["runs/\(run)"] = "it is not in the home any more"
      return
    }
    objects.insert("run/\(run)")
    files["runs/\(run)/run.json"] = .file("\(folder)/run.json")
    let journal = "\(folder)/\(RunFolder.journal)"
    if FileManager.default.fileExists(atPath: journal) {
      files["runs/\(run)/\(RunFolder.journal)"] = .file(journal)
    }
    try addFolder("runs/\(run)/\(RunFolder.source)")
    try addOrigins(of: record)
  }

  /// The run whose darks were used.
  private mutating func addOrigins(of record: RunRecord) throws(Failure) {
    guard let source = record.darkSource, let dark = RunID(source) else { return }
    try addRaw(dark)
  }

  /// Profile and method as texts of their own, for people; the journal holds them too.
  private mutating func addTexts(of record: RunRecord) throws(Failure) {
    guard record.imported == nil else { return }
    let header = try Reprocessing(bench: bench).open(record.run).header
    add(Array(header.profileText.utf8), as: "profile.yaml")
    guard let text = header.methodText else { return }
    add(Array(text.utf8), as: "method.yaml")
    note(text)
  }

  private mutating func note(_ text: String) {
    // A method that cannot be read names no library; that it cannot be read is found by whoever verifies.
    guard let method = try? MethodReader.read(text: text, file: "method.yaml") else { return }
    methods.append(method)
  }

  private mutating func addEvaluations(of run: RunID) throws(Failure) {
    let folder = VersionedFolder(path: "\(bench.home.folder(of: run))/evaluations")
    for version in folder.versions {
      if let text = try? MethodStore.text(of: "\(folder.folder(of: version))/method.yaml") {
        note(text)
      }
      notePerson("\(folder.folder(of: version))/version.json")
    }
  }

  private mutating func notePerson(_ path: String) {
    guard let note = try? VersionFiles.read(VersionNote.self, at: path) else { return }
    notedPeople.insert(note.person)
  }

  // MARK: - Sequences, libraries, deliveries

  /// The versions of sequences that the run stands in, and of the newest the raw data of the others.
  private mutating func addSequences(with run: RunID) throws(Failure) {
    let path = "\(bench.home.path)/sequences"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names.sorted() where !name.hasPrefix(".") {
      let folder = VersionedFolder(path: "\(path)/\(name)")
      var newest: SequenceResult?
      for version in folder.versions {
        let file = "\(folder.folder(of: version))/sequence.json"
        guard let data = FileManager.default.contents(atPath: file),
          data.range(of: Data(run.text.utf8)) != nil,
          let result = try? JSONDecoder().decode(SequenceResult.self, from: data),
          result.runs.contains(where: { $0.facts.run == run.text })
        else { continue }
        newest = result
        try addFolder("sequences/\(name)/\(VersionedFolder.name(of: version))")
        objects.insert("sequence/\(name)")
        notePerson("\(folder.folder(of: version))/version.json")
        if let text = try? MethodStore.text(of: "\(folder.folder(of: version))/method.yaml") {
          note(text)
        }
      }
      for other in newest?.runs ?? [] where other.facts.run != run.text {
        guard let id = RunID(other.facts.run) else { continue }
        if request.isLean {
          leftOut["runs/\(id)"] = "the bundle is a lean one"
        } else {
          try addRaw(id)
        }
      }
    }
  }

  /// What the libraries are that methods search; their records only where that was asked for.
  private mutating func addLibraries() throws(Failure) {
    for name in Set(methods.flatMap(\.libraryNames)).sorted() {
      let folder = VersionedFolder(path: "\(bench.home.path)/libraries/\(name)")
      guard let newest = folder.versions.last else { continue }
      let place = "libraries/\(name)/\(VersionedFolder.name(of: newest))"
      objects.insert("library/\(name)")
      if request.includesLibraries {
        try addFolder(place)
      } else {
        let note = "\(place)/\(LibraryStore.noteName)"
        files[note] = .file("\(bench.home.path)/\(note)")
        leftOut[place] = "its records were not asked for; its hash is in \(note)"
      }
    }
  }

  /// The deliveries with their states; a file that is one of the run's stands there once.
  private mutating func addDeliveries(of run: RunID) throws(Failure) {
    guard FileManager.default.fileExists(atPath: bench.home.spool) else { return }
    let spool = Spool(home: bench.home.path)
    do throws(DeliveryError) {
      for id in try spool.ids() where id.run == run {
        objects.insert("delivery/\(id)")
        let delivery = try spool.delivery(id)
        let record = try? bench.runs.read(run)
        let known = Set((record?.files ?? []).map(\.sha256))
        let once = Set(delivery.files.filter { known.contains($0.sha256) }.map(\.name))
        let folder = "\(bench.home.spool)/\(id)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where !name.hasPrefix(".") && !once.contains(name) {
          files["spool/\(id)/\(name)"] = .file("\(folder)/\(name)")
        }
      }
    } catch {
      throw error.failure
    }
  }

  // MARK: - Folders

  /// All plain, visible files of a folder of the home, under the same name.
  mutating func addFolder(_ name: String) throws(Failure) {
    let folder = "\(bench.home.path)/\(name)"
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return }
    while let inner = walk.nextObject() as? String {
      let type = walk.fileAttributes?[.type] as? FileAttributeType
      let last = inner.split(separator: "/").last ?? ""
      if last.hasPrefix(".") {
        if type == .typeDirectory { walk.skipDescendants() }
        continue
      }
      guard type == .typeRegular else { continue }
      try addFile("\(name)/\(inner)")
    }
  }

  private static func unsafe(_ name: String, _ why: String) -> Failure {
    Failure(
      "bundle-name-unsafe", exit: .refused,
      what: "\(name.debugDescription.prefix(200)) cannot stand in a bundle.",
      why: "Of its name: \(why).",
      next: "Nothing of Gauger is called so: move it out of the folder of the run.")
  }
}

extension Method {
  /// The libraries that the method asks, by name.
  var libraryNames: [String] {
    switch body {
    case .separation(let body):
      (body.analytes.compactMap(\.identity) + [body.unknowns].compactMap { $0 }).compactMap(
        \.library)
    case .spectrum(let body): [body.library].compactMap { $0 }
    case .residualGas: []
    }
  }
}
