public import Laboratory

/// Where the catalogue of a home lies, and who may touch it when.
///
/// Whoever has it open shares `run/catalogue.lock`; whoever puts another file in its place holds it
/// alone, so that no program ever writes to a file that has lost its name.
public struct CatalogueDoor: Sendable {
  /// The name of the file in the home.
  public static let file = "gauger.sqlite"
  private static let lock = "catalogue.lock"

  /// The path of the file.
  public let path: String
  private let locks: String
  /// How long others are waited for, in seconds.
  public var patience = 10.0

  /// The door of a home.
  public init(home: String) {
    path = "\(home)/\(Self.file)"
    locks = "\(home)/run"
  }

  /// Opens the catalogue; nobody replaces the file as long as it is open.
  public func open(_ access: Catalogue.Access = .writing) throws(CatalogueError) -> Catalogue {
    let hold = try take(shared: true)
    if access == .writing { try makeFile() }
    return try Catalogue(path, access, patience: patience, hold: hold)
  }

  /// Makes the empty file with the rights that the group needs; SQLite's own would keep others out.
  private func makeFile() throws(CatalogueError) {
    let disk = AuditDisk()
    do throws(AuditDiskError) {
      let folder = try disk.openFolder(String(path.dropLast(Self.file.count + 1)))
      _ = try disk.create(Self.file, in: folder, mode: 0o660)
    } catch {
      // Where it is there, or cannot be made for another reason, SQLite says what it thinks of it.
      if error.isFull { throw CatalogueError(error) }
    }
  }

  /// Does something while nobody has it open.
  public func alone(_ work: () throws(Failure) -> Void) throws(Failure) {
    let hold: AuditLock
    do throws(CatalogueError) { hold = try take(shared: false) } catch { throw error.failure }
    defer { withExtendedLifetime(hold) {} }
    try work()
  }

  private func take(shared: Bool) throws(CatalogueError) -> AuditLock {
    do throws(AuditDiskError) {
      let disk = AuditDisk()
      let folder = try disk.openFolder(locks)
      for _ in 0..<max(1, Int(patience * 1000)) {
        do throws(AuditDiskError) {
          if let lock = try disk.lock(Self.lock, in: folder, shared: shared) { return lock }
        } catch {
          guard shared, error.isMissing else { throw error }
          // Who only shares it does not make it.
          _ = try disk.lock(Self.lock, in: folder, shared: false)
          continue
        }
        AuditDisk.pause(microseconds: 1000)
      }
    } catch {
      throw CatalogueError(error)
    }
    throw .busy("\(locks)/\(Self.lock)")
  }
}
