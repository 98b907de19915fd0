import Foundation
import Testing

/// What the checker in Python says of a bundle.
struct BundleStranger: Decodable {
  var passed: Bool
  var broken: [String]
  var numbers: [String: Double]
  var entries: Int

  /// Asks the checker, which has none of our code.
  init(_ bundle: String, key: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Strangers/verify_bundle.py").path
    let said = try Program.run([try #require(Outside.python), script, bundle, key])
    try #require(said.status == 0, "\(said.errors)")
    self = try JSONDecoder().decode(Self.self, from: Data(said.output.utf8))
  }
}

/// What `gauger verify --json` says.
struct BundleAnswer: Decodable {
  struct Link: Decodable {
    var link: String
    var place: String?
    var state: String
    var detail: String
  }

  var run: String?
  var key: String?
  var passed: Bool
  var links: [Link]

  /// Asks the program with a home that has nothing.
  init(_ bundle: String, _ options: [String]) throws {
    let empty = try TemporaryFolder()
    let said = try Program.gauger(
      ["verify", bundle, "--json", "--home", empty.path + "/none"] + options)
    self = try JSONDecoder().decode(Self.self, from: Data(said.output.utf8))
    #expect(said.status == (passed ? 0 : 10), "\(said.errors)")
    #expect(!FileManager.default.fileExists(atPath: empty.path + "/none"))
  }

  func holds(_ link: String, _ words: String = "") -> Bool {
    links.contains { $0.link == link && $0.state == "ok" && $0.detail.contains(words) }
  }

  /// The broken links as `link place`.
  var broken: [String] {
    links.filter { $0.state == "broken" }.map { "\($0.link) \($0.place ?? "")" }
  }
}

/// Bundles of every kind of run by the program, checked by it elsewhere and by a stranger.
@Suite(.serialized, .tags(.slow)) struct BundleCommandTests {
  /// How a run comes about that is packed.
  struct Kind: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var emulation: [String] = []
    var command: [String]
    /// The number that the stranger computes of the raw bytes.
    var number: String?
  }

  private static let stream = ["acquire", "open-stream/instrument", "--until-end", "--no-plot"]

  static let kinds = [
    Kind(
      testDescription: "a USB spectrometer", emulation: ["usb2000plus", "--speed", "100"],
      command: ["acquire", "usb2000plus", "--scans", "3"], number: "mean of the readouts"),
    Kind(
      testDescription: "a mass spectrometer on a serial line",
      emulation: ["rga200", "--speed", "100", "--seed", "4"],
      command: ["acquire", "serial:/dev/ttyUSB0", "--scans", "4", "--set", "noise_floor=7"],
      number: "mean of the readouts"),
    Kind(
      testDescription: "mass scans of a stream",
      emulation: ["open-stream/player", "--play", "SOURCE/scans.ms1", "--speed", "1000"],
      command: stream, number: "total ion current"),
    Kind(
      testDescription: "a spectrum of twenty thousand places",
      emulation: ["open-stream/player", "--play", "SOURCE/wide.jdx", "--speed", "1000"],
      command: stream, number: "mean of the readouts"),
    Kind(
      testDescription: "a file of another system", command: ["import", "SOURCE/scans.ms1"],
      number: "sum of intensities"),
  ]

  private static func makeSources(_ folder: String) throws {
    var scans = "H\tExtractor\tProteoWizard\n"
    for scan in 1...40 {
      scans += "S\t\(scan)\t\(scan)\nI\tRTime\t\(3 + Double(scan) / 200)\n"
      for mass in 50...90 { scans += "\(mass).1 \((scan * mass * 7919) % 10_007)\n" }
    }
    try scans.write(toFile: folder + "/scans.ms1", atomically: true, encoding: .utf8)
    var wide = """
      ##TITLE= wide
      ##JCAMP-DX= 4.24
      ##DATA TYPE= RAMAN SPECTRUM
      ##XUNITS= 1/CM
      ##YUNITS= ARBITRARY UNITS
      ##FIRSTX= 1
      ##LASTX= 20000
      ##NPOINTS= 20000
      ##XYDATA= (X++(Y..Y))

      """
    for start in stride(from: 1, to: 20_000, by: 10) {
      wide +=
        "\(start) " + (0..<10).map { "\((start + $0) * 31 % 997)" }.joined(separator: " ") + "\n"
    }
    try (wide + "##END=\n").write(toFile: folder + "/wide.jdx", atomically: true, encoding: .utf8)
  }

  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"), arguments: kinds)
  func aBundleHoldsElsewhereAndForAStranger(_ kind: Kind) throws {
    let folder = try TemporaryFolder()
    try Self.makeSources(folder.path)
    func placed(_ words: [String]) -> [String] {
      words.map { $0.replacing("SOURCE", with: folder.path) }
    }
    let home = folder.path + "/home"
    let words = placed(kind.command) + ["--sample", "S-1", "--operator", "ada", "--home", home]
    let taken =
      kind.emulation.isEmpty
      ? try Program.gauger(words) : try Program.emulating(placed(kind.emulation), words)
    try #require(taken.status == 0, "\(taken.errors)")
    let bundle = folder.path + "/b.zip"
    let packed = try Program.gauger(["bundle", "last", bundle, "--home", home])
    try #require(packed.status == 0, "\(packed.errors)")

    let key = home + "/audit/key.pub"
    let answer = try BundleAnswer(bundle, ["--key", key])
    #expect(answer.passed, "\(answer.broken)")
    #expect(answer.holds("recomputed", "the same"))
    #expect(answer.holds("history", "by ada@") && answer.holds("seal", "which you vouch for"))
    let alone = try BundleAnswer(bundle, [])
    #expect(alone.broken == ["seal SEAL.json"])
    #expect(try BundleAnswer(bundle, ["--trust-embedded"]).passed)

    guard Outside.strangersWanted else { return }
    let digits = try String(contentsOfFile: key, encoding: .utf8).filter(\.isHexDigit)
    let stranger = try BundleStranger(bundle, key: digits)
    #expect(stranger.passed, "\(stranger.broken)")
    if let number = kind.number { #expect(stranger.numbers[number] != nil, "\(stranger.numbers)") }
    #expect(stranger.entries >= 2)
    #expect(try BundleStranger(bundle, key: "00").broken == ["key of the seal"])
  }

  @Test func theStrangerFindsWhatWasAltered() throws {
    guard Outside.strangersWanted else { return }
    let folder = try TemporaryFolder()
    try Self.makeSources(folder.path)
    let home = folder.path + "/home"
    _ = try Program.gauger(
      ["import", folder.path + "/scans.ms1", "--sample", "S-1", "--home", home])
    let bundle = folder.path + "/b"
    #expect(try Program.gauger(["bundle", "last", bundle, "--home", home]).status == 0)
    let key = try String(contentsOfFile: home + "/audit/key.pub", encoding: .utf8)
      .filter(\.isHexDigit)
    #expect(try BundleStranger(bundle, key: key).passed)
    let walk = try #require(FileManager.default.enumerator(atPath: bundle))
    var names: [String] = []
    while let name = walk.nextObject() as? String {
      if walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular { names.append(name) }
    }
    for name in names {
      let url = URL(fileURLWithPath: "\(bundle)/\(name)")
      let bytes = try Data(contentsOf: url)
      var altered = bytes
      altered[bytes.count / 2] ^= 1
      try altered.write(to: url)
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "Strangers/verify_bundle.py").path
      let said = try Program.run([try #require(Outside.python), script, bundle, key])
      #expect(said.status != 0 || said.output.contains("\"passed\": false"), "\(name)")
      #expect(try !BundleAnswer(bundle, ["--key", key]).passed, "\(name)")
      try bytes.write(to: url)
    }
  }

  // MARK: - What is typed wrongly

  @Test func whatCannotBeIsSaid() throws {
    let folder = try TemporaryFolder()
    let home = ["--home", folder.path + "/home"]
    for (words, status, code): ([String], Int32, String) in [
      (["bundle", "last", folder.path + "/b"], 3, "run-not-found"),
      (["bundle", "last"], 2, "usage"), (["verify"], 2, "usage"),
      (["verify", folder.path + "/none"], 3, "bundle-not-found"),
      (["verify", folder.path, "--key", "abc"], 2, "bundle-key-unreadable"),
      (["verify", folder.path, "--key", folder.path], 2, "bundle-key-unreadable"),
      (["verify", folder.path, "--anchor", folder.path + "/none"], 3, "audit-anchor-unreadable"),
    ] {
      let said = try Program.gauger(words + home)
      #expect(said.status == status, "\(words): \(said.errors)")
      #expect(said.errors.contains("code: \(code)"), "\(words): \(said.errors)")
    }
    #expect(try Program.gauger(["verify", folder.path] + home).status == 10)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }
}
