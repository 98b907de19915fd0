import Glibc

/// Tells whether a piece of code took small blocks from glibc's allocator on this thread, also when
/// it gave them back at once.
///
/// One marked free block of every small size lies on top of this thread's own free list. Code that
/// takes and returns such a block loses the mark, as `M_PERTURB` makes `free` overwrite what it
/// gets; code that keeps one leaves another block on top. Either is seen afterwards. Other threads
/// have lists of their own and do not disturb. Blocks of more than 1032 bytes are not seen.
@safe struct AllocationCounter {
  private typealias Mallopt = @convention(c) (Int32, Int32) -> Int32
  private static let perturb: Int32 = -6

  /// Whether the allocator is glibc's own; sanitizers bring another.
  static var isUsable: Bool {
    // Safe: looks names up, calls nothing.
    unsafe dlsym(nil, "__tsan_init") == nil && dlsym(nil, "__asan_init") == nil
      && dlsym(nil, "mallopt") != nil
  }

  private let mallopt: Mallopt
  private let blocks: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  init?() {
    // Safe: glibc's function of this name has this type (malloc.h).
    guard let symbol = unsafe dlsym(nil, "mallopt") else { return nil }
    unsafe mallopt = unsafeBitCast(symbol, to: Mallopt.self)
    unsafe blocks = .allocate(capacity: 64)
  }

  /// Marks a free block of each of 64 small sizes on this thread.
  func begin() {
    _ = mallopt(Self.perturb, 0)
    // Safe: room for 64 addresses. Nothing here but the marked calls allocates, and loops are plain
    // for that reason.
    var place = 0
    // Twice: the first taking may fill a list to its brim from elsewhere, and a block returned to a
    // full list does not come to lie on top.
    var pass = 0
    while pass < 2 {
      while place < 64 {
        let block = unsafe malloc(24 + 16 * place)
        unsafe blocks[place] = block
        if let block = unsafe block { unsafe memset(block, 0x5A, 24 + 16 * place) }
        place += 1
      }
      while place > 0 {
        place -= 1
        unsafe free(blocks[place])
      }
      pass += 1
    }
    _ = mallopt(Self.perturb, 0x33)
  }

  /// Which of the sizes lost their mark since `begin`, a bit a size; on the same thread.
  func end() -> UInt64 {
    _ = mallopt(Self.perturb, 0)
    var taken: UInt64 = 0
    var place = 0
    while place < 64 {
      let size = 24 + 16 * place
      // Safe: every block is read only after it was taken again, and within its size.
      let again = unsafe malloc(size)
      var isMarked = unsafe again == blocks[place]
      // The allocator's own links stand in the first 16 bytes.
      var byte = 16
      while let again = unsafe again, isMarked, byte < size {
        isMarked = unsafe again.load(fromByteOffset: byte, as: UInt8.self) == 0x5A
        byte += 1
      }
      if !isMarked { taken |= 1 << UInt64(place) }
      unsafe free(again)
      place += 1
    }
    return taken
  }
}
