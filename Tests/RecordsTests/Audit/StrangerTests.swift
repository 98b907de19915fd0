import Foundation
import Laboratory
import Testing

@testable import Records

/// The checker in Python was written from the article `AuditFormat` alone, and agrees with ours.
@Suite struct StrangerTests {
  struct Answer: Decodable, Equatable {
    var passed: Bool
    var entries: Int?
    var head: String?
    var signed: Int?
    var cut: Bool?
    var wrong: String?
  }

  private static let required =
    ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] == "required"
  private static let python: String? =
    ([ProcessInfo.processInfo.environment["GAUGER_PYTHON"]].compactMap { $0 }
    + ["/usr/bin/python3", "/usr/local/bin/python3"])
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private func ask(_ path: String, _ anchors: [AuditAnchor] = []) throws -> Answer {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("verify_audit.py")
    process.arguments =
      [script.path, path] + anchors.flatMap { ["\($0.head.sequence)", $0.head.hash] }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try JSONDecoder().decode(Answer.self, from: output)
  }

  @Test(
    .enabled(if: python != nil || required, "python3 is not installed: the checker was NOT run"))
  func aCheckerWrittenFromThePageAloneAgrees() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    let writer = chain(folder, clock: clock, segmentSize: 3000)
    var anchors: [AuditAnchor] = []
    for number in 1...12 {
      if number == 5 { clock.set(by: -60_000_000) }
      if number == 8 {
        try FileManager.default.removeItem(atPath: folder.path + "/audit/key")
      }
      let acts = [act(number), AuditAct(.runEnded, "run/ä\"\\\n\u{1}🧪", by: "L", reason: "=1+1")]
      anchors.append(AuditAnchor(try writer.append(acts), keeper: "lims"))
    }
    let place = folder.path + "/audit"
    let ours = try folder.verify(anchors)
    #expect(ours.passed && ours.segments.count > 3)
    let theirs = try ask(place, anchors)
    let signed = ours.segments.count { $0.isSigned }
    let expected = Answer(
      passed: true, entries: ours.entries, head: ours.head?.hash, signed: signed, cut: false)
    #expect(theirs == expected)
    // One file with all segments behind one another is checked as well.
    var all = Data()
    try AuditChain(home: folder.path).bytes { all += $0 }
    try all.write(to: URL(fileURLWithPath: folder.path + "/export.jsonl"))
    #expect(try ask(folder.path + "/export.jsonl") == expected)

    // And both refuse the same.
    let name = "000002.jsonl"
    let good = try folder.bytes(name)
    for index in stride(from: 3, to: good.count, by: 401) {
      var bad = good
      bad[index] ^= 0x01
      try folder.put(bad, name)
      #expect(try !ask(place).passed, "byte \(index)")
      #expect(try !folder.verify().passed, "byte \(index)")
    }
    try folder.put(good, name)
    let last = try #require(try folder.segments().last)
    let lines = try folder.lines(last)
    try folder.put(lines.dropLast().joined() + lines[lines.count - 1].dropLast(9), last)
    let cut = try ask(place)
    #expect(cut.passed && cut.cut == true && cut.entries == ours.entries - 1)
    #expect(try !ask(place, anchors).passed)
  }
}
