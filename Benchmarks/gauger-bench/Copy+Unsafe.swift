/// Copies all of `source` to the beginning of `target`, as a link does with what a transfer brought.
func copy(_ source: Span<UInt8>, to target: inout MutableSpan<UInt8>) {
  precondition(source.count <= target.count)
  // Safe: the lengths were checked in the line above; the two memories are different.
  unsafe target.withUnsafeMutableBufferPointer { target in
    unsafe source.withUnsafeBufferPointer { source in
      _ = unsafe target.update(fromContentsOf: source)
    }
  }
}

/// Writes a record's number to its first eight bytes.
func stamp(_ number: UInt64, on bytes: inout [UInt8]) {
  precondition(bytes.count >= 8)
  // Safe: the length was checked in the line above.
  unsafe bytes.withUnsafeMutableBytes { unsafe $0.storeBytes(of: number, as: UInt64.self) }
}

/// The number in a record's first eight bytes.
func number(_ bytes: [UInt8]) -> UInt64 {
  precondition(bytes.count >= 8)
  // Safe: the length was checked in the line above.
  return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt64.self) }
}

/// Writes a number to the first eight bytes of a slot.
func stamp(_ number: UInt64, on slot: inout MutableSpan<UInt8>) {
  precondition(slot.count >= 8)
  // Safe: the length was checked in the line above.
  unsafe slot.withUnsafeMutableBytes { unsafe $0.storeBytes(of: number, as: UInt64.self) }
}

/// The number in the first eight bytes of a record.
func number(_ content: Span<UInt8>) -> UInt64 {
  precondition(content.count >= 8)
  // Safe: the length was checked in the line above.
  return unsafe content.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt64.self) }
}
