internal import Formats
internal import Glibc
internal import Laboratory

/// A plain file for the bench of formats: bytes go to it as they come, nothing is synced.
final class FileSink: ByteSink, ByteSource {
  private let descriptor: Int32

  init(path: String) throws {
    // Safe: the path lives through the call.
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("open") }
  }

  deinit { close(descriptor) }

  var size: Int {
    var status = stat()
    // Safe: the structure lives through the call.
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
    // Safe: pointer and count come from the same array, which lives through the call.
    let written = unsafe bytes.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(place))
    }
    guard written == bytes.count else { throw Self.failure("write") }
  }

  func read(at place: Int, count: Int) throws(Failure) -> [UInt8] {
    // Safe: the buffer has room for `count`, and the call fills no more.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // Safe: as above.
      filled = max(0, unsafe pread(descriptor, buffer.baseAddress, count, off_t(place)))
    }
    guard bytes.count == min(count, max(0, size - place)) else { throw Self.failure("read") }
    return bytes
  }

  private static func failure(_ call: String) -> Failure {
    Failure(
      "bench-file", exit: .failed, what: "The file of the bench cannot be used.",
      why: "\(call) failed with \(errno).", next: "Look at the folder's rights and space.")
  }
}
