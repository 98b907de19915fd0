internal import ArgumentParser
internal import Emulation
internal import Foundation
internal import Laboratory

/// The options that describe an emulated instrument.
struct EmulationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What it looks at: \(sceneNames(true)) for mass spectrometers, \(sceneNames(false)) for the"
        + " others.", valueName: "scene"))
  var scene: String?

  @Option(help: ArgumentHelp("Play this recording instead of a scene.", valueName: "recording"))
  var play: String?

  @Option(help: "The seed of its noise: the same seed gives the same numbers.")
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditional, help: "How many times faster than a real instrument it exposes.")
  var speed: Double = 1

  @Option(help: "The serial number it states.")
  var serial: String?

  @Option(
    help: ArgumentHelp(
      "What goes wrong and when, as short@5,seed=7; `list` explains.", valueName: "plan"))
  var faults: String?

  /// The last parts of the ids of all emulated models.
  static var modelNames: String {
    EmulatedCatalogue.models.map { String($0.id.split(separator: "/").last ?? "") }
      .joined(separator: ", ")
  }

  private static func sceneNames(_ ofMasses: Bool) -> String {
    let model = EmulatedCatalogue.models.first { EmulatedCatalogue.seesMasses($0.id) == ofMasses }
    return EmulatedCatalogue.scenes(of: model?.id ?? "").map(\.id).joined(separator: ", ")
  }

  /// The emulated instrument that the options describe.
  ///
  /// The one at `place` in a list gets a serial number of its own where none is named.
  func device(_ model: String, place: Int = 0) throws(Failure) -> EmulatedDevice {
    let ids = EmulatedCatalogue.models.map(\.id)
    let id = ids.first { $0 == model || $0.hasSuffix("/" + model) } ?? model
    var setup = EmulatedSetup(
      model: id, seed: seed, speed: speed,
      serialNumber: serial ?? EmulatedCatalogue.serialNumber(of: id, place: place))
    if let scene {
      let known = EmulatedCatalogue.scenes(of: id).map(\.id)
      guard known.contains(scene) else {
        throw Failure(
          "emulation-unknown-scene", exit: .notFound,
          what: "There is no scene \(scene) for the \(model).",
          why: "Its scenes are \(known.joined(separator: ", ")).", next: "Name one of these.")
      }
      // Names of scenes belong to one kind of instrument each.
      if let light = Scene(rawValue: scene) { setup.scene = light }
      if let gases = GasScene(rawValue: scene) { setup.gases = gases }
    }
    if let play {
      if EmulatedCatalogue.playsRuns(id) {
        setup.run = try PlayedRun(file: play)
      } else if EmulatedCatalogue.seesMasses(id) {
        setup.massRecording = try MassRecording(file: play)
      } else {
        setup.recording = try Recording(file: play)
      }
    }
    if let faults { setup.faults = try FaultPlan(faults) }
    return try EmulatedCatalogue.make(setup)
  }
}

/// The command `gauger emulate`.
struct EmulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulate", abstract: "An instrument without hardware, for one command.",
    discussion: """
      gauger emulate usb2000plus -- gauger instruments
      gauger emulate usb4000 --scene neon -- python3 my_script.py
      gauger emulate rga200 -- sh -c 'my_program "$GAUGER_EMULATED_PORT"'

      COMMAND sees the instrument as if it were plugged in. Without COMMAND it stays until Ctrl-C \
      and prints how to reach it; a serial model then has a pseudo-terminal for any program. \
      Whatever is measured is marked as emulated.
      """)

  @Argument(
    help: ArgumentHelp(
      "The model: \(EmulationOptions.modelNames); more than one with commas.",
      valueName: "models"))
  var models: String = ""

  @OptionGroup var options: EmulationOptions

  @Argument(parsing: .postTerminator, help: "The command and its arguments.")
  var command: [String] = []

  func validate() throws {
    // A bench without instruments would let COMMAND meet the computer's own.
    if options.faults == "list" { return }
    if models.split(separator: ",").isEmpty { throw ValidationError("name at least one model") }
  }

  func run() throws {
    if options.faults == "list" { return print(FaultPlan.explanation) }
    let devices = try models.split(separator: ",").enumerated().map {
      try options.device(String($0.element), place: $0.offset)
    }
    if command.isEmpty { return try stay(devices) }
    let bench = try PreloadBench(devices: devices)
    let status = try bench.run(command)
    bench.stop()
    tellFaults(of: devices)
    Output.end(code: status)
  }

  /// Keeps the instruments plugged in until a signal comes, and says how to reach them.
  private func stay(_ devices: [EmulatedDevice]) throws {
    // A pseudo-terminal needs nothing but the kernel.
    let needsBench = PreloadBench.isPossible || !devices.allSatisfy(\.isSerial)
    let bench = needsBench ? try PreloadBench(devices: devices) : nil
    let fronts = needsBench ? [] : try devices.map { try PtyFront(device: $0) }
    Output.error("The emulated instrument is plugged in. Reach it from another terminal with")
    for address in bench?.addresses ?? fronts.map(\.address) { print(address) }
    if let bench {
      let variables = bench.environment.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      print("env \(variables) gauger instruments")
    }
    Output.error("Ctrl-C unplugs it.")
    Terminal.flush()
    WaitForSignal.wait()
    bench?.stop()
    for front in fronts { front.stop() }
    tellFaults(of: devices)
  }

  /// Says what went wrong by plan, so that it can be had again.
  private func tellFaults(of devices: [EmulatedDevice]) {
    guard let text = options.faults, let plan = try? FaultPlan(text) else { return }
    for device in devices {
      let name = "\(device.model) \(device.serialNumber)"
      for fault in device.faultsInjected { Output.error("\(name): \(fault)") }
      let left = device.leftEachTime.map { $0.isEmpty ? "nothing" : $0.joined(separator: "+") }
        .joined(separator: ", ")
      Output.error(
        "\(name): faults injected: \(device.faultsInjected.count), seed: \(plan.seed),"
          + " frames sent: \(device.framesSent), left switched on: \(left)")
    }
  }
}
