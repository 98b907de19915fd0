internal import Delivery
internal import Foundation
public import Laboratory

/// What a destination would get of a run; nothing is sent for it.
public struct DeliveryExplanation: Sendable {
  /// The delivery that it would be.
  public var delivery: String
  /// The destination.
  public var destination: String
  /// What kind of place it is.
  public var kind: String
  /// Where it is.
  public var place: String
  /// What it can carry, in words: what, and whether.
  public var carries: [(what: String, answer: String)]
  /// The files that it would get as they are.
  public var files: [RunFile]
  /// The file in its own language, byte for byte; none where it gets others.
  public var prepared: (name: String, bytes: [UInt8])?
  /// Why it would get nothing.
  public var refusal: Failure?
}

extension Deliveries {
  /// Says what a destination would get of a run, and what it cannot carry; sends and keeps nothing.
  public func explain(_ run: RunID, to name: String) throws(Failure) -> DeliveryExplanation {
    guard let entry = bench.configuration.destinations.first(where: { $0.name == name }) else {
      throw unknown(name)
    }
    let record = try bench.runs.read(run)
    let next = try nextAttempt(of: run)
    // What a sequence says of a run stands in the spool alone.
    let deliverable: Deliverable
    if next > 1, let known = try sequenceDeliverable(record, attempt: next - 1, next: next) {
      deliverable = known
    } else {
      deliverable = try self.deliverable(of: record, attempt: next)
    }
    let destination = entry.destination(home: bench.home.path)
    let desk = DeliveryDesk(home: bench.home.path, destinations: [destination])
    let consignment = desk.explain(deliverable, to: destination)
    let can = destination.capability
    let wanted = deliverable.only[name]
    var refusal = consignment.refusal
    if refusal == nil, !entry.takes(record) {
      refusal = Failure(
        "destination-waits-for-level", exit: .deliveryWaits,
        what: "\(name) does not get the run \(run) now.",
        why: "It takes runs that are \(entry.accepts.rawValue), and this one is not yet.",
        next: entry.accepts == .processed
          ? "Take the next run by a method: gauger acquire --method METHOD"
          : "It goes there when it is released.")
    }
    return DeliveryExplanation(
      delivery: deliverable.id.description, destination: name, kind: entry.kind.rawValue,
      place: entry.place,
      carries: [
        ("numbers", can.digits.map { "to \($0) significant digits" } ?? "to the last bit"),
        ("negative numbers", can.negative ? "as they are" : "refused"),
        ("texts, ND, <0.5", can.text ? "as they are" : "refused"),
        ("uncertainties", can.uncertainty ? "as they are" : "left out"),
        ("files", can.files ? "as they are" : "left out"),
      ],
      files: !can.files || refusal != nil
        ? []
        : deliverable.files.filter { wanted?.contains($0.suffix) ?? true }.map {
          Self.measured($0, of: deliverable.id)
        },
      prepared: refusal == nil
        ? consignment.prepared.map { ("\(deliverable.id).\($0.suffix)", $0.bytes) } : nil,
      refusal: refusal)
  }

  private static func measured(_ file: DeliverableFile, of id: DeliveryID) -> RunFile {
    let name = "\(id).\(file.suffix)"
    switch file.content {
    case .bytes(let bytes):
      return RunFile(name: name, size: bytes.count, sha256: Hash.sha256(of: bytes))
    case .file(let path):
      let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
      let hash = try? Hash.sha256(ofFileAt: path)
      return RunFile(name: name, size: size?.intValue ?? 0, sha256: hash ?? "?")
    }
  }
}
