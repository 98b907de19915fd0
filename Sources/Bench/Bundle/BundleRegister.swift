internal import Foundation
internal import Laboratory
internal import Records

/// Which objects of the register concern a run.
struct BundleRegister {
  /// An object: its kind and name.
  struct Object: Hashable {
    var kind: RegisterKind
    var name: String
    /// The folder in a home, and in a bundle.
    var folder: String { "register/\(kind.rawValue)/\(RegisterName.folder(of: name))" }
    /// How the audit chain names it.
    var audited: String { "\(kind.rawValue)/\(name)" }
  }

  /// The objects, and copies of evidence by their hash.
  private(set) var objects: Set<Object> = []
  private(set) var evidence: Set<String> = []
  private let register: Register

  /// Finds what concerns a run that was made, evaluated and looked over by `people` with `methods`.
  init(
    home: String, _ record: RunRecord, people: Set<String>, methods: Set<String>
  ) throws(Failure) {
    register = Register(home: home)
    do throws(RegisterError) {
      try find(record, people, methods)
    } catch {
      throw error.failure
    }
  }

  private mutating func find(
    _ record: RunRecord, _ known: Set<String>, _ methods: Set<String>
  ) throws(RegisterError) {
    let (run, serial) = (record.run.text, record.instrument.serialNumber)
    var people = known
    take(.reviews, [run])
    take(.samples, [record.sample.id])
    take(.methods, methods)
    take(
      .instruments,
      [InstrumentState.object(model: record.instrument.model, serialNumber: serial)])
    for kind in [RegisterKind.deviations, .calibrations] {
      for entry in register.all(of: kind).entries
      where entry.fields["run"] == run
        || entry.fields["serial_number"] == serial
          && entry.fields["model"] == record.instrument.model
      {
        take(kind, [entry.object])
      }
    }
    for reference in record.quality?.register ?? [] {
      if let kind = RegisterKind(rawValue: reference.kind) { take(kind, [reference.object]) }
    }
    for object in objects {
      for entry in try register.versions(of: object.kind, object.name) {
        people.insert(entry.person)
        if let hash = entry.fields["evidence_sha256"] { evidence.insert(hash) }
      }
    }
    for (target, names) in [
      (Hold.Target.run, [run]), (.instrument, [serial]), (.method, Array(methods)),
      (.person, Array(people)),
    ] {
      take(.holds, names.map { Hold.object(target, $0) })
    }
    take(.people, people)
    for entry in register.all(of: .authorisations).entries
    where entry.fields["person"].map(people.contains) ?? false {
      take(.authorisations, [entry.object])
    }
  }

  private mutating func take(_ kind: RegisterKind, _ names: some Sequence<String>) {
    for name in names {
      guard let object = RegisterName.object(name),
        FileManager.default.fileExists(atPath: register.folder(of: kind, object))
      else { continue }
      objects.insert(Object(kind: kind, name: object))
    }
  }
}

extension BundleContents {
  /// What people decided that concerns the run, every version of it.
  mutating func addRegister(_ record: RunRecord) throws(Failure) {
    guard FileManager.default.fileExists(atPath: "\(home)/register") else { return }
    var methods = methodNames
    if let method = record.method { methods.insert(method.name) }
    let found = try BundleRegister(
      home: home, record, people: notedPeople.union([record.person]), methods: methods)
    for object in found.objects {
      try addFolder(object.folder)
      take(object: object.audited)
    }
    let kept = (try? FileManager.default.contentsOfDirectory(atPath: "\(home)/register/evidence"))
    for name in kept ?? [] where found.evidence.contains(where: name.contains) {
      try addFile("register/evidence/\(name)")
    }
  }
}
