internal import Delivery
internal import Foundation
public import Laboratory

extension Configuration.DestinationEntry {
  /// The destination that an entry of `bench.yaml` describes.
  ///
  /// One on a network share is reached by a process of its own, unless this is that process.
  func destination(home: String, isWriter: Bool = false) -> any Destination {
    let direct: any Destination
    switch kind {
    case .folder where mode == .acknowledged:
      direct = FolderDestination(
        name: name, root: folder, rootIs: makesFolder ? .made : .mounted,
        acceptsEmulated: acceptsEmulated, sentinel: sentinel, answerWithin: answerWithin)
    case .folder:
      direct = FlatFolderDestination(
        name: name, root: folder, sentinel: sentinel, hasReceipts: mode == .flat,
        answerWithin: answerWithin, acceptsEmulated: acceptsEmulated)
    case .senaiteFolder:
      direct = SenaiteFolderDestination(
        name: name, root: folder, sentinel: sentinel, keywords: keywords,
        digits: significantDigits, settle: settle, answerWithin: answerWithin,
        acceptsEmulated: acceptsEmulated)
    case .http:
      direct = HTTPDestination(
        name: name, url: url ?? URL(fileURLWithPath: "/"), secretFile: credentialsFile,
        bound: timeout, acceptsEmulated: acceptsEmulated)
    case .senaiteJSON:
      direct = SenaiteAPIDestination(
        name: name, site: url ?? URL(fileURLWithPath: "/"), secretFile: credentialsFile ?? "",
        keywords: keywords, digits: significantDigits, bound: timeout,
        acceptsEmulated: acceptsEmulated)
    }
    guard isNetwork, !isWriter else { return direct }
    let name = name
    return NetworkFolderDestination(direct, bound: timeout) { step, id in
      let program =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        ?? CommandLine.arguments[0]
      return [program, "deliver", "step", "--home", home, name, step.rawValue, id.description]
    }
  }
}

extension Deliveries {
  /// Does one step of a delivery to a destination on a network share; gives the line to print.
  ///
  /// For the process that `NetworkFolderDestination` starts; takes no lock, since its parent has it.
  public func step(_ step: String, of delivery: String, to name: String) throws(Failure) -> String {
    guard let entry = bench.configuration.destinations.first(where: { $0.name == name }) else {
      throw DeliveryError.unknownDestination(name).failure
    }
    guard let step = NetworkFolderDestination.Step(rawValue: step),
      let id = DeliveryID(delivery)
    else { throw DeliveryError.unknownDelivery(delivery).failure }
    let word = NetworkFolderDestination.perform(
      step, id, to: entry.destination(home: bench.home.path, isWriter: true), home: bench.home.path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(word), as: UTF8.self)
    } catch {
      throw DeliveryError.spoolDamaged(delivery, "Its step could not be put into words.").failure
    }
  }
}
