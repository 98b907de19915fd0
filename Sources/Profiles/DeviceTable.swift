public import Instruments

/// Writes the table of models for the README.
public enum DeviceTable {
  /// A Markdown table, one row a model, sorted by id, with the honest status of each.
  public static func markdown(for profiles: [DeviceProfile]) -> String {
    var text =
      "| model | id | USB or serial | techniques | driver | status |\n|---|---|---|---|---|---|\n"
    for profile in profiles.sorted(by: { $0.id < $1.id }) {
      var ways: [String] = []
      for way in profile.recognition {
        switch way {
        case .usb(let vendor, let product): ways.append("`\(hex(vendor)):\(hex(product))`")
        case .serial: ways.append("serial")
        }
      }
      let cells = [
        "\(profile.maker) \(profile.name)", "`\(profile.id)`", ways.joined(separator: ", "),
        profile.techniques.joined(separator: ", "), "`\(profile.driver)`", say(profile.status),
      ]
      text += "| " + cells.map(cell).joined(separator: " | ") + " |\n"
    }
    return text
  }

  private static func say(_ status: DeviceProfile.Status) -> String {
    switch status {
    case .documented: "documented: written from documents, never on hardware"
    case .replayed: "replayed: recorded traffic of a real unit passes"
    case .bench: "bench: seen working on a real unit"
    }
  }

  private static func cell(_ text: String) -> String {
    String(text.map { $0 == "|" || $0.isNewline ? " " : $0 })
  }

  private static func hex(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
