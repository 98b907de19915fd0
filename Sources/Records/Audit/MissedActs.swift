internal import Laboratory

/// Acts that went on while the chain could not take them: kept in a file whose room was taken
/// beforehand, so that a full disk has place for them.
///
/// `audit/.missed`: 4096 bytes; a decimal count, then a line an act as long as there is room, then
/// zero bytes. All zero where nothing was missed.
struct MissedActs {
  private static let file = ".missed"
  private static let size = 4096

  let disk: AuditDisk
  let folder: AuditFile

  /// Takes the room; without it a gap is told by the acts' own records alone.
  ///
  /// Its name is kept by the sync of the folder that follows for the segment.
  func reserve() {
    guard (try? disk.openFile(Self.file, in: folder)) == nil else { return }
    guard let made = try? disk.create(Self.file, in: folder, mode: 0o660) else { return }
    try? disk.write([UInt8](repeating: 0, count: Self.size), to: made, at: 0)
    try? disk.sync(made)
  }

  /// Notes acts that the chain did not take.
  func note(_ acts: [AuditAct], _ time: Timestamp) {
    guard let file = try? disk.openFile(Self.file, in: folder, writing: true) else { return }
    var (count, lines) = read(file) ?? (0, [])
    for act in acts {
      count += 1
      let words = "\(time.iso8601) \(act.action.rawValue) \(act.object)"
      lines.append(String(words.map { $0.isNewline || $0 == "\0" ? "?" : $0 }.prefix(160)))
    }
    var bytes = Array("\(count)\n".utf8)
    for line in lines where bytes.count + line.utf8.count + 1 <= Self.size {
      bytes += Array(line.utf8) + [0x0A]
    }
    bytes += [UInt8](repeating: 0, count: Self.size - bytes.count)
    put(bytes, file)
  }

  /// The entry that tells of what was missed; nil where nothing was.
  func act() -> AuditAct? {
    guard let file = try? disk.openFile(Self.file, in: folder), let (count, lines) = read(file)
    else { return nil }
    var detail = ["count": "\(count)"]
    for (index, line) in lines.enumerated() {
      let digits = String(index + 1)
      detail["act_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits] = line
    }
    return AuditAct(
      .chainGap, "audit", by: AuditEntry.program,
      reason: "the disk or its rights did not let the chain take these acts when they were done",
      detail: detail)
  }

  /// Forgets what the chain has been told.
  func clear() {
    guard let file = try? disk.openFile(Self.file, in: folder, writing: true) else { return }
    put([UInt8](repeating: 0, count: Self.size), file)
  }

  private func put(_ bytes: [UInt8], _ file: AuditFile) {
    try? disk.write(bytes, to: file, at: 0)
    try? disk.sync(file)
  }

  private func read(_ file: AuditFile) -> (count: Int, lines: [String])? {
    guard let bytes = try? disk.read(file, at: 0, count: Self.size) else { return nil }
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    guard let first = lines.first, let count = Int(first), count > 0 else { return nil }
    return (count, Array(lines.dropFirst()))
  }
}
