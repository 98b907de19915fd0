public import Laboratory

/// A part of an audit chain that can be checked by itself: whole segments, those between left out.
///
/// Every line's hash stands for all before it, so that no line could be left out of a segment
/// unseen. A segment names what it builds on and ends signed; the last one may be open.
public struct AuditExtract: Sendable {
  /// The segments by file name, in their order; each whole, but for a cut line at its end.
  public var segments: [(name: String, bytes: [UInt8])]

  /// Names the segments of an extract.
  public init(segments: [(name: String, bytes: [UInt8])]) {
    self.segments = segments.sorted {
      (AuditEnd.number(of: $0.name) ?? 0) < (AuditEnd.number(of: $1.name) ?? 0)
    }
  }

  /// Whether a file may be a segment of an extract, by its name.
  public static func isSegment(_ name: String) -> Bool { AuditEnd.number(of: name) != nil }

  /// Every entry that can be read, in order, with its place.
  public var entries: [(entry: AuditEntry, head: AuditHead, file: String, line: Int)] {
    var found: [(entry: AuditEntry, head: AuditHead, file: String, line: Int)] = []
    for segment in segments {
      let lines = segment.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      for (number, bytes) in lines.enumerated() {
        guard let line = AuditLine(bytes), let entry = line.content,
          let head = AuditHead(sequence: entry.sequence, hash: Hexadecimal.text(line.hash))
        else { continue }
        found.append((entry, head, segment.name, number + 1))
      }
    }
    return found
  }

  /// Checks every byte, and the anchors that fall into these segments.
  public func verify(anchors: [AuditAnchor] = []) -> AuditVerification {
    let within = entries
    let inside = anchors.filter { anchor in
      within.contains { $0.head.sequence == anchor.head.sequence }
        || anchor.head.sequence > within.last?.head.sequence ?? 0
    }
    var verifier = AuditVerifier(AuditSnapshot(extract: segments), inside, isExtract: true)
    // Nothing is read from a disk here.
    return (try? verifier.run()) ?? AuditVerification()
  }
}

extension AuditChain {
  /// The segments that hold an entry that `concerns` says yes to.
  public func extract(
    _ concerns: (AuditEntry) -> Bool
  ) throws(AuditError) -> AuditExtract {
    let snapshot = try AuditSnapshot(self)
    var segments: [(name: String, bytes: [UInt8])] = []
    for segment in snapshot.segments {
      var bytes = try snapshot.bytes(of: segment)
      let wanted = bytes.split(separator: 0x0A).contains {
        AuditLine($0)?.content.map(concerns) ?? false
      }
      guard wanted else { continue }
      if segment.isLast, let end = bytes.lastIndex(of: 0x0A) {
        bytes.removeSubrange((end + 1)...)
      }
      segments.append((segment.name, bytes))
    }
    return AuditExtract(segments: segments)
  }

  /// The public keys that are kept beside the chain, by file name, as they stand there.
  public func publicKeys() throws(AuditError) -> [String: [UInt8]] {
    let opened: AuditFile
    do throws(AuditDiskError) { opened = try disk.openFolder(folder) } catch {
      guard error.isMissing else { throw AuditError(error) }
      return [:]
    }
    return try told { () throws(AuditDiskError) in
      var keys: [String: [UInt8]] = [:]
      for name in try disk.names(in: opened) where name.hasPrefix(AuditKey.publicFile) {
        keys[name] = try disk.read(try disk.openFile(name, in: opened), at: 0, count: 66)
      }
      return keys
    }
  }
}
