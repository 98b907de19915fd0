internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory

/// Decides whether a command is done here, or by the service that keeps its home.
enum Forwarding {
  /// Returns where the command is to be done here; else has the service do it, and ends with its
  /// exit code.
  static func forward(_ command: any ParsableCommand) async throws {
    guard let place = CommandPlaces.place(of: type(of: command)), place != .here,
      let home = (command as? any KeepsHome)?.options.chosenHome
    else { return }
    if let served = ServedWork.current { return try served.check(home) }
    guard let client = try await offPool({ () throws(Failure) in try ServiceClient.find(home) })
    else { return try ServicePath.checkAccident(home) }
    guard place == .service else {
      throw Failure(
        "service-in-the-way", exit: .busy,
        what: "This cannot be done while a service keeps the home \(home.path).",
        why: "The service does the same itself, or relies on what this would change.",
        next: "Stop the service, do it, and start the service again.")
    }
    // As a terminal sends them to a group of processes, so they reach the worker.
    let signals = Signals(on: Array(ServiceClient.signals)) { client.pass($0) }
    let environment = ProcessInfo.processInfo.environment
    let ending = try await offPool { () throws(Failure) in
      try client.run(CommandLine.arguments, environment: environment) { program in
        guard program != Gauger.signature else { return }
        Output.note(
          "the service runs \(program), this command is \(Gauger.signature): restart the service")
      }
    }
    withExtendedLifetime(signals) {}
    switch ending {
    case .status(let status): Output.end(code: status)
    case .signal(let number) where ServiceClient.signals.contains(number): Signals.end(by: number)
    case .signal(let number):
      throw Failure(
        "service-worker-killed", exit: .failed,
        what: "The command was ended by the signal \(number).",
        why: "It crashed, or somebody killed the process that did it; the service goes on.",
        next: "What was taken is kept: gauger runs list shows it.")
    }
  }
}
