internal import Delivery
internal import Foundation
public import Laboratory
internal import Records

extension BenchCatalogue {
  /// What making the catalogue anew came to.
  public struct Rebuilt: Sendable, Hashable, Encodable {
    /// The version of this structure.
    public var schema = 1
    /// The file.
    public var path: String
    /// How many rows each table has now.
    public var counts: [String: Int]
    /// How many rows each table of the old one had, brought up to date; none where there was none.
    public var before: [String: Int]?
    /// Whether the old one, brought up to date, said the same; none where there was none.
    public var wasRight: Bool?
    /// What was wrong with the old one; none where it could be used, or there was none.
    public var damage: String?
    /// Where a damaged one lies now.
    public var setAside: [String]
    /// The files of the home that cannot be read, with the reason.
    public var problems: [String: String]
    /// How long it took, in seconds.
    public var seconds: Double

    private enum CodingKeys: String, CodingKey {
      case schema, path, counts, before, damage, problems, seconds
      case wasRight = "was_right"
      case setAside = "set_aside"
    }
  }

  /// What was found in the place of the new file.
  private struct Former {
    var counts: [String: Int]?
    var isSame: Bool?
    var damage: String?
    var setAside: [String] = []
  }

  /// The end of the name of one that is being made.
  private static let suffix = ".new"
  private static let lock = "rebuild.lock"

  /// Makes the catalogue anew of the files, beside the old one, and puts it in its place in one step.
  ///
  /// Killed at any moment, the old one stays. One that is damaged is set aside. Throws `catalogue-busy`
  /// and `catalogue-newer`, `catalogue-foreign`, which leave everything as it is.
  public func rebuild() throws(Failure) -> Rebuilt {
    guard home.isFolder(home.path) else {
      throw Failure(
        "catalogue-no-home", exit: .notFound, what: "There is no home \(home.path).",
        why: "It was chosen by \(home.chosenBy).", next: "Name the folder with --home FOLDER.")
    }
    try home.prepare()
    let clock = ContinuousClock()
    let began = clock.now
    guard let one = try onlyOne() else {
      throw CatalogueError.busy("\(home.locks)/\(Self.lock)").failure
    }
    defer { withExtendedLifetime(one) {} }
    let name = "catalogue-\(String(UInt32.random(in: .min ... .max), radix: 16))\(Self.suffix)"
    let new = "\(home.locks)/\(name)"
    defer { Self.remove(new) }
    // SQLite does not say why it cannot make a file.
    do throws(DiskError) {
      let disk = Disk()
      try disk.close(try disk.create(name, in: try disk.open(home.locks)))
    } catch {
      throw PublishError(error).failure
    }
    let (counts, content, problems) = try build(new)
    var former = Former()
    try door.alone { () throws(Failure) in
      former = try makeWay(for: content)
      do throws(PublishError) {
        try Publisher().publish(
          .file(new), named: CatalogueDoor.file, in: home.path, existing: .replaced)
      } catch {
        throw error.failure
      }
      // As a new one has it: every account of the group keeps it up to date. Where that cannot be
      // said, those others read the files.
      try? FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: door.path)
    }
    let passed = began.duration(to: clock.now).components
    return Rebuilt(
      path: door.path, counts: counts, before: former.counts, wasRight: former.isSame, damage: former.damage,
      setAside: former.setAside, problems: problems,
      seconds: Double(passed.seconds) + Double(passed.attoseconds) * 1e-18)
  }

  /// Keeps others from rebuilding, and removes what those left that were killed; nil while another
  /// does it.
  private func onlyOne() throws(Failure) -> FileLock? {
    do throws(DiskError) {
      let disk = Disk()
      let folder = try disk.open(home.locks)
      guard let lock = try disk.lock(Self.lock, in: folder) else { return nil }
      for name in try disk.names(in: folder)
      where name.hasPrefix("catalogue-") && name.contains(Self.suffix) {
        try disk.remove(name, in: folder)
      }
      return lock
    } catch {
      throw PublishError(error).failure
    }
  }

  private func build(
    _ path: String
  ) throws(Failure) -> (counts: [String: Int], content: String, problems: [String: String]) {
    do throws(CatalogueError) {
      let catalogue = try Catalogue(path, .building)
      _ = try catchUp(catalogue)
      let made = (try catalogue.counts(), try catalogue.dump(), try catalogue.problems())
      try catalogue.settle()
      return made
    } catch {
      throw error.failure
    }
  }

  /// Brings the old one to rest as one file, so that nothing of it is taken for part of the new one;
  /// what cannot be brought to rest is set aside.
  private func makeWay(for content: String) throws(Failure) -> Former {
    guard FileManager.default.fileExists(atPath: door.path) else {
      // A log without its file belongs to nobody, and would be taken for the new file's.
      return Former(setAside: try setAside(["-wal", "-shm", "-journal"]))
    }
    do throws(CatalogueError) {
      let old = try Catalogue(door.path, .writing, patience: door.patience)
      if let damage = try old.damage() { throw .damaged(door.path, damage) }
      _ = try catchUp(old)
      let former = Former(counts: try old.counts(), isSame: try old.dump() == content)
      try old.settle()
      return former
    } catch {
      switch error {
      case .damaged(_, let found), .inputOutput(_, let found):
        return Former(damage: found, setAside: try setAside(["", "-wal", "-shm", "-journal"]))
      case .newer, .foreign, .busy, .noSpace, .denied: throw error.failure
      }
    }
  }

  /// Gives what lies in the place of the catalogue other names, the file itself last.
  private func setAside(_ endings: [String]) throws(Failure) -> [String] {
    let disk = Disk()
    var moved: [String] = []
    do throws(DiskError) {
      let folder = try disk.open(home.path)
      let names = try disk.names(in: folder)
      let time = Timestamp.now.basic
      for ending in endings.reversed() where names.contains(CatalogueDoor.file + ending) {
        let name = "\(CatalogueDoor.file).damaged-\(time)"
          + "-\(String(UInt16.random(in: .min ... .max), radix: 16))\(ending)"
        try disk.rename(
          CatalogueDoor.file + ending, in: folder, to: name, in: folder, replacing: false)
        moved.append("\(home.path)/\(name)")
      }
      if !moved.isEmpty { try disk.sync(folder) }
    } catch {
      throw PublishError(error).failure
    }
    return moved
  }

  /// Removes what was being made; what cannot be removed now goes with the next rebuild.
  private static func remove(_ path: String) {
    for ending in ["", "-wal", "-shm", "-journal"] {
      try? FileManager.default.removeItem(atPath: path + ending)
    }
  }
}
