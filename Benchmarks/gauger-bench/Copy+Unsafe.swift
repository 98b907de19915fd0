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
