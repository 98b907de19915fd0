internal import Laboratory

extension DeliveryError {
  /// The errors of destinations that must be reached, understood or waited for, in four parts.
  var laterFailure: Failure {
    switch self {
    case .noSecret(let name, let path, let why):
      Failure(
        "destination-secret-unsafe", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: "Its secret in \(path) cannot be used. \(why)",
        next: "Put it into a file of its own, and: chmod 600 \(path)")
    case .cannotCarry(let name, let id, let why):
      Failure(
        "destination-cannot-carry", exit: .rejected, what: "\(name) was not given \(id).",
        why: why,
        next:
          "See all of it with: gauger deliver explain \(id.run) \(name). Send it to a destination "
          + "that can carry it, or change its entry in bench.yaml and: gauger deliver again \(id.run)"
      )
    case .hangs(let name, let seconds):
      Failure(
        "destination-hangs", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.",
        why: seconds > 0
          ? "It did not answer within \(seconds) s; a share whose server is away holds whoever "
            + "touches it."
          : "A process that was to write to it earlier still hangs there.",
        next: "Mend or unmount the share; the delivery waits in the spool and is tried again.")
    case .unreachable(let name, let why):
      Failure(
        "destination-unreachable", exit: .deliveryWaits,
        what: "The destination \(name) did not get the delivery.", why: why,
        next:
          "Check the network and the address; the delivery waits in the spool and is tried again.")
    case .serverTrouble(let name, let why):
      Failure(
        "destination-server-trouble", exit: .deliveryWaits,
        what: "The destination \(name) did not take the delivery now.", why: why,
        next: "Ask who runs the server; the delivery waits in the spool and is tried again.")
    case .serverFailed(let name, let id, let why):
      Failure(
        "destination-server-failed", exit: .deliveryWaits,
        what: "The destination \(name) failed over \(id).", why: why,
        next: "Ask who runs the server; the delivery waits in the spool and is tried again.")
    case .loginRefused(let name, let why):
      Failure(
        "destination-login-refused", exit: .deliveryWaits,
        what: "The destination \(name) did not take the delivery.", why: why,
        next: "Put the right secret into its credentials_file; the delivery waits in the spool.")
    case .unanswered(let name, let id, let seconds):
      Failure(
        "delivery-unanswered", exit: .deliveryWaits, what: "\(name) has not answered to \(id).",
        why: "It was handed over more than \(seconds) s ago, and nobody says that it was taken.",
        next: "Check that the loader runs. Nothing is sent again by itself: the LIMS would have it "
          + "twice.")
    case .told(let failure, _, _): failure
    default: failure
    }
  }
}
