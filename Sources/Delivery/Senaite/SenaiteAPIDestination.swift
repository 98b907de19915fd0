public import Foundation
public import Laboratory

/// SENAITE by its JSON API: each result is written, and then read back.
///
/// Its answers prove nothing: it says success though nothing was imported. So a result is written
/// only where none stands, with the delivery's id in the remarks, and what stands there afterwards
/// decides: the value that was sent is *confirmed*, anything else *rejected*. `<0.5` goes only to an
/// analysis that takes a detection limit by hand; else its operand would be lost without a word.
public struct SenaiteAPIDestination: Destination {
  /// Its name in `bench.yaml`.
  public let name: String
  /// Whether it takes what an emulator measured.
  public let acceptsEmulated: Bool
  /// The address of the site.
  public let site: URL
  let secretFile: String
  let keywords: [String: String]
  let digits: Int?
  let bound: Duration
  package var publisher = Publisher()

  /// Makes a destination; nothing is asked before the first delivery.
  ///
  /// `secretFile` holds `USER:PASSWORD`; the others as for `SenaiteFolderDestination`.
  public init(
    name: String, site: URL, secretFile: String, keywords: [String: String], digits: Int? = nil,
    bound: Duration = .seconds(30), acceptsEmulated: Bool
  ) {
    self.name = name
    self.site = site
    self.secretFile = secretFile
    self.keywords = keywords
    self.digits = digits
    self.bound = bound
    self.acceptsEmulated = acceptsEmulated
  }

  /// Single results, read back.
  public var capability: Capability { .readBack }
  /// What is stored was read when it was written.
  public var answersOnce: Bool { true }

  /// What is written, in the order of the result.
  struct Order: Codable, Hashable {
    /// One result.
    struct Line: Codable, Hashable {
      var keyword: String
      var result: String
    }
    var sample: String
    var run: String
    var lines: [Line]
  }

  /// Puts the result into lines, or says by name what it cannot carry.
  public func prepare(
    _ sheet: ResultSheet?, for id: DeliveryID
  ) throws(DeliveryError) -> PreparedFile? {
    guard let sheet else { throw .cannotCarry(name, id, "It has no result sheet.") }
    var order = Order(sample: sheet.sample.id, run: id.description, lines: [])
    for answer in sheet.results {
      guard let theirs = keywords[answer.keyword] else { continue }
      let text: String
      if let words = answer.text {
        // It trims what it stores, and has one line.
        guard !words.isEmpty, words == words.trimmingCharacters(in: .whitespaces),
          !words.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
          throw .cannotCarry(name, id, "\(answer.keyword): the text is not one plain line.")
        }
        text = words
      } else if let value = answer.value, value.isFinite {
        text = Self.number(value, digits)
      } else {
        throw .cannotCarry(name, id, "\(answer.keyword): it is no finite number.")
      }
      order.lines.append(Order.Line(keyword: theirs, result: text))
    }
    guard !order.sample.isEmpty else { throw .cannotCarry(name, id, "The sample has no id.") }
    guard !order.lines.isEmpty else {
      throw .cannotCarry(name, id, TwoDimensionTable.unmapped(sheet, keywords))
    }
    guard Set(order.lines.map(\.keyword)).count == order.lines.count else {
      throw .cannotCarry(name, id, "Two answers go to one keyword.")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(order) else {
      throw .cannotCarry(name, id, "It could not be put into words.")
    }
    return PreparedFile(suffix: "json", bytes: Array(bytes) + [0x0a])
  }

  /// Writes what is not there yet, and reads it all back.
  public func deliver(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    if delivery.emulated, !acceptsEmulated { throw .refusesEmulated(name) }
    let order = try order(of: delivery)
    let api = SenaiteAPI(
      name: name, site: site, login: try Secret.read(secretFile, for: name),
      exchange: HTTPExchange(bound: bound))
    try api.checkLogin()
    let analyses = try api.analyses(of: order.sample, for: delivery.id)
    var pairs: [(line: Order.Line, analysis: SenaiteAPI.Analysis)] = []
    // All is looked at before anything is written.
    for line in order.lines {
      let fitting = analyses.filter { $0.keyword == line.keyword }
      guard let analysis = fitting.first, fitting.count == 1 else {
        throw .rejected(
          name, delivery.id,
          fitting.isEmpty
            ? "The sample \(order.sample) has no analysis \(line.keyword)."
            : "The sample \(order.sample) has more than one analysis \(line.keyword).")
      }
      try check(line, analysis, delivery.id)
      pairs.append((line, analysis))
    }
    for (line, analysis) in pairs where !Self.stands(line.result, in: analysis) {
      try api.update(analysis.uid, result: line.result, remarks: "Gauger \(order.run)")
    }
    var uids: [String] = []
    for (line, analysis) in pairs {
      let now = try api.analysis(analysis.uid)
      guard Self.stands(line.result, in: now) else {
        throw .rejected(
          name, delivery.id,
          "It says that it took \(line.result) for \(line.keyword), and has "
            + "\(now.result.isEmpty ? "nothing" : (now.operand + now.result).debugDescription).")
      }
      uids.append(now.uid)
    }
    return DeliveryAnswer(.confirmed, reference: uids.joined(separator: " "))
  }

  /// Nothing more is told than when it was written.
  public func poll(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer { .confirmed }

  private func check(
    _ line: Order.Line, _ analysis: SenaiteAPI.Analysis, _ id: DeliveryID
  ) throws(DeliveryError) {
    if Self.stands(line.result, in: analysis) { return }
    guard analysis.result.isEmpty else {
      throw .rejected(
        name, id,
        "\(line.keyword) has the result \(analysis.result.debugDescription) already, which is kept."
      )
    }
    guard ["unassigned", "assigned"].contains(analysis.state) else {
      throw .rejected(
        name, id, "\(line.keyword) is \(analysis.state), and takes no result.")
    }
    if line.result.hasPrefix("<") || line.result.hasPrefix(">") {
      guard analysis.takesOperand else {
        throw .cannotCarry(
          name, id,
          "\(line.keyword): \(line.result) would lose its sign there; the analysis must allow "
            + "detection limits by hand.")
      }
    }
  }

  /// Whether a result is what stands there; numbers are compared as numbers.
  static func stands(_ sent: String, in analysis: SenaiteAPI.Analysis) -> Bool {
    if let mark = sent.first, mark == "<" || mark == ">" {
      let rest = String(sent.dropFirst())
      return analysis.operand == String(mark) && (same(rest, analysis.result))
    }
    return analysis.operand.isEmpty && same(sent, analysis.result)
  }

  private static func same(_ one: String, _ other: String) -> Bool {
    if one == other { return true }
    guard let first = Double(one), let second = Double(other) else { return false }
    return first == second && first.sign == second.sign
  }

  private static func number(_ value: Double, _ digits: Int?) -> String {
    var value = value
    if let digits, value != 0 {
      value = Double(String(format: "%.\(digits - 1)e", value)) ?? value
    }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func order(of delivery: Delivery) throws(DeliveryError) -> Order {
    do throws(PublishError) {
      guard delivery.prepared != nil, let file = delivery.files.first else {
        throw .missing(delivery.folder)
      }
      let opened = try OpenedFile(publisher.disk, try delivery.path(of: file))
      let bytes = try opened.read(at: 0, count: 1 << 20)
      if Hash.sha256(of: bytes) == file.sha256,
        let order = try? JSONDecoder().decode(Order.self, from: Data(bytes))
      {
        return order
      }
    } catch {
      throw .publish(error)
    }
    throw .spoolDamaged(delivery.id.description, "What was made for \(name) has changed.")
  }
}
