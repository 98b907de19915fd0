internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// Writes a whole audit chain into one file.
public struct AuditExport: Sendable {
  /// In which form.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// One entry a line, for people.
    case text
    /// Every line as it stands in the chain, which can be checked as the chain can.
    case json
  }

  private let chain: AuditChain

  /// Makes an export of the chain of a home.
  public init(home: Home) { chain = AuditChain(home: home.path) }

  /// Writes the file, whole or not at all, and gives its size and hash.
  ///
  /// Throws `publish-exists` where the file is there, and `publish-folder-missing`.
  public func write(to path: String, as form: Form) throws(Failure) -> RunFile {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    var hash = RunningHash()
    return try Publisher().publish(
      named: url.lastPathComponent, in: url.deletingLastPathComponent().path,
      writing: { (file) throws(Failure) in
        var place = 0
        var trouble: Failure?
        let take: ([UInt8]) -> Void = { bytes in
          guard trouble == nil else { return }
          do throws(PublishError) {
            try file.write(bytes, at: place)
            hash.add(bytes[...])
            place += bytes.count
          } catch {
            trouble = error.failure
          }
        }
        do throws(AuditError) {
          switch form {
          case .json: try chain.bytes(take)
          case .text: try chain.entries { entry, _ in take(Array((Self.line(entry) + "\n").utf8)) }
          }
        } catch {
          throw error.failure
        }
        if let trouble { throw trouble }
      },
      readBack: { (file) throws(Failure) in
        do throws(PublishError) {
          var found = RunningHash()
          while found.count < file.size {
            found.add(try file.read(at: found.count, count: 1 << 20)[...])
          }
          guard found.text == hash.text else {
            throw PublishError.notAsWritten(path, "its SHA-256 is \(found.text)")
          }
        } catch {
          throw error.failure
        }
      })
  }

  /// An entry on one line, control characters made harmless.
  public static func line(_ entry: AuditEntry) -> String {
    var words = [
      "\(entry.sequence)", entry.time.iso8601, "\(entry.person)@\(entry.host)", entry.action,
      entry.object,
    ]
    if let old = entry.old { words.append("old=\(old)") }
    if let new = entry.new { words.append("new=\(new)") }
    if let reason = entry.reason { words.append("reason=\(reason.debugDescription)") }
    words += entry.detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    words.append("clock=\(entry.clock.state.rawValue)")
    let line = words.joined(separator: "  ")
    return String(
      String.UnicodeScalarView(
        line.unicodeScalars.map {
          [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
            ? "\u{FFFD}" : $0
        }))
  }
}
