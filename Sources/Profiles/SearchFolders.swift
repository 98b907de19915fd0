internal import Foundation

extension ProfileStore {
  /// The folders in which profiles are looked for, first wins.
  ///
  /// 1. `explicit` (`--profiles`)
  /// 2. `$GAUGER_PROFILES`, several joined by `:`
  /// 3. `profiles` in the home: the site's own
  /// 4. `DeviceProfiles` of the checkout whose `.build` holds the executable
  /// 5. `../share/gauger/DeviceProfiles` beside the executable's folder
  /// 6. `/usr/local/share/gauger/DeviceProfiles`, `/usr/share/gauger/DeviceProfiles`
  ///
  /// Of 3 to 6 only those that exist; what a person named stays, so that a mistake is told.
  public static func searchFolders(
    explicit: String?, environment: [String: String], executable: String, home: String?
  ) -> [String] {
    var named: [String] = []
    if let explicit, !explicit.isEmpty { named.append(explicit) }
    named += (environment["GAUGER_PROFILES"] ?? "").split(separator: ":").map(String.init)

    var usual: [String] = []
    if let home { usual.append("\(home)/profiles") }
    let parts = executable.split(separator: "/", omittingEmptySubsequences: false)
    if let build = parts.firstIndex(of: ".build") {
      usual.append(parts[..<build].joined(separator: "/") + "/DeviceProfiles")
    }
    let share = "share/gauger/DeviceProfiles"
    // Without a slash the executable was found by its name: there is no folder to start from.
    if parts.count > 2 { usual.append(parts.dropLast(2).joined(separator: "/") + "/\(share)") }
    usual += ["/usr/local/\(share)", "/usr/\(share)"]

    var seen: Set<String> = []
    return (named + usual.filter { type(of: $0) == .typeDirectory }).filter {
      seen.insert($0).inserted
    }
  }
}
