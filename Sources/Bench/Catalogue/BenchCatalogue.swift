internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// The bench's one door to its catalogue: keeps it up to date with the files, and makes it anew.
///
/// No decision rests on it, and nothing fails for its sake: what could not be noted is caught up by
/// the next command that asks. All calls block.
public struct BenchCatalogue: Sendable {
  let home: Home
  /// Where the file lies.
  public var door: CatalogueDoor
  private let isKept: Bool

  /// The catalogue of a home; the disk is not touched before the first act.
  public init(home: Home) { self.init(home, isKept: true) }

  private init(_ home: Home, isKept: Bool) {
    (self.home, self.isKept) = (home, isKept)
    door = CatalogueDoor(home: home.path)
  }

  /// Keeps nothing.
  public static func none(_ home: Home) -> BenchCatalogue { BenchCatalogue(home, isKept: false) }

  // MARK: - After an act

  /// Notes what became of these runs; gives what hindered it, where something did.
  func follow(_ runs: [RunID]) -> Failure? {
    runs.isEmpty ? nil : follow(runs.count > 100 ? .all : .runs(runs))
  }

  /// Notes what became of the files of a scope; gives what hindered it, where something did.
  func follow(_ scope: CatalogueSources.Scope) -> Failure? {
    // A home without the folder of its locks was never prepared, and has nothing to be noted.
    guard isKept, home.isFolder(home.locks) else { return nil }
    let isThere = FileManager.default.fileExists(atPath: door.path)
    do throws(CatalogueError) {
      let catalogue = try door.open()
      // A new one begins with all that there is.
      _ = try catchUp(catalogue, isThere ? scope : .all)
      return nil
    } catch {
      return error.failure
    }
  }

  /// What is said of an act that the catalogue could not note.
  static func warning(_ failure: Failure) -> String {
    "\(failure.what) \(failure.why) \(failure.next) (code: \(failure.code))"
  }

  /// Brings a catalogue to what the files of a scope say now; gives how many had changed.
  func catchUp(
    _ catalogue: Catalogue, _ scope: CatalogueSources.Scope = .all
  ) throws(CatalogueError) -> Int {
    let reader = CatalogueReader(home: home)
    let looks = CatalogueSources(home: home).look(scope)
    let seen = try catalogue.seen(scope.beginnings)
    let gone = seen.keys.filter { looks[$0] == nil }
    let changed = looks.filter { path, look in
      guard let known = seen[path] else { return true }
      return known.stamp.isEmpty || known.stamp != look.stamp || known.size != look.size
    }.keys.sorted()
    if !gone.isEmpty { try catalogue.take([], gone: gone) }
    // Not all in one hand: a file of results may be large.
    var (batch, size, count) = ([CatalogueEntry](), 0, gone.count)
    for path in changed {
      guard let look = looks[path], let entry = reader.read(path, look) else { continue }
      // Looked at again because it was too young, and the same: only its looks are noted.
      if seen[path]?.sha256 != entry.stamp.sha256 { count += 1 }
      batch.append(entry)
      size += entry.stamp.size
      if batch.count >= 500 || size > 16 << 20 {
        try catalogue.take(batch)
        (batch, size) = ([], 0)
      }
    }
    try catalogue.take(batch)
    return count
  }

  // MARK: - Questions

  /// A catalogue that says what the files say now, and why it is not the file where it is not.
  ///
  /// Where the file cannot be used it is made in memory of the files: slower, and the same answers.
  public func current() throws(Failure) -> (catalogue: Catalogue, hindered: Failure?) {
    var hindered: Failure?
    if isKept, home.isFolder(home.locks) {
      do throws(CatalogueError) {
        let catalogue = try door.open()
        _ = try catchUp(catalogue)
        return (catalogue, nil)
      } catch {
        hindered = error.failure
      }
    }
    do throws(CatalogueError) {
      let catalogue = try Catalogue()
      _ = try catchUp(catalogue)
      return (catalogue, hindered)
    } catch {
      throw error.failure
    }
  }
}
