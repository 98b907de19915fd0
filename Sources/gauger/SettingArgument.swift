internal import ArgumentParser
internal import Foundation
internal import Instruments
internal import Laboratory

/// One `--set name=value`, as typed.
struct SettingArgument: ExpressibleByArgument {
  var text: String

  init(argument: String) { text = argument }

  /// The name and the number, or `setting-malformed`.
  func parsed() throws(Failure) -> (name: String, number: Double) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw malformed("It is not of the form name=number.")
    }
    let value = parts[1]
    if value.contains(",") {
      throw malformed("A number has a point and no comma, whatever the language of the computer.")
    }
    // `Double` would take hexadecimal numbers and `inf` too, which nobody means at a bench.
    guard value.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
      let number = Double(value), number.isFinite
    else { throw malformed("\"\(value.prefix(80))\" is not a number.") }
    return (String(parts[0]), number)
  }

  private func malformed(_ why: String) -> Failure {
    Failure(
      "setting-malformed", exit: .usage,
      what: "--set \(text.prefix(120)) cannot be understood.", why: why,
      next: "Write it like --set integration_us=100000, without blanks and without the unit.")
  }
}

extension [SettingArgument] {
  /// The settings that the arguments name; a name given twice is refused.
  func settings() throws(Failure) -> Settings {
    var settings = Settings()
    for argument in self {
      let (name, number) = try argument.parsed()
      guard settings[name] == nil else {
        throw Failure(
          "setting-twice", exit: .usage, what: "The setting \(name) is given twice.",
          why: "Only one of the numbers can be meant.", next: "Leave one of them out.")
      }
      settings[name] = number
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
