internal import Glibc

/// Memory for the numbers of long files.
enum LargeMemory {
  private static let page = 1 << 21

  /// Asks for large pages for the room that was reserved for an array.
  ///
  /// Each small page that is touched first costs as long as the copy of a thousand numbers into it.
  /// Advice only: a system that does not follow it changes nothing but the time.
  static func advise(_ numbers: [Double]) {
    let size = numbers.capacity * MemoryLayout<Double>.size
    guard size >= 4 * page else { return }
    // Safe: the pages lie within the room of the array, none of whose bytes is read or written.
    unsafe numbers.withUnsafeBytes { room in
      guard let base = room.baseAddress else { return }
      let first = UInt(bitPattern: base)
      let begin = (first + UInt(page) - 1) & ~UInt(page - 1)
      let end = (first + UInt(size)) & ~UInt(page - 1)
      guard end > begin, let start = unsafe UnsafeMutableRawPointer(bitPattern: begin) else {
        return
      }
      // Safe: as above; what is refused is not needed.
      _ = unsafe madvise(start, Int(end - begin), MADV_HUGEPAGE)
    }
  }
}
