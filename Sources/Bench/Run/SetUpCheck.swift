internal import Delivery
internal import Laboratory
internal import Methods

extension Deliveries {
  /// Refuses, before anything is measured, a method whose answers a destination could never carry.
  ///
  /// Only what is known of the method alone: keywords that it answers by a text. What a single
  /// result turns out to be is judged when it is delivered.
  func check(_ method: Method) throws(Failure) {
    let texts = method.textKeywords
    for entry in bench.configuration.destinations where entry.kind == .senaiteFolder {
      guard let keyword = entry.keywords.keys.sorted().first(where: texts.contains) else {
        continue
      }
      throw Failure(
        "destination-cannot-carry", exit: .refused,
        what: "Nothing was begun by the method \(method.reference.name).",
        why:
          "It answers \(keyword) by a text such as 'present', and bench.yaml sends \(keyword) to "
          + "\(entry.name), whose import folder would make it 0.",
        next: "Take \(keyword) out of the keywords of \(entry.name), send it by a destination of "
          + "type senaite-json, http or folder, or give it a calibration in the method.")
    }
  }
}

extension Method {
  /// The keywords whose answer can never be a number.
  var textKeywords: Set<String> {
    guard case .separation(let body) = body, !body.areaPercent else { return [] }
    return Set(body.analytes.filter { $0.calibration == nil }.map(\.keyword))
  }
}
