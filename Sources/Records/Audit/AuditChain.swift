public import Laboratory

/// The audit chain of a home: what was done, by whom, when and why, one entry a line, each bound to
/// all before it.
///
///     audit/000001.jsonl ...   the segments; the page `AuditFormat` says them byte for byte
///     audit/key, key.pub       by which full segments are signed
///     audit/.lock              held while an entry is written
///     audit/.missed            acts that went on while the chain could not take them
///     audit/.torn-...          the cut lines of killed programs
///
/// Any number of programs may append. All calls block; not for Swift's task pool.
public struct AuditChain: Sendable {
  /// What becomes of an act that the chain cannot take.
  public enum Missing: Sendable, Hashable {
    /// It goes on all the same; the chain tells of it when it can again.
    case goesOn
    /// It is not done.
    case isRefused
  }

  /// The path of the folder.
  public let folder: String
  package var disk = AuditDisk()
  package var clock: @Sendable () -> AuditClock = { AuditClock.read() }
  package var segmentSize = 1 << 20
  /// How long another program may hold the chain, in tries a millisecond apart.
  package var patience = 10_000
  var source = AuditSource.current

  /// The number of the account whose act it is: that of this process, unless it works for another.
  public var account: Int {
    get { source.account }
    set { source.account = newValue }
  }

  static let lockFile = ".lock"

  /// The chain of a home; made when the first entry is written.
  public init(home: String) { folder = home + "/audit" }

  /// Appends acts in their order; when this returns, they are on the disk.
  ///
  /// Returns the place of the last one. What throws is not in the chain.
  @discardableResult
  public func append(
    _ acts: [AuditAct], otherwise missing: Missing = .isRefused
  ) throws(AuditError) -> AuditHead {
    let opened = try told { () throws(AuditDiskError) in
      try disk.makeFolder(folder)
      return try disk.openFolder(folder)
    }
    let lock = try lock(opened, shared: false)
    defer { withExtendedLifetime(lock) {} }
    do throws(AuditError) {
      return try append(acts, in: opened)
    } catch {
      if missing == .goesOn { MissedActs(disk: disk, folder: opened).note(acts, clock().time) }
      throw error
    }
  }

  /// The newest place; nil where there is no entry, or the last one cannot be read.
  ///
  /// Changes nothing.
  public func head() -> AuditHead? {
    guard let opened = try? disk.openFolder(folder),
      let end = try? AuditEnd.read(disk, opened), let line = end.line, let entry = end.entry
    else { return nil }
    return AuditHead(sequence: entry.sequence, hash: Hexadecimal.text(line.hash))
  }

  /// Takes the lock; whoever only looks shares it.
  func lock(_ opened: AuditFile, shared: Bool) throws(AuditError) -> AuditLock {
    for _ in 0..<max(1, patience) {
      let lock = try told { () throws(AuditDiskError) in
        try disk.lock(Self.lockFile, in: opened, shared: shared)
      }
      if let lock { return lock }
      AuditDisk.pause(microseconds: 1000)
    }
    throw .busy(folder + "/" + Self.lockFile)
  }

  // MARK: - Under the lock

  private func append(_ acts: [AuditAct], in opened: AuditFile) throws(AuditError) -> AuditHead {
    var end = try told { () throws(AuditDiskError) in try AuditEnd.read(disk, opened) }
    let missed = MissedActs(disk: disk, folder: opened)
    let gap = missed.act()
    var first: [AuditAct] = []
    if end.tornBytes > 0 {
      first.append(try told { () throws(AuditDiskError) in try mend(&end, in: opened) })
    }
    if let gap { first.append(gap) }
    let now = clock()
    if let before = end.entry, let step = now.step(since: before.clock) {
      first.append(Self.clockAct(step, now, before))
    }
    let key = try currentKey(opened, needed: end.needsSegment)
    var place = ChainPlace(end)
    if let key, end.isOver(size: segmentSize, key: key.publicBytes) {
      if end.isBegun, !end.isClosed, !end.isDamaged {
        try told { () throws(AuditDiskError) in
          try close(end, &place, key, now, in: opened)
        }
      }
      try open(after: end, key, first + acts, now, in: opened, &place)
    } else {
      let lines = lines(of: first + acts, at: now, &place)
      try told { () throws(AuditDiskError) in try write(lines, to: end, in: opened) }
    }
    if gap != nil { missed.clear() }
    guard let head = AuditHead(sequence: place.sequence, hash: Hexadecimal.text(place.hash)) else {
      throw .inputOutput(folder, "No entry was given")
    }
    return head
  }

  /// The key that new segments name; made where there is none.
  ///
  /// Another account's key is no hindrance as long as the segment goes on.
  private func currentKey(_ opened: AuditFile, needed: Bool) throws(AuditError) -> AuditKey? {
    do throws(AuditError) {
      if let key = try AuditKey.read(disk, opened) { return key }
    } catch {
      if needed { throw error }
      return nil
    }
    return try told { () throws(AuditDiskError) in
      let names = try disk.names(in: opened)
      if names.contains(AuditKey.file) {
        guard needed else { return nil }
        throw AuditDiskError(call: .open, path: folder + "/" + AuditKey.file, number: 13)
      }
      return try AuditKey.make(disk, opened)
    }
  }

  /// The lines of acts, each bound to the one before.
  private func lines(
    of acts: [AuditAct], at now: AuditClock, _ place: inout ChainPlace
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for act in acts {
      place.sequence += 1
      let entry = AuditEntry(act, sequence: place.sequence, clock: now, source: source)
      let line = AuditLine(entry: entry.json.bytes, after: place.hash)
      place.hash = line.hash
      bytes += line.bytes
    }
    return bytes
  }

  /// Writes lines at the end of a segment, durably; where that fails, it is as it was before.
  private func write(
    _ bytes: [UInt8], to end: AuditEnd, in opened: AuditFile
  ) throws(AuditDiskError) {
    let file = try disk.openFile(end.name, in: opened, writing: true)
    do throws(AuditDiskError) {
      try disk.write(bytes, to: file, at: end.size)
      try disk.sync(file)
    } catch {
      // A cut line that stays is mended at the next entry; the first error tells more.
      try? disk.truncate(file, to: end.size)
      throw error
    }
  }

  /// Ends a segment with a line that is signed.
  private func close(
    _ end: AuditEnd, _ place: inout ChainPlace, _ key: AuditKey, _ now: AuditClock,
    in opened: AuditFile
  ) throws(AuditDiskError) {
    place.sequence += 1
    let act = AuditAct(
      .segmentClosed, "audit/\(end.name)", by: AuditEntry.program,
      detail: ["key": Hexadecimal.text(key.publicBytes)])
    let entry = AuditEntry(act, sequence: place.sequence, clock: now, source: source)
    var line = AuditLine(entry: entry.json.bytes, after: place.hash)
    line.signature = key.sign(line.signedBytes)
    place.hash = line.hash
    try write(line.bytes, to: end, in: opened)
  }

  /// Begins the next segment with a line that names its key and what it builds on.
  private func open(
    after end: AuditEnd, _ key: AuditKey, _ acts: [AuditAct], _ now: AuditClock,
    in opened: AuditFile, _ place: inout ChainPlace
  ) throws(AuditError) {
    let number = end.isBegun ? end.segment + 1 : max(1, end.segment)
    let name = AuditEnd.name(of: number)
    let opening = AuditAct(
      .segmentOpened, "audit/\(name)", by: AuditEntry.program,
      detail: [
        "segment": "\(number)", "key": Hexadecimal.text(key.publicBytes),
        "previous": Hexadecimal.text(place.hash),
      ])
    let damage =
      end.isDamaged
      ? [
        AuditAct(
          .chainDamaged, "audit/\(end.name)", by: AuditEntry.program,
          reason: "lines before this segment cannot be read; see: gauger audit verify")
      ] : []
    let lines = lines(of: [opening] + damage + acts, at: now, &place)
    try told { () throws(AuditDiskError) in
      try key.publishPublic(disk, opened)
      MissedActs(disk: disk, folder: opened).reserve()
      if number != end.segment {
        // Group and owner may append; the account's own mask decides further.
        _ = try disk.create(name, in: opened, mode: 0o660)
      }
      var fresh = end
      (fresh.segment, fresh.size) = (number, 0)
      try write(lines, to: fresh, in: opened)
      do throws(AuditDiskError) { try disk.syncFolder(opened) } catch {
        // Its name may not be kept, so that nothing in it may count.
        let file = try disk.openFile(name, in: opened, writing: true)
        try? disk.truncate(file, to: 0)
        throw error
      }
    }
  }

  /// Takes a cut last line away, kept aside first, and gives the entry that says so.
  private func mend(
    _ end: inout AuditEnd, in opened: AuditFile
  ) throws(AuditDiskError) -> AuditAct {
    let file = try disk.openFile(end.name, in: opened, writing: true)
    let torn = try disk.read(file, at: end.size, count: end.tornBytes)
    let aside = ".torn-\(end.name.prefix { $0 != "." })-\(end.size)"
    try disk.remove(aside, in: opened)
    let copy = try disk.create(aside, in: opened, mode: 0o640)
    try disk.write(torn, to: copy, at: 0)
    try disk.sync(copy)
    try disk.syncFolder(opened)
    try disk.truncate(file, to: end.size)
    end.tornBytes = 0
    return AuditAct(
      .chainMended, "audit/\(end.name)", by: AuditEntry.program,
      reason: "a program was killed, or the power went, while it wrote an entry",
      detail: ["bytes": "\(torn.count)", "kept": aside])
  }

  private static func clockAct(
    _ step: Int, _ now: AuditClock, _ before: AuditEntry
  ) -> AuditAct {
    let isBack = now.time < before.time
    return AuditAct(
      isBack ? .clockSetBack : .clockStepped, "clock", by: AuditEntry.program,
      detail: ["step_us": "\(step)", "time_before": before.time.iso8601])
  }
}

extension AuditEntry {
  /// Who speaks where the chain speaks for itself.
  static let program = "gauger"
}

/// Where the chain stands while lines are made.
struct ChainPlace {
  var sequence: Int
  var hash: [UInt8]

  init(_ end: AuditEnd) {
    sequence = end.lastSequence
    hash = end.line?.hash ?? end.hashBefore
  }
}
