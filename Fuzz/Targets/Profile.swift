internal import Instruments
internal import Profiles
internal import Registry

/// A device profile as a site may write it, with the checks of its driver.
@Sendable func fuzzProfile(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard
    let profile = try? ProfileReader.read(
      text: text, file: "fuzz.yaml", drivers: Registry.drivers)
  else { return }
  // What is usable can be said of itself, and its rules answer for any number.
  _ = UdevRules.text(for: [profile])
  _ = DeviceTable.markdown(for: [profile])
  for rule in profile.settings {
    for asked in [0, 1, -1, 1e300, Double.nan, rule.minimum, rule.maximum] {
      guard let value = rule.accepted(asked) else { continue }
      FuzzTargets.demand(
        value >= rule.minimum && value <= rule.maximum, "an accepted setting is in its range")
    }
  }
}
