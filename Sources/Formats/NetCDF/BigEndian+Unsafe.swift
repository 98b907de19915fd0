/// Numbers as netCDF stores them, the most significant byte first; whole arrays at once.
///
/// The caller says where in the buffer, and how many; what does not fit is a mistake of the program.
enum BigEndian {
  /// Puts numbers into a buffer as 64-bit ones.
  static func put(_ numbers: ArraySlice<Double>, into buffer: inout [UInt8], at place: Int) {
    precondition(place >= 0 && place + 8 * numbers.count <= buffer.count, "the buffer is too small")
    // Safe: the line above keeps every store within the buffer.
    unsafe buffer.withUnsafeMutableBytes { target in
      // Safe: the count is that of the slice.
      unsafe numbers.withUnsafeBufferPointer { source in
        for index in 0..<source.count {
          // Safe: as above.
          unsafe target.storeBytes(
            of: source[index].bitPattern.bigEndian, toByteOffset: place + 8 * index, as: UInt64.self
          )
        }
      }
    }
  }

  /// Puts numbers into a buffer as 32-bit ones, rounded to the nearest.
  static func putNarrow(_ numbers: ArraySlice<Double>, into buffer: inout [UInt8], at place: Int) {
    precondition(place >= 0 && place + 4 * numbers.count <= buffer.count, "the buffer is too small")
    // Safe: the line above keeps every store within the buffer.
    unsafe buffer.withUnsafeMutableBytes { target in
      // Safe: the count is that of the slice.
      unsafe numbers.withUnsafeBufferPointer { source in
        for index in 0..<source.count {
          // Safe: as above.
          unsafe target.storeBytes(
            of: Float(source[index]).bitPattern.bigEndian, toByteOffset: place + 4 * index,
            as: UInt32.self)
        }
      }
    }
  }

  /// Puts numbers into a buffer as 32-bit integers; all of them are whole and fit.
  static func putInts(_ numbers: ArraySlice<Double>, into buffer: inout [UInt8], at place: Int) {
    precondition(place >= 0 && place + 4 * numbers.count <= buffer.count, "the buffer is too small")
    // Safe: the line above keeps every store within the buffer.
    unsafe buffer.withUnsafeMutableBytes { target in
      for (index, number) in numbers.enumerated() {
        // Safe: as above.
        unsafe target.storeBytes(
          of: Int32(number).bigEndian, toByteOffset: place + 4 * index, as: Int32.self)
      }
    }
  }

  /// Puts numbers into a buffer as 16-bit integers; all of them are whole and fit.
  static func putShorts(_ numbers: ArraySlice<Double>, into buffer: inout [UInt8], at place: Int) {
    precondition(place >= 0 && place + 2 * numbers.count <= buffer.count, "the buffer is too small")
    // Safe: the line above keeps every store within the buffer.
    unsafe buffer.withUnsafeMutableBytes { target in
      for (index, number) in numbers.enumerated() {
        // Safe: as above.
        unsafe target.storeBytes(
          of: Int16(number).bigEndian, toByteOffset: place + 2 * index, as: Int16.self)
      }
    }
  }

  /// The numbers in bytes, `kind` after `kind`, as many as there are whole; floats are exact.
  static func numbers(_ bytes: ArraySlice<UInt8>, _ kind: NetCDFFile.Kind) -> [Double] {
    let count = bytes.count / kind.size
    // Safe: every load lies within `count` whole numbers of the slice.
    return unsafe bytes.withUnsafeBytes { source in
      unsafe [Double](unsafeUninitializedCapacity: count) { target, filled in
        // Safe: `count` numbers are there, and room for as many; one loop a type.
        switch kind {
        case .double:
          for index in 0..<count {
            let bits = unsafe source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
            unsafe target[index] = Double(bitPattern: UInt64(bigEndian: bits))
          }
        case .float:
          for index in 0..<count {
            let bits = unsafe source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            unsafe target[index] = Double(Float(bitPattern: UInt32(bigEndian: bits)))
          }
        case .int:
          for index in 0..<count {
            let bits = unsafe source.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)
            unsafe target[index] = Double(Int32(bigEndian: bits))
          }
        case .short:
          for index in 0..<count {
            let bits = unsafe source.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
            unsafe target[index] = Double(Int16(bigEndian: bits))
          }
        case .byte, .char:
          for index in 0..<count {
            unsafe target[index] = Double(Int8(bitPattern: source[index]))
          }
        }
        filled = count
      }
    }
  }
}
