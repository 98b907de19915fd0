import Foundation
import Laboratory
import Testing

@testable import Delivery

/// Every class of value to every kind of destination: carried exactly or refused, never bent.
@Suite struct ValueClassTests {
  static let classes: [(name: String, answer: AnalyteResult, table: Bool)] = [
    ("number", AnalyteResult(keyword: "k", value: 12.5), true),
    ("zero", AnalyteResult(keyword: "k", value: 0), true),
    ("negative", AnalyteResult(keyword: "k", value: -0.2), false),
    ("negative zero", AnalyteResult(keyword: "k", value: -0.0), false),
    ("1e-12", AnalyteResult(keyword: "k", value: 1e-12), false),
    ("1.5e-12", AnalyteResult(keyword: "k", value: 1.5e-12), true),
    ("1e300", AnalyteResult(keyword: "k", value: 1e300), false),
    ("third", AnalyteResult(keyword: "k", value: 1.0 / 3), false),
    ("ND", AnalyteResult(keyword: "k", text: "ND"), false),
    ("--", AnalyteResult(keyword: "k", text: "--"), false),
    ("<0.5", AnalyteResult(keyword: "k", text: "<0.5"), false),
    ("umlauts", AnalyteResult(keyword: "k", text: "Äpfelsäure (ß)"), false),
    ("text like a number", AnalyteResult(keyword: "k", text: "12.5"), false),
    ("formula", AnalyteResult(keyword: "k", text: "=1+1"), false),
  ]

  let folder: TestFolder

  init() throws { folder = try TestFolder(inMemory: true) }

  @Test(arguments: classes.indices)
  func carriedExactlyOrRefused(index: Int) throws {
    let (name, answer, inTable) = Self.classes[index]
    for inner in ["flat", "senaite"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + inner, withIntermediateDirectories: true)
    }
    let result = try sheet([answer])
    let desk = DeliveryDesk(
      spool: Spool(home: folder.path),
      destinations: [
        FolderDestination(
          name: "folder", root: folder.path + "/folder", rootIs: .made, acceptsEmulated: false),
        FlatFolderDestination(
          name: "flat", root: folder.path + "/flat", hasReceipts: false, acceptsEmulated: false),
        SenaiteFolderDestination(
          name: "senaite", root: folder.path + "/senaite", keywords: ["k": "KW"],
          acceptsEmulated: false),
      ], patience: .zero)
    let states = Dictionary(
      uniqueKeysWithValues: try desk.submit(try deliverable(result)).map { ($0.destination, $0) })
    // Folders get the files, byte by byte, and so every bit of every value.
    for place in ["folder/out", "flat"] {
      let path = folder.path + "/\(place)/\(DeliveryID(run: result.run)).result.json"
      let read = try JSONDecoder().decode(
        ResultSheet.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
      #expect(read.results.first?.value?.bitPattern == answer.value?.bitPattern, "\(name)")
      #expect(read.results.first?.text == answer.text, "\(name)")
    }
    let senaite = try #require(states["senaite"])
    #expect(senaite.state == (inTable ? .handedOver : .rejected), "\(name)")
    #expect(senaite.failure?.code == (inTable ? nil : "destination-cannot-carry"), "\(name)")
    let names = try folder.names("senaite")
    #expect(names.count == (inTable ? 1 : 0), "\(name)")
    guard inTable else { return }
    let lims = [
      "S-1": ["state": "sample_received", "analyses": ["KW": ["state": "assigned", "result": ""]]]
    ]
    try JSONSerialization.data(withJSONObject: lims)
      .write(to: URL(fileURLWithPath: folder.path + "/lims.json"))
    let text = try Stranger.run(
      "senaite_folder.py", [folder.path + "/senaite", folder.path + "/lims.json"])
    let stored = try JSONDecoder().decode([String: [String: String]].self, from: Data(text.utf8))
    #expect(stored["S-1"]?["KW"].flatMap(Double.init) == answer.value, "\(name)")
  }
}
