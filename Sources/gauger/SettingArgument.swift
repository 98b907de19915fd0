internal import ArgumentParser
internal import Foundation
internal import Instruments
internal import Laboratory

/// One `--set name=value`.
struct SettingArgument: ExpressibleByArgument {
  var name: String
  var number: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let number = Double(parts[1]), number.isFinite
    else { return nil }
    name = String(parts[0])
    self.number = number
  }
}

extension [SettingArgument] {
  /// The settings that the arguments name; a name given twice is refused.
  func settings() throws(Failure) -> Settings {
    var settings = Settings()
    for argument in self {
      guard settings[argument.name] == nil else {
        throw Failure(
          "setting-twice", exit: .usage, what: "The setting \(argument.name) is given twice.",
          why: "Only one of the numbers can be meant.", next: "Leave one of them out.")
      }
      settings[argument.name] = argument.number
    }
    return settings
  }
}

/// A length of time as people write it: `500ms`, `30s`, `10m`, `2h`.
struct DurationArgument: ExpressibleByArgument {
  var duration: Duration

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
    for (suffix, seconds) in units where argument.hasSuffix(suffix) {
      guard let number = Double(argument.dropLast(suffix.count)), number > 0, number.isFinite,
        number * seconds < 1e7
      else { continue }
      duration = .milliseconds(Int64((number * seconds * 1000).rounded()))
      return
    }
    return nil
  }
}
