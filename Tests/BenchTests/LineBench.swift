import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Synchronization
import Testing

@testable import Bench

/// A bench whose serial lines are made up: what is on each, and which were asked.
final class LineBench: Sendable {
  let folder: TemporaryFolder
  /// What answers at each address; a line that is not there answers nothing.
  let answers = Mutex<[String: [SerialInquiry.Answer]]>([:])
  let ports = Mutex<[InstrumentPort]>([])
  private let askedLines = Mutex<[String]>([])

  var asked: [String] { askedLines.withLock { $0 } }

  /// A line with an instrument of the model on it, which nobody can see.
  static func port(
    _ path: String, adapter: String? = nil, state: InstrumentPort.State = .ready,
    emulated: Bool = false
  ) -> InstrumentPort {
    InstrumentPort(
      address: "serial:\(path)", node: path, kind: .serial, vendor: 0x0403, product: 0x6001,
      makerText: "FTDI", serialText: adapter, isEmulated: emulated, state: state)
  }

  init(_ ports: [InstrumentPort], yaml: String = "", models: [String] = ["line200"]) throws {
    folder = try TemporaryFolder()
    self.ports.withLock { $0 = ports }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/profiles", withIntermediateDirectories: true)
    for model in models {
      try Data(Self.profile(model).utf8).write(
        to: URL(fileURLWithPath: folder.path + "/profiles/\(model).yaml"))
    }
    try write(yaml)
  }

  func write(_ yaml: String) throws {
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: folder.path + "/bench.yaml"))
  }

  /// A bench as the next command would open it.
  func open() throws -> Bench {
    let store = ProfileStore.load(folders: [folder.path + "/profiles", EmulatedBench.profiles])
    #expect(store.problems.isEmpty, "\(store.problems)")
    return try Bench(
      home: Home(explicit: folder.path, environment: [:]), profiles: store,
      reach: Bench.Reach(
        list: { [self] () throws(Failure) in ports.withLock { $0 } },
        connect: { (_, _) throws(LinkError) in throw .gone },
        identify: { [self] (port, profiles) throws(LinkError) in
          askedLines.withLock { $0.append(port.address) }
          let there = answers.withLock { $0[port.address] } ?? []
          return SerialInquiry(
            asked: ["ID? at 28800 baud 8N1"],
            answers: there.filter { answer in profiles.contains { $0.id == answer.model } })
        }))
  }

  /// A made-up model on a serial line.
  static func profile(_ model: String) -> String {
    """
    schema: 1
    id: test-maker/\(model)
    name: \(model)
    maker: Test Maker
    driver: test-line
    techniques: [mass]
    status: documented
    sources:
      test: "made up"
    recognition:
      - serial:
          ask: "ID?"
          ask_ends: cr
          answer_begins: "SRS\(model.uppercased())"
          answer_ends: lf_cr
          within_ms: 500
          serial_number_follows: "SN"
          source: test
    link:
      serial:
        baud: { value: 28800, source: test }
        data_bits: { value: 8, source: test }
        parity: { value: none, source: test }
        stop_bits: { value: 1, source: test }
        flow_control: { value: rts_cts, source: test }
        hangs_up_at_close: { value: true, source: test }
    settings: {}
    limits:
      peak_frames_per_second: { value: 10, source: test }
      make_safe_within_ms: { value: 1000, source: test }
    facts: {}
    """
  }
}
