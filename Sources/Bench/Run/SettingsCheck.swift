internal import Acquisition
internal import Instruments
internal import Laboratory

/// Settings as a run needs them: all names known, all numbers in range, defaults filled in.
enum SettingsCheck {
  /// Throws `setting-unknown` or `setting-out-of-range` before anything is sent anywhere.
  static func complete(
    _ asked: Settings, profile: DeviceProfile
  ) throws(Failure) -> Settings {
    for (name, number) in asked.values.sorted(by: { $0.key < $1.key }) {
      guard let rule = profile.setting(name) else {
        let known = profile.settings.map(\.name).joined(separator: ", ")
        var failure = DriverError.unknownSetting(name: name).failure
        failure.why = "It knows: \(known). Nothing was sent to the instrument."
        throw failure
      }
      guard rule.accepted(number) != nil else {
        throw DriverError.outOfRange(name: name, asked: number, rule: rule).failure
      }
    }
    return profile.standardSettings.overlaid(with: asked)
  }
}
