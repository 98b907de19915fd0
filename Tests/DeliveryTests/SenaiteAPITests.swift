import Foundation
import Laboratory
import Testing

@testable import Delivery

/// SENAITE's JSON API as a fake with its documented habits: only what is read back is confirmed.
@Suite struct SenaiteAPITests {
  let folder: TestFolder
  let keywords = ["ethanol": "EtOH", "identity": "ID"]

  init() throws {
    folder = try TestFolder(inMemory: true)
    try folder.write("user:password\n", "login")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/login")
  }

  func lims(_ analyses: [String: [String: Any]]) throws {
    try JSONSerialization.data(withJSONObject: ["samples": ["S-1": analyses], "writes": 0])
      .write(to: URL(fileURLWithPath: folder.path + "/lims.json"))
  }

  func plain(_ limits: Bool = false) throws {
    try lims([
      "EtOH": ["Result": "", "state": "unassigned", "limits": limits],
      "ID": ["Result": "", "state": "unassigned"],
    ])
  }

  /// What the LIMS has: operand and result of a keyword, and how often it was written to.
  func stored(_ keyword: String) throws -> (text: String, writes: Int) {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/lims.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let samples = try #require(json["samples"] as? [String: [String: [String: Any]]])
    let entry = try #require(samples["S-1"]?[keyword])
    let text = (entry["Operand"] as? String ?? "") + (entry["Result"] as? String ?? "?")
    return (text, json["writes"] as? Int ?? -1)
  }

  func site(_ options: String..., login: String = "user:password") throws -> Receiver {
    try Receiver(
      [folder.path + "/lims.json", login] + options, program: "senaite_api.py",
      python: Strangers.python ?? "/usr/bin/python3")
  }

  func desk(_ port: Int) throws -> DeliveryDesk {
    DeliveryDesk(
      spool: Spool(home: folder.path),
      destinations: [
        SenaiteAPIDestination(
          name: "lims", site: try #require(URL(string: "http://localhost:\(port)")),
          secretFile: folder.path + "/login", keywords: keywords, acceptsEmulated: false)
      ], patience: .zero)
  }

  let answers = [
    AnalyteResult(keyword: "ethanol", value: 40.5),
    AnalyteResult(keyword: "identity", text: "Äthanol, denatured"),
    AnalyteResult(keyword: "spectrum", text: "x.jdx"),
  ]

  @Test func whatIsReadBackIsConfirmed() throws {
    try plain()
    let server = try site()
    let states = try desk(server.port).submit(try deliverable(try sheet(answers)))
    #expect(states.map(\.state) == [.confirmed], "\(String(describing: states.first?.failure))")
    #expect(states.first?.reference == "S-1~EtOH S-1~ID")
    #expect(try stored("EtOH").text == "40.5")
    #expect(try stored("ID").text == "Äthanol, denatured")
    #expect(try stored("ID").writes == 2)
  }

  @Test(arguments: ["lies", "bends"])
  func aSuccessThatWasNoneEndsRejectedAndNeverConfirmed(mode: String) throws {
    try plain()
    let server = try site("--mode", mode)
    let states = try desk(server.port).submit(try deliverable(try sheet(answers)))
    #expect(states.map(\.state) == [.rejected])
    #expect(
      states.first?.failure?.why.contains(mode == "lies" ? "has nothing" : "has \"0.0\"") == true)
    #expect(try desk(server.port).retry().map(\.state) == [.rejected])
  }

  @Test func anAnswerThatWasLostIsNotWrittenTwice() throws {
    try plain()
    let dying = try site("--mode", "dies")
    let lost = try desk(dying.port).submit(try deliverable(try sheet(answers)))
    #expect(lost.map(\.state) == [.spooled])
    #expect(lost.first?.failure?.code == "destination-unreachable")
    #expect(try stored("EtOH").writes == 1)
    let server = try site()
    #expect(try desk(server.port).retry().map(\.state) == [.confirmed])
    #expect(try stored("EtOH").writes == 2, "one each")
  }

  @Test func aResultThatStandsThereIsKept() throws {
    try lims([
      "EtOH": ["Result": "39.9", "state": "unassigned"],
      "ID": ["Result": "", "state": "unassigned"],
    ])
    let server = try site()
    let states = try desk(server.port).submit(try deliverable(try sheet(answers)))
    #expect(states.map(\.state) == [.rejected])
    #expect(try stored("EtOH").text == "39.9")
    #expect(try stored("ID").writes == 0, "all is looked at before anything is written")
  }

  @Test(arguments: [
    ("broken", "destination-server-trouble"), ("rubbish", "destination-server-trouble"),
  ])
  func aServerInTroubleIsTriedAgain(mode: String, code: String) throws {
    try plain()
    let server = try site("--mode", mode)
    let states = try desk(server.port).submit(try deliverable(try sheet(answers)))
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == code)
  }

  @Test func aLoginThatIsTakenForAVisitorIsTold() throws {
    try plain()
    let server = try site(login: "other:password")
    let states = try desk(server.port).submit(try deliverable(try sheet(answers)))
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "destination-login-refused")
    #expect(try stored("EtOH").writes == 0)
  }

  @Test func aSampleThatIsNotThereAndOneWhoseIdContainsItAreNotTakenForIt() throws {
    try plain()
    let server = try site()
    for sample in ["S", "S-1-2"] {
      let run = try #require(RunID("20261120T10150\(sample.count)Z-a-abcd"))
      let other = try sheet(answers, sample: sample, run: run)
      #expect(try desk(server.port).submit(try deliverable(other)).map(\.state) == [.rejected])
    }
    #expect(try stored("EtOH").writes == 0)
  }

  @Test(
    arguments: [
      ("ND", nil, false), ("<0.5", nil, true), ("<0.5", nil, false), ("not detected", nil, false),
      ("Äpfelsäure", nil, false), (nil, -0.2, false), (nil, 1e-12, false), (nil, 1e300, false),
      (nil, 1.0 / 3, false), (nil, 0, false), ("=1+1", nil, false), ("a, \"b\"", nil, false),
    ] as [(String?, Double?, Bool)])
  func everyValueArrivesExactlyOrIsRefused(text: String?, value: Double?, limits: Bool) throws {
    try plain(limits)
    let server = try site()
    let one = AnalyteResult(keyword: "ethanol", value: value, text: text)
    let states = try desk(server.port).submit(try deliverable(try sheet([one])))
    if text == "<0.5", !limits {
      #expect(states.map(\.state) == [.rejected])
      #expect(states.first?.failure?.code == "destination-cannot-carry")
      #expect(try stored("EtOH").writes == 0)
    } else {
      #expect(states.map(\.state) == [.confirmed], "\(String(describing: states.first?.failure))")
      let kept = try stored("EtOH").text
      #expect(kept == text || Double(kept) == value)
    }
  }

  @Test(arguments: [" x", "x ", "", "a\nb", "a\u{1}"])
  func aTextThatWouldNotComeBackIsRefused(text: String) throws {
    let destination = SenaiteAPIDestination(
      name: "lims", site: URL(fileURLWithPath: "/"), secretFile: "", keywords: keywords,
      acceptsEmulated: false)
    let bad = try sheet([AnalyteResult(keyword: "identity", text: text)])
    #expect(throws: DeliveryError.self) {
      try destination.prepare(bad, for: DeliveryID(run: bad.run))
    }
  }
}
