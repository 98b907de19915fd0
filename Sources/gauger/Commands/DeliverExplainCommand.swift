internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory

extension DeliverCommand {
  /// The command `gauger deliver explain`.
  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a destination would get of a run; nothing is sent.",
      discussion: "Ends with 15 where the destination cannot carry it.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @Argument(help: "The destination's name in bench.yaml.")
    var destination: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let id = try bench.runs.find(run)
      let explained = try Deliveries(bench: bench).explain(id, to: destination)
      if format.json {
        try Output.json(Answer(explained))
      } else {
        show(explained)
      }
      if let failure = explained.refusal { Output.end(failure.exit) }
    }

    private func show(_ explained: DeliveryExplanation) {
      print(
        "\(explained.delivery) to \(explained.destination) (\(explained.kind)): \(explained.place)")
      for (what, answer) in explained.carries { print("  \(what): \(answer)") }
      if !explained.files.isEmpty {
        print(
          Table.text(
            ["file", "bytes", "SHA-256"],
            explained.files.map { [$0.name, "\($0.size)", $0.sha256] }))
      }
      if let (name, bytes) = explained.prepared {
        print("\(name), \(bytes.count) bytes:")
        print(String(decoding: bytes, as: UTF8.self), terminator: "")
      }
      if let failure = explained.refusal { Output.say(failure) }
    }

    private struct Answer: Encodable {
      var schema = 1
      var delivery: String
      var destination: String
      var type: String
      var place: String
      var carries: [String: String]
      var files: [RunFile]
      var prepared: Prepared?
      var refusal: Failure?

      struct Prepared: Encodable {
        var name: String
        var text: String
      }

      init(_ explained: DeliveryExplanation) {
        delivery = explained.delivery
        destination = explained.destination
        type = explained.kind
        place = explained.place
        carries = Dictionary(
          explained.carries.map { ($0.what, $0.answer) }, uniquingKeysWith: { first, _ in first })
        files = explained.files
        prepared = explained.prepared.map {
          Prepared(name: $0.name, text: String(decoding: $0.bytes, as: UTF8.self))
        }
        refusal = explained.refusal
      }
    }
  }

  /// The hidden command `gauger deliver step`, which this program starts for network shares.
  struct Step: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Do one step of a delivery to a network share.", shouldDisplay: false)

    @Argument var destination: String
    @Argument var step: String
    @Argument var delivery: String

    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let (step, delivery, destination) = (step, delivery, destination)
      let line = try await offPool { () throws(Failure) in
        try Deliveries(bench: bench).step(step, of: delivery, to: destination)
      }
      print(line)
    }
  }
}
