public import Laboratory

/// Everything that decides what an emulated instrument is and shows.
public struct EmulatedSetup: Sendable {
  /// The lasting id of the model (`ocean-optics/usb2000plus`).
  public var model: String
  /// What it looks at, unless it plays a recording.
  public var scene: Scene
  /// Recorded counts to be played instead of a scene.
  public var recording: Recording?
  /// What a mass spectrometer looks at, unless it plays a recording.
  public var gases: GasScene
  /// Recorded mass spectra to be played instead of gases.
  public var massRecording: MassRecording?
  /// A recorded run to be played by an instrument of the open stream protocol.
  public var run: PlayedRun?
  /// How a residual gas analyser is equipped.
  public var analyser: RGAOptions
  /// What the noise is made from: the same seed gives the same frames.
  public var seed: UInt64
  /// How many times faster than in life exposures pass; over 0.
  public var speed: Double
  /// Whether the first spectra after a change of settings still show the old ones, as in life.
  public var sendsStaleFrames: Bool
  /// The serial number; none: `EMU00042`, or `00042` where it has five digits.
  public var serialNumber: String?
  /// What goes wrong, and when.
  public var faults = FaultPlan()

  /// Makes a setup.
  public init(
    model: String, scene: Scene = .polystyrene, recording: Recording? = nil, seed: UInt64 = 1,
    speed: Double = 1, serialNumber: String? = nil, sendsStaleFrames: Bool = true,
    gases: GasScene = .residualAir, massRecording: MassRecording? = nil,
    analyser: RGAOptions = RGAOptions()
  ) {
    self.model = model
    self.scene = scene
    self.recording = recording
    self.seed = seed
    self.speed = speed
    self.serialNumber = serialNumber
    self.sendsStaleFrames = sendsStaleFrames
    self.gases = gases
    self.massRecording = massRecording
    self.analyser = analyser
  }
}

/// The emulated models and scenes there are.
public enum EmulatedCatalogue {
  /// The models, by lasting id, each with a sentence for people.
  public static var models: [(id: String, about: String)] {
    OOIModel.all.map { ($0.id, "\($0.name): \($0.about)") }
      + RGAModel.all.map { ($0.id, "\($0.name): \($0.about)") }
      + [(OpenStreamPlayer.modelID, "player: plays any recorded run by the open stream protocol")]
  }

  /// The models with a USB plug, by lasting id; the others have a serial line.
  public static var usbModels: [String] { OOIModel.all.map(\.id) }

  /// Whether a model is a mass spectrometer, which looks at gases and not at light.
  public static func seesMasses(_ model: String) -> Bool {
    RGAModel.all.contains { $0.id == model }
  }

  /// Whether a model plays whole runs and looks at nothing by itself.
  public static func playsRuns(_ model: String) -> Bool { model == OpenStreamPlayer.modelID }

  /// The scenes that a model can look at, by name, each with a sentence for people.
  public static func scenes(of model: String) -> [(id: String, about: String)] {
    if playsRuns(model) { return [] }
    return seesMasses(model)
      ? GasScene.allCases.map { ($0.rawValue, $0.about) }
      : Scene.allCases.map { ($0.rawValue, $0.about) }
  }

  /// The serial number of the one at `place` in a row of instruments of this model.
  public static func serialNumber(of model: String, place: Int = 0) -> String {
    let number = "000\(42 + place)"
    return seesMasses(model) ? String(number.suffix(5)) : "EMU\(number)"
  }

  /// Makes an emulated instrument, plugged in and just powered up.
  public static func make(_ setup: EmulatedSetup) throws(Failure) -> EmulatedDevice {
    guard setup.speed > 0, setup.speed <= 1e6 else {
      throw Failure(
        "emulation-bad-speed", exit: .usage, what: "The speed \(setup.speed) cannot be used.",
        why: "Exposure times are divided by it.", next: "Give a number over 0, at most 1000000.")
    }
    if playsRuns(setup.model) {
      return EmulatedDevice(try player(setup), faults: setup.faults)
    }
    if let model = RGAModel.all.first(where: { $0.id == setup.model }) {
      return EmulatedDevice(try analyser(model, setup), faults: setup.faults)
    }
    guard var model = OOIModel.all.first(where: { $0.id == setup.model }) else {
      throw Failure(
        "emulation-unknown-model", exit: .notFound,
        what: "There is no emulated model \"\(setup.model)\".",
        why: "The emulated models are \(models.map(\.id).joined(separator: ", ")).",
        next: "Name one of these.")
    }
    guard setup.massRecording == nil else {
      throw Failure(
        "emulation-recording-unfit", exit: .usage,
        what: "The \(model.name) cannot play a recorded mass spectrum.",
        why: "It is a spectrometer for light.", next: "Play recorded counts.")
    }
    if !setup.sendsStaleFrames { model.framesUnderWay = 0 }
    if setup.faults.hasOldFirmware, case .fx2 = model.firmware { model.firmware = .fx2(fpga: 0x10) }
    let serialNumber = setup.serialNumber ?? serialNumber(of: setup.model)
    guard (1...OOIMemory.slotSize).contains(serialNumber.utf8.count),
      serialNumber.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw Failure(
        "emulation-bad-serial", exit: .usage,
        what: "The serial number \"\(serialNumber)\" cannot be used.",
        why: "The instrument's memory holds 1 to 15 printable ASCII characters.",
        next: "Give a shorter one without blanks and accents.")
    }
    let stated = setup.faults.falseSerial(standard: "WRONG001") ?? serialNumber
    let memory: OOIMemory
    let source: FrameSource
    if let recording = setup.recording {
      try refuse(recording, on: model)
      memory = OOIMemory(
        model: model, serialNumber: stated, wavelengths: recording.wavelengths)
      source = .recording(recording)
    } else {
      memory = OOIMemory(model: model, serialNumber: stated)
      source = .scene(Detector(scene: setup.scene, model: model, seed: setup.seed))
    }
    return EmulatedDevice(
      OOIDevice(
        model: model, memory: memory, serialNumber: serialNumber, source: source,
        speed: setup.speed), faults: setup.faults)
  }

  private static func player(_ setup: EmulatedSetup) throws(Failure) -> OpenStreamPlayer {
    let serialNumber = setup.serialNumber ?? serialNumber(of: setup.model)
    guard (1...32).contains(serialNumber.utf8.count),
      serialNumber.utf8.allSatisfy({ byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
      })
    else {
      throw Failure(
        "emulation-bad-serial", exit: .usage,
        what: "The serial number \"\(serialNumber)\" cannot be used.",
        why: "This instrument states 1 to 32 letters, digits, dots, dashes and underscores.",
        next: "Give such a one.")
    }
    return OpenStreamPlayer(
      recording: setup.run ?? .example, serialNumber: serialNumber,
      stated: setup.faults.falseSerial(standard: "WRONG001") ?? serialNumber,
      firmware: setup.faults.hasOldFirmware ? "0.1" : "1.0", speed: setup.speed)
  }

  private static func analyser(
    _ model: RGAModel, _ setup: EmulatedSetup
  ) throws(Failure) -> RGAHead {
    let serialNumber = setup.serialNumber ?? serialNumber(of: setup.model)
    guard serialNumber.utf8.count == 5,
      serialNumber.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else {
      throw Failure(
        "emulation-bad-serial", exit: .usage,
        what: "The serial number \"\(serialNumber)\" cannot be used.",
        why: "This instrument states a serial number of five digits.",
        next: "Give five digits, such as 00042.")
    }
    guard setup.recording == nil else {
      throw Failure(
        "emulation-recording-unfit", exit: .usage,
        what: "The \(model.name) cannot play a recording of light.",
        why: "It is a mass spectrometer.", next: "Play a recorded mass spectrum.")
    }
    let content = setup.massRecording.map(IonSource.Content.recording) ?? .gases(setup.gases)
    // The false one has five digits as well.
    let stated = (setup.faults.falseSerial(standard: "99999") ?? serialNumber).filter(\.isNumber)
      .suffix(5)
    return RGAHead(
      model: model, serialNumber: String(stated), source: IonSource(content, seed: setup.seed),
      speed: setup.speed, options: setup.analyser,
      firmware: setup.faults.hasOldFirmware ? "0.10" : RGAModel.firmware)
  }

  /// Refuses a recording that the model cannot say to the last bit.
  private static func refuse(_ recording: Recording, on model: OOIModel) throws(Failure) {
    guard model.pixelsPublished == recording.raw.count, model.fullScale == 65_535,
      model.saturation == nil
    else {
      throw Failure(
        "emulation-recording-unfit", exit: .usage,
        what: "The \(model.name) cannot play a recording of \(recording.raw.count) pixels.",
        why: "It shows \(model.pixelsPublished) pixels up to \(model.ceiling) counts; a recording"
          + " is played bit for bit by a model of as many pixels and 16 bit only.",
        next: "Play it on ocean-optics/usb2000plus.")
    }
  }
}
