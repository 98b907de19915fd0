internal import Delivery
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
  /// Why `bench.yaml` cannot be used, if so; the rest is then looked at with the defaults.
  private let configurationFailure: Failure?

  /// All findings about a home, in a fixed order; also about one whose configuration is broken.
  public static func examine(
    home: Home, profileFolders: [String], reach: Bench.Reach = .computer
  ) -> [DoctorFinding] {
    Doctor(home: home, profileFolders: profileFolders, reach: reach).examine()
  }

  private init(home: Home, profileFolders: [String], reach: Bench.Reach) {
    self.profileFolders = profileFolders
    var configuration = Configuration.standard(home: home)
    do throws(Failure) {
      configuration = try Configuration.read(home: home)
      configurationFailure = nil
    } catch {
      configurationFailure = error
    }
    bench = Bench(
      home: home, profiles: ProfileStore.load(folders: profileFolders),
      configuration: configuration, reach: reach)
  }

  private func examine() -> [DoctorFinding] {
    [home(), configuration(), disk(), runs(), clock(), realTime(), sleep()] + profiles()
      + instruments()
      + destinations() + (configurationFailure == nil ? IncomingCheck(bench: bench).findings : [])
  }

  private func configuration() -> DoctorFinding {
    if let failure = configurationFailure {
      return DoctorFinding(
        "bench.yaml", .fail, sentences(failure.what, failure.why),
        mend: "\(failure.next) Until then nothing is measured or delivered.")
    }
    guard let file = bench.configuration.file else {
      return DoctorFinding("bench.yaml", .ok, "there is none; the defaults are used")
    }
    return DoctorFinding("bench.yaml", .ok, file)
  }

  /// Texts of several sources as sentences, one behind the other.
  private func sentences(_ texts: String...) -> String {
    texts.map { $0.hasSuffix(".") ? $0 : $0 + "." }.joined(separator: " ")
  }

  private func home() -> DoctorFinding {
    let path = bench.home.path
    let text = "\(path) (by \(bench.home.chosenBy))"
    // The home need not be there yet; then it must be possible to make it.
    let nearest = bench.home.nearestExisting
    guard bench.home.isFolder(nearest) else {
      return DoctorFinding(
        "home", .fail, "\(text): \(nearest) is not a folder",
        mend: "Name another with --home FOLDER.")
    }
    guard FileManager.default.isWritableFile(atPath: nearest) else {
      return DoctorFinding(
        "home", .fail, "\(text): this account may not write in \(nearest)",
        mend: "Give it the right to write there, or name another home with --home FOLDER.")
    }
    return DoctorFinding("home", .ok, nearest == path ? text : "\(text), made with the first run")
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

  private func runs() -> DoctorFinding {
    let unfinished = bench.runs.unfinished(thorough: true)
    let killed = unfinished.filter { !$0.isRunning }
    guard !killed.isEmpty else {
      return DoctorFinding(
        "runs", .ok,
        unfinished.isEmpty ? "all are ended" : "\(unfinished.count) going on, all others are ended")
    }
    return DoctorFinding(
      "runs", .warn,
      "killed and not ended: " + killed.map(\.run.text).joined(separator: ", "),
      mend: "End them with what was taken: gauger runs recover")
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

  private func sleep() -> DoctorFinding {
    if SleepInhibitor.program(in: ProcessInfo.processInfo.environment) != nil {
      return DoctorFinding("sleep", .ok, "the computer is kept awake during a run")
    }
    return DoctorFinding(
      "sleep", .warn, "there is no systemd-inhibit to keep the computer awake during a run",
      mend: "Install systemd, or switch sleep off in the power settings of this computer.")
  }

  private func realTime() -> DoctorFinding {
    if Machine.mayUseRealTimePriority {
      return DoctorFinding("real time", .ok, "the acquisition thread goes before others")
    }
    return DoctorFinding(
      "real time", .warn, "the acquisition thread has ordinary priority",
      mend: "Put the line '@gauger - rtprio 10' into /etc/security/limits.d/gauger.conf, join the "
        + "group gauger, and log in again.")
  }

  private func profiles() -> [DoctorFinding] {
    let store = bench.profiles
    var findings = [
      DoctorFinding(
        "profiles", store.profiles.isEmpty ? .fail : .ok,
        "\(store.profiles.count) models from \(profileFolders.joined(separator: ", "))",
        mend: store.profiles.isEmpty ? "Install them, or name a folder with --profiles." : nil)
    ]
    // Also those that can be read and that their driver could not use.
    for failure in bench.checkProfiles() {
      findings.append(
        DoctorFinding("profiles", .fail, sentences(failure.what, failure.why), mend: failure.next))
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
    // With a broken bench.yaml nobody knows where results would go.
    guard configurationFailure == nil else { return [] }
    guard !bench.configuration.destinations.isEmpty else {
      return [
        DoctorFinding(
          "destinations", .warn, "bench.yaml lists none, so that results stay with their runs",
          mend: "List one under destinations, or leave that key out for the folder outbox.")
      ]
    }
    return bench.configuration.destinations.map { destination($0) }
  }

  private func destination(_ entry: Configuration.DestinationEntry) -> DoctorFinding {
    if let secret = entry.credentialsFile {
      do throws(DeliveryError) {
        _ = try Secret.read(secret, for: entry.name)
      } catch {
        return DoctorFinding(
          "destination \(entry.name)", .fail, error.failure.why, mend: error.failure.next)
      }
    }
    guard entry.kind.isFolder else {
      return DoctorFinding("destination \(entry.name)", .ok, "\(entry.place), not asked")
    }
    // Whoever touches a dead share hangs; its own process will tell.
    if entry.isNetwork {
      return DoctorFinding("destination \(entry.name)", .ok, "\(entry.folder), not looked at")
    }
    let there = FileManager.default.fileExists(atPath: entry.folder)
    if there, FileManager.default.isWritableFile(atPath: entry.folder) {
      return DoctorFinding("destination \(entry.name)", .ok, entry.folder)
    }
    if !there, entry.makesFolder, home().state == .fail {
      return DoctorFinding(
        "destination \(entry.name)", .fail, "\(entry.folder) cannot be made",
        mend: "Mend the home first.")
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
