internal import ArgumentParser
internal import Laboratory

/// A command that works on a home.
protocol KeepsHome: ParsableCommand {
  var options: BenchOptions { get }
}

/// Where each command is done while a service keeps the home: the one table.
///
/// What changes the home, delivers, or opens an instrument is the service's; what only reads, or
/// touches no home, is done by the command itself.
enum CommandPlaces {
  enum Place: String {
    /// By the command itself, always.
    case here
    /// By the service, where there is one.
    case service
    /// By the command itself, and only where there is no service.
    case withoutService = "without-service"
  }

  static let table: [String: Place] = [
    "acquire": .service, "capture": .service, "live": .service,
    "import": .service, "quantify": .service,
    "runs process": .service, "runs recover": .service, "runs assign": .service,
    "method new": .service, "library import": .service,
    "deliver retry": .service, "deliver again": .service, "deliver prepare": .service,

    "worklist add": .service, "worklist skip": .service, "watch": .withoutService,

    "worklist list": .here, "worklist next": .here,
    "instruments": .here, "doctor": .here, "convert": .here, "emulate": .here, "demo": .here,
    "serve": .here,
    "runs list": .here, "runs show": .here, "runs verify": .here, "runs export": .here,
    "method list": .here, "method show": .here, "method check": .here, "method try": .here,
    "library list": .here, "library search": .here,
    "profiles list": .here, "profiles show": .here, "profiles check": .here,
    "profiles udev-rules": .here, "profiles table": .here,
    // A step is done by a process of the one that delivers.
    "deliver status": .here, "deliver explain": .here, "deliver step": .here,
    "audit show": .here, "audit verify": .here, "audit export": .here,
  ]

  /// Where a command is done; nil for one that stands in no table.
  static func place(of type: any ParsableCommand.Type) -> Place? {
    commands().first { $0.type == type }.flatMap { table[$0.path] }
  }

  /// Every command that does something, by the words that name it.
  static func commands(
    of parent: any ParsableCommand.Type = GaugerCommand.self, _ words: [String] = []
  ) -> [(path: String, type: any ParsableCommand.Type)] {
    let inner = parent.configuration.subcommands
    guard !inner.isEmpty else { return [(words.joined(separator: " "), parent)] }
    return inner.flatMap { commands(of: $0, words + [$0._commandName]) }
  }

  /// Prints the table as the program sees it, for the test that every command stands in it.
  static func list() {
    let all = commands()
    for (path, type) in all {
      let place = table[path]?.rawValue ?? "?"
      let isReady = place == Place.here.rawValue || type is any KeepsHome.Type
      print("\(path)\t\(place)\(isReady ? "" : "\tnot KeepsHome")")
    }
    for path in table.keys.sorted() where !all.contains(where: { $0.path == path }) {
      print("\(path)\tgone")
    }
  }
}

extension AcquireCommand: KeepsHome {}
extension CaptureCommand: KeepsHome {}
extension LiveCommand: KeepsHome {}
extension ImportCommand: KeepsHome {}
extension QuantifyCommand: KeepsHome {}
extension ProcessCommand: KeepsHome {}
extension RunsCommand.Recover: KeepsHome {}
extension RunsCommand.Assign: KeepsHome {}
extension MethodCommand.New: KeepsHome {}
extension LibraryCommand.Import: KeepsHome {}
extension WorklistCommand.Add: KeepsHome {}
extension WorklistCommand.Skip: KeepsHome {}
extension WatchCommand: KeepsHome {}
extension DeliverCommand.Retry: KeepsHome {}
extension DeliverCommand.Again: KeepsHome {}
extension DeliverCommand.Prepare: KeepsHome {}
