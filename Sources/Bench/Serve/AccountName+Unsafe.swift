internal import Glibc

/// Names of accounts.
enum AccountName {
  /// The name of an account; its number where nobody has named it.
  static func of(_ account: UInt32) -> String {
    // Safe: filled by the call below before it is read.
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 16384)
    let size = room.count
    // Safe: the entry's texts lie in the room, which is read before it goes away.
    return unsafe room.withUnsafeMutableBufferPointer { texts in
      guard let start = texts.baseAddress,
        unsafe getpwuid_r(account, &entry, start, size, &found) == 0,
        let name = unsafe found?.pointee.pw_name
      else { return "\(account)" }
      return unsafe String(cString: name)
    }
  }

  /// The account that this process runs as.
  static var own: UInt32 { geteuid() }
}
