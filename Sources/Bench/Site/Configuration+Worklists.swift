internal import Foundation
internal import Laboratory
internal import Yams

/// Reads `worklists` and `samples` of `bench.yaml`.
struct WorklistSettings {
  let file: String
  let home: Home

  private static let keys = [
    "name", "folder", "url", "credentials_file", "every_s", "encoding", "delimiter", "decimal_mark",
    "columns",
  ]

  /// The places; one mapping, or a list of them.
  func places(_ node: Node) throws(Failure) -> [WorklistPlace] {
    let list: [Node] = if case .sequence(let list) = node { Array(list) } else { [node] }
    var places: [WorklistPlace] = []
    for entry in list {
      let place = try place(entry, number: places.count)
      guard places.allSatisfy({ $0.name != place.name }) else {
        throw refused(entry, "The worklists \(place.name) are listed twice; give each a name.")
      }
      places.append(place)
    }
    return places
  }

  private func place(_ node: Node, number: Int) throws(Failure) -> WorklistPlace {
    guard case .mapping(let map) = node else {
      throw refused(node, "worklists needs folder or url, such as {folder: /srv/lims/worklists}.")
    }
    for (key, _) in map where !Self.keys.contains(key.string ?? "") {
      throw refused(
        key,
        "\(key.string ?? "This key") is unknown; worklists has \(Self.keys.joined(separator: ", "))."
          + (["password", "secret", "token"].contains(key.string ?? "")
            ? " A secret stands in a file of its own: credentials_file." : ""))
    }
    let name = node["name"]?.string ?? (number == 0 ? "drop" : "drop-\(number + 1)")
    guard Configuration.isPlainName(name) else {
      throw refused(node, "A name has letters a to z, digits, dots and dashes, at most 40.")
    }
    var place = WorklistPlace(name: name)
    switch (node["folder"]?.string, node["url"]?.string) {
    case (let folder?, nil) where !folder.isEmpty: place.folder = absolute(folder)
    case (nil, let url?): place.url = try address(url, node["url"] ?? node)
    default: throw refused(node, "worklists needs either folder or url.")
    }
    if let secret = node["credentials_file"] {
      guard let path = secret.string, !path.isEmpty, place.url != nil else {
        throw refused(
          secret, "credentials_file names a file of mode 0600, and goes with url alone.")
      }
      place.credentialsFile = absolute(path)
    }
    if let every = node["every_s"] {
      guard let seconds = every.int, (5...86_400).contains(seconds), place.url != nil else {
        throw refused(every, "every_s is a number of seconds from 5 to 86400, and goes with url.")
      }
      place.every = .seconds(seconds)
    }
    place.form = try form(node)
    return place
  }

  private func form(_ node: Node) throws(Failure) -> WorklistForm {
    var form = WorklistForm()
    form.encoding = try word("encoding", node) ?? .utf8
    form.delimiter = try word("delimiter", node)
    if let mark = node["decimal_mark"] {
      guard let word = mark.string, ["comma", "dot"].contains(word) else {
        throw refused(mark, "decimal_mark must be comma or dot.")
      }
      form.decimalComma = word == "comma"
      guard form.decimalComma == false || form.delimiter != .comma else {
        throw refused(mark, "A comma cannot part cells and be the decimal mark.")
      }
    }
    if let columns = node["columns"] {
      guard case .mapping(let map) = columns else {
        throw refused(columns, "columns gives our names by theirs, such as {Probe: sample}.")
      }
      for (theirs, ours) in map {
        guard let key = theirs.string, let name = ours.string, WorklistReader.known.contains(name)
        else {
          throw refused(
            ours, "columns leads to one of \(WorklistReader.known.joined(separator: ", ")).")
        }
        form.columns[WorklistReader.folded(key)] = name
      }
    }
    return form
  }

  /// What is asked of the ids of samples.
  func rule(_ node: Node) throws(Failure) -> SampleRule {
    guard case .mapping(let map) = node else {
      throw refused(node, "samples has pattern, check_digit and again.")
    }
    for (key, _) in map where !["pattern", "check_digit", "again"].contains(key.string ?? "") {
      throw refused(
        key,
        "\(key.string ?? "This key") is unknown; samples has pattern, check_digit and again.")
    }
    var rule = SampleRule()
    if let pattern = node["pattern"] {
      guard let text = pattern.string, !text.isEmpty, (try? Regex(text)) != nil else {
        throw refused(pattern, "pattern must be a regular expression such as '[0-9]{2}-[0-9]{4}'.")
      }
      rule.pattern = text
    }
    rule.checkDigit = try word("check_digit", node)
    if let again = node["again"] {
      guard let word = again.string, ["ask", "allow"].contains(word) else {
        throw refused(again, "again must be ask or allow.")
      }
      rule.asksAgain = word == "ask"
    } else {
      rule.asksAgain = true
    }
    return rule
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ node: Node
  ) throws(Failure) -> Word? where Word.RawValue == String {
    guard let value = node[key] else { return nil }
    guard let word = value.string.flatMap(Word.init(rawValue:)) else {
      let all = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw refused(value, "\(key) must be one of \(all).")
    }
    return word
  }

  private func address(_ text: String, _ node: Node) throws(Failure) -> URL {
    guard let url = URL(string: text), let host = url.host, !host.isEmpty, url.fragment == nil
    else { throw refused(node, "url must be an address such as https://lims.example/worklist") }
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

  private func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path.hasPrefix("/") ? path : home.path + "/" + path)
      .standardizedFileURL.path
  }

  private func refused(_ place: Node, _ why: String) -> Failure {
    Configuration.invalid(file, place.line, why)
  }
}
