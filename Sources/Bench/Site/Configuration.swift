internal import Foundation
public import Laboratory
internal import Links
internal import Yams

/// What a site decides: `bench.yaml` in the home, else `/etc/gauger/bench.yaml`, else defaults.
public struct Configuration: Sendable {
  /// The file that was read; none where there is none.
  public var file: String?
  /// What people say of their instruments, by the name that they gave.
  public var instruments: [String: InstrumentEntry]
  /// Where results go, in order.
  public var destinations: [DestinationEntry]
  /// The site's time zone by its IANA name.
  public var timeZone: String
  /// The laboratory's name, as it shall stand in files; empty where none is given.
  public var laboratory: String
  /// Which quality rules hold.
  public var quality = QualitySettings()
  /// The instruments whose exports lie in folders that are watched, by name.
  public var watched: [WatchEntry] = []
  /// Where worklists come from, in order.
  public var worklists: [WorklistPlace] = []
  /// What the site asks of the ids of samples.
  public var samples = SampleRule()

  /// Reads the configuration that a home sees.
  ///
  /// Throws `bench-yaml-invalid` with file and line.
  public static func read(home: Home) throws(Failure) -> Configuration {
    var configuration = standard(home: home)
    for file in [home.path + "/bench.yaml", "/etc/gauger/bench.yaml"] {
      guard FileManager.default.fileExists(atPath: file) else { continue }
      // A file that is there and cannot be read must not pass for none: results would go elsewhere.
      guard let data = FileManager.default.contents(atPath: file) else {
        throw invalid(file, nil, "It is not a file that this account may read.")
      }
      guard data.count <= largestFile else { throw invalid(file, nil, "It is larger than 1 MB.") }
      guard let text = String(data: data, encoding: .utf8) else {
        throw invalid(file, nil, "It is not UTF-8 text.")
      }
      try configuration.take(text, file: file, home: home)
      break
    }
    return configuration
  }

  /// What holds where no file says anything.
  static func standard(home: Home) -> Configuration {
    Configuration(
      file: nil, instruments: [:],
      destinations: [
        DestinationEntry(
          name: "outbox", folder: home.outbox, acceptsEmulated: true, makesFolder: true)
      ], timeZone: TimeZone.current.identifier, laboratory: "",
      worklists: [WorklistPlace(home: home)])
  }

  private static let largestFile = 1 << 20

  private mutating func take(_ text: String, file: String, home: Home) throws(Failure) {
    self.file = file
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: text) else { return }
      root = node
    } catch {
      throw Self.notYAML(error, file)
    }
    guard case .mapping(let map) = root else {
      // A file of comments alone says nothing, which is allowed.
      if root.isNothing { return }
      throw Self.invalid(
        file, 1, "It must be a list of keys with values, such as: laboratory: NAME")
    }
    for (key, value) in map {
      switch key.string {
      case "time_zone":
        guard let name = value.string, TimeZone(identifier: name) != nil else {
          throw Self.invalid(file, value.line, "time_zone must be a name such as Europe/Rome.")
        }
        timeZone = name
      case "laboratory":
        guard let name = value.string, !value.isNothing, Self.isOneLine(name) else {
          throw Self.invalid(file, value.line, "laboratory must be a name on one line.")
        }
        laboratory = name
      case "instruments": try takeInstruments(value, file, home)
      case "destinations": try takeDestinations(value, file, home)
      case "quality": try takeQuality(value, file)
      case "worklists": worklists = try WorklistSettings(file: file, home: home).places(value)
      case "samples": samples = try WorklistSettings(file: file, home: home).rule(value)
      default:
        throw Self.invalid(
          file, key.line,
          "\(key.string ?? "This key") is unknown; known are instruments, destinations, "
            + "laboratory, quality, samples, time_zone and worklists.")
      }
    }
    try checkReview(file)
  }

  private mutating func takeInstruments(
    _ node: Node, _ file: String, _ home: Home
  ) throws(Failure) {
    if node.isNothing { return }
    guard case .mapping(let map) = node else {
      throw Self.invalid(file, node.line, "instruments must list aliases, such as raman: usb:1-1")
    }
    for (key, value) in map {
      guard let alias = key.string, !value.isNothing, value.sequence == nil else {
        throw Self.invalid(
          file, key.line, "An alias stands for one address, such as raman: usb:1-1")
      }
      guard Self.isPlainName(alias) else {
        throw Self.invalid(
          file, key.line, "An alias has letters a to z, digits, dots and dashes, at most 40.")
      }
      if let address = value.string {
        instruments[alias] = InstrumentEntry(address: address)
      } else if value["link"] != nil {
        watched.append(try WatchReader(name: alias, node: value, file: file, home: home).read())
      } else {
        instruments[alias] = try instrument(value, file)
      }
    }
  }

  private func instrument(_ node: Node, _ file: String) throws(Failure) -> InstrumentEntry {
    guard case .mapping(let map) = node, let address = node["address"]?.string, !address.isEmpty
    else {
      throw Self.invalid(
        file, node.line, "An instrument needs an address, such as {address: serial:/dev/ttyUSB0}.")
    }
    for (key, _) in map where !["address", "model", "bridged"].contains(key.string) {
      throw Self.invalid(
        file, key.line,
        "\(key.string ?? "This key") is unknown; an instrument has address, model and bridged.")
    }
    var entry = InstrumentEntry(address: address)
    if let model = node["model"] {
      guard let name = model.string, !model.isNothing, SerialAddress.isOne(address) else {
        throw Self.invalid(
          file, model.line ?? node.line,
          "model names what is on a serial line, so the address must begin with serial:, pty: or socket:"
        )
      }
      entry.model = name
    }
    if let bridged = node["bridged"] {
      guard let truth = bridged.bool, SerialAddress.isSoftware(address) else {
        throw Self.invalid(
          file, bridged.line ?? node.line,
          "bridged is true or false, and said of a pseudo-terminal or socket alone (pty:, socket:)."
        )
      }
      entry.isBridged = truth
    }
    return entry
  }

  private mutating func takeDestinations(
    _ node: Node, _ file: String, _ home: Home
  ) throws(Failure) {
    guard case .sequence(let list) = node else {
      throw Self.invalid(file, node.line, "destinations must be a list; each begins with a dash.")
    }
    destinations = []
    for entry in list {
      let reader = DestinationReader(node: entry, file: file, home: home, others: destinations)
      destinations.append(try reader.read())
    }
  }

  /// Names that stand in file names, in messages and in tables.
  static func isPlainName(_ name: String) -> Bool {
    (1...40).contains(name.utf8.count) && name.first != "." && name.first != "-"
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
  }

  private static func isOneLine(_ text: String) -> Bool {
    text.count <= 200
      && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  private static func notYAML(_ error: any Error, _ file: String) -> Failure {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      invalid(file, mark.line, "It is not YAML there: \(problem).")
    case .duplicatedKeysInMapping(let keys, let context):
      invalid(
        file, context.mark.line, "\(keys.sorted().joined(separator: ", ")) stands there twice.")
    default: invalid(file, nil, "It is not YAML.")
    }
  }

  static func invalid(_ file: String, _ line: Int?, _ why: String) -> Failure {
    Failure(
      "bench-yaml-invalid", exit: .usage,
      what: "The configuration cannot be used: \(file)\(line.map { ", line \($0)" } ?? "").",
      why: why, next: "Mend the file; gauger doctor checks it again.")
  }
}

extension Node {
  var line: Int? { mark?.line }
  /// A key without a value, or an empty file.
  var isNothing: Bool { scalar.map { $0.string.isEmpty || $0.string == "~" } ?? false }
}
