internal import Foundation
internal import Laboratory

extension AuditAnchor {
  /// The largest file that is looked into.
  static let largestFile = 1 << 20
  /// The most files that are looked into in one folder.
  static let mostFiles = 1_000_000

  /// The anchors in a file, or in all deliveries below a folder.
  ///
  /// A file has lines `SEQUENCE HASH`, or is JSON with a member `audit` of `hash` and `sequence`, as
  /// `<id>.ready` of a delivery is. Throws `audit-anchor-unreadable` where there is none.
  public static func read(_ path: String) throws(AuditError) -> [AuditAnchor] {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let facts = try? FileManager.default.attributesOfItem(atPath: real) else {
      throw .noAnchor(path, "It is not there.")
    }
    let isFolder = facts[.type] as? FileAttributeType == .typeDirectory
    let found = isFolder ? folder(real) : file(real)
    guard !found.isEmpty else {
      throw .noAnchor(
        path,
        isFolder
          ? "No delivery in it says how long the audit chain was."
          : "No line of it says how long the audit chain was.")
    }
    return found
  }

  /// The anchors that the deliveries of a home hold; those are as safe as the home is.
  public static func spooled(_ home: String) -> [AuditAnchor] { folder(home + "/spool") }

  private static func folder(_ path: String) -> [AuditAnchor] {
    var found: [AuditAnchor] = []
    var looked = 0
    let walk = FileManager.default.enumerator(atPath: path)
    while let inner = walk?.nextObject() as? String, looked < mostFiles {
      guard inner.hasSuffix(".ready") || inner.hasSuffix("delivery.json") else { continue }
      looked += 1
      found += file(path + "/" + inner)
    }
    return found.sorted { $0.head.sequence < $1.head.sequence }
  }

  private struct Holder: Decodable {
    var audit: AuditHead?
  }

  private static func file(_ path: String) -> [AuditAnchor] {
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    guard size <= largestFile, let data = FileManager.default.contents(atPath: path) else {
      return []
    }
    if let head = try? JSONDecoder().decode(Holder.self, from: data).audit {
      return [AuditAnchor(head, keeper: path)]
    }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
      let words = $0.split(whereSeparator: \.isWhitespace)
      guard words.count == 2, let number = Int(words[0]),
        let head = AuditHead(sequence: number, hash: String(words[1]))
      else { return nil }
      return AuditAnchor(head, keeper: path)
    }
  }
}
