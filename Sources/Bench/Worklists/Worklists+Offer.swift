internal import Foundation
internal import Instruments
public import Laboratory
internal import Links
internal import Profiles

/// The entry to measure next, and on what.
public struct WorklistOffer: Sendable {
  /// The entry.
  public var item: WorklistItem
  /// The address of the instrument.
  public var address: String
}

extension Worklists {
  /// The entry to measure next on an instrument, or on the one that the entry names.
  ///
  /// Asks a serial line what is on it where nobody stated it. Throws `worklist-nothing-open`, and
  /// `worklist-instrument-unclear` where neither the entry nor what is plugged in says where.
  public func offer(on address: String?) throws(Failure) -> WorklistOffer {
    var names: Set<String> = []
    if let address { names = try self.names(of: address) }
    guard let item = try next(for: names) else {
      let elsewhere = try items().filter { $0.state == .open }
      throw Failure(
        "worklist-nothing-open", exit: .notFound,
        what: "No entry of a worklist is open\(address.map { " for \($0)" } ?? "").",
        why: elsewhere.isEmpty
          ? "All are done, or none came."
          : "\(elsewhere.count) are open for other instruments.",
        next: "See all with: gauger worklist list --all")
    }
    if let address = address ?? item.entry.instrument {
      return WorklistOffer(item: item, address: address)
    }
    let known = try bench.instruments().filter { $0.profile != nil }
    guard known.count == 1 else {
      throw Failure(
        "worklist-instrument-unclear", exit: .ambiguous,
        what: "Nobody says on what \(item.id) is to be measured.",
        why: known.isEmpty
          ? "It names no instrument, and no known one is plugged in."
          : "It names no instrument, and \(known.count) are plugged in.",
        next: "Name it: gauger acquire --next ADDRESS")
    }
    return WorklistOffer(item: item, address: known[0].port.address)
  }

  /// Everything that an instrument may be called in a worklist.
  private func names(of address: String) throws(Failure) -> Set<String> {
    let instrument = try bench.instrument(at: address)
    var names: Set = [address, instrument.port.address]
    names.formUnion(instrument.alias.map { [$0] } ?? [])
    for (alias, entry) in bench.configuration.instruments
    where alias == address || entry.address == instrument.port.address
      || entry.address == address
    {
      names.formUnion([alias, entry.address])
    }
    if let profile = instrument.profile {
      let short = profile.id.split(separator: "/").last.map(String.init) ?? profile.id
      names.formUnion([profile.id, short])
      for name in [profile.id, short, profile.driver] {
        names.insert("\(name):\(instrument.serialNumber)")
      }
    }
    return names
  }
}
