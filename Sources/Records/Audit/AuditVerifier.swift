internal import Laboratory

extension AuditChain {
  /// Checks every byte of the chain, and that it still has the places that were kept elsewhere.
  ///
  /// Throws only where files cannot be read; what is broken stands in the report.
  public func verify(anchors: [AuditAnchor] = []) throws(AuditError) -> AuditVerification {
    var verifier = AuditVerifier(try AuditSnapshot(self), anchors)
    return try verifier.run()
  }
}

/// Goes over a chain once, line by line.
struct AuditVerifier {
  private let snapshot: AuditSnapshot
  private let anchors: [AuditAnchor]
  private var report = AuditVerification()

  /// The hashes that the next line may build on: the stored one, and what the one before should have.
  ///
  /// Empty where nothing is known.
  private var previous: Set<[UInt8]> = [AuditLine.origin]
  /// The number of the next entry; nil where lines before it cannot be read.
  private var expected: Int? = 1
  private var before: AuditEntry?
  private var seen: Set<Int> = []
  /// The stored hash of every entry, by its number; made when something is broken.
  private var claims: [Int: [UInt8]]?
  /// The number of the first entry behind each segment; made with it.
  private var openings: [String: Int] = [:]
  /// What the chain has where anchors are.
  private var anchored: [Int: (hash: String, file: String, line: Int)] = [:]
  private let wanted: Set<Int>

  /// The segment that is looked at.
  private var file = ""
  private var key: [UInt8]?
  private var isClosed = false
  /// Whether its last line so far is a broken place: then a missing end is no second one.
  private var lastIsBroken = false
  /// A step of the wall clock that an entry has yet to tell of, µs.
  private var stepToTell: Int?

  /// Whether segments may be left out.
  private let isExtract: Bool

  init(_ snapshot: AuditSnapshot, _ anchors: [AuditAnchor], isExtract: Bool = false) {
    (self.snapshot, self.anchors, self.isExtract) = (snapshot, anchors, isExtract)
    wanted = Set(anchors.map(\.head.sequence))
  }

  mutating func run() throws(AuditError) -> AuditVerification {
    var number = 1
    for segment in snapshot.segments {
      if segment.number != number {
        if !isExtract {
          add(
            .missing, 0, nil,
            segment.number == number + 1
              ? "the segment \(AuditEnd.name(of: number)) is not there"
              : "the segments \(AuditEnd.name(of: number)) to "
                + "\(AuditEnd.name(of: segment.number - 1)) are not there", in: segment.name)
        }
        (previous, expected) = ([], nil)
        if isExtract { (before, stepToTell) = (nil, nil) }
      }
      try read(segment)
      number = segment.number + 1
    }
    if snapshot.keyIsOpen == true {
      note(0, "the signing key can be read by others than its owner", in: AuditKey.file)
    }
    compareAnchors()
    return report
  }

  // MARK: - Segments

  private mutating func read(_ segment: AuditSnapshot.Segment) throws(AuditError) {
    (file, key, isClosed) = (segment.name, nil, false)
    let bytes = try snapshot.bytes(of: segment)
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let rest = lines.removeLast()
    for (index, line) in lines.enumerated() {
      try judge(line, index + 1) {
        index + 1 < lines.count ? AuditLine(lines[index + 1])?.content?.sequence : nil
      }
    }
    if !rest.isEmpty {
      if segment.isLast, !AuditEnd.isNoTornLine(rest) {
        note(
          lines.count + 1,
          "the last line is cut: a program was killed while it wrote; the next entry mends it")
      } else {
        damaged(rest, lines.count + 1)
      }
    }
    if lines.isEmpty, rest.isEmpty {
      if segment.isLast {
        note(0, "the segment has no line yet: a program was killed while it began it")
      } else {
        add(.malformed, 0, nil, "the segment is empty")
      }
    }
    if !isClosed, !segment.isLast, !lastIsBroken {
      add(.notClosed, lines.count, nil, "the segment has no signed end, and another follows it")
    }
    report.segments.append(
      AuditVerification.Segment(
        file: segment.name, lines: lines.count, key: key.map { Hexadecimal.text($0) },
        isSigned: isClosed))
  }

  // MARK: - Lines

  private mutating func judge(
    _ bytes: ArraySlice<UInt8>, _ number: Int, _ following: () -> Int?
  ) throws(AuditError) {
    guard let line = AuditLine(bytes) else { return damaged(bytes, number) }
    let right = previous.map { AuditLine.hash(of: line.entry, after: $0) }
    guard let entry = line.content else {
      add(
        right.contains(line.hash) ? .malformed : .altered, number, expected,
        "what it says is no entry in its only spelling")
      return goOn(line, right)
    }
    report.entries += 1
    // A first line names what it builds on, so that it can be judged where nothing before it is left.
    var known = right
    if expected == nil, number == 1,
      let named = entry.detail["previous"].flatMap({ Hexadecimal.bytes($0) })
    {
      known.append(AuditLine.hash(of: line.entry, after: named))
    }
    if known.contains(line.hash) || previous.isEmpty && number > 1 {
      inPlace(line, entry, number)
    } else {
      try misplaced(line, entry, number, following, right)
    }
  }

  /// A line that builds on the one before it.
  private mutating func inPlace(_ line: AuditLine, _ entry: AuditEntry, _ number: Int) {
    if let expected, entry.sequence != expected {
      add(
        .outOfOrder, number, entry.sequence,
        "it has the number \(entry.sequence) where \(expected) must be")
    }
    if expected == nil, isExtract, let last = report.head?.sequence, entry.sequence <= last {
      add(.outOfOrder, number, entry.sequence, "it stands behind the entry \(last)")
    }
    accept(line, entry, number)
  }

  /// A line that does not build on the one before it: which of the two is to blame, and how.
  private mutating func misplaced(
    _ line: AuditLine, _ entry: AuditEntry, _ number: Int, _ following: () -> Int?,
    _ right: [[UInt8]]
  ) throws(AuditError) {
    let claims = try allClaims()
    let isWhole =
      entry.sequence == 1
      ? AuditLine.hash(of: line.entry, after: AuditLine.origin) == line.hash
      : claims[entry.sequence - 1].map { AuditLine.hash(of: line.entry, after: $0) == line.hash }
        ?? false
    guard let expected else {
      // Lines before it cannot be read; it is judged by itself.
      if !isWhole {
        add(.altered, number, entry.sequence, "it does not build on what is before it")
      }
      return accept(line, entry, number)
    }
    if entry.sequence == expected {
      if !isWhole {
        add(.altered, number, expected, "its hash is not that of what it says")
        return goOn(line, right)
      }
      return accept(line, entry, number)
    }
    if isWhole, seen.contains(entry.sequence) {
      return add(
        .repeated, number, entry.sequence, "the entry \(entry.sequence) stands there again")
    }
    if isWhole, claims[expected] != nil {
      add(
        .outOfOrder, number, entry.sequence,
        "the entry \(entry.sequence) stands where \(expected) must be")
      accept(line, entry, number)
      self.expected = expected + 1
      return
    }
    let isAlone = (following() ?? openings[file]) == expected + 1
    if entry.sequence > expected, claims[expected] == nil, !isAlone {
      let last = entry.sequence - 1
      add(
        .missing, number, expected,
        last == expected
          ? "the entry \(expected) is not there"
          : "the entries \(expected) to \(last) are not there")
      return accept(line, entry, number)
    }
    add(.altered, number, expected, "its hash is not that of what it says")
    goOn(line, right)
  }

  /// Something that is no line.
  private mutating func damaged(_ bytes: ArraySlice<UInt8>, _ number: Int) {
    add(.malformed, number, expected, "it is no line of the chain")
    // What may still be right of it: its hash at the end, or the one that its entry would have.
    var hashes = Set<[UInt8]>()
    if let stored = AuditLine.hashAtEnd(of: bytes) { hashes.insert(stored) }
    let (head, tail) = ("{\"entry\":".utf8.count, ",\"hash\":\"\"}".utf8.count + 64)
    if bytes.count > head + tail {
      let entry = bytes.dropFirst(head).dropLast(tail)
      for hash in previous { hashes.insert(AuditLine.hash(of: entry, after: hash)) }
    }
    (previous, expected, before, lastIsBroken) = (hashes, nil, nil, true)
  }

  /// Goes on behind a line that was altered: either half of it may be the true one.
  private mutating func goOn(_ line: AuditLine, _ right: [[UInt8]]) {
    previous = Set(right).union([line.hash])
    if let number = expected {
      seen.insert(number)
      expected = number + 1
      if wanted.contains(number) { anchored[number] = (Hexadecimal.text(line.hash), file, 0) }
    }
    (before, lastIsBroken) = (nil, true)
  }

  private mutating func accept(_ line: AuditLine, _ entry: AuditEntry, _ number: Int) {
    judgePart(line, entry, number)
    judgeClock(entry, number)
    previous = [line.hash]
    expected = entry.sequence + 1
    (before, lastIsBroken) = (entry, false)
    seen.insert(entry.sequence)
    let hash = Hexadecimal.text(line.hash)
    report.head = AuditHead(sequence: entry.sequence, hash: hash)
    if wanted.contains(entry.sequence) { anchored[entry.sequence] = (hash, file, number) }
  }

  /// What a line must be by its place in the segment.
  private mutating func judgePart(_ line: AuditLine, _ entry: AuditEntry, _ number: Int) {
    let isFirst = entry.action == AuditAction.segmentOpened.rawValue
    if isFirst != (number == 1) {
      add(
        .outOfOrder, number, entry.sequence,
        isFirst ? "a segment begins within another" : "the segment does not begin with its own line"
      )
    }
    if isFirst { key = entry.detail["key"].flatMap { Hexadecimal.bytes($0) } }
    if isClosed { add(.outOfOrder, number, entry.sequence, "it stands behind the segment's end") }
    let isEnd = entry.action == AuditAction.segmentClosed.rawValue
    if isEnd || line.signature != nil {
      isClosed = true
      judgeSignature(line, entry, number, isEnd)
    }
    if let text = entry.notice { note(number, text) }
  }

  private mutating func judgeSignature(
    _ line: AuditLine, _ entry: AuditEntry, _ number: Int, _ isEnd: Bool
  ) {
    let signer = entry.detail["key"].flatMap { Hexadecimal.bytes($0) }
    guard isEnd, let signature = line.signature, let signer,
      AuditKey.isRight(signature, over: line.signedBytes, by: signer)
    else {
      return add(.signature, number, entry.sequence, "the segment's signature is not right")
    }
    if let key, key != signer {
      note(
        number,
        "the segment was signed by another key than it began with: the key was changed meanwhile")
    }
  }

  /// A step of the wall clock has an entry of its own; what the chain says of itself may come before.
  private mutating func judgeClock(_ entry: AuditEntry, _ number: Int) {
    if let step = before.flatMap({ entry.clock.step(since: $0.clock) }) { stepToTell = step }
    guard let step = stepToTell else { return }
    switch AuditAction(rawValue: entry.action) {
    case .clockSetBack, .clockStepped: stepToTell = nil
    case .segmentClosed, .segmentOpened, .chainMended, .chainGap, .chainDamaged: break
    default:
      stepToTell = nil
      add(
        .clock, number, entry.sequence,
        "the wall clock was moved by \(Double(step) / 1e6) s since the entry before, "
          + "and no entry says so")
    }
  }

  // MARK: - Anchors

  private mutating func compareAnchors() {
    for anchor in anchors.sorted(by: { $0.head.sequence < $1.head.sequence }) {
      report.anchors += 1
      let number = anchor.head.sequence
      if let found = anchored[number] {
        guard found.hash != anchor.head.hash else { continue }
        add(
          .rewritten, found.line, number,
          "\(anchor.keeper) holds another hash of the entry \(number): the chain was made anew",
          in: found.file)
      } else if number > report.head?.sequence ?? 0 {
        add(
          .truncated, 0, number,
          "\(anchor.keeper) holds the entry \(number), and the chain ends at "
            + "\(report.head?.sequence ?? 0)", in: file.isEmpty ? anchor.keeper : file)
      } else {
        add(
          .missing, 0, number, "\(anchor.keeper) holds the entry \(number), which is not there",
          in: file)
      }
    }
  }

  // MARK: - Small things

  private mutating func allClaims() throws(AuditError) -> [Int: [UInt8]] {
    if let claims { return claims }
    var found: [Int: [UInt8]] = [:]
    var last: String?
    for segment in snapshot.segments {
      for bytes in try snapshot.bytes(of: segment).split(separator: 0x0A) {
        guard let line = AuditLine(bytes), let entry = line.content else { continue }
        found[entry.sequence] = line.hash
        if let before = last.take() { openings[before] = entry.sequence }
      }
      last = segment.name
    }
    claims = found
    return found
  }

  private mutating func add(
    _ kind: AuditVerification.Kind, _ line: Int, _ sequence: Int?, _ detail: String,
    in other: String? = nil
  ) {
    report.places.append(
      AuditVerification.Place(
        kind: kind, file: other ?? file, line: line, sequence: sequence, detail: detail))
  }

  private mutating func note(_ line: Int, _ detail: String, in other: String? = nil) {
    report.notices.append(
      AuditVerification.Notice(file: other ?? file, line: line, detail: detail))
  }
}

extension AuditEntry {
  /// What a person who checks the chain should look at; nil for the usual.
  fileprivate var notice: String? {
    switch AuditAction(rawValue: action) {
    case .clockSetBack:
      "the wall clock was set back by \(-(Double(detail["step_us"] ?? "") ?? 0) / 1e6) s"
    case .clockStepped:
      "the wall clock was moved by \((Double(detail["step_us"] ?? "") ?? 0) / 1e6) s"
    case .chainMended: "a cut line was taken away; it is kept in \(detail["kept"] ?? "?")"
    case .chainGap: "\(detail["count"] ?? "?") acts went on that the chain could not take"
    case .chainDamaged: "it was begun because lines before it could not be read"
    default: nil
    }
  }
}
