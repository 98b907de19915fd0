/// A file in the root of a destination that tells its share from the empty folder it is mounted on.
public enum Sentinel {
  /// Its name.
  static let name = ".gauger-destination"

  /// Refuses a folder that does not hold the destination's id.
  static func check(
    _ id: String?, in folder: Folder, of destination: String, _ disk: Disk
  ) throws(DeliveryError) {
    guard let id else { return }
    let path = folder.path + "/" + name
    let found: [UInt8]?
    do throws(DiskError) {
      found = try disk.contents(of: name, in: folder, limit: 256)
    } catch {
      let told = PublishError(error)
      guard case .missing = told else { throw .publish(told) }
      throw .sentinelMissing(destination, path)
    }
    let text = String(decoding: found ?? [], as: UTF8.self)
    guard text == id || text == id + "\n" else { throw .sentinelOther(destination, path, id) }
  }

  /// Marks the root of a new destination, where it has an id, and syncs it.
  public static func prepare(
    _ id: String?, root: String, of destination: String
  ) throws(DeliveryError) {
    let publisher = Publisher()
    let folder: Folder
    do throws(DiskError) {
      folder = try publisher.disk.open(root)
      try publisher.disk.sync(folder)
    } catch {
      throw .publish(PublishError(error))
    }
    if let id { try write(id, in: folder, of: destination, publisher) }
  }

  /// Writes the id where there is none; refuses where another stands.
  static func write(
    _ id: String, in folder: Folder, of destination: String, _ publisher: Publisher
  ) throws(DeliveryError) {
    do throws(DeliveryError) {
      return try check(id, in: folder, of: destination, publisher.disk)
    } catch .sentinelMissing {
      let hidden = name + Publisher.suffix
      do throws(DiskError) {
        let disk = publisher.disk
        try disk.remove(hidden, in: folder)
        _ = try publisher.write(.bytes(Array((id + "\n").utf8)), as: hidden, in: folder)
        try disk.rename(hidden, in: folder, to: name, in: folder, replacing: false)
        try disk.sync(folder)
      } catch {
        throw .publish(PublishError(error))
      }
    }
  }
}
