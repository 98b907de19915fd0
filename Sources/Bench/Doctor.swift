internal import Foundation
internal import Instruments
internal import Laboratory
internal import Links
internal import Profiles

/// One thing that was looked at, and what to do about it.
public struct DoctorFinding: Sendable, Hashable, Codable {
  /// How it stands.
  public enum State: String, Sendable, Hashable, Codable {
    /// In order.
    case ok
    /// Works, but should be mended.
    case warn
    /// Does not work.
    case fail
  }

  /// What was looked at.
  public var topic: String
  /// How it stands.
  public var state: State
  /// What was found.
  public var detail: String
  /// What mends it; none where nothing needs mending.
  public var mend: String?

  init(_ topic: String, _ state: State, _ detail: String, mend: String? = nil) {
    self.topic = topic
    self.state = state
    self.detail = detail
    self.mend = mend
  }
}

/// Looks at everything that an acquisition will need, and changes nothing.
public struct Doctor: Sendable {
  private let bench: Bench
  private let profileFolders: [String]

  /// Makes a doctor for a bench whose profiles came from these folders.
  public init(bench: Bench, profileFolders: [String]) {
    self.bench = bench
    self.profileFolders = profileFolders
  }

  /// All findings, in a fixed order.
  public func examine() -> [DoctorFinding] {
    [home(), disk(), clock(), realTime()] + profiles() + instruments() + destinations()
  }

  private func home() -> DoctorFinding {
    do throws(Failure) {
      try bench.home.prepare()
      return DoctorFinding("home", .ok, "\(bench.home.path) (by \(bench.home.chosenBy))")
    } catch {
      return DoctorFinding("home", .fail, "\(error.what) \(error.why)", mend: error.next)
    }
  }

  private func disk() -> DoctorFinding {
    let path = FileManager.default.fileExists(atPath: bench.home.path) ? bench.home.path : "/"
    guard
      let facts = try? FileManager.default.attributesOfFileSystem(forPath: path),
      let free = (facts[.systemFreeSize] as? NSNumber)?.int64Value
    else { return DoctorFinding("disk", .warn, "free space on \(path) cannot be read") }
    let gigabytes = Double(free) / 1e9
    let text = String(format: "%.1f GB free", gigabytes)
    if gigabytes < 0.2 {
      return DoctorFinding("disk", .fail, text, mend: "Free some space: old runs can be archived.")
    }
    return DoctorFinding(
      "disk", gigabytes < 5 ? .warn : .ok, text,
      mend: gigabytes < 5 ? "Plan to free some space." : nil)
  }

  private func clock() -> DoctorFinding {
    let zone = bench.configuration.timeZone
    let year = Timestamp.now.civil.year
    guard year >= 2025 else {
      return DoctorFinding(
        "clock", .fail, "the computer believes it is \(Timestamp.now.iso8601)",
        mend: "Set the clock: timedatectl set-time, or connect it to a time server.")
    }
    let synchronized = FileManager.default.fileExists(atPath: "/run/systemd/timesync/synchronized")
    return DoctorFinding(
      "clock", synchronized ? .ok : .warn,
      "\(Timestamp.now.iso8601), zone \(zone), "
        + (synchronized ? "kept by a time server" : "no sign of a time server"),
      mend: synchronized ? nil : "Switch it on: timedatectl set-ntp true")
  }

  private func realTime() -> DoctorFinding {
    if Machine.mayUseRealTimePriority {
      return DoctorFinding("real time", .ok, "the acquisition thread goes before others")
    }
    return DoctorFinding(
      "real time", .warn, "the acquisition thread has ordinary priority",
      mend: "Give the group gauger rtprio 10 in /etc/security/limits.d/gauger.conf")
  }

  private func profiles() -> [DoctorFinding] {
    let store = bench.profiles
    var findings = [
      DoctorFinding(
        "profiles", store.profiles.isEmpty ? .fail : .ok,
        "\(store.profiles.count) models from \(profileFolders.joined(separator: ", "))",
        mend: store.profiles.isEmpty ? "Install them, or name a folder with --profiles." : nil)
    ]
    for problem in store.problems {
      let failure = problem.failure
      findings.append(
        DoctorFinding("profiles", .fail, "\(failure.what) \(failure.why)", mend: failure.next))
    }
    return findings
  }

  private func instruments() -> [DoctorFinding] {
    do throws(Failure) {
      let found = try bench.instruments()
      guard !found.isEmpty else {
        return [
          DoctorFinding(
            "instruments", .warn, "none is plugged in",
            mend: "Plug one in, or try: gauger demo")
        ]
      }
      return found.map { instrument in
        let name = "\(instrument.port.address) \(instrument.profile?.name ?? "?")"
        switch PortAdvice.judge(instrument) {
        case .ready: return DoctorFinding("instruments", .ok, name)
        case .state(let failure):
          return DoctorFinding(
            "instruments", .fail, "\(name): \(failure.what)", mend: failure.next)
        }
      }
    } catch {
      return [DoctorFinding("instruments", .fail, error.what, mend: error.next)]
    }
  }

  private func destinations() -> [DoctorFinding] {
    bench.configuration.destinations.map { entry in
      let there = FileManager.default.fileExists(atPath: entry.folder)
      if there, FileManager.default.isWritableFile(atPath: entry.folder) {
        return DoctorFinding("destination \(entry.name)", .ok, entry.folder)
      }
      if !there, entry.makesFolder {
        return DoctorFinding(
          "destination \(entry.name)", .ok, "\(entry.folder), made with the first delivery")
      }
      return DoctorFinding(
        "destination \(entry.name)", .fail,
        there ? "\(entry.folder) cannot be written" : "\(entry.folder) is not there",
        mend: there
          ? "Give this account the right to write there."
          : "Mount or make the folder; deliveries wait in the spool meanwhile.")
    }
  }
}
