internal import Delivery
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Links

/// Where instruments were seen before, by serial number: `instruments.json` in the home.
///
/// Only a help to find them again; a missing or damaged file is no failure, and what it says is
/// checked when the instrument is opened.
struct KnownInstruments: Sendable {
  struct Entry: Sendable, Hashable, Codable {
    var model: String
    var driver: String
    var serialNumber: String
    var port: String
    var emulated: Bool

    private enum CodingKeys: String, CodingKey {
      case model, driver, port, emulated
      case serialNumber = "serial_number"
    }
  }

  private struct File: Codable {
    var schema = 1
    /// The latest first.
    var instruments: [Entry]
  }

  private static let most = 200
  private static let largestFile = 1 << 20
  private let home: Home

  init(home: Home) { self.home = home }

  private static let name = "instruments.json"

  /// What is known, the latest first.
  func entries() -> [Entry] {
    let path = "\(home.path)/\(Self.name)"
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largestFile,
      let file = try? JSONDecoder().decode(File.self, from: data), file.schema == 1
    else { return [] }
    return file.instruments
  }

  /// The serial number of what was last seen at a port.
  func serialNumber(at port: InstrumentPort, model: String?) -> String? {
    entries().first {
      $0.port == port.address && $0.emulated == port.isEmulated && (model ?? $0.model) == $0.model
    }?.serialNumber
  }

  /// Notes where an instrument is now; what cannot be noted is no reason to stop measuring.
  func note(_ entry: Entry) {
    var entries = entries()
    guard entries.first != entry else { return }
    entries.removeAll { $0 == entry }
    entries.insert(entry, at: 0)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    guard
      let bytes = try? encoder.encode(File(instruments: Array(entries.prefix(Self.most))))
    else { return }
    _ = try? Publisher().publish(
      .bytes([UInt8](bytes) + [0x0A]), named: Self.name, in: home.path, existing: .replaced)
  }
}
