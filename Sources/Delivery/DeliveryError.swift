public import Laboratory

/// Why a delivery did not go on.
public enum DeliveryError: Explained, Hashable {
  /// A file could not be read or written.
  case publish(PublishError)
  /// The deliverable has no files, or the same suffix twice; its id, why.
  case badDeliverable(DeliveryID, String)
  /// Another program delivers now; its process number where it could be read.
  case spoolBusy(Int32?)
  /// What lies in the spool is not what was put there; the id, why.
  case spoolDamaged(String, String)
  /// The id stands in the spool with other content.
  case idTaken(DeliveryID)
  /// No such delivery in the spool.
  case unknownDelivery(String)
  /// No such destination is configured.
  case unknownDestination(String)
  /// The root folder of a destination is not there; name, path.
  case notMounted(String, String)
  /// The root is there but not its inner folders; name, path of the first one missing.
  case notPrepared(String, String)
  /// A destination's folders lie on more than one file system; name, path.
  case severalFileSystems(String, String)
  /// The destination does not take what an emulator measured; its name.
  case refusesEmulated(String)
  /// What lay at the destination was not what was written, and was put aside; name, id, why.
  case quarantined(String, DeliveryID, String)
  /// The receipt could not be understood or belongs to something else; name, id, why.
  case receiptUnclear(String, DeliveryID, String)
  /// The destination rejected the delivery; name, id, its reason.
  case rejected(String, DeliveryID, String)

  /// The root is there without its sentinel; name, path of the sentinel.
  case sentinelMissing(String, String)
  /// The root holds the sentinel of another destination; name, path, the id it should hold.
  case sentinelOther(String, String, String)
  /// What lay staged at the destination is not what was written; name, id, path.
  case stagedAltered(String, DeliveryID, String)
  /// The secret cannot be used; name, path, why.
  case noSecret(String, String, String)
  /// The destination cannot carry the result as it is; name, id, what and why.
  case cannotCarry(String, DeliveryID, String)
  /// The destination did not answer within its bound; name, seconds.
  case hangs(String, Int)
  /// The destination could not be spoken to; name, why.
  case unreachable(String, String)
  /// The destination's server has trouble of its own; name, what it said.
  case serverTrouble(String, String)
  /// The destination's server failed over this delivery; name, id, what it said.
  case serverFailed(String, DeliveryID, String)
  /// The destination does not know us; name, what it said.
  case loginRefused(String, String)
  /// Nobody answered to a delivery for so long; name, id, seconds.
  case unanswered(String, DeliveryID, Int)
  /// What another process said that did the work.
  case told(Failure, isRejected: Bool, holdsUp: Bool)

  /// Whether the delivery is thereby rejected, and not tried again.
  package var rejects: Bool {
    switch self {
    case .rejected, .quarantined, .refusesEmulated, .cannotCarry: true
    case .told(_, let isRejected, _): isRejected
    default: false
    }
  }

  /// The codes of those that took their time before they came.
  package static let slow: Set<String> = [
    "destination-hangs", "destination-unreachable", "destination-server-trouble",
  ]

  /// Whether waiting behind this delivery is right: the next one would meet the same trouble.
  package var blocksDestination: Bool {
    switch self {
    case .notMounted, .notPrepared, .severalFileSystems: true
    case .sentinelMissing, .sentinelOther, .noSecret, .hangs, .unreachable, .serverTrouble: true
    case .loginRefused: true
    case .told(_, _, let holdsUp): holdsUp
    case .publish(.noSpace), .publish(.denied), .publish(.missing), .publish(.notSynced): true
    default: false
    }
  }

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .publish(let error): error.failure
    case .badDeliverable(let id, let why):
      Failure(
        "delivery-malformed", exit: .failed, what: "\(id) was not put into the spool.", why: why,
        next: "Report this with the run's folder.")
    case .spoolBusy(let holder):
      Failure(
        "spool-busy", exit: .busy, what: "The spool was left alone.",
        why: holder.map { "Process \($0) delivers from it now." }
          ?? "Another process delivers from it now.",
        next: "Wait until it is done; what is spooled goes out with it or with "
          + "'gauger deliver retry'.")
    case .spoolDamaged(let id, let why):
      Failure(
        "spool-damaged", exit: .damaged, what: "\(id) was not delivered from the spool.", why: why,
        next: "Check the disk. The run keeps its own files; see 'gauger runs verify' with its id.")
    case .idTaken(let id):
      Failure(
        "delivery-id-taken", exit: .refused, what: "\(id) was not put into the spool.",
        why: "A delivery of that name with other content is there; names are never used twice.",
        next: "Report this with the run's folder.")
    case .unknownDelivery(let text):
      Failure(
        "delivery-unknown", exit: .notFound,
        what: "There is no delivery \(text.debugDescription.prefix(120)).",
        why: "The spool does not hold it.", next: "List them with 'gauger deliver status'.")
    case .unknownDestination(let name):
      Failure(
        "destination-unknown", exit: .notFound,
        what: "There is no destination \(name.debugDescription.prefix(120)).",
        why: "bench.yaml does not name it.", next: "Add it to bench.yaml, or name another.")
    case .notMounted(let name, let path):
      Failure(
        "destination-not-mounted", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: "\(path) is not there; its share is not mounted.",
        next: "Mount it; the delivery waits in the spool for 'gauger deliver retry'.")
    case .notPrepared(let name, let path):
      Failure(
        "destination-not-prepared", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: "\(path) is not there: the share is not mounted, or the destination is new.",
        next: "Mount it; or make the folders of a new one with 'gauger deliver prepare NAME'.")
    case .sentinelMissing(let name, let path):
      Failure(
        "destination-not-mounted", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: "\(path) is not there: the share is not mounted, or the destination is new.",
        next: "Mount it; or mark a new one once with 'gauger deliver prepare \(name)'.")
    case .sentinelOther(let name, let path, let id):
      Failure(
        "destination-not-mounted", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: "\(path) does not hold \(id): another share is mounted there.",
        next: "Mount the right one; the delivery waits in the spool for 'gauger deliver retry'.")
    case .severalFileSystems(let name, let path):
      Failure(
        "destination-split", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: "\(path) lies on another file system than its root, so that no rename is possible.",
        next: "Put all folders of the destination on one file system.")
    case .refusesEmulated(let name):
      Failure(
        "destination-refuses-emulated", exit: .rejected,
        what: "The destination \(name) was not given the delivery.",
        why: "It was measured on an emulated instrument, which this destination does not take.",
        next: "Nothing, if this was a trial; else measure on the instrument itself.")
    case .quarantined(let name, let id, let why):
      Failure(
        "delivery-quarantined", exit: .damaged,
        what: "\(id) at \(name) was put aside in its folder 'quarantine'.", why: why,
        next: "Find out what the LIMS took. If it has nothing: gauger deliver again \(id.run)")
    case .receiptUnclear(let name, let id, let why):
      Failure(
        "receipt-unclear", exit: .failed, what: "The receipt for \(id) from \(name) was not used.",
        why: why, next: "Check the loader that wrote it; the delivery is kept.")
    case .rejected(let name, let id, let why):
      Failure(
        "delivery-rejected", exit: .rejected, what: "\(name) rejected \(id).", why: why,
        next: "Mend the cause, then: gauger deliver again \(id.run)")
    case .stagedAltered(let name, let id, let path):
      Failure(
        "delivery-staged-altered", exit: .damaged, what: "\(id) was not shown to \(name).",
        why: "\(path) is not what was written there.",
        next: "Find out who writes there. Remove that file, then: gauger deliver retry")
    case .noSecret, .cannotCarry, .hangs, .unreachable, .serverTrouble, .serverFailed: laterFailure
    case .loginRefused, .unanswered, .told: laterFailure
    }
  }
}
