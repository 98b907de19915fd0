internal import GRDB
public import Laboratory

/// Which runs are asked for; every condition that is given must hold.
public struct RunQuestion: Sendable, Hashable {
  /// A state of a run or of one of its deliveries.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// All that was asked for was taken.
    case complete
    /// Something is missing.
    case incomplete
    /// Not ended.
    case open
    /// A delivery waits in the spool.
    case spooled
    /// A delivery was handed over and nothing was heard of it.
    case handedOver = "handed_over"
    /// A delivery was accepted.
    case accepted
    /// A delivery was confirmed.
    case confirmed
    /// A delivery was rejected.
    case rejected
  }

  /// Of this sample.
  public var sample: String?
  /// Of the instrument of this model, name, serial number or address.
  public var instrument: String?
  /// Begun at or after this moment.
  public var since: Timestamp?
  /// Of this kind.
  public var kind: RunKind?
  /// In this state.
  public var state: State?
  /// Of the instrument with this serial number.
  public var serialNumber: String?
  /// Taken or evaluated by the method of this name, or hash (its first 8 digits or more).
  public var method: String?
  /// Evaluated with the library of this name, version, or hash (its first 8 digits or more).
  public var library: String?
  /// Taken or computed by this version of the program.
  public var software: String?
  /// Made of a file with this SHA-256.
  public var importedSHA256: String?

  /// Asks for all runs.
  public init() {}

  /// Whether it asks for all.
  public var isForAll: Bool { self == RunQuestion() }
}

/// A run that was found, and what of the question it answers.
public struct FoundRun: Sendable, Hashable, Codable {
  /// The run.
  public var run: RunID
  /// Why it was found, in words; empty where the run's own record says it.
  public var because: [String]
}

extension Catalogue {
  /// The runs that a question asks for, newest first.
  public func runs(_ question: RunQuestion) throws(CatalogueError) -> [FoundRun] {
    try reading { db in
      var (conditions, arguments) = question.conditions
      var because: [String: Set<String>] = [:]
      for (uses, value) in question.uses {
        var found: [String: Set<String>] = [:]
        let rows = try Row.fetchCursor(db, sql: uses, arguments: ["v": value])
        while let row = try rows.next() { found[row[0], default: []].insert(row[1]) }
        conditions.append("run IN (SELECT value FROM json_each(?))")
        arguments += [
          "[" + found.keys.sorted().map { "\"\($0)\"" }.joined(separator: ",") + "]"
        ]
        because.merge(found) { $0.union($1) }
      }
      let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
      return try String.fetchAll(
        db, sql: "SELECT run FROM runs\(condition) ORDER BY run DESC", arguments: arguments
      ).compactMap { text in
        RunID(text).map { FoundRun(run: $0, because: (because[text] ?? []).sorted()) }
      }
    }
  }

  /// The files that cannot be read, by path, with the reason.
  public func problems(below beginning: String = "") throws(CatalogueError) -> [String: String] {
    try reading { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT path, problem FROM sources WHERE problem IS NOT NULL ORDER BY path")
      return Dictionary(
        rows.map { ($0[0] as String, $0[1] as String) }.filter { $0.0.hasPrefix(beginning) },
        uniquingKeysWith: { first, _ in first })
    }
  }
}

extension RunQuestion {
  /// What the table of runs can answer.
  fileprivate var conditions: ([String], StatementArguments) {
    var conditions: [String] = []
    var arguments: StatementArguments = []
    func add(_ condition: String, _ values: [String]) {
      conditions.append(condition)
      arguments += StatementArguments(values)
    }
    if let sample { add("sample = ?", [sample]) }
    if let instrument {
      add("? IN (model, instrument, serial_number, address)", [instrument])
    }
    if let since { add("started >= ?", [since.iso8601]) }
    if let kind { add("kind = ?", [kind.rawValue]) }
    if let serialNumber { add("serial_number = ?", [serialNumber]) }
    if let importedSHA256 {
      add("imported_sha256 = ? AND ended_by = 'done'", [importedSHA256])
    }
    switch state {
    case nil: break
    case .complete: add("complete = 1", [])
    case .incomplete: add("complete = 0 AND ended_by <> 'open'", [])
    case .open: add("ended_by = 'open'", [])
    case .spooled, .handedOver, .accepted, .confirmed, .rejected:
      add(
        "EXISTS (SELECT 1 FROM json_each(runs.deliveries) WHERE value = ?)",
        [state?.rawValue ?? ""])
    }
    return (conditions, arguments)
  }

  /// What was used for a run, in several tables: a question for run and reason, and its value.
  fileprivate var uses: [(String, String)] {
    var uses: [(String, String)] = []
    if let method {
      let fits = """
        (method = :v OR method || ' ' || method_version = :v
          OR (length(:v) >= 8 AND substr(method_sha256, 1, length(:v)) = :v))
        """
      let words = "method || ' ' || method_version || ' (' || substr(method_sha256, 1, 12) || ')'"
      uses.append(
        (
          """
          SELECT run, 'taken by the method ' || \(words) FROM runs WHERE \(fits) UNION
          SELECT name, 'evaluated, version ' || version || ', by the method ' || \(words)
            FROM evaluations WHERE subject = 'run' AND \(fits) UNION
          SELECT run, 'in the sequence ' || name || ', version ' || evaluations.version
              || ', by the method ' || \(words)
            FROM evaluations JOIN sequence_runs
              ON sequence = name AND sequence_runs.version = evaluations.version
            WHERE subject = 'sequence' AND \(fits)
          """, method
        ))
    }
    if let library {
      let fits = """
        (library = :v OR library || ' ' || libraries_used.version = :v OR libraries_used.version = :v
          OR (length(:v) >= 8 AND substr(sha256, 1, length(:v)) = :v))
        """
      let words =
        "'the library ' || library || ' ' || libraries_used.version || ' (' || substr(sha256, 1, 12) || ')'"
      uses.append(
        (
          """
          SELECT name, \(words) FROM libraries_used WHERE subject = 'run' AND \(fits) UNION
          SELECT run, 'in the sequence ' || name || ', ' || \(words)
            FROM libraries_used JOIN sequence_runs
              ON sequence = name AND sequence_runs.source = libraries_used.source
            WHERE subject = 'sequence' AND \(fits)
          """, library
        ))
    }
    if let software {
      let fits = { (column: String) in
        """
        (\(column) = :v OR lower(\(column)) = 'gauger ' || :v
          OR lower(substr(\(column), 1, length(:v) + 8)) = 'gauger ' || :v || ' ')
        """
      }
      uses.append(
        (
          """
          SELECT run, 'taken by ' || software FROM runs WHERE \(fits("software")) UNION
          SELECT run, 'computed by ' || computed_by FROM runs WHERE \(fits("computed_by"))
          """, software
        ))
    }
    return uses
  }
}
