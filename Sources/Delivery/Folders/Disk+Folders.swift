/// What every destination that is a folder asks of it.
extension Disk {
  /// Whether a plain file of this name is there.
  func has(_ name: String, in folder: Folder) throws(DeliveryError) -> Bool {
    do throws(DiskError) {
      _ = try openFile(name, in: folder)
      return true
    } catch {
      let told = PublishError(error)
      if case .missing = told { return false }
      throw .publish(told)
    }
  }

  /// Whether the bytes of a file that is there have this SHA-256.
  func matches(
    _ name: String, _ sha256: String, in folder: Folder
  ) throws(DeliveryError) -> Bool {
    do throws(DiskError) {
      return try measure(try openFile(name, in: folder)).sha256 == sha256
    } catch {
      throw .publish(PublishError(error))
    }
  }
}
