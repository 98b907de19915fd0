internal import Delivery
internal import Foundation
internal import Laboratory
internal import Yams

/// Reads one entry of `destinations` in `bench.yaml`; refuses every bad value with its line.
struct DestinationReader {
  typealias Entry = Configuration.DestinationEntry

  let node: Node
  let file: String
  let home: Home
  let others: [Entry]

  private static let common = ["name", "type", "emulated", "accepts"]
  private static let keys: [Entry.Kind: [String]] = [
    .folder: [
      "folder", "mode", "sentinel", "formats", "network", "timeout_s", "answer_within_min",
    ],
    .senaiteFolder: [
      "folder", "sentinel", "keywords", "significant_digits", "network", "timeout_s", "settle_s",
      "answer_within_min",
    ],
    .http: ["url", "formats", "credentials_file", "timeout_s"],
    .senaiteJSON: ["url", "keywords", "significant_digits", "credentials_file", "timeout_s"],
  ]

  /// Reads the entry.
  func read() throws(Failure) -> Entry {
    guard case .mapping(let map) = node else {
      throw refused(node, "A destination needs name and folder.")
    }
    let kind = try word("type", of: Entry.Kind.self) ?? .folder
    let isWeb = !kind.isFolder
    guard let name = node["name"]?.string, let place = node[isWeb ? "url" : "folder"]?.string,
      !place.isEmpty
    else {
      throw refused(node, "A destination needs name and \(isWeb ? "url" : "folder").")
    }
    let known = Self.common + (Self.keys[kind] ?? [])
    for (key, _) in map where !known.contains(key.string ?? "") {
      throw refused(
        key,
        "\(key.string ?? "This key") is unknown; a destination of type \(kind.rawValue) has "
          + "\(known.joined(separator: ", "))."
          + (["password", "secret", "token"].contains(key.string ?? "")
            ? " A secret stands in a file of its own: credentials_file." : ""))
    }
    guard Configuration.isPlainName(name) else {
      throw refused(
        node, "The name of a destination has letters a to z, digits, dots and dashes, at most 40.")
    }
    guard others.allSatisfy({ $0.name != name }) else {
      throw refused(node, "The destination \(name) is listed twice.")
    }
    let emulated = node["emulated"]?.string ?? "refuse"
    guard ["accept", "refuse"].contains(emulated) else {
      throw refused(node["emulated"] ?? node, "emulated must be accept or refuse.")
    }
    let path = isWeb ? "" : absolute(place)
    var entry = Entry(
      name: name, folder: path, acceptsEmulated: emulated == "accept",
      makesFolder: kind == .folder && path == home.outbox)
    entry.kind = kind
    if isWeb { entry.url = try address(place) }
    try takeRest(&entry)
    return entry
  }

  private func takeRest(_ entry: inout Entry) throws(Failure) {
    entry.mode = try word("mode", of: Entry.Mode.self) ?? .acknowledged
    if entry.mode != .acknowledged { entry.makesFolder = false }
    entry.accepts =
      try word("accepts", of: Entry.Level.self) ?? (entry.kind.isByKeyword ? .processed : .acquired)
    entry.formats = try formats()
    if let node = node["sentinel"] {
      guard let id = node.string, Configuration.isPlainName(id) else {
        throw refused(
          node, "sentinel is an id of letters a to z, digits, dots and dashes, at most 40.")
      }
      entry.sentinel = id
      entry.makesFolder = false
    }
    if let node = node["network"] {
      guard let truth = node.bool else { throw refused(node, "network is true or false.") }
      entry.isNetwork = truth
    }
    if let node = node["credentials_file"] {
      guard let path = node.string, !path.isEmpty else {
        throw refused(node, "credentials_file names a file of mode 0600 that holds the secret.")
      }
      entry.credentialsFile = absolute(path)
    }
    if entry.kind == .senaiteJSON, entry.credentialsFile == nil {
      throw refused(
        node,
        "A destination of type senaite-json needs credentials_file, which holds USER:PASSWORD.")
    }
    entry.significantDigits = try number("significant_digits", 1...TwoDimensionTable.mostDigits)
    if let seconds = try number("timeout_s", 1...600) { entry.timeout = .seconds(seconds) }
    if let seconds = try number("settle_s", 1...86_400) { entry.settle = .seconds(seconds) }
    if let minutes = try number("answer_within_min", 1...525_600) {
      entry.answerWithin = .seconds(60 * minutes)
    }
    entry.keywords = try keywords(for: entry)
  }

  /// The keywords of a destination that takes numbers; what it could never carry is refused here.
  private func keywords(for entry: Entry) throws(Failure) -> [String: String] {
    guard entry.kind.isByKeyword else { return [:] }
    guard case .mapping(let map)? = node["keywords"], !map.isEmpty else {
      throw refused(
        node["keywords"] ?? node,
        "A destination of type \(entry.kind.rawValue) needs keywords, such as {ethanol: EtOH}.")
    }
    var keywords: [String: String] = [:]
    var theirs: [String: String] = [:]
    for (key, value) in map {
      guard let ours = key.string, !ours.isEmpty, let name = value.string,
        TwoDimensionTable.isKeyword(name)
      else {
        throw refused(value, "A keyword of SENAITE has the characters A-Z a-z 0-9 _ - + . alone.")
      }
      if entry.kind == .senaiteFolder, Self.texts.contains(ours) {
        throw refused(
          key,
          "\(ours) is a text, which SENAITE's folder import would make 0; send it by a "
            + "destination of type senaite-json, http or folder.")
      }
      if let twice = theirs.updateValue(ours, forKey: TwoDimensionTable.folded(name)) {
        throw refused(
          value, "\(twice) and \(ours) go to one keyword: SENAITE leaves - + . out of it.")
      }
      keywords[ours] = name
    }
    return keywords
  }

  /// Our keywords whose answers are never numbers.
  private static let texts: Set = ["identity", "spectrum", "traces", "mass-spectrum"]

  private func address(_ text: String) throws(Failure) -> URL {
    let node = node["url"] ?? node
    guard let url = URL(string: text), let host = url.host, !host.isEmpty, url.fragment == nil
    else {
      throw refused(node, "url must be an address such as https://lims.example/deliveries")
    }
    guard url.user == nil, url.password == nil else {
      throw refused(node, "A secret does not stand in an address: use credentials_file.")
    }
    let isHere = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
    guard url.scheme == "https" || (url.scheme == "http" && isHere) else {
      throw refused(
        node, "url must begin with https:// (http:// is for this computer itself: localhost).")
    }
    return url
  }

  private func formats() throws(Failure) -> [FileFormat] {
    guard let list = node["formats"] else { return [] }
    let known = FileFormat.allCases.map(\.rawValue).joined(separator: ", ")
    var formats: [FileFormat] = []
    for item in list.sequence ?? [] {
      guard let format = item.string.flatMap(FileFormat.init), !formats.contains(format) else {
        formats = []
        break
      }
      formats.append(format)
    }
    guard !formats.isEmpty else {
      throw refused(list, "formats must be a list of some of \(known), each once.")
    }
    return formats
  }

  // MARK: - Small questions

  private func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, of type: Word.Type
  ) throws(Failure) -> Word? where Word.RawValue == String {
    guard let node = node[key] else { return nil }
    guard let word = node.string.flatMap(Word.init(rawValue:)) else {
      let all = Word.allCases.map(\.rawValue)
      throw refused(
        node, "\(key) must be \(all.dropLast().joined(separator: ", ")) or \(all.last ?? "").")
    }
    return word
  }

  private func number(_ key: String, _ range: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let node = node[key] else { return nil }
    guard let number = node.int, range.contains(number) else {
      throw refused(
        node, "\(key) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  private func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path.hasPrefix("/") ? path : home.path + "/" + path)
      .standardizedFileURL.path
  }

  private func refused(_ place: Node, _ why: String) -> Failure {
    Configuration.invalid(file, place.line ?? node.line, why)
  }
}
