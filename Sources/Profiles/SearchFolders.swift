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

    let own = home.map { ["\($0)/profiles"] } ?? []
    return unique(named + existing(own + shared("DeviceProfiles", executable)))
  }

  /// The folders of a name that came with the program: in the checkout, or installed beside it.
  ///
  /// 1. that of the checkout whose `.build` holds the executable
  /// 2. `../share/gauger/NAME` beside the executable's folder
  /// 3. `/usr/local/share/gauger/NAME`, `/usr/share/gauger/NAME`
  ///
  /// Only those that exist.
  public static func sharedFolders(_ name: String, executable: String) -> [String] {
    unique(existing(shared(name, executable)))
  }

  private static func shared(_ name: String, _ executable: String) -> [String] {
    var folders: [String] = []
    let parts = executable.split(separator: "/", omittingEmptySubsequences: false)
    if let build = parts.firstIndex(of: ".build") {
      folders.append(parts[..<build].joined(separator: "/") + "/\(name)")
    }
    let share = "share/gauger/\(name)"
    // Without a slash the executable was found by its name: there is no folder to start from.
    if parts.count > 2 { folders.append(parts.dropLast(2).joined(separator: "/") + "/\(share)") }
    return folders + ["/usr/local/\(share)", "/usr/\(share)"]
  }

  private static func existing(_ folders: [String]) -> [String] {
    folders.filter { type(of: $0) == .typeDirectory }
  }

  private static func unique(_ folders: [String]) -> [String] {
    var seen: Set<String> = []
    return folders.filter { seen.insert($0).inserted }
  }
}
