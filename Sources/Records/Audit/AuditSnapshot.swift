/// The chain as it stood at one moment, read without keeping anybody from appending for long.
struct AuditSnapshot {
  /// One segment.
  struct Segment {
    var number: Int
    var name: String
    var size: Int
    var isLast: Bool
  }

  /// The segments in their order.
  var segments: [Segment] = []
  /// Whether the key can be read by others than its owner; nil where it is not there.
  var keyIsOpen: Bool?

  private let disk: AuditDisk
  private let folder: AuditFile?
  /// What the segments hold, by name, where that is given and not read.
  private var given: [String: [UInt8]]?

  /// The largest segment that is read; another account that cannot sign lets them grow.
  static let largest = 1 << 28

  /// Looks at a chain; one that is not there has no segments.
  init(_ chain: AuditChain) throws(AuditError) {
    disk = chain.disk
    let opened: AuditFile
    do throws(AuditDiskError) {
      opened = try disk.openFolder(chain.folder)
    } catch {
      guard error.isMissing else { throw AuditError(error) }
      folder = nil
      return
    }
    folder = opened
    // What is being appended at this moment is not half seen; who may not lock sees it as cut.
    let lock = try? chain.lock(opened, shared: true)
    defer { withExtendedLifetime(lock) {} }
    let disk = disk
    let names = try told { () throws(AuditDiskError) in try disk.names(in: opened) }
    let numbers = names.compactMap { AuditEnd.number(of: $0) }.sorted()
    for number in numbers {
      let name = AuditEnd.name(of: number)
      let size = try told { () throws(AuditDiskError) in
        try disk.facts(of: try disk.openFile(name, in: opened)).size
      }
      segments.append(
        Segment(number: number, name: name, size: size, isLast: number == numbers.last))
    }
    if names.contains(AuditKey.file) {
      let key = try? disk.openFile(AuditKey.file, in: opened)
      keyIsOpen = key.flatMap { try? disk.facts(of: $0).mode & 0o077 != 0 }
    }
  }

  /// Segments that were taken out of a chain.
  init(extract: [(name: String, bytes: [UInt8])]) {
    (disk, folder) = (AuditDisk(), nil)
    given = Dictionary(extract.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    for part in extract {
      segments.append(
        Segment(
          number: AuditEnd.number(of: part.name) ?? 0, name: part.name, size: part.bytes.count,
          isLast: part.name == extract.last?.name))
    }
  }

  /// The bytes that a segment had at that moment.
  func bytes(of segment: Segment) throws(AuditError) -> [UInt8] {
    if let given { return given[segment.name] ?? [] }
    guard let folder else { return [] }
    guard segment.size <= Self.largest else {
      throw .inputOutput("\(folder.path)/\(segment.name)", "It is larger than any segment")
    }
    return try told { () throws(AuditDiskError) in
      try disk.read(
        try disk.openFile(segment.name, in: folder), at: 0, count: segment.size)
    }
  }
}

extension AuditChain {
  /// Gives every entry that can be read, in its order; changes nothing.
  ///
  /// What cannot be read is passed over: `verify` finds it. The second part is the line as it stands.
  public func entries(_ take: (AuditEntry, String) -> Void) throws(AuditError) {
    let snapshot = try AuditSnapshot(self)
    for segment in snapshot.segments {
      let bytes = try snapshot.bytes(of: segment)
      for line in bytes.split(separator: 0x0A) {
        guard let entry = AuditLine(line)?.content else { continue }
        take(entry, String(decoding: line, as: UTF8.self))
      }
    }
  }

  /// Every byte of every segment, one behind the other; changes nothing.
  public func bytes(_ take: ([UInt8]) -> Void) throws(AuditError) {
    let snapshot = try AuditSnapshot(self)
    for segment in snapshot.segments { take(try snapshot.bytes(of: segment)) }
  }
}
