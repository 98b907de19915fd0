internal import GRDB
internal import Synchronization

/// The catalogue of a home: a SQLite index of what its files say, made anew of them at any time.
///
/// Every row knows its file (`source`), and `sources` that file's SHA-256. All that a file gives is
/// put in and taken out in one transaction, so that any order of changes leads to the same content.
/// WAL and synchronous FULL. Blocks; not for Swift's task pool.
public final class Catalogue: Sendable {
  /// What may be done.
  public enum Access: Sendable, Hashable {
    /// Read only; nothing is made or migrated.
    case reading
    /// Read and write; made where it is not there, migrated where it is older.
    case writing
    /// Made of nothing by one program, to be put in place afterwards: nothing is synced.
    case building
  }

  /// The file; `:memory:` for one that is nowhere.
  public let path: String
  private let queue: DatabaseQueue
  private let hold: AuditLock?

  /// Opens the catalogue at a path.
  ///
  /// `patience` is how long other programs are waited for, in seconds.
  public convenience init(
    _ path: String, _ access: Access, patience: Double = 10
  ) throws(CatalogueError) {
    try self.init(path, access, patience: patience, hold: nil)
  }

  /// Makes one in memory, which is gone with this object.
  public convenience init() throws(CatalogueError) { try self.init(":memory:", .building) }

  init(
    _ path: String, _ access: Access, patience: Double = 10, hold: AuditLock?
  ) throws(CatalogueError) {
    self.path = path
    self.hold = hold
    var configuration = Configuration()
    configuration.readonly = access == .reading
    configuration.busyMode = .timeout(patience)
    configuration.label = "catalogue"
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = \(access == .building ? "OFF" : "FULL")")
    }
    do {
      queue =
        path == ":memory:"
        ? try DatabaseQueue(configuration: configuration)
        : try DatabaseQueue(path: path, configuration: configuration)
      try Self.prepare(queue, path, access)
    } catch {
      throw CatalogueError(error, path)
    }
  }

  /// Checks whose it is, and brings it to this program's version.
  private static func prepare(
    _ queue: DatabaseQueue, _ path: String, _ access: Access
  ) throws {
    if access == .reading {
      let found = try queue.read { try version(of: $0, path) }
      // What is older has tables that this program does not know any more, or lacks some.
      if found != CatalogueSchema.version {
        throw CatalogueError.damaged(path, "its version \(found) was never finished")
      }
      return
    }
    // Not before it is known whose it is: this is written into the file.
    let found = try queue.read { try version(of: $0, path) }
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = \(access == .building ? "MEMORY" : "WAL")")
    }
    guard found < CatalogueSchema.version else { return }
    try queue.write { db in
      // Another program may have done it while this one waited.
      let found = try version(of: db, path)
      for step in CatalogueSchema.steps.dropFirst(found) { try db.execute(sql: step) }
      try db.execute(
        sql: """
          PRAGMA application_id = \(CatalogueSchema.application);
          PRAGMA user_version = \(CatalogueSchema.version)
          """)
    }
  }

  private static func version(of db: Database, _ path: String) throws -> Int {
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard application == CatalogueSchema.application || (application == 0 && tables == 0) else {
      throw CatalogueError.foreign(path)
    }
    guard version <= CatalogueSchema.version else {
      throw CatalogueError.newer(path, version, CatalogueSchema.version)
    }
    return version
  }

  // MARK: - What it has seen

  /// What the files looked like that it holds, by path; of those alone whose path begins so.
  public func seen(_ beginnings: [String]? = nil) throws(CatalogueError) -> [String: CatalogueStamp]
  {
    try reading { db in
      var seen: [String: CatalogueStamp] = [:]
      func take(_ condition: String, _ arguments: StatementArguments) throws {
        let rows = try Row.fetchCursor(
          db, sql: "SELECT path, sha256, size, stamp FROM sources \(condition)",
          arguments: arguments)
        while let row = try rows.next() {
          seen[row[0]] = CatalogueStamp(sha256: row[1], size: row[2], stamp: row[3])
        }
      }
      guard let beginnings else {
        try take("", [])
        return seen
      }
      for beginning in beginnings {
        // By the order of bytes, so that the key serves; no path has this character.
        try take("WHERE path >= ? AND path < ?", [beginning, beginning + "\u{10FFFF}"])
      }
      return seen
    }
  }

  /// Takes what files say now, and forgets those that are gone, in one transaction.
  public func take(
    _ entries: [CatalogueEntry], gone: [String] = []
  ) throws(CatalogueError) {
    guard !entries.isEmpty || !gone.isEmpty else { return }
    do {
      try queue.write { db in
        for path in gone {
          try db.execute(sql: "DELETE FROM sources WHERE path = ?", arguments: [path])
        }
        for entry in entries { try Self.take(entry, db) }
      }
    } catch {
      throw CatalogueError(error, path)
    }
  }

  private static func take(_ entry: CatalogueEntry, _ db: Database) throws {
    let known = try String.fetchOne(
      db, sql: "SELECT sha256 FROM sources WHERE path = ?", arguments: [entry.path])
    let stamp = entry.stamp
    if known == stamp.sha256 {
      try db.execute(
        sql: "UPDATE sources SET stamp = ?, size = ? WHERE path = ?",
        arguments: [stamp.stamp, stamp.size, entry.path])
      return
    }
    // Its rows go with it.
    if known != nil {
      try db.execute(sql: "DELETE FROM sources WHERE path = ?", arguments: [entry.path])
    }
    try db.cachedStatement(
      sql: "INSERT INTO sources (path, sha256, size, stamp, problem) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [entry.path, stamp.sha256, stamp.size, stamp.stamp, entry.problem])
    for row in entry.rows {
      let names = row.values.keys.sorted()
      let marks = repeatElement("?", count: names.count + 1).joined(separator: ", ")
      // A name in two places (a folder that was copied) is what the later source says.
      let statement = try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO \(row.table.rawValue) (\(names.joined(separator: ", ")), source)
          VALUES (\(marks))
          """)
      try statement.execute(
        arguments: StatementArguments(
          names.map { (row.values[$0] ?? .none).stored } + [entry.path.databaseValue]))
    }
  }

  // MARK: - Questions

  func reading<Value>(_ work: (Database) throws -> Value) throws(CatalogueError) -> Value {
    do { return try queue.read(work) } catch { throw CatalogueError(error, path) }
  }

  /// How many rows each table has.
  public func counts() throws(CatalogueError) -> [String: Int] {
    try reading { db in
      var counts: [String: Int] = [:]
      for table in ["sources"] + CatalogueTable.allCases.map(\.rawValue) {
        counts[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
      }
      return counts
    }
  }

  /// All that it says, one line a row in a fixed order; how files looked (`stamp`) is left out.
  ///
  /// Two catalogues of the same home give the same text, whatever happened before.
  public func dump() throws(CatalogueError) -> String {
    try reading { db in
      var lines: [String] = []
      for table in ["sources"] + CatalogueTable.allCases.map(\.rawValue) {
        let columns = try db.columns(in: table).map(\.name).filter { $0 != "stamp" }
        let list = columns.map { "quote(\($0))" }.joined(separator: " || ',' || ")
        lines += try String.fetchAll(
          db, sql: "SELECT '\(table) ' || \(list) AS line FROM \(table) ORDER BY line")
      }
      return lines.joined(separator: "\n")
    }
  }

  /// Reads every page and compares every index; nil where all is well.
  public func damage() throws(CatalogueError) -> String? {
    try reading { db in
      let found = try String.fetchAll(db, sql: "PRAGMA quick_check(3)")
      let orphans = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check")
      if found != ["ok"] { return found.joined(separator: "; ") }
      return orphans == nil ? nil : "rows stand there without their file"
    }
  }

  /// Puts everything into the one file, without a second one beside it, and lets go.
  public func settle() throws(CatalogueError) {
    do {
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA journal_mode = DELETE")
      }
      try queue.close()
    } catch {
      throw CatalogueError(error, path)
    }
  }
}
