internal import Foundation
internal import Laboratory
internal import Records

extension BundleCheck {
  // MARK: - What people decided

  /// The versions of the register: whole, in a row, told to the audit chain, and signed rightly.
  mutating func register(_ record: RunRecord, _ entries: [AuditEntry]) {
    let kept = Set(
      entries.filter { $0.action == AuditAction.registerKept.rawValue }.compactMap(\.new))
    var people: [String: Set<String>] = [:]
    var reviews: [RegisterEntry] = []
    for kind in RegisterKind.allCases {
      for folder in opening.children(of: "register/\(kind.rawValue)") {
        let place = "register/\(kind.rawValue)/\(folder)"
        let versions = versions(in: place, kind)
        guard !versions.isEmpty else { continue }
        for entry in versions where !kept.contains(entry.sha256) {
          report.broken(
            "register", "\(place)/\(RegisterName.file(of: entry.version))",
            "no entry of the audit chain says who kept it")
        }
        if kind == .people, let object = versions.first?.object {
          people[object] = Set(versions.compactMap { $0.fields["public_key"] })
        }
        if kind == .reviews, versions.first?.object == run.text { reviews = versions }
        if let last = versions.last {
          report.ok("register", place, Self.words(last, versions.count))
        }
      }
    }
    decided(record)
    signatures(reviews, people)
  }

  /// The versions of one object, oldest first; those that are no row are told as broken.
  private mutating func versions(in place: String, _ kind: RegisterKind) -> [RegisterEntry] {
    var versions: [RegisterEntry] = []
    for name in opening.children(of: place) {
      let file = "\(place)/\(name)"
      guard let bytes = opening.bytes(file, limit: RegisterEntry.largestFile),
        let entry = RegisterEntry(bytes: bytes)
      else {
        report.broken("register", file, "it is no version in its only spelling")
        continue
      }
      guard entry.kind == kind, entry.version == versions.count + 1,
        RegisterName.file(of: entry.version) == name,
        entry.supersedes == versions.last?.sha256,
        place.hasSuffix("/" + RegisterName.folder(of: entry.object))
      else {
        report.broken("register", file, "it does not follow on the version before it")
        continue
      }
      versions.append(entry)
    }
    return versions
  }

  private static func words(_ entry: RegisterEntry, _ count: Int) -> String {
    let said = entry.fields.texts.filter { !$0.key.hasSuffix("sha256") && $0.key != "public_key" }
      .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return
      "\(entry.kind.rawValue) \(entry.object): \(said); version \(count) by \(entry.person), "
      + entry.time.iso8601 + (entry.reason.map { ", \($0.debugDescription)" } ?? "")
  }

  /// What the quality rules said when the run began, and the versions that they said it by.
  private mutating func decided(_ record: RunRecord) {
    guard let quality = record.quality else {
      return report.absent("quality rules", nil, "none were in force when the run began")
    }
    let known = Set(
      opening.names(in: "register").compactMap { opening.hash($0) })
    let missing = quality.register.filter { !known.contains($0.sha256) }
    let said =
      quality.findings.isEmpty
      ? "nothing to say" : quality.findings.map(\.failure.code).joined(separator: ", ")
    report.add(
      "quality rules", nil, holds: missing.isEmpty,
      "\(quality.policy): \(said); by \(quality.register.count) versions of the register, all here",
      "the versions that they rest on are not here: "
        + missing.map { "\($0.kind)/\($0.object) \($0.version)" }.joined(separator: ", "))
  }

  private mutating func signatures(_ reviews: [RegisterEntry], _ people: [String: Set<String>]) {
    var count = 0
    for entry in reviews {
      let place = "register/reviews/\(run) version \(entry.version)"
      guard let review = try? entry.body(Review.self) else {
        report.broken("review", place, "it says nothing of a review")
        continue
      }
      guard let signature = review.signature else {
        report.ok("review", place, "\(review.state.rawValue), not signed, by \(entry.person)")
        continue
      }
      count += 1
      let isKnown = people[signature.person]?.contains(signature.publicKey) ?? false
      report.add(
        "review", place,
        holds: signature.isRight && isKnown && signature.digest == review.digest
          && signature.person == entry.person,
        "\(signature.meaning.rawValue) by \(signature.name) (\(signature.person)), "
          + "\(signature.time.iso8601), over \(signature.digest.prefix(16))",
        !signature.isRight
          ? "the signature is not \(signature.person)'s over these words"
          : isKnown
            ? "the signature was made over another record"
            : "the key is not one that the register has of \(signature.person)")
    }
    if reviews.isEmpty || count == 0 {
      report.absent("review", nil, "nobody signed that the results were reviewed or released")
    }
    guard !reviews.isEmpty else { return }
    do throws(Failure) {
      let standing = try ReviewReading(bench: bench).standing(of: run)
      let isNow = standing.steps.last?.review.digest == standing.digest
      report.add(
        "review", nil, holds: isNow && !standing.steps.contains { $0.problem != nil },
        "the run is \(standing.state.rawValue); what was signed last is what is here",
        isNow
          ? "a step counts for nothing: \(standing.steps.compactMap(\.problem).first ?? "")"
          : "what was signed last is not what is here: the run is \(standing.state.rawValue)")
      for hindrance in standing.hindrances {
        report.absent("review", nil, "speaks against a release: \(hindrance.what) \(hindrance.why)")
      }
    } catch {
      report.broken("review", nil, error)
    }
  }
}
