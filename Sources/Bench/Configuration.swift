internal import Foundation
public import Laboratory
internal import Yams

/// What a site decides: `bench.yaml` in the home, else `/etc/gauger/bench.yaml`, else defaults.
public struct Configuration: Sendable {
  /// One place that results go to.
  public struct DestinationEntry: Sendable, Hashable {
    /// The name used in messages and `run.json`.
    public var name: String
    /// The root folder.
    public var folder: String
    /// Whether results of emulated instruments may go there.
    public var acceptsEmulated: Bool
    /// Whether Gauger may make the folder when it is missing.
    public var makesFolder: Bool
  }

  /// The file that was read; none where there is none.
  public var file: String?
  /// Names that people gave to instruments, by alias.
  public var aliases: [String: String]
  /// Where results go, in order.
  public var destinations: [DestinationEntry]
  /// The site's time zone by its IANA name.
  public var timeZone: String
  /// The laboratory's name, as it shall stand in files; empty where none is given.
  public var laboratory: String

  /// Reads the configuration that a home sees.
  ///
  /// Throws `bench-yaml-invalid` with file and line.
  public static func read(home: Home) throws(Failure) -> Configuration {
    var configuration = Configuration(
      file: nil, aliases: [:],
      destinations: [
        DestinationEntry(
          name: "outbox", folder: home.outbox, acceptsEmulated: true, makesFolder: true)
      ], timeZone: TimeZone.current.identifier, laboratory: "")
    for file in [home.path + "/bench.yaml", "/etc/gauger/bench.yaml"] {
      guard let data = FileManager.default.contents(atPath: file) else { continue }
      try configuration.take(String(decoding: data, as: UTF8.self), file: file, home: home)
      break
    }
    return configuration
  }

  private mutating func take(_ text: String, file: String, home: Home) throws(Failure) {
    self.file = file
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: text) else { return }
      root = node
    } catch {
      throw Self.invalid(file, nil, "it is not YAML: \(error)")
    }
    guard case .mapping(let map) = root else { throw Self.invalid(file, 1, "it must be a map") }
    for (key, value) in map {
      switch key.string {
      case "time_zone":
        guard let name = value.string, TimeZone(identifier: name) != nil else {
          throw Self.invalid(file, value.line, "time_zone must be a name such as Europe/Rome")
        }
        timeZone = name
      case "laboratory": laboratory = value.string ?? ""
      case "instruments": try takeAliases(value, file)
      case "destinations": try takeDestinations(value, file, home)
      default:
        throw Self.invalid(
          file, key.line,
          "\(key.string ?? "this key") is unknown; known are instruments, destinations, "
            + "laboratory and time_zone")
      }
    }
  }

  private mutating func takeAliases(_ node: Node, _ file: String) throws(Failure) {
    guard case .mapping(let map) = node else {
      throw Self.invalid(file, node.line, "instruments must be a map of alias to address")
    }
    for (key, value) in map {
      guard let alias = key.string, let address = value.string else {
        throw Self.invalid(file, key.line, "instruments must be a map of alias to address")
      }
      aliases[alias] = address
    }
  }

  private mutating func takeDestinations(
    _ node: Node, _ file: String, _ home: Home
  ) throws(Failure) {
    guard case .sequence(let list) = node else {
      throw Self.invalid(file, node.line, "destinations must be a list")
    }
    destinations = []
    for entry in list {
      guard let name = entry["name"]?.string, let folder = entry["folder"]?.string else {
        throw Self.invalid(file, entry.line, "a destination needs name and folder")
      }
      guard destinations.allSatisfy({ $0.name != name }) else {
        throw Self.invalid(file, entry.line, "the destination \(name) is listed twice")
      }
      let emulated = entry["emulated"]?.string ?? "refuse"
      guard ["accept", "refuse"].contains(emulated) else {
        throw Self.invalid(file, entry.line, "emulated must be accept or refuse")
      }
      let path = folder.hasPrefix("/") ? folder : home.path + "/" + folder
      destinations.append(
        DestinationEntry(
          name: name, folder: path, acceptsEmulated: emulated == "accept",
          makesFolder: path == home.outbox))
    }
  }

  private static func invalid(_ file: String, _ line: Int?, _ why: String) -> Failure {
    Failure(
      "bench-yaml-invalid", exit: .usage,
      what: "The configuration cannot be used: \(file)\(line.map { ", line \($0)" } ?? "").",
      why: why, next: "Mend that line; gauger doctor checks the file again.")
  }
}

extension Node {
  fileprivate var line: Int? { mark?.line }
}
