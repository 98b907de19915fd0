internal import Foundation

/// What is fuzzed: a name and a function that must take any bytes, one file of this folder each.
///
/// A target throws nothing and returns nothing: refusing is right, trapping is not. What must hold
/// afterwards it demands by `demand`.
enum FuzzTargets {
  static let all: [String: @Sendable ([UInt8]) -> Void] = [
    "eeprom": fuzzMemory, "ooi-frame": fuzzFrame, "ooi-conversation": fuzzConversation,
    "rga": fuzzRGA, "open-stream": fuzzOpenStream, "profile": fuzzProfile, "method": fuzzMethod,
    "journal": fuzzJournal, "capture": fuzzCapture, "recording": fuzzRecording, "jcamp": fuzzJCAMP,
    "csv": fuzzCSV, "run-json": fuzzRunRecord, "bench-yaml": fuzzConfiguration, "msp": fuzzMSP,
    "massbank": fuzzMassBank, "ms1": fuzzMS1, "netcdf": fuzzNetCDF, "mzml": fuzzMzML,
    "jcamp-source": fuzzJCAMPSource, "table": fuzzTable, "spectrometer-text": fuzzSpectrometerText,
    "spc": fuzzSPC, "spa": fuzzSPA,
    "asm": fuzzASM, "content-table": fuzzContentTable,
    "msp-source": fuzzMSPSource, "bundle": fuzzBundle,
  ]

  /// The one that `GAUGER_FUZZ_TARGET` names.
  static let chosen: @Sendable ([UInt8]) -> Void = {
    let name = ProcessInfo.processInfo.environment["GAUGER_FUZZ_TARGET"] ?? ""
    guard let target = all[name] else {
      tell("GAUGER_FUZZ_TARGET must be one of: \(all.keys.sorted().joined(separator: " "))")
      exit(2)
    }
    return target
  }()

  /// Says it at once: libFuzzer ends the process without writing out what was printed.
  static func tell(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

  /// A promise that was broken counts as a crash, so that the input is kept.
  static func demand(_ holds: Bool, _ promise: String) {
    guard !holds else { return }
    tell("broken: \(promise)")
    abort()
  }
}

/// A folder in memory where one process keeps the files that its target wants by name.
enum Scratch {
  static let folder: String = {
    let folder = "/dev/shm/gauger-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: Scratch.folder) }
    return folder
  }()

  static func write(_ bytes: [UInt8], to path: String) {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      FuzzTargets.tell("\(path) cannot be written")
      exit(2)
    }
  }

  /// Writes the bytes and gives the path back.
  static func file(_ name: String, _ bytes: [UInt8]) -> String {
    let path = "\(folder)/\(name)"
    write(bytes, to: path)
    return path
  }
}
