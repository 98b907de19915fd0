internal import Foundation
package import Laboratory

/// Takes what runs deliver: spools it first, then hands it to the destinations in order.
///
/// Never loses (the spool is on the disk before anything else) and never sends twice (an id is
/// recognised in the spool and at the destination). All calls block; not for Swift's task pool.
public final class DeliveryDesk: Sendable {
  /// Where deliveries wait.
  public let spool: Spool
  /// Where they go, in the order of `bench.yaml`.
  public let destinations: [any Destination]
  private let patience: Duration
  private let clock: @Sendable () -> Timestamp
  private let chance: @Sendable () -> Double

  /// Which of those that wait are tried.
  public enum Attempts: Sendable {
    /// All, as a person asks for it.
    case now
    /// Those whose time has come.
    case due
    /// All but those whose destination did not answer in time, which would hold up whoever waits.
    case quick
  }

  /// Opens the desk of a home.
  ///
  /// `patience` is how long a call waits for another process that delivers.
  public convenience init(
    home: String, destinations: [any Destination], patience: Duration = .seconds(2)
  ) {
    self.init(spool: Spool(home: home), destinations: destinations, patience: patience)
  }

  package init(
    spool: Spool, destinations: [any Destination], patience: Duration,
    clock: @escaping @Sendable () -> Timestamp = { .now },
    chance: @escaping @Sendable () -> Double = { .random(in: 0...1) }
  ) {
    self.clock = clock
    self.chance = chance
    self.spool = spool
    self.destinations = destinations
    self.patience = patience
  }

  /// Spools a deliverable and hands over what waits; gives one status a destination.
  ///
  /// Throws only when it could not be spooled. What hinders a destination stands in its status: a
  /// delivery that waits is `spooled`, one that the destination does not take is `rejected`. Where
  /// an emulated delivery is refused nothing is written for that destination.
  public func submit(_ deliverable: Deliverable) throws(DeliveryError) -> [DeliveryStatus] {
    let takers = destinations.filter { $0.acceptsEmulated || !deliverable.emulated }
    let refusals = destinations.filter { !$0.acceptsEmulated && deliverable.emulated }.map {
      DeliveryStatus(
        id: deliverable.id, destination: $0.name, state: .rejected, attempts: 0, changed: .now,
        failure: DeliveryError.refusesEmulated($0.name).failure)
    }
    guard !takers.isEmpty else { return refusals }
    let sheet = sheet(of: deliverable)
    _ = try spool.put(
      deliverable, consignments: takers.map { consignment(for: $0, deliverable.id, sheet) })
    var trouble: Failure?
    do throws(DeliveryError) {
      try handOver(polling: false, .quick)
    } catch {
      trouble = error.failure
    }
    let names = Set(takers.map(\.name))
    return refusals
      + (try spool.status(deliverable.id)).filter { names.contains($0.destination) }.map {
        var status = $0
        if status.state == .spooled, status.failure == nil { status.failure = trouble }
        return status
      }
  }

  /// What a destination is to get, in its own language where it has one.
  private func consignment(
    for destination: any Destination, _ id: DeliveryID, _ sheet: ResultSheet?
  ) -> Consignment {
    do throws(DeliveryError) {
      return Consignment(
        destination: destination.name, prepared: try destination.prepare(sheet, for: id))
    } catch {
      return Consignment(destination: destination.name, refusal: error.failure)
    }
  }

  /// The result sheet among the files; none where there is none that can be read.
  private func sheet(of deliverable: Deliverable) -> ResultSheet? {
    guard let file = deliverable.files.first(where: { $0.suffix == "result.json" }) else {
      return nil
    }
    let bytes: [UInt8]? =
      switch file.content {
      case .bytes(let bytes): bytes
      case .file(let path):
        try? OpenedFile(spool.publisher.disk, path).read(at: 0, count: 1 << 26)
      }
    return bytes.flatMap { try? JSONDecoder().decode(ResultSheet.self, from: Data($0)) }
  }

  /// What a destination would get of a deliverable; sends and keeps nothing.
  public func explain(
    _ deliverable: Deliverable, to destination: any Destination
  ) -> Consignment {
    if deliverable.emulated, !destination.acceptsEmulated {
      return Consignment(
        destination: destination.name,
        refusal: DeliveryError.refusesEmulated(destination.name).failure)
    }
    return consignment(for: destination, deliverable.id, sheet(of: deliverable))
  }

  /// Hands over what waits in the spool, and asks for receipts; `only` limits it to one delivery.
  ///
  /// Those `passed` over are not looked at: whoever comes every few seconds knows which are quiet.
  public func retry(
    _ only: DeliveryID? = nil, _ attempts: Attempts = .now, passing passed: Set<DeliveryID> = []
  ) throws(DeliveryError) -> [DeliveryStatus] {
    if let only { _ = try spool.delivery(only) }
    try handOver(only, polling: true, attempts, passing: passed)
    return try status(only, passing: passed)
  }

  /// Where deliveries stand, oldest first; needs no lock and changes nothing.
  public func status(_ only: DeliveryID? = nil) throws(DeliveryError) -> [DeliveryStatus] {
    try status(only, passing: [])
  }

  private func status(
    _ only: DeliveryID?, passing passed: Set<DeliveryID>
  ) throws(DeliveryError) -> [DeliveryStatus] {
    let ids = if let only { [only] } else { try spool.ids().filter { !passed.contains($0) } }
    var all: [DeliveryStatus] = []
    for id in ids {
      do throws(DeliveryError) {
        all += try spool.status(id)
      } catch {
        // A damaged entry must not hide the others.
        all.append(
          DeliveryStatus(
            id: id, destination: "?", state: .spooled, attempts: 0, changed: .now,
            failure: error.failure))
      }
    }
    return all
  }

  /// Goes once over the spool, oldest first, under the lock of the one deliverer.
  ///
  /// Asks for receipts where `polling`. A damaged entry is passed over; `status` shows it.
  private func handOver(
    _ only: DeliveryID? = nil, polling: Bool, _ attempts: Attempts,
    passing passed: Set<DeliveryID> = []
  ) throws(DeliveryError) {
    let lock = try takeLock()
    defer { withExtendedLifetime(lock) {} }
    try spool.removeLeftovers()
    var blocked: [String: DeliveryError] = [:]
    var waiting: Set<String> = []
    for status in try status(only, passing: passed) {
      guard status.state == .spooled || polling, !waiting.contains(status.destination),
        let destination = destinations.first(where: { $0.name == status.destination })
      else { continue }
      if status.state == .spooled, mustWait(status, attempts) {
        // Those behind a blocked one wait, so that each destination gets its order.
        if status.holdsUp == true { waiting.insert(status.destination) }
        continue
      }
      let next = step(status, destination, blockedBy: blocked[status.destination])
      if let error = next.blocks { blocked[status.destination] = error }
      if next.status != status {
        var changed = next.status
        changed.changed = clock()
        try spool.keep(changed)
      }
    }
  }

  private func mustWait(_ status: DeliveryStatus, _ attempts: Attempts) -> Bool {
    if Backoff.hasCome(status.nextAttempt, at: clock()) { return false }
    switch attempts {
    case .now: return false
    case .due: return true
    case .quick: return DeliveryError.slow.contains(status.failure?.code ?? "")
    }
  }

  /// The next state of one delivery, and what keeps those behind it waiting.
  private func step(
    _ status: DeliveryStatus, _ destination: any Destination, blockedBy block: DeliveryError?
  ) -> (status: DeliveryStatus, blocks: DeliveryError?) {
    var next = status
    do throws(DeliveryError) {
      switch status.state {
      case .confirmed, .rejected: break
      case .spooled:
        // Those behind a blocked one wait, so that each destination gets its order.
        if let block { throw block }
        next.attempts += 1
        next.failure = nil
        let answer = try hand(&next, to: destination)
        take(answer, &next)
        next.failure = answer.doubt
        (next.nextAttempt, next.holdsUp) = (nil, nil)
      case .handedOver, .accepted:
        if block != nil || destination.answersOnce { break }
        next.failure = nil
        take(try destination.poll(try spool.delivery(for: next)), &next)
        next.failure = alarm(next, destination)
      }
      return (next, nil)
    } catch {
      next.failure = error.failure
      if error.rejects { next.state = .rejected }
      let blocks = error.blocksDestination
      if next.state == .spooled, next.attempts > status.attempts {
        let wait = Backoff.wait(afterTries: next.attempts, chance: chance())
        next.nextAttempt = Timestamp(
          microseconds: clock().microseconds + Int64(wait / .microseconds(1)))
        next.holdsUp = blocks
      } else if next.state != .spooled {
        (next.nextAttempt, next.holdsUp) = (nil, nil)
      }
      return (next, blocks ? error : nil)
    }
  }

  /// Stages a delivery where the destination wants it so, keeps that, and hands it over.
  private func hand(
    _ status: inout DeliveryStatus, to destination: any Destination
  ) throws(DeliveryError) -> DeliveryAnswer {
    var delivery = try spool.delivery(for: status)
    if delivery.staged == nil, let word = try destination.stage(delivery) {
      status.staged = word
      delivery.staged = word
      // On the disk before anything is shown.
      try spool.keep(status)
    }
    return try destination.deliver(delivery)
  }

  private func take(_ answer: DeliveryAnswer, _ status: inout DeliveryStatus) {
    status.state = answer.state
    if answer.state != .spooled, status.handedOver == nil { status.handedOver = clock() }
    if answer.isNoticed, status.noticed == nil { status.noticed = clock() }
    status.reference = answer.reference ?? status.reference
  }

  /// What a person is told of a delivery that nobody answers to.
  private func alarm(_ status: DeliveryStatus, _ destination: any Destination) -> Failure? {
    guard status.state == .handedOver, let since = status.handedOver,
      let bound = destination.answerWithin
    else { return nil }
    let waited = Double(clock().microseconds - since.microseconds)
    guard waited > bound / .microseconds(1) else { return nil }
    let seconds = Int(bound / .seconds(1))
    return DeliveryError.unanswered(destination.name, status.id, seconds).failure
  }

  private func takeLock() throws(DeliveryError) -> FileLock {
    let deadline = ContinuousClock.now + patience
    while true {
      if let lock = try spool.lock() { return lock }
      guard ContinuousClock.now < deadline else { throw .spoolBusy(spool.holder()) }
      Disk.pause(.milliseconds(20))
    }
  }
}
