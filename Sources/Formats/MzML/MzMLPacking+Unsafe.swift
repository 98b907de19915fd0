internal import CDeflate

/// Packs arrays of numbers as mzML stores them: little-endian, zlib; base64 comes after.
///
/// One compressor and one set of buffers for a whole file; one thread.
// Safe: its pointers are private, and each is reserved before it is used.
@safe final class MzMLPacker {
  // Safe: made in `init`, freed in `deinit`, used by this object alone.
  private let compressor: OpaquePointer
  // Safe: as above; `reserve` keeps their sizes.
  private var numbers = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
  // Safe: as above.
  private var packed = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
  private var (numbersSize, packedSize) = (64, 64)

  /// Makes a packer of a level of libdeflate, 1 to 12; nil where there is no memory.
  init?(level: Int) {
    // Safe: the call takes a number; levels outside are brought in.
    guard let made = unsafe libdeflate_alloc_compressor(Int32(max(1, min(12, level)))) else {
      return nil
    }
    // Safe: made just above.
    unsafe compressor = made
  }

  deinit {
    // Safe: each was made once, and nothing uses it any more.
    unsafe libdeflate_free_compressor(compressor)
    // Safe: as above.
    unsafe numbers.deallocate()
    // Safe: as above.
    unsafe packed.deallocate()
  }

  /// Packs values as 64-bit floats, or as 32-bit floats, and adds the stream to bytes.
  ///
  /// An array of nothing is a text of nothing, never a stream of nothing, which hangs ProteoWizard.
  func pack(_ values: ArraySlice<Double>, asFloat32 isNarrow: Bool, to bytes: inout [UInt8]) {
    guard !values.isEmpty else { return }
    let size = values.count * (isNarrow ? 4 : 8)
    if isNarrow {
      reserve(numbers: size)
      // Safe: the buffer has room for as many numbers as are bound.
      let target = unsafe numbers.bindMemory(to: Float.self, capacity: values.count)
      // Safe: both have `values.count` numbers.
      unsafe values.withUnsafeBufferPointer { source in
        for index in 0..<source.count { unsafe target[index] = Float(source[index]) }
      }
      // Safe: `size` bytes were written just now.
      unsafe compress(numbers, size, to: &bytes)
    } else {
      // Safe: the slice lives through the call; `size` are its bytes.
      unsafe values.withUnsafeBytes { source in
        if let base = source.baseAddress { unsafe compress(base, size, to: &bytes) }
      }
    }
  }

  // Safe: the caller's pointer has `size` bytes; the target is as large as libdeflate asks.
  private func compress(_ source: UnsafeRawPointer, _ size: Int, to bytes: inout [UInt8]) {
    // Safe: the call takes a number.
    let bound = unsafe libdeflate_zlib_compress_bound(compressor, size)
    reserve(packed: bound)
    // Safe: `packed` has `bound` bytes and more.
    let count = unsafe libdeflate_zlib_compress(compressor, source, size, packed, bound)
    // Safe: so many bytes were written just now.
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: packed, count: count))
  }

  private func reserve(numbers wanted: Int) {
    guard wanted > numbersSize else { return }
    // Safe: what was there is freed once and replaced.
    unsafe numbers.deallocate()
    numbersSize = 2 * wanted
    // Safe: kept until `deinit`.
    unsafe numbers = UnsafeMutableRawPointer.allocate(byteCount: numbersSize, alignment: 16)
  }

  private func reserve(packed wanted: Int) {
    guard wanted > packedSize else { return }
    // Safe: what was there is freed once and replaced.
    unsafe packed.deallocate()
    packedSize = 2 * wanted
    // Safe: kept until `deinit`.
    unsafe packed = UnsafeMutableRawPointer.allocate(byteCount: packedSize, alignment: 16)
  }
}

/// What of a scan's numbers decides how they are stored; numbers of one array in one go.
enum MzMLNumbers {
  /// Whether all numbers are finite.
  static func areFinite(_ values: ArraySlice<Double>) -> Bool {
    var bad: UInt64 = 0
    // Safe: the buffer is that of the slice, read within its count.
    unsafe values.withUnsafeBufferPointer { source in
      for index in 0..<source.count {
        let value = unsafe source[index]
        bad |= value - value == 0 ? 0 : 1
      }
    }
    return bad == 0
  }

  /// Whether no number is below the one before it, nor below zero.
  static func neverFall(_ values: ArraySlice<Double>) -> Bool {
    var bad: UInt64 = 0
    // Safe: the buffer is that of the slice, read within its count.
    unsafe values.withUnsafeBufferPointer { source in
      if let first = unsafe source.first, !(first >= 0) { bad = 1 }
      for index in 1..<max(1, source.count) {
        let (before, value) = unsafe (source[index - 1], source[index])
        bad |= value >= before ? 0 : 1
      }
    }
    return bad == 0
  }

  /// Whether all numbers are the same in 32 bits.
  static func fitFloat32(_ values: ArraySlice<Double>) -> Bool {
    var bad: UInt64 = 0
    // Safe: the buffer is that of the slice, read within its count.
    unsafe values.withUnsafeBufferPointer { source in
      for index in 0..<source.count {
        let value = unsafe source[index]
        bad |= Double(Float(value)) == value ? 0 : 1
      }
    }
    return bad == 0
  }
}

extension MzMLNumbers {
  /// The sum in the order of the values, and how far from the first the largest stands first; nil
  /// where there is none.
  static func sumAndLargest(_ values: ArraySlice<Double>) -> (sum: Double, largest: Int?) {
    var (sum, largest, place) = (0.0, -Double.infinity, 0)
    // Safe: the buffer is that of the slice, read within its count.
    unsafe values.withUnsafeBufferPointer { source in
      for index in 0..<source.count {
        let value = unsafe source[index]
        sum += value
        if value > largest { (largest, place) = (value, index) }
      }
    }
    return (sum, values.isEmpty ? nil : place)
  }
}
