internal import Delivery
internal import Foundation
public import Laboratory

extension Deliveries {
  /// Makes the folders and the mark of a new destination, and returns its root.
  ///
  /// Throws `destination-not-mounted` where the root itself is not there.
  public func prepare(_ name: String) throws(Failure) -> String {
    guard let entry = bench.configuration.destinations.first(where: { $0.name == name }) else {
      throw unknown(name)
    }
    guard entry.kind.isFolder else {
      throw Failure(
        "destination-needs-nothing", exit: .usage, what: "\(name) was left as it is.",
        why: "It is no folder, so that there is nothing to prepare.",
        next: "See whether it takes what you send: gauger deliver retry")
    }
    guard entry.makesFolder || FileManager.default.fileExists(atPath: entry.folder) else {
      throw DeliveryError.notMounted(name, entry.folder).failure
    }
    let inner = ["tmp", "out", "ack", "reject", "done"]
    for inner in entry.kind == .folder && entry.mode == .acknowledged ? inner : [] {
      do {
        try FileManager.default.createDirectory(
          atPath: "\(entry.folder)/\(inner)", withIntermediateDirectories: entry.makesFolder,
          attributes: nil)
      } catch CocoaError.fileWriteFileExists {
        continue
      } catch {
        throw Failure(
          "destination-not-writable", exit: .denied,
          what: "\(entry.folder)/\(inner) cannot be made.", why: reason(error),
          next: "Give this account the right to write there.")
      }
    }
    do throws(DeliveryError) {
      try Sentinel.prepare(entry.sentinel, root: entry.folder, of: name)
    } catch {
      throw error.failure
    }
    return entry.folder
  }
}
