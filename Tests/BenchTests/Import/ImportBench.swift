import Formats
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Testing

@testable import Bench

/// A bench without instruments, and a folder with files of other systems.
struct ImportBench {
  let bench: Bench
  let folder: TemporaryFolder
  private let outside: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    outside = try TemporaryFolder()
    bench = try Bench(
      home: Home(explicit: folder.path, environment: [:]),
      profiles: ProfileStore.load(folders: [EmulatedBench.profiles]),
      reach: Bench.Reach(
        list: { () throws(Failure) in [] },
        connect: { (_, _) throws(LinkError) in throw LinkError.gone }))
  }

  /// Where the files lie.
  var source: String { outside.path }

  /// Puts a file there and gives its path.
  func put(_ name: String, _ text: String) throws -> String {
    let path = "\(outside.path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  func run(
    _ paths: [String], sample: String = "", columns: [String] = [], again: Bool = false,
    pattern: String? = nil
  ) throws -> [ImportReport] {
    var request = ImportRequest(
      paths: paths, sample: Sample(id: sample),
      declaration: try TableDeclaration(words: columns), person: "tester")
    (request.again, request.pattern) = (again, pattern)
    return try Importer(bench: bench).run(request)
  }

  /// The record of the run that one file became.
  func imported(_ path: String, sample: String = "", columns: [String] = []) throws -> RunRecord {
    let report = try #require(try run([path], sample: sample, columns: columns).first)
    return try bench.runs.read(try #require(report.run))
  }

  func copy(of record: RunRecord) throws -> String {
    let name = try #require(record.imported?.file)
    return "\(bench.home.folder(of: record.run))/source/\(name)"
  }

  /// Three points of an infrared spectrum of a sample called so.
  static func jcamp(_ title: String) -> String {
    """
    ##TITLE= \(title)
    ##JCAMP-DX= 4.24
    ##DATA TYPE= INFRARED SPECTRUM
    ##LONGDATE= 2026/11/20 08:30:00+0100
    ##XUNITS= 1/CM
    ##YUNITS= ABSORBANCE
    ##FIRSTX= 400
    ##LASTX= 402
    ##NPOINTS= 3
    ##XYDATA= (X++(Y..Y))
    400 1 2 4
    ##END=

    """
  }
}
