internal import Laboratory

/// Decides which names of a polled folder are finished: pure, without a clock or a disk of its own.
///
/// A name is finished when neither its facts nor the hash of its bytes changed over `settle` looks.
/// What it sees is compared with what it saw and with nothing else, so that a wrong clock on the
/// other computer does no harm. A name whose outcome stands is not hashed again until it changes.
struct FolderWatch: Sendable, Hashable, Codable {
  /// What can be seen of a name without reading it.
  struct Facts: Sendable, Hashable, Codable {
    /// Bytes, of all files where it is a folder.
    var size: Int64
    /// When it last changed, ns since 1970, by a clock that may be wrong.
    var changed: Int64
    /// Over names, sizes and times of a folder's files; empty for a file.
    var tree = ""
  }

  /// What became of a name.
  struct Outcome: Sendable, Hashable, Codable {
    /// What was made of it; none where nothing was.
    var made: String?
    /// Why nothing was made of it.
    var failure: Failure?
    /// Whether the next look tries again, although nothing changed.
    var isPassing = false
  }

  /// A name as it was seen last.
  struct Seen: Sendable, Hashable, Codable {
    var facts: Facts
    var sha256: String?
    /// How many looks in a row gave this hash.
    var looks = 0
    /// When it was looked at last, us since 1970.
    var last: Int64
    var outcome: Outcome?
  }

  /// A name that is finished, with the hash of its bytes.
  struct Ready: Sendable, Hashable {
    var name: String
    var facts: Facts
    var sha256: String
  }

  /// Every name as it was seen last.
  private(set) var seen: [String: Seen] = [:]

  /// Looks at a listing once; `measure` hashes a name, nil where it cannot be read now.
  ///
  /// Two looks closer together than `pause` count as one; so do two between which the clock of this
  /// computer was set back. Gives at most `most` names, in their order; the others come next time.
  mutating func look(
    at listing: [String: Facts], now: Timestamp, settle: Int, pause: Duration, most: Int,
    measure: (String) -> String?
  ) -> [Ready] {
    seen = seen.filter { listing[$0.key] != nil }
    var ready: [Ready] = []
    for (name, facts) in listing.sorted(by: { $0.key < $1.key }) {
      guard var known = seen[name], known.facts == facts else {
        seen[name] = Seen(facts: facts, last: now.microseconds)
        continue
      }
      if let outcome = known.outcome {
        if outcome.isPassing, let hash = known.sha256, ready.count < most {
          ready.append(Ready(name: name, facts: facts, sha256: hash))
        }
        continue
      }
      let passed = Duration.microseconds(now.microseconds &- known.last)
      guard passed >= pause else {
        if passed < .zero { seen[name]?.last = now.microseconds }
        continue
      }
      guard ready.count < most else { continue }
      guard let hash = measure(name) else { continue }
      known.looks = known.sha256 == hash ? known.looks + 1 : 1
      (known.sha256, known.last) = (hash, now.microseconds)
      seen[name] = known
      if known.looks >= settle { ready.append(Ready(name: name, facts: facts, sha256: hash)) }
    }
    return ready
  }

  /// Says what became of a name; it is left alone until it changes, unless that passes.
  mutating func settle(_ name: String, _ outcome: Outcome) { seen[name]?.outcome = outcome }

  /// Forgets a name, which then counts as new.
  mutating func forget(_ name: String) { seen[name] = nil }

  /// The names that are not finished yet.
  var waiting: [String] { seen.filter { $0.value.outcome == nil }.map(\.key).sorted() }

  /// The names of which nothing could be made, and why.
  var aside: [(name: String, failure: Failure)] {
    seen.compactMap { name, seen in seen.outcome?.failure.map { (name, $0) } }
      .sorted { $0.name < $1.name }
  }
}

/// Patterns of names as people write them: `*` is anything, `?` one character; case does not count.
enum NamePattern {
  /// Whether a whole name fits.
  static func fits(_ name: String, _ pattern: String) -> Bool {
    if pattern == "*" { return true }
    let (name, pattern) = (Array(name.lowercased()), Array(pattern.lowercased()))
    var (at, place) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while at < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, at)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[at] {
        (at, place) = (at + 1, place + 1)
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        (at, place) = (last.name + 1, last.pattern + 1)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
