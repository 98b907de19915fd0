internal import CDeflate

/// Undoes zlib compression (RFC 1950), by libdeflate.
///
/// One decompressor for any number of streams; one thread. The check at a stream's end is checked,
/// and never more is written than is asked for, whatever a stream would give.
// Safe: its pointer is private, made in `init` and freed in `deinit`.
@safe final class Inflater {
  // Safe: as above; nil where there was no memory for it.
  private let handle: OpaquePointer?

  /// Makes a decompressor; one without memory takes every stream for damaged.
  init() {
    // Safe: the call takes nothing.
    unsafe handle = libdeflate_alloc_decompressor()
  }

  deinit {
    // Safe: made once, and nothing uses it any more; nil is nothing to free.
    unsafe libdeflate_free_decompressor(handle)
  }

  /// Puts what a stream gives at the start of a buffer, which grows as needed, at most so much.
  ///
  /// How many bytes it gave; nil where it gives more, or is damaged, or has bytes behind its end.
  func inflate(
    _ stream: ArraySlice<UInt8>, most count: Int, into buffer: inout [UInt8]
  ) -> Int? {
    // One byte more, so that the buffer of an empty stream has an address.
    if buffer.count <= count { buffer = [UInt8](repeating: 0, count: count + count / 4 + 1) }
    // Safe: the buffer has `count` bytes and more.
    return unsafe buffer.withUnsafeMutableBytes { unsafe inflate(stream, count, into: $0) }
  }

  /// Adds the 64-bit floats, their lowest byte first, that a stream gives, which must be so many.
  ///
  /// Where it gives others, or is damaged, it is false, and what was added counts nothing.
  func inflate(
    _ stream: ArraySlice<UInt8>, doubles count: Int, to numbers: inout [Double]
  ) -> Bool {
    let start = numbers.count
    numbers.append(contentsOf: repeatElement(0, count: count))
    // Safe: the numbers have 8 `count` bytes behind `start`.
    let given = unsafe numbers.withUnsafeMutableBytes { target in
      unsafe inflate(
        stream, 8 * count, into: UnsafeMutableRawBufferPointer(rebasing: target[(8 * start)...]))
    }
    if UInt64(1).littleEndian != 1 {
      for index in start..<numbers.count {
        numbers[index] = Double(bitPattern: UInt64(littleEndian: numbers[index].bitPattern))
      }
    }
    return given == 8 * count
  }

  // Safe for callers whose target has `count` bytes.
  private func inflate(
    _ stream: ArraySlice<UInt8>, _ count: Int, into target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let handle = unsafe handle, let to = target.baseAddress else { return nil }
    var (given, taken) = (0, 0)
    // Safe: the slice lives through the call, which reads no more than it has and writes at most
    // `count` bytes.
    let isDone = unsafe stream.withUnsafeBytes { source in
      unsafe libdeflate_zlib_decompress_ex(
        handle, source.baseAddress, source.count, to, count, &taken, &given)
        == LIBDEFLATE_SUCCESS
    }
    return isDone && taken == stream.count ? given : nil
  }
}
