import Foundation
import ScanRing
import Testing

@testable import Journal

/// The reader in Python was written from the article `JournalFormat` alone, and agrees with ours.
@Suite struct ForeignReaderTests {
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private func lines(_ path: String) throws -> [[String: Any]] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("read_journal.py")
    process.arguments = [script.path, path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try output.split(separator: UInt8(ascii: "\n")).map {
      try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any])
    }
  }

  @Test(.enabled(if: python != nil, "python3 is not installed: the foreign reader was NOT run"))
  func fiftyLinesOfPythonReadTheSame() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("j"))
    let bytes = try folder.bytes("j")
    try folder.put(Array(bytes.dropLast(3)), as: "torn")
    for name in ["j", "torn"] {
      let (records, _) = try readAll(folder.file(name))
      let theirs = try lines(folder.file(name))
      try #require(theirs.count == records.count + 2)
      #expect(theirs[0]["run"] as? String == "20261120T101500Z-usb4000-abcd")
      #expect(theirs[0]["started_monotonic_ns"] as? UInt64 == UInt64.max - 1)
      for (record, line) in zip(records, theirs.dropFirst()) {
        #expect(line["size"] as? UInt32 == record.header.byteCount)
        #expect(line["kind"] as? UInt16 == record.header.kind.rawValue)
        #expect(line["flags"] as? UInt16 == record.header.flags)
        #expect(line["sequence"] as? UInt64 == record.header.sequence)
        #expect(line["requested"] as? UInt64 == record.header.requested)
        #expect(line["first_byte"] as? UInt64 == record.header.firstByte)
        #expect(line["last_byte"] as? UInt64 == record.header.lastByte)
        #expect(line["detail"] as? UInt64 == record.header.detail)
        let hex = record.content.map { String(format: "%02x", $0) }.joined()
        #expect(line["content"] as? String == hex)
      }
      #expect(theirs.last?["left"] as? Int == (name == "j" ? 0 : 63))
    }
  }
}
