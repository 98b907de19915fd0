internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The command `gauger verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a bundle, and compute its numbers again from the raw bytes.",
    discussion: """
      gauger verify evidence.zip --key laboratory.pub
      Needs nothing but the bundle and the public keys that you vouch for: a file of the key \
      (audit/key.pub of the home that made it) or its 64 digits. One line a link; what is broken is \
      all named, and the exit code is 10.
      """)

  @Argument(help: "The folder or the archive of a bundle.")
  var bundle: String

  @Option(
    help: ArgumentHelp(
      "A public key that you vouch for: 64 hexadecimal digits, or a file of them; may be given again.",
      valueName: "key"))
  var key: [String] = []

  @Flag(help: "Believe the key that the bundle names itself.")
  var trustEmbedded = false

  @Option(
    help: ArgumentHelp(
      "Places of the audit chain that were kept elsewhere: a file with lines 'NUMBER HASH', a .ready "
        + "file, or a folder of deliveries; may be given again.", valueName: "path"))
  var anchor: [String] = []

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func run() async throws {
    var verifier = BundleVerifier(profiles: try options.store())
    verifier.trustsEmbedded = trustEmbedded
    verifier.home = options.chosenHome
    for text in key { verifier.keys.insert(try Self.publicKey(text)) }
    for path in anchor { verifier.anchors += try AuditAnchor.read(path) }
    let report = try verifier.verify(bundle)
    if format.json {
      try Output.json(Answer(report: report))
    } else {
      for link in report.links { print(Self.line(link)) }
      let broken = report.links.count { $0.state == .broken }
      print(
        broken == 0
          ? "\(Output.paint("ok", .green)): every link that the bundle has holds"
          : "\(Output.paint("BROKEN", .red)): \(broken) of \(report.links.count) links")
    }
    if !report.passed { Output.end(.damaged) }
  }

  private static func line(_ link: BundleReport.Link) -> String {
    let word =
      switch link.state {
      case .ok: Output.paint("ok         ", .green)
      case .broken: Output.paint("BROKEN     ", .red)
      case .notPresent: Output.paint("not present", .yellow)
      }
    let place = link.place.map { "  \($0)" } ?? ""
    return "\(word)  \(Output.plain(link.link + place)): \(Output.plain(link.detail))"
  }

  /// A key as a person names it: its digits, or a file that holds them.
  private static func publicKey(_ text: String) throws(Failure) -> String {
    if let key = PublicKeyText.key(text) { return key }
    let size = (try? FileManager.default.attributesOfItem(atPath: text))?[.size] as? Int ?? .max
    if size < 1024, let data = FileManager.default.contents(atPath: text),
      let key = PublicKeyText.key(String(decoding: data, as: UTF8.self))
    {
      return key
    }
    throw Failure(
      "bundle-key-unreadable", exit: .usage, what: "\(text) is no public key.",
      why: "It is neither 64 hexadecimal digits nor a small file that holds them.",
      next: "Name the file audit/key.pub of the home that made the bundle, or its digits.")
  }

  private struct Answer: Encodable {
    var report: BundleReport

    private enum Keys: String, CodingKey { case passed }

    func encode(to encoder: any Encoder) throws {
      try report.encode(to: encoder)
      var values = encoder.container(keyedBy: Keys.self)
      try values.encode(report.passed, forKey: .passed)
    }
  }
}
