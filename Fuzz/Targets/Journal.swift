internal import Foundation
internal import Journal

/// A raw journal, read; then recovered and read again.
@Sendable func fuzzJournal(_ bytes: [UInt8]) {
  let path = Scratch.file("raw.journal", bytes)
  defer { try? FileManager.default.removeItem(atPath: path + ".torn") }
  let before = count(path)
  guard let report = try? JournalRecovery.recover(path: path) else { return }
  let after = count(path)
  FuzzTargets.demand(after == report.recordsKept, "a recovered journal holds what was reported")
  FuzzTargets.demand(before == nil || before == after, "recovery keeps every record that was read")
  let again = try? JournalRecovery.recover(path: path)
  FuzzTargets.demand(again?.bytesCut == 0, "what was recovered needs no recovery")
}

private func count(_ path: String) -> UInt64? {
  do throws(JournalError) {
    var reader = try JournalReader(path: path)
    while try reader.next() != nil {}
    return reader.recordCount
  } catch {
    return nil
  }
}
