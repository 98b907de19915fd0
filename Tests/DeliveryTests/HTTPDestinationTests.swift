import Crypto
import Foundation
import Laboratory
import Testing

@testable import Delivery

/// A web server from outside as the receiver; skipped aloud where its Python is absent.
@Suite(
  .disabled(
    if: Strangers.maySkip, "SKIPPED: no receiver (set GAUGER_PYTHON to a Python with aiohttp)"))
struct HTTPDestinationTests {
  let folder: TestFolder
  let id = "20261120T101500Z-usb4000-abcd-1"

  init() throws {
    folder = try TestFolder(inMemory: true)
    for inner in ["store", "home"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + inner, withIntermediateDirectories: true)
    }
    try secret("a secret of the laboratory\n", "secret")
  }

  func secret(_ text: String, _ name: String) throws {
    try folder.write(text, name)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/" + name)
  }

  func destination(
    _ port: Int, secret: String? = "secret", bound: Duration = .seconds(20), scheme: String = "http"
  ) throws -> HTTPDestination {
    HTTPDestination(
      name: "web", url: try #require(URL(string: "\(scheme)://localhost:\(port)/in")),
      secretFile: secret.map { folder.path + "/" + $0 }, bound: bound, acceptsEmulated: false)
  }

  func desk(_ destination: any Destination) -> DeliveryDesk {
    DeliveryDesk(
      spool: Spool(home: folder.path + "/home"), destinations: [destination], patience: .zero)
  }

  func receiver(_ options: String...) throws -> Receiver {
    try Receiver([folder.path + "/store", folder.path + "/secret"] + options)
  }

  /// What the receiver kept of a delivery: its files' hashes.
  func kept(_ id: String) throws -> [String: String] {
    struct Kept: Decodable { var files: [String: String] }
    return try JSONDecoder().decode(
      Kept.self, from: Data(folder.text("store/\(id).json").utf8)
    ).files
  }

  @Test func aReceiptWithTheRightHashConfirms() throws {
    let server = try receiver()
    let states = try desk(destination(server.port)).submit(try deliverable())
    #expect(states.map(\.state) == [.confirmed], "\(String(describing: states.first?.failure))")
    #expect(states.first?.reference == "R-abcd-1")
    #expect(
      try kept(id) == [
        "\(id).jdx": Hash.sha256(of: Array("##TITLE=vial 7\n".utf8)),
        "\(id).result.csv": Hash.sha256(of: Array("run,sample\r\n".utf8)),
      ])
    #expect(try !folder.names("store").contains("wrong-hashes"))
  }

  @Test(arguments: [
    ("plain", "accepted", nil), ("wrong-hash", "accepted", "receipt-unclear"),
    ("rubbish", "accepted", "receipt-unclear"), ("rejects", "rejected", "delivery-rejected"),
    ("400", "rejected", "delivery-rejected"), ("404", "rejected", "delivery-rejected"),
    ("422", "rejected", "delivery-rejected"), ("401", "spooled", "destination-login-refused"),
    ("408", "spooled", "destination-server-trouble"),
    ("429", "spooled", "destination-server-trouble"),
    ("500", "spooled", "destination-server-failed"),
    ("503", "spooled", "destination-server-trouble"),
    ("redirect", "spooled", "destination-server-trouble"),
    ("slow", "spooled", "destination-hangs"), ("long", "spooled", "destination-unreachable"),
  ])
  func everyAnswerHasItsMeaning(mode: String, state: String, code: String?) throws {
    let server = try receiver("--mode", mode)
    let bound: Duration = mode == "slow" ? .milliseconds(500) : .seconds(20)
    let desk = desk(try destination(server.port, bound: bound))
    let states = try desk.submit(try deliverable())
    #expect(states.map(\.state.rawValue) == [state])
    #expect(states.first?.failure?.code == code)
    if mode == "400" {
      #expect(states.first?.failure?.why == "It answered 400: no thank you")
    }
    if state != "spooled" {
      #expect(try desk.retry().first?.failure?.code == code, "what was said is not forgotten")
      #expect(try folder.text("store/order") == id + "\n")
    }
  }

  @Test func aWrongSecretIsNoRejectionAndARightOneSendsWhatWaits() throws {
    let server = try receiver()
    try secret("another secret altogether", "wrong")
    let wrong = desk(try destination(server.port, secret: "wrong"))
    #expect(try wrong.submit(try deliverable()).map(\.state) == [.spooled])
    #expect(try wrong.status().first?.failure?.code == "destination-login-refused")
    let none = desk(try destination(server.port, secret: nil))
    #expect(try none.retry().map(\.state) == [.spooled])
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: folder.path + "/secret")
    let open = desk(try destination(server.port))
    #expect(try open.retry().first?.failure?.code == "destination-secret-unsafe")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/secret")
    #expect(try open.retry().map(\.state) == [.confirmed])
  }

  @Test func aCertificateThatNobodyVouchesForIsRefused() throws {
    let pair = (folder.path + "/cert.pem", folder.path + "/key.pem")
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl") else {
      print("skipped: no openssl to make a certificate")
      return
    }
    try run(
      "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pair.1,
      "-out", pair.0, "-days", "2", "-subj", "/CN=localhost", "-addext",
      "subjectAltName=DNS:localhost")
    let server = try receiver("--tls", pair.0, pair.1)
    let states = try desk(destination(server.port, scheme: "https")).submit(try deliverable())
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "destination-unreachable")
    #expect(states.first?.failure?.why.contains("certificate") == true)
    #expect(try folder.names("store") == [])
  }

  @Test func nobodyThereIsToldAndWaits() throws {
    let states = try desk(destination(1)).submit(try deliverable())
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "destination-unreachable")
  }

  @Test(arguments: [1, 2, 3])
  func throughAStormEachDeliveryIsKeptOnceWithTheRightHash(seed: Int) throws {
    var server = try receiver("--mode", "stormy", "--seed", "\(seed)")
    var restarts = 0
    let count = 12
    var ids: [String] = []
    for index in 0..<count {
      let run = try #require(RunID("20261120T1015\(10 + index)Z-a-abcd"))
      ids.append("\(run)-1")
      let body = Array("content \(index) \(seed)\n".utf8)
      _ = try desk(destination(server.port)).submit(
        Deliverable(
          id: DeliveryID(run: run), emulated: false,
          files: [DeliverableFile(suffix: "txt", content: .bytes(body))]))
      if !server.isRunning {
        restarts += 1
        server = try receiver("--mode", "stormy", "--seed", "\(seed + 10 * restarts)")
      }
    }
    var states: [DeliveryState] = []
    for round in 0..<60 {
      states = try desk(destination(server.port)).retry().map(\.state)
      if states == Array(repeating: .confirmed, count: count) { break }
      if !server.isRunning {
        restarts += 1
        server = try receiver("--mode", "stormy", "--seed", "\(seed + 100 * round)")
      }
    }
    #expect(states == Array(repeating: .confirmed, count: count))
    let order = try folder.text("store/order").split(separator: "\n").map(String.init)
    #expect(order == ids, "each once, and in their order")
    for (index, id) in ids.enumerated() {
      let hash = Hash.sha256(of: Array("content \(index) \(seed)\n".utf8))
      #expect(try kept(id) == ["\(id).txt": hash])
    }
    #expect(try !folder.names("store").contains("wrong-hashes"))
    #expect(try !folder.names("store").contains("bad-signatures"))
  }

  @Test func theSignatureIsThatOfTheStandard() {
    // RFC 4231, test case 2.
    let key = SymmetricKey(data: Array("Jefe".utf8))
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("what do ya want for nothing?".utf8), using: key)
    #expect(
      code.description.contains("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
    let body = MultipartBody(manifest: Array("{}".utf8), files: [("a.txt", [1, 2])])
    #expect(body.signature(by: Secret(Array("Jefe".utf8))).count == 64)
    #expect(
      body.bytes == MultipartBody(manifest: Array("{}".utf8), files: [("a.txt", [1, 2])]).bytes)
  }
}

/// The receiver as a process that ends with the test.
final class Receiver {
  let port: Int
  private let process = Process()
  private let hold = Pipe()

  init(
    _ arguments: [String], program: String = "http_receiver.py",
    python: String? = Strangers.python
  ) throws {
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = ["\(Stranger.folder)/\(program)"] + arguments
    let output = Pipe()
    process.standardInput = hold
    process.standardOutput = output
    try process.run()
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([0x0a]) {
      line += byte
      if byte.isEmpty { break }
    }
    port = try #require(Int(String(decoding: line, as: UTF8.self)))
  }

  /// Whether it still runs; one that ends itself has done so before its connection breaks.
  var isRunning: Bool { process.isRunning }

  deinit {
    // Not SIGTERM: a child has the signals blocked that the thread which started it had blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
