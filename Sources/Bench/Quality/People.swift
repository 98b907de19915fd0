internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// Who works at a bench, and who may do what.
///
/// Where the rules are enforced only those may change anything who are authorised to administer; until
/// somebody is, anybody may say who. Blocks.
public struct People: Sendable {
  let bench: Bench
  private var desk: RegisterDesk { RegisterDesk(bench: bench) }

  /// Makes it for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Adds a person, or changes what is known; nil where nothing is new.
  ///
  /// What is not given stays as it is; somebody who left is back.
  @discardableResult
  public func add(
    _ id: String, name: String?, badge: String? = nil, isActive: Bool = true, by actor: String,
    reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let id = try QualityText.word("A person's id", id)
    try administer(actor, "people/\(id)")
    return try addChecked(id, name: name, badge: badge, isActive: isActive, by: actor, reason)
  }

  func addChecked(
    _ id: String, name: String?, badge: String?, isActive: Bool = true, by actor: String,
    _ reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let known = try told { () throws(RegisterError) in
      try desk.register.latest(Person.self, id)
    }
    guard let name = name ?? known?.body.name else {
      throw Failure(
        "person-name-missing", exit: .usage, what: "\(id) was not added.",
        why: "The register does not know the person's full name, which stands in signatures.",
        next: "Give it with --name.")
    }
    let full = try QualityText.line("The name", name)
    var person = known?.body ?? Person(id: id, name: full)
    person.name = full
    person.badge = try QualityText.line("The badge", ifGiven: badge) ?? person.badge
    person.isActive = isActive
    return try desk.keep(
      person, by: actor, reason: try QualityText.line("The reason", ifGiven: reason),
      base: known?.entry.version ?? 0)
  }

  /// Says that a person may do something by a method, or by every one, for a time.
  @discardableResult
  public func authorise(
    _ id: String, _ activity: Activity, method: String = Authorisation.everyMethod, from: String?,
    to: String?, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    try administer(actor, "people/\(id)")
    return try authoriseChecked(
      id, activity, method: method, from: from, to: to, by: actor, reason)
  }

  func authoriseChecked(
    _ id: String, _ activity: Activity, method: String, from: String?, to: String?,
    by actor: String, _ reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let person = try find(id)
    let right = try right(person.id, activity, method: method, from: from, to: to)
    return try desk.keep(
      right.body, by: actor, reason: try QualityText.line("The reason", ifGiven: reason),
      base: right.known?.version ?? 0)
  }

  /// What is to be kept of an authorisation, and the newest version of it; keeps nothing.
  func right(
    _ id: String, _ activity: Activity, method: String, from: String?, to: String?
  ) throws(Failure) -> (body: Authorisation, known: RegisterEntry?) {
    let method = try QualityText.word("A method", method)
    let name = Authorisation.object(person: id, method: method, activity: activity)
    let known = try told { () throws(RegisterError) in
      try desk.register.latest(Authorisation.self, name)
    }
    // Said again without a time it holds from when it held.
    let start: Timestamp =
      if let from {
        try QualityText.moment("The start", from)
      } else if let known,
        !known.body.isRevoked
      {
        known.body.validFrom
      } else { bench.clock() }
    var end: Timestamp?
    if let to { end = try QualityText.moment("The end", to, end: true) }
    if let end, end <= start {
      throw Failure(
        "quality-time-unusable", exit: .usage, what: "\(id) was not authorised.",
        why: "The end, \(end.iso8601), is not after the start, \(start.iso8601).",
        next: "Give a later --to, or an earlier --from.")
    }
    return (
      Authorisation(person: id, method: method, activity: activity, validFrom: start, validTo: end),
      known?.entry
    )
  }

  /// Takes an authorisation back, for which a reason is needed; throws where there is none.
  @discardableResult
  public func revoke(
    _ id: String, _ activity: Activity, method: String = Authorisation.everyMethod,
    by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The revocation")
    try administer(actor, "people/\(id)")
    let name = Authorisation.object(person: id, method: method, activity: activity)
    guard
      let known = try told({ () throws(RegisterError) in
        try desk.register.latest(Authorisation.self, name)
      })
    else {
      throw Failure(
        "authorisation-not-found", exit: .notFound, what: "Nothing was taken back.",
        why: "\(id) was never authorised to \(activity.rawValue) by \(method).",
        next: "See who may do what with: gauger people list")
    }
    var body = known.body
    body.isRevoked = true
    return try desk.keep(body, by: actor, reason: reason, base: known.entry.version)
  }

  /// Makes a person's key for signatures: the secret half in a new file of mode 0600, the public half
  /// in the register.
  ///
  /// The file is `keys/<id>.key` in the home where none is named. An earlier key stays known, for
  /// what it signed.
  public func makeKey(
    for id: String, file named: String?, by actor: String, reason: String?
  ) throws(Failure) -> (path: String, publicKey: String) {
    let known = try found(id)
    if known.body.publicKey == nil {
      // Nobody can sign as somebody else by merely saying so: the key that is known stays known.
      if actor != known.body.id { try administer(actor, "people/\(id)") }
    } else {
      try administer(actor, "people/\(id)")
      _ = try QualityText.reason(reason, for: "The new key of \(id)")
    }
    let path = named ?? Self.keyFile(of: known.body.id, in: bench.home)
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let folder = url.deletingLastPathComponent().path
    if named == nil {
      try bench.home.prepare()
      try VersionedFolder.ensure(folder)
    }
    let key = SigningKey()
    do throws(PublishError) {
      var publisher = Publisher()
      publisher.mode = 0o600
      try publisher.publish(.bytes(key.fileContent), named: url.lastPathComponent, in: folder)
    } catch {
      throw error.failure
    }
    var person = known.body
    person.publicKey = key.publicKey
    try desk.keep(
      person, by: actor, reason: try QualityText.line("The reason", ifGiven: reason),
      base: known.entry.version)
    return (url.path, key.publicKey)
  }

  /// Where a person's key lies when nobody named another file.
  static func keyFile(of id: String, in home: Home) -> String {
    "\(home.path)/keys/\(RegisterName.folder(of: id)).key"
  }

  /// The people and the authorisations, and what could not be read.
  public func list() -> (people: [Person], authorisations: [Authorisation], problems: [Failure]) {
    var problems: [Failure] = []
    func bodies<Body: RegisterBody>(_ type: Body.Type) -> [Body] {
      let found = desk.register.all(of: Body.kind)
      problems += found.problems.map(\.failure)
      var bodies: [Body] = []
      for entry in found.entries {
        do throws(RegisterError) { bodies.append(try entry.body(type)) } catch {
          problems.append(error.failure)
        }
      }
      return bodies
    }
    let people = bodies(Person.self)
    return (people, bodies(Authorisation.self), problems)
  }

  func find(_ id: String) throws(Failure) -> Person { try found(id).body }

  private func found(_ id: String) throws(Failure) -> (entry: RegisterEntry, body: Person) {
    guard
      let found = try told({ () throws(RegisterError) in
        try desk.register.latest(Person.self, id)
      })
    else {
      throw Failure(
        "person-not-found", exit: .notFound, what: "The register knows nobody called \(id).",
        why: "Nobody was added by that id.",
        next: "Add one with: gauger people add \(id) --name NAME")
    }
    return found
  }

  func administer(_ actor: String, _ object: String) throws(Failure) {
    try Quality(bench: bench).demand(.administer, by: actor, on: object)
  }
}
