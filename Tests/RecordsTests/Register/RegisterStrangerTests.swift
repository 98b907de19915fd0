import Foundation
import Laboratory
import Testing

@testable import Records

/// The checker in Python was written from the article `RegisterFormat` alone, and agrees with ours.
@Suite struct RegisterStrangerTests {
  private struct Answer: Decodable {
    var passed: Bool
    var versions: [String: Int]
    var signatures: Int
    var wrong: String?
  }

  private static let required =
    ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] == "required"
  private static let python: String? =
    ([ProcessInfo.processInfo.environment["GAUGER_PYTHON"]].compactMap { $0 }
    + ["/usr/bin/python3", "/usr/local/bin/python3"])
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private func ask(_ path: String) throws -> Answer {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("verify_register.py")
    process.arguments = [script.path, path]
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
    for name in ["Ada", "Ada \"L\"\\ \u{1}\u{7F}ü🧪", "=1+1"] {
      for id in ["ada", "../x", "m rossi é", "-", String(repeating: "y", count: 61), "a."] {
        try folder.keep(Person(id: id, name: name), reason: "why\n\tso")
      }
    }
    try folder.keep(
      CalibrationRecord(
        model: "m/n", serialNumber: "7", subject: "w", values: ["b": "1", "B": "2", "é": "3"],
        done: noon))
    let key = SigningKey()
    for meaning in [RecordSignature.Meaning.reviewed, .released] {
      try folder.keep(
        Review(
          run: "r-1", state: ReviewState(rawValue: meaning.rawValue) ?? .processed, digest: "ab",
          signature: key.sign(
            digest: "ab", meaning: meaning, person: "ada", name: "Ada \"L\" ü", time: noon)))
    }
    let answer = try ask(folder.register.path)
    #expect(answer.passed, "\(answer.wrong ?? "")")
    #expect(answer.signatures == 2 && answer.versions.count == 8)
    #expect(answer.versions["people/../x"] == 3 && answer.versions["reviews/r-1"] == 2)

    // Each damage that ours finds, it finds too.
    let place = folder.register.folder(of: .people, "ada")
    let first = URL(fileURLWithPath: place + "/000001.json")
    let whole = try Data(contentsOf: first)
    try Data(String(decoding: whole, as: UTF8.self).replacing("Ada", with: "Eva").utf8).write(
      to: first)
    #expect(try !ask(folder.register.path).passed)
    try whole.write(to: first)
    #expect(try ask(folder.register.path).passed)
    try FileManager.default.removeItem(at: first)
    #expect(try !ask(folder.register.path).passed)
  }
}
