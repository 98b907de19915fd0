public import Laboratory

/// What the check of a bundle found, link by link.
public struct BundleReport: Sendable, Hashable, Codable {
  /// How a link stands.
  public enum State: String, Sendable, Hashable, Codable {
    /// It holds.
    case ok
    /// It does not hold.
    case broken
    /// The bundle has nothing to hold it by.
    case notPresent = "not_present"
  }

  /// One link between the result and what it rests on.
  public struct Link: Sendable, Hashable, Codable {
    /// Which: `seal`, `files`, `journal`, `recomputed`, `audit`, ...
    public var link: String
    /// The file or record that it is about; none where it is about the whole.
    public var place: String?
    /// How it stands.
    public var state: State
    /// What was found and what that means.
    public var detail: String
  }

  /// The version of this structure.
  public var schema = 1
  /// The bundle's path.
  public var bundle: String
  /// The run; none where that cannot be read.
  public var run: RunID?
  /// The public key that sealed it; none where that cannot be read.
  public var key: String?
  /// The links, in the order of the check.
  public var links: [Link] = []
  /// Whether no link is broken.
  public var passed: Bool { !links.contains { $0.state == .broken } }

  /// Begins a report.
  init(bundle: String) { self.bundle = bundle }

  mutating func ok(_ link: String, _ place: String? = nil, _ detail: String) {
    links.append(Link(link: link, place: place, state: .ok, detail: detail))
  }

  mutating func broken(_ link: String, _ place: String? = nil, _ detail: String) {
    links.append(Link(link: link, place: place, state: .broken, detail: detail))
  }

  mutating func absent(_ link: String, _ place: String? = nil, _ detail: String) {
    links.append(Link(link: link, place: place, state: .notPresent, detail: detail))
  }

  /// A link that holds or not by a comparison.
  mutating func add(
    _ link: String, _ place: String? = nil, holds: Bool, _ good: String, _ bad: String
  ) {
    if holds { ok(link, place, good) } else { broken(link, place, bad) }
  }

  /// A link that could not be looked at for a failure.
  mutating func broken(_ link: String, _ place: String? = nil, _ failure: Failure) {
    broken(link, place, "\(failure.what) \(failure.why) (code: \(failure.code))")
  }
}
