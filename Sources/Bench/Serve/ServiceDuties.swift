internal import Foundation
internal import Laboratory
internal import Synchronization

extension ServiceDuty {
  /// What every service looks after.
  static var all: [ServiceDuty] { [recovery, deliveries, watch, worklists, disk] }

  /// Ends what was killed: everything at the start, and later what lost its process meanwhile.
  static var recovery: ServiceDuty {
    let isFirst = Mutex(true)
    return ServiceDuty("recovery", rest: .seconds(30)) { round throws(Failure) in
      let thorough = isFirst.withLock { $0 }
      let killed = round.bench.runs.unfinished(thorough: thorough).filter { !$0.isRunning }
      let recovery = Recovery(bench: round.bench)
      var hindered: Failure?
      for run in killed where !round.isStopping() {
        let report = try recovery.recover(run.run)
        if report.outcome == .postponed { hindered = hindered ?? report.failure }
        guard ![.whole, .running, .postponed].contains(report.outcome) else { continue }
        round.tell(
          ServiceEvent(
            .recovered, "run \(run.run): \(report.outcome.rawValue)", failure: report.failure))
      }
      isFirst.withLock { $0 = false }
      if let hindered { throw hindered }
    }
  }

  /// Hands over what is due, and asks for receipts.
  static var deliveries: ServiceDuty {
    let known = Mutex<[Deliveries.Entry]?>(nil)
    return ServiceDuty("deliveries") { round throws(Failure) in
      let entries: [Deliveries.Entry]
      do throws(Failure) {
        entries = try Deliveries(bench: round.bench).retry(dueOnly: true)
      } catch where error.code == "spool-busy" {
        // A command delivers just now; what it leaves is met at the next round.
        return
      }
      round.count(entries.count { $0.report.state == .spooled })
      let before = known.withLock { known in
        let before = known
        known = entries
        return before
      }
      for entry in entries {
        let old = before?.first {
          $0.run == entry.run && $0.attempt == entry.attempt
            && $0.report.destination == entry.report.destination
        }
        // What is as it was is no news; at the start only what waits or was refused is.
        guard old?.report.state != entry.report.state
          || old?.report.failure?.code != entry.report.failure?.code,
          before != nil || entry.report.state == .spooled
        else { continue }
        round.tell(
          ServiceEvent(
            .delivered,
            "run \(entry.run) to \(entry.report.destination): \(entry.report.state.rawValue)",
            failure: entry.report.failure))
      }
    }
  }

  /// Looks at the room on the disk, and for how long it will do at the pace of the last hour.
  static var disk: ServiceDuty {
    let forecast = Mutex(DiskForecast())
    return ServiceDuty("disk", rest: .seconds(60)) { round throws(Failure) in
      guard
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: round.bench.home.path),
        let free = (facts[.systemFreeSize] as? NSNumber)?.int64Value
      else { return }
      let word = forecast.withLock { $0.word(free: free, at: .now) }
      if let word { round.tell(ServiceEvent(.warning, word)) }
    }
  }
}

/// Says when the room on a disk runs short: once for each step, not at every look.
struct DiskForecast: Sendable {
  private var looks: [(time: ContinuousClock.Instant, free: Int64)] = []
  private var told: Int?

  init() {}

  /// What a person should know now; none where nothing has become worse.
  mutating func word(free: Int64, at now: ContinuousClock.Instant) -> String? {
    looks.append((now, free))
    looks.removeAll { now - $0.time > .seconds(3600) }
    let room = String(format: "%.1f GB free", Double(free) / 1e9)
    var (step, text): (Int, String?) = (0, nil)
    if let first = looks.first, first.free > free, now - first.time > .seconds(300) {
      let pace = Double(first.free - free) / ((now - first.time) / .seconds(1))
      let hours = Double(free) / pace / 3600
      if hours < 24 {
        (step, text) = (
          1, "\(room); at the pace of the last hour the disk is full in \(Int(hours)) hours"
        )
      }
    }
    if free < 5_000_000_000 { (step, text) = (2, "\(room); plan to free some space") }
    if free < 200_000_000 { (step, text) = (3, "\(room); free some space now") }
    defer { told = step }
    return step > (told ?? 0) ? text : nil
  }
}
