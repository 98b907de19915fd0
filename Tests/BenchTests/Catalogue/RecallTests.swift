import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// What turned out to be wrong leads to every result that it touched, and to no other.
@Suite struct RecallTests {
  private func put(_ text: String, _ path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url, options: .atomic)
  }

  private func found(_ home: Home, _ change: (inout RunQuestion) -> Void) throws -> Set<RunID> {
    var question = RunQuestion()
    change(&question)
    let answer = try RunFinder(home: home).runs(question)
    #expect(answer.hindered == nil && answer.problems.isEmpty)
    return Set(answer.runs.map(\.run))
  }

  @Test func eachUseIsFoundAndNoOther() throws {
    let bench = try ImportBench()
    let home = bench.bench.home
    var runs: [RunID] = []
    for number in 0..<6 {
      let path = try bench.put("\(number).jdx", ImportBench.jcamp("S\(number)"))
      let report = try #require(try bench.run([path], sample: "S-\(number)").first)
      runs.append(try #require(report.run))
    }
    let hash = String(repeating: "ab12", count: 16)
    // Run 0 by another version of the program and on another instrument, run 1 by a method.
    var record = try bench.bench.runs.read(runs[0])
    record.software = "Gauger 0.0.9"
    record.instrument.serialNumber = "X-77"
    try bench.bench.runs.write(record)
    record = try bench.bench.runs.read(runs[1])
    record.method = MethodReference(name: "m", version: "3", sha256: hash)
    record.computedBy = "Gauger 0.0.9 processing 1 maths 00"
    try bench.bench.runs.write(record)
    // Run 2 was evaluated by the same method twice, with a library the second time.
    let library = #"{"library":{"name":"drugs","version":"3.9","sha256":"cd34cd34cd34"}}"#
    for (version, library) in [(1, "{}"), (2, library)] {
      let note = VersionNote(
        version: version, supersedes: nil, reason: nil, person: "ada",
        made: Timestamp(microseconds: 1),
        method: MethodReference(name: "m", version: "3", sha256: hash), files: [])
      let folder = "\(home.folder(of: runs[2]))/evaluations/000\(version)"
      try put(
        String(decoding: try JSONEncoder().encode(note), as: UTF8.self), folder + "/version.json")
      try put(#"{"identity": \#(library)}"#, folder + "/evaluation.json")
    }
    // Run 3 has a sheet that names the library's next version.
    var sheet = ResultSheet(
      try bench.bench.runs.read(runs[3]), journalSHA256: "", results: [], files: [])
    sheet.libraries = [LibrarySource(name: "drugs", version: "4.0", sha256: "ef56ef56ef56")]
    try put(
      String(decoding: try JSONEncoder().encode(sheet), as: UTF8.self),
      "\(home.folder(of: runs[3]))/files/result.json")

    #expect(try found(home) { $0.serialNumber = "X-77" } == [runs[0]])
    #expect(try found(home) { $0.software = "0.0.9" } == [runs[0], runs[1]])
    #expect(try found(home) { $0.software = "0.0" } == [])
    for name in ["m", "m 3", String(hash.prefix(8)), hash] {
      #expect(try found(home) { $0.method = name } == [runs[1], runs[2]], "\(name)")
    }
    for name in ["n", "m 4", String(hash.prefix(7)), "%", ""] {
      #expect(try found(home) { $0.method = name } == [], "\(name)")
    }
    #expect(try found(home) { $0.library = "drugs" } == [runs[2], runs[3]])
    #expect(try found(home) { $0.library = "drugs 3.9" } == [runs[2]])
    #expect(try found(home) { $0.library = "ef56ef56" } == [runs[3]])
    // All that is asked for must hold.
    #expect(
      try found(home) {
        $0.library = "drugs"
        $0.method = "m"
      } == [runs[2]])
    #expect(
      try found(home) {
        $0.method = "m"
        $0.sample = "S-1"
      } == [runs[1]])
    var question = RunQuestion()
    question.method = "m"
    let answer = try RunFinder(home: home).runs(question)
    #expect(answer.because[runs[1]]?.count == 1 && answer.because[runs[2]]?.count == 2)
  }
}
