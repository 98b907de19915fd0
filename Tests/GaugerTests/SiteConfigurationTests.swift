import Foundation
import Testing

/// Mistakes in `bench.yaml` and in a site's own profiles are told with file and line.
struct SiteConfigurationTests {
  private func doctor(_ bench: String) throws -> Program.Outcome {
    let home = try TemporaryFolder()
    try Data(bench.utf8).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    return try Program.gauger(["doctor", "--home", home.path])
  }

  @Test(arguments: [
    ("foo: 1\n", "line 1. foo is unknown"),
    ("\tx: [\n", "line 1. It is not YAML there"),
    ("- a\n", "line 1."),
    ("laboratory: a\nlaboratory: b\n", "laboratory stands there twice"),
    ("laboratory: [a]\n", "line 1. laboratory must be a name"),
    ("time_zone: Mars/Base\n", "Europe/Rome"),
    ("instruments:\n  \"../x y\": usb:9-1\n", "line 2. An alias has letters"),
    ("instruments: {a: [b]}\n", "An alias stands for one address"),
    ("instruments:\n  a: {model: rga200}\n", "line 2. An instrument needs an address"),
    ("instruments:\n  a: {address: \"\"}\n", "line 2. An instrument needs an address"),
    ("instruments:\n  a: {adress: x, address: y}\n", "line 2. adress is unknown"),
    (
      "instruments:\n  a: {address: usb:1-1, model: x}\n", "line 2. model names what is on a serial"
    ),
    (
      "instruments:\n  a:\n    address: serial:/dev/ttyS0\n    bridged: true\n",
      "line 4. bridged is"
    ),
    ("instruments:\n  a: {address: \"pty:/x\", bridged: maybe}\n", "line 2. bridged is true or"),
    ("destinations: yes\n", "destinations must be a list"),
    ("destinations:\n  - name: a\n", "line 2. A destination needs name and folder"),
    ("destinations:\n  - {name: a, folder: \"\"}\n", "A destination needs name and folder"),
    ("destinations:\n  - {name: \"../a\", folder: x}\n", "The name of a destination"),
    ("destinations:\n  - {name: a, folder: x, emulatd: accept}\n", "emulatd is unknown"),
    ("destinations:\n  - {name: a, folder: x, emulated: maybe}\n", "accept or refuse"),
    ("destinations:\n  - {name: a, folder: x}\n  - {name: a, folder: y}\n", "line 3."),
    ("destinations:\n  - {name: a, type: ftp, folder: x}\n", "type must be folder,"),
    ("destinations:\n  - {name: a, type: [x], folder: x}\n", "type must be folder,"),
    ("destinations:\n  - {name: a, folder: x, mode: loud}\n", "mode must be acknowledged, flat or"),
    ("destinations:\n  - {name: a, folder: x, accepts: all}\n", "accepts must be acquired,"),
    ("destinations:\n  - {name: a, folder: x, sentinel: a b}\n", "sentinel is an id"),
    ("destinations:\n  - {name: a, folder: x, network: 7}\n", "network is true or false"),
    ("destinations:\n  - {name: a, folder: x, timeout_s: 0}\n", "timeout_s must be a whole number"),
    ("destinations:\n  - {name: a, folder: x, url: y}\n", "line 2. url is unknown"),
    ("destinations:\n  - {name: a, type: http}\n", "A destination needs name and url"),
    ("destinations:\n  - {name: a, type: http, url: lims}\n", "url must be an address"),
    ("destinations:\n  - {name: a, type: http, url: \"http://lims/x\"}\n", "https://"),
    (
      "destinations:\n  - {name: a, type: http, url: \"https://u:p@lims/x\"}\n",
      "A secret does not stand in an address"
    ),
    (
      "destinations:\n  - {name: a, type: http, url: \"https://l/x\", password: p}\n",
      "A secret stands in a file of its own"
    ),
    (
      "destinations:\n  - {name: a, type: senaite-folder, folder: x}\n",
      "line 2. A destination of type senaite-folder needs keywords"
    ),
    (
      "destinations:\n  - name: a\n    type: senaite-folder\n    folder: x\n    keywords:\n      b: a b\n",
      "line 6. A keyword of SENAITE"
    ),
    (
      "destinations:\n  - {name: a, type: senaite-folder, folder: x, keywords: {b: K-1, c: K1}}\n",
      "b and c go to one keyword"
    ),
    (
      "destinations:\n  - {name: a, type: senaite-folder, folder: x, keywords: {identity: ID}}\n",
      "identity is a text, which SENAITE's folder import would make 0"
    ),
    (
      "destinations:\n  - {name: a, type: senaite-json, url: \"https://l\", keywords: {b: K}}\n",
      "needs credentials_file"
    ),
    (
      "destinations:\n  - {name: a, type: senaite-folder, folder: x, keywords: {b: K},"
        + " significant_digits: 13}\n", "significant_digits must be a whole number from 1 to 12"
    ),
  ])
  func aMistakeIsNamedWithItsLineAndTheRestIsStillExamined(
    _ text: String, _ words: String
  ) throws {
    let outcome = try doctor(text)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("FAIL  bench.yaml"))
    #expect(outcome.output.contains(words), "\(outcome.output)")
    #expect(outcome.output.contains("disk: "))
    #expect(outcome.output.split(separator: "\n").allSatisfy { !$0.hasPrefix("Context") })
  }

  @Test(arguments: ["", "# a comment alone\n", "instruments:\n", "laboratory: Dogane di Genova\n"])
  func sayingNothingIsAllowed(_ text: String) throws {
    let outcome = try doctor(text)
    #expect(outcome.output.contains("ok    bench.yaml"), "\(outcome.output)")
  }

  @Test func aSecretThatOthersMayReadIsToldByTheDoctor() throws {
    let home = try TemporaryFolder()
    let secret = home.path + "/secret"
    try Data("a secret".utf8).write(to: URL(fileURLWithPath: secret))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: secret)
    let bench =
      "destinations:\n  - {name: a, type: http, url: \"https://l/x\", credentials_file: secret}\n"
    try Data(bench.utf8).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    let open = try Program.gauger(["doctor", "--home", home.path])
    #expect(open.output.contains("FAIL  destination a: "), "\(open.output)")
    #expect(open.output.contains("chmod 600 \(secret)"))
    #expect(!open.output.contains("a secret"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
    let closed = try Program.gauger(["doctor", "--home", home.path])
    #expect(closed.output.contains("ok    destination a: https://l/x"))
  }

  @Test func noDestinationIsToldByTheDoctor() throws {
    let outcome = try doctor("destinations: []\n")
    #expect(outcome.output.contains("warn  destinations: bench.yaml lists none"))
  }

  @Test func aConfigurationThatCannotBeReadDoesNotPassForNone() throws {
    let home = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: home.path + "/bench.yaml", withIntermediateDirectories: true)
    let outcome = try Program.gauger(["instruments", "--home", home.path])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("code: bench-yaml-invalid"))
  }

  @Test(.enabled(if: Outside.canEmulate)) func twoAliasesOfOneInstrumentGiveTheSameNameEachTime()
    throws
  {
    let home = try TemporaryFolder()
    let aliases = (0..<8).map { "  z\($0): usb:9-1\n" }.joined() + "  a: usb:9-1\n"
    try Data("instruments:\n\(aliases)".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    let outcome = try Program.emulating(["usb2000plus"], ["instruments", "--home", home.path])
    #expect(outcome.output.contains("a (usb:9-1)"), "\(outcome.output)")
  }

  @Test func damagedProfilesOfTheSiteAreListedAndTheOthersStillWork() throws {
    let home = try TemporaryFolder()
    let folder = home.path + "/profiles"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let good = try String(
      contentsOfFile: Repository.path("DeviceProfiles/ocean-optics/usb4000.yaml"), encoding: .utf8)
    let files = [
      ("broken.yaml", "schema: 1\nid: q\nfoo:\n  - [\n", "profile-syntax"),
      ("empty.yaml", "", "profile-syntax"),
      (
        "driver.yaml",
        good.replacingOccurrences(of: "driver: ocean-optics-ooi", with: "driver: nope")
          .replacingOccurrences(of: "id: ocean-optics/usb4000", with: "id: acme/x"),
        "driver-unknown"
      ),
    ]
    for (name, text, _) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    let check = try Program.gauger(["profiles", "check", "--home", home.path])
    #expect(check.status == 1)
    for (name, _, code) in files {
      #expect(check.errors.contains(name))
      #expect(check.errors.contains("code: \(code)"))
    }
    #expect(check.errors.contains("broken.yaml:5:1"))
    let doctor = try Program.gauger(["doctor", "--home", home.path])
    #expect(doctor.output.contains("There is no driver nope."), "\(doctor.output)")
    let list = try Program.gauger(["profiles", "list", "--home", home.path])
    #expect(list.status == 0)
    #expect(list.output.contains("ocean-optics/usb4000"))
    #expect(list.errors.contains("2 files cannot be used"))
  }
}
