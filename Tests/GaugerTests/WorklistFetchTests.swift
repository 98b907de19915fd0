import Foundation
import Testing

/// Worklists over HTTP from a web server from outside; skipped aloud where its Python is absent.
@Suite(.enabled(if: Outside.strangersWanted, "SKIPPED: no server (set GAUGER_PYTHON)"))
struct WorklistFetchTests {
  private let home: TemporaryFolder
  private let file: String
  private let server: Server

  init() throws {
    home = try TemporaryFolder()
    file = home.path + "/offered.csv"
    try Data("sample\nA\nB\n".utf8).write(to: URL(fileURLWithPath: file))
    server = try Server(file)
  }

  private func secret(_ text: String, mode: Int = 0o600) throws {
    let path = home.path + "/secret"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// What a look over this address says; the memory of the last one is taken away.
  private func look(_ page: String) throws -> [String: Any] {
    let yaml =
      "worklists:\n  name: lims\n  url: http://127.0.0.1:\(server.port)/\(page)\n"
      + "  credentials_file: secret\n"
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    let memory = home.path + "/worklists/places/lims/fetched.json"
    if FileManager.default.fileExists(atPath: memory) {
      try FileManager.default.removeItem(atPath: memory)
    }
    let outcome = try Program.gauger(["worklist", "list", "--json", "--home", home.path])
    let whole = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(whole as? [String: Any])
  }

  private func samples(_ answer: [String: Any]) -> [String] {
    let entries = answer["entries"] as? [[String: Any]] ?? []
    return entries.compactMap {
      (($0["entry"] as? [String: Any])?["sample"] as? [String: Any])?["id"] as? String
    }
  }

  private func codes(_ answer: [String: Any]) -> [String] {
    let look = answer["look"] as? [String: Any]
    let received = (look?["received"] as? [[String: Any]] ?? []).compactMap {
      $0["failure"] as? [String: Any]
    }
    return ((look?["failures"] as? [[String: Any]] ?? []) + received).compactMap {
      $0["code"] as? String
    }
  }

  @Test func aListIsFetchedOnceAndANewerOneTakesItsPlace() throws {
    try secret("lims:secret\n")
    #expect(samples(try look("list.csv")) == ["A", "B"])
    #expect(samples(try look("list.csv")) == ["A", "B"])
    try Data("sample\nB\nC\n".utf8).write(to: URL(fileURLWithPath: file))
    #expect(samples(try look("list.csv")) == ["B", "C"])
    // The older list again, to the byte, is nothing new.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: home.path + "/worklists").filter {
        $0.hasPrefix("000")
      }.count == 2)
  }

  @Test func whateverIsWrongIsSaidAndTakesNothing() throws {
    try secret("lims:wrong-one\n")
    #expect(codes(try look("list.csv")) == ["worklist-fetch-refused"])
    try secret("lims:secret\n", mode: 0o644)
    #expect(codes(try look("list.csv")) == ["worklist-credentials-unusable"])
    try secret("lims:secret\n")
    for (page, code) in [
      ("half", "worklist-fetch-failed"), ("moved", "worklist-fetch-refused"),
      ("none", "worklist-fetch-refused"), ("page", "worklist-no-sample-column"),
    ] {
      let answer = try look(page)
      #expect(codes(answer) == [code], "\(page)")
      #expect(samples(answer) == [])
    }
    #expect(codes(try look("empty")) == [])
  }

  /// The server of `Strangers/worklist_server.py`; ends with this.
  final class Server {
    let port: Int
    private let process = Process()
    private let hold = Pipe()

    init(_ file: String) throws {
      let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
      process.executableURL = URL(fileURLWithPath: try #require(Outside.python))
      process.arguments = ["\(folder)/Strangers/worklist_server.py", file]
      let output = Pipe()
      (process.standardInput, process.standardOutput) = (hold, output)
      try process.run()
      var line = Data()
      while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([0x0a]),
        !byte.isEmpty
      { line += byte }
      port = try #require(Int(String(decoding: line, as: UTF8.self)))
    }

    deinit {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }
}
