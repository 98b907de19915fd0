internal import Laboratory

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

  /// Opens the desk of a home.
  ///
  /// `patience` is how long a call waits for another process that delivers.
  public convenience init(
    home: String, destinations: [any Destination], patience: Duration = .seconds(2)
  ) {
    self.init(spool: Spool(home: home), destinations: destinations, patience: patience)
  }

  package init(spool: Spool, destinations: [any Destination], patience: Duration) {
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
    _ = try spool.put(deliverable, for: takers.map(\.name))
    var trouble: Failure?
    do throws(DeliveryError) {
      try handOver(polling: false)
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

  /// Hands over what waits in the spool, and asks for receipts; `only` limits it to one delivery.
  public func retry(_ only: DeliveryID? = nil) throws(DeliveryError) -> [DeliveryStatus] {
    if let only { _ = try spool.delivery(only) }
    try handOver(only, polling: true)
    return try status(only)
  }

  /// Where deliveries stand, oldest first; needs no lock and changes nothing.
  public func status(_ only: DeliveryID? = nil) throws(DeliveryError) -> [DeliveryStatus] {
    let ids = if let only { [only] } else { try spool.ids() }
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
  private func handOver(_ only: DeliveryID? = nil, polling: Bool) throws(DeliveryError) {
    let lock = try takeLock()
    defer { withExtendedLifetime(lock) {} }
    try spool.removeLeftovers()
    var blocked: [String: DeliveryError] = [:]
    for status in try status(only) {
      guard status.state == .spooled || polling,
        let destination = destinations.first(where: { $0.name == status.destination })
      else { continue }
      let next = step(status, destination, blockedBy: blocked[status.destination])
      if let error = next.blocks { blocked[status.destination] = error }
      if next.status != status {
        var changed = next.status
        changed.changed = .now
        try spool.keep(changed)
      }
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
        next.state = try destination.deliver(try spool.delivery(status.id))
      case .handedOver, .accepted:
        if block != nil { break }
        next.failure = nil
        next.state = try destination.poll(try spool.delivery(status.id))
      }
      return (next, nil)
    } catch {
      next.failure = error.failure
      switch error {
      case .rejected, .quarantined, .refusesEmulated: next.state = .rejected
      default: break
      }
      return (next, error.blocksDestination ? error : nil)
    }
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
