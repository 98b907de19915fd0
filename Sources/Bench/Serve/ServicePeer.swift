internal import Foundation

/// Who is at the other side of a connection, as the kernel knows it.
struct ServicePeer: Sendable, Hashable {
  var process: Int32
  var account: UInt32
  var groups: [UInt32]

  /// The account's name; its number where nobody has named it.
  var name: String { AccountName.of(account) }

  /// Whether it may give orders to the service of a home: the service's own account, root, and
  /// whoever may write in the home by its group.
  func mayCommand(_ home: Home, as own: UInt32) -> Bool {
    if account == own || account == 0 { return true }
    guard let group = home.writingGroup else { return false }
    return groups.contains(group)
  }
}

extension Home {
  /// The group whose members may write in the home; none where they may not.
  var writingGroup: UInt32? {
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
      let mode = facts[.posixPermissions] as? NSNumber, mode.uint32Value & 0o020 != 0,
      let group = facts[.groupOwnerAccountID] as? NSNumber
    else { return nil }
    return group.uint32Value
  }

  /// Where the service of this home is reached.
  public var serviceSocket: String { locks + "/gauger.sock" }
}
