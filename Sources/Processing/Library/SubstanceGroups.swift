public import Laboratory

/// Which records of a library are of the same substance.
///
/// Two records are of one substance when their InChIKeys are equal. A record without InChIKey goes
/// by its CAS number: to the first substance of the library that has this number; and one without
/// either goes by its name, capitals aside, to the first substance that bears it as its name. A
/// record with an InChIKey is never merged with one that has another InChIKey, whatever else is
/// equal.
public struct SubstanceGroups: Sendable, Hashable {
  /// The substance of each record, numbered from 0 in the order of their first records.
  public let group: [Int]
  /// How many substances there are.
  public let count: Int

  /// Compares all records of a library.
  public init(_ records: some Sequence<LibraryRecord>) {
    let records = Array(records)
    // Whom a CAS number or a name stands for: the first record with it, those with keys before.
    var byCAS: [String: String] = [:]
    var byName: [String: String] = [:]
    for record in records {
      guard let key = Self.known(record.inchiKey) else { continue }
      if let cas = Self.known(record.cas), byCAS[cas] == nil { byCAS[cas] = "k" + key }
      let name = record.name.lowercased()
      if byName[name] == nil { byName[name] = "k" + key }
    }
    for record in records where Self.known(record.inchiKey) == nil {
      guard let cas = Self.known(record.cas) else { continue }
      let name = record.name.lowercased()
      if byName[name] == nil { byName[name] = byCAS[cas] ?? "c" + cas }
    }
    var numbers: [String: Int] = [:]
    group = records.map { record in
      let identity: String
      if let key = Self.known(record.inchiKey) {
        identity = "k" + key
      } else if let cas = Self.known(record.cas) {
        identity = byCAS[cas] ?? "c" + cas
      } else {
        let name = record.name.lowercased()
        identity = byName[name] ?? "n" + name
      }
      if let number = numbers[identity] { return number }
      numbers[identity] = numbers.count
      return numbers.count - 1
    }
    count = numbers.count
  }

  private static func known(_ text: String?) -> String? {
    guard let text, !text.isEmpty else { return nil }
    return text.uppercased()
  }
}

extension LibraryMatch {
  /// Makes the match of a substance from its records, the one that scored first.
  ///
  /// The others give their names and what the first one lacks; a name stands once.
  public init(
    _ best: LibraryRecord, others: some Sequence<LibraryRecord>, score: Double,
    otherScores: [String: Double] = [:], flags: [String] = []
  ) {
    var synonyms: [String] = []
    var seen: Set<String> = [best.name]
    var (inchiKey, cas) = (best.inchiKey, best.cas)
    for name in best.synonyms where seen.insert(name).inserted { synonyms.append(name) }
    for record in others {
      inchiKey = inchiKey ?? record.inchiKey
      cas = cas ?? record.cas
      for name in [record.name] + record.synonyms where seen.insert(name).inserted {
        synonyms.append(name)
      }
    }
    self.init(
      name: best.name, synonyms: synonyms, inchiKey: inchiKey, cas: cas, score: score,
      otherScores: otherScores, flags: flags)
  }
}
