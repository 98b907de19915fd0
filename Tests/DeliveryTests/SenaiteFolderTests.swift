import Foundation
import Laboratory
import Testing

@testable import Delivery

/// SENAITE's folder import, judged by a program that re-states its parser and its folder rules.
@Suite struct SenaiteFolderTests {
  let folder: TestFolder
  let clock = TestClock()
  let id = "20261120T101500Z-usb4000-abcd-1"
  let keywords = ["ethanol": "EtOH", "water": "H2O-1"]

  init() throws {
    folder = try TestFolder(inMemory: true)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/lims", withIntermediateDirectories: true)
  }

  func senaite(digits: Int? = nil) -> SenaiteFolderDestination {
    var destination = SenaiteFolderDestination(
      name: "lims", root: folder.path + "/lims", keywords: keywords, digits: digits,
      acceptsEmulated: false)
    destination.now = { clock.now }
    return destination
  }

  func desk(_ destination: any Destination) -> DeliveryDesk {
    DeliveryDesk(
      spool: Spool(home: folder.path), destinations: [destination], patience: .zero,
      clock: { clock.now })
  }

  /// What the LIMS has: a sample with analyses that wait.
  func lims(_ state: String = "sample_received", analyses: [String: String] = [:]) throws {
    var all: [String: Any] = [:]
    for keyword in ["EtOH", "H2O1"] {
      all[keyword] = ["state": "unassigned", "result": analyses[keyword] ?? ""]
    }
    let json = try JSONSerialization.data(withJSONObject: [
      "S-1": ["state": state, "analyses": all]
    ])
    try json.write(to: URL(fileURLWithPath: folder.path + "/lims.json"))
  }

  func importOnce(_ options: String...) throws -> [String: [String: String]] {
    let text = try Stranger.run(
      "senaite_folder.py", [folder.path + "/lims", folder.path + "/lims.json"] + options)
    return try JSONDecoder().decode([String: [String: String]].self, from: Data(text.utf8))
  }

  let answers = [
    AnalyteResult(keyword: "ethanol", value: 40.125), AnalyteResult(keyword: "water", value: 0),
    AnalyteResult(keyword: "spectrum", text: "x.jdx"),
  ]

  @Test(arguments: ["", "--python2"])
  func aTableIsImportedAndAcceptedAndNeverConfirmed(option: String) throws {
    try lims()
    let states = try desk(senaite()).submit(try deliverable(try sheet(answers)))
    #expect(states.map(\.state) == [.handedOver])
    #expect(try folder.names("lims") == ["\(id).csv"])
    #expect(try folder.text("lims/\(id).csv") == "Sample,EtOH,H2O-1,end\nS-1,40.125,0,\nend\n")
    #expect(try desk(senaite()).retry().map(\.state) == [.handedOver])
    let stored = try importOnce(option)
    #expect(stored == ["S-1": ["EtOH": "40.125", "H2O1": "0.0"]])
    for _ in 0..<3 {
      #expect(try desk(senaite()).retry().map(\.state) == [.accepted])
      clock.pass(.seconds(1000))
    }
    #expect(try importOnce(option) == [:], "the name is never read twice")
  }

  @Test func theNameComesBeforeTheLinesAndSilenceAfterTheWaitIsRejected() throws {
    try lims()
    _ = try desk(senaite()).submit(try deliverable(try sheet(answers)))
    _ = try importOnce("--stop-before-log")
    #expect(try desk(senaite()).retry().map(\.state) == [.handedOver])
    clock.pass(.seconds(60))
    #expect(try desk(senaite()).retry().map(\.state) == [.handedOver])
    clock.pass(.seconds(1))
    let states = try desk(senaite()).retry()
    #expect(states.map(\.state) == [.rejected])
    #expect(states.first?.failure?.why.contains("EtOH, H2O-1") == true)
  }

  @Test func aSampleThatIsNotReceivedEndsRejectedThoughItsNameIsMarkedImported() throws {
    try lims("published")
    _ = try desk(senaite()).submit(try deliverable(try sheet(answers)))
    #expect(try importOnce() == [:])
    _ = try desk(senaite()).retry()
    clock.pass(.seconds(61))
    #expect(try desk(senaite()).retry().map(\.state) == [.rejected])
  }

  @Test func aResultThatStandsThereIsKeptAndOursRejected() throws {
    try lims(analyses: ["EtOH": "40.125"])
    _ = try desk(senaite()).submit(try deliverable(try sheet(answers)))
    #expect(try importOnce() == ["S-1": ["H2O1": "0.0"]])
    _ = try desk(senaite()).retry()
    clock.pass(.seconds(61))
    let states = try desk(senaite()).retry()
    #expect(states.map(\.state) == [.rejected])
    #expect(states.first?.failure?.why.contains("took EtOH:") == true)
  }

  @Test func linesOfAnEarlierDeliveryProveNothing() throws {
    try lims()
    _ = try desk(senaite()).submit(try deliverable(try sheet(answers)))
    _ = try importOnce()
    #expect(try desk(senaite()).retry().map(\.state) == [.accepted])
    // The same values once more: SENAITE keeps what it has and says nothing of ours.
    _ = try desk(senaite()).submit(try deliverable(try sheet(answers), attempt: 2))
    _ = try importOnce()
    _ = try desk(senaite()).retry()
    clock.pass(.seconds(61))
    #expect(try desk(senaite()).retry().map(\.state) == [.accepted, .rejected])
  }

  @Test func anotherValueInTheLogIsRejected() throws {
    try lims()
    _ = try desk(senaite()).submit(try deliverable(try sheet(answers)))
    try folder.write("\(id).csv\n", "lims/imported.csv")
    try folder.write(
      "2026-11-20 10:15:00 [INFO] [Instrument:I] [Interface:x] S-1 result for 'EtOH': '0.0'\n",
      "lims/logs.log")
    let states = try desk(senaite()).retry()
    #expect(states.map(\.state) == [.rejected])
    #expect(states.first?.failure?.why.contains("read 0.0 for EtOH, and 40.125 was sent") == true)
  }

  @Test func whatTheTableCannotCarryIsRefusedByNameAndNothingIsShown() throws {
    let bent = [AnalyteResult(keyword: "ethanol", text: "ND")] + answers.dropFirst()
    let states = try desk(senaite()).submit(try deliverable(try sheet(Array(bent))))
    #expect(states.map(\.state) == [.rejected])
    #expect(states.first?.failure?.code == "destination-cannot-carry")
    #expect(states.first?.failure?.why.contains("ethanol: it is the text \"ND\"") == true)
    #expect(try folder.names("lims") == [])
    #expect(try desk(senaite()).retry().map(\.state) == [.rejected])
  }

  @Test(arguments: [
    "a,b", "end", " S", "S ", "a\nb", "ä", "", "a\tb", String(repeating: "x", count: 121),
  ])
  func anIdThatTheTableWouldBendIsRefused(sample: String) throws {
    let table = TwoDimensionTable.encode(
      try sheet(answers, sample: sample), keywords: keywords, digits: nil)
    #expect(throws: Refusals.self) { try table.get() }
  }

  @Test(arguments: ["../x", "=1+1", "S 1", "\"S\"", "@S", "S'1"])
  func anIdThatOnlyLooksHostileArrivesAsItIs(sample: String) throws {
    let analyses = ["EtOH": ["state": "unassigned", "result": ""]]
    let json = try JSONSerialization.data(
      withJSONObject: [sample: ["state": "sample_received", "analyses": analyses]])
    try json.write(to: URL(fileURLWithPath: folder.path + "/lims.json"))
    let only = try sheet([AnalyteResult(keyword: "ethanol", value: 1.5)], sample: sample)
    _ = try desk(senaite()).submit(try deliverable(only))
    #expect(try importOnce() == [sample: ["EtOH": "1.5"]])
    #expect(try desk(senaite()).retry().map(\.state) == [.accepted])
  }

  @Test func twoKeywordsThatSenaiteCannotTellApartAreRefused() throws {
    let table = TwoDimensionTable.encode(
      try sheet(answers), keywords: ["ethanol": "A-1", "water": "A1"], digits: nil)
    #expect(throws: Refusals.self) { try table.get() }
    #expect(TwoDimensionTable.isKeyword("A-1.b+_"))
    for wrong in ["", "a b", "a,b", "ä", "end", "-+.", String(repeating: "x", count: 61)] {
      #expect(!TwoDimensionTable.isKeyword(wrong), "\(wrong)")
    }
  }

  @Test func digitsAreThoseThatTheLaboratoryReports() throws {
    func text(_ value: Double, _ digits: Int?) throws -> String? {
      let only = try sheet([AnalyteResult(keyword: "ethanol", value: value)])
      return try? TwoDimensionTable.encode(only, keywords: keywords, digits: digits).get()
        .cells.first?.text
    }
    #expect(try text(1.0 / 3, nil) == nil)
    #expect(try text(1.0 / 3, 4) == "0.3333")
    #expect(try text(123456.789, 2) == "120000")
    #expect(try text(0.1, 12) == "0.1")
    #expect(try text(9.9999, 2) == "10")
    #expect(try text(1.25e-7, nil) == "1.25e-07")
    #expect(try text(123456789012, nil) == "123456789012")
    #expect(try text(1234567890123, nil) == nil)
  }

  @Test func everyValueIsCarriedExactlyOrRefused() throws {
    var carried = 0
    var values: [Double] = [
      1e-12, 1e300, .leastNonzeroMagnitude, 1e22, 1e-4, 0.00012, 1e12, 1.5e300, 0.1, 1, 100,
    ]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<40 {
      let digits = Int.random(in: 1...14, using: &random)
      let exponent = Int.random(in: -320...308, using: &random)
      let figures = (0..<digits).map { _ in String(Int.random(in: 1...9, using: &random)) }
      let text = "\(figures[0]).\(figures.dropFirst().joined())e\(exponent)"
      values.append(try #require(Double(text.replacing(".e", with: "e"))))
    }
    for (index, value) in values.enumerated() where value.isFinite {
      try lims()
      let run = RunID("20261120T101500Z-usb4000-\(String(0x1000 + index, radix: 16))")
      let only = try sheet([AnalyteResult(keyword: "ethanol", value: value)], run: run)
      let state = try desk(senaite()).submit(try deliverable(only)).first?.state
      // Every second one by the older Python, which prints 12 digits.
      let stored = try importOnce(index % 2 == 0 ? "" : "--python2")["S-1"]?["EtOH"]
      #expect(stored.flatMap(Double.init) == (state == .handedOver ? value : nil), "\(value)")
      carried += state == .handedOver ? 1 : 0
    }
    #expect(carried >= 8)
  }
}
