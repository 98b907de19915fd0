/// The end of the chain, as an append finds it.
struct AuditEnd {
  /// The number of the last segment; 0 where there is none.
  var segment = 0
  /// Its size without a cut line.
  var size = 0
  /// How many bytes of a cut line stand behind it.
  var tornBytes = 0
  /// The last line of the chain that can be read; in a damaged one it may be far from the end.
  var line: AuditLine?
  /// What it says.
  var entry: AuditEntry?
  /// The number of the last entry; in a damaged chain the lines that cannot be read are counted.
  var lastSequence = 0
  /// The hash that a first line builds on where nothing before can be read.
  var hashBefore = AuditLine.origin
  /// Whether the last segment has a line.
  var isBegun = false
  /// Whether its last line cannot be read.
  var isDamaged = false
  /// The key that the last segment names; nil where that cannot be read.
  var key: [UInt8]?

  /// Whether the last segment ended in order.
  var isClosed: Bool { entry?.action == AuditAction.segmentClosed.rawValue }
  /// Whether nothing can be appended without another segment.
  var needsSegment: Bool { !isBegun || isClosed || isDamaged }

  /// Whether the next line begins another segment.
  func isOver(size limit: Int, key current: [UInt8]) -> Bool {
    needsSegment || size >= limit || key.map { $0 != current } ?? false
  }

  /// The name of the last segment.
  var name: String { Self.name(of: segment) }

  /// `000001.jsonl` and so on; more digits where they are needed.
  static func name(of segment: Int) -> String {
    let digits = String(segment)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".jsonl"
  }

  /// The number that a name says; nil where it is no segment's.
  static func number(of name: String) -> Int? {
    guard name.hasSuffix(".jsonl"), let number = Int(name.dropLast(6)), number > 0,
      Self.name(of: number) == name
    else { return nil }
    return number
  }

  /// The longest line that can be: all texts at their bounds, every byte escaped.
  static let longestLine = 1 << 23
  private static let piece = 1 << 14

  /// Reads the end of the chain.
  static func read(_ disk: AuditDisk, _ folder: AuditFile) throws(AuditDiskError) -> AuditEnd {
    var end = AuditEnd()
    let segments = try disk.names(in: folder).compactMap { number(of: $0) }.sorted()
    guard let last = segments.last else { return end }
    end.segment = last
    try end.readLast(disk, folder)
    // A segment that has no line yet, or none that can be read, stands on the one before it.
    for earlier in segments.dropLast().reversed() where end.line == nil {
      var former = AuditEnd()
      former.segment = earlier
      try former.readLast(disk, folder)
      (end.line, end.entry) = (former.line, former.entry)
      end.lastSequence += former.lastSequence
      if former.isDamaged { end.isDamaged = true }
    }
    return end
  }

  private mutating func readLast(_ disk: AuditDisk, _ folder: AuditFile) throws(AuditDiskError) {
    let file = try disk.openFile(name, in: folder)
    let whole = try disk.facts(of: file).size
    var tail: [UInt8] = []
    var from = whole
    // Backwards until a line that can be read stands there whole.
    while from > 0, tail.count < Self.longestLine {
      let step = min(from, max(Self.piece, tail.count))
      from -= step
      tail = try disk.read(file, at: from, count: step) + tail
      if judge(tail, isStart: from == 0, whole) { break }
    }
    if from > 0 {
      let start = try disk.read(file, at: 0, count: Self.piece)
      readKey(start)
    } else {
      readKey(tail)
    }
  }

  private mutating func readKey(_ start: [UInt8]) {
    guard let cut = start.firstIndex(of: 0x0A), let line = AuditLine(start[..<cut]) else { return }
    key = line.content?.detail["key"].flatMap { Hexadecimal.bytes($0) }
  }

  /// Looks for the last line that can be read; whether it was found.
  private mutating func judge(_ tail: [UInt8], isStart: Bool, _ whole: Int) -> Bool {
    let ends = tail.indices.filter { tail[$0] == 0x0A }
    let kept = ends.last.map { $0 + 1 } ?? 0
    let rest = tail[kept...]
    guard !ends.isEmpty || isStart else { return false }
    (isBegun, isDamaged) = (!ends.isEmpty, Self.isNoTornLine(rest))
    tornBytes = isDamaged ? 0 : rest.count
    size = whole - tornBytes
    var unreadable = isDamaged ? 1 : 0
    for (index, end) in ends.enumerated().reversed() {
      guard index > 0 || isStart else { return false }
      let begin = index > 0 ? ends[index - 1] + 1 : 0
      if let found = AuditLine(tail[begin..<end]), let content = found.content {
        (line, entry) = (found, content)
        lastSequence = content.sequence + unreadable
        return true
      }
      unreadable += 1
      isDamaged = true
    }
    lastSequence = unreadable
    return isStart
  }

  /// Whether what stands behind the last line end is a line whose end was altered, and not a cut one.
  static func isNoTornLine(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.count > 1 && AuditLine(rest.dropLast()) != nil
  }
}
