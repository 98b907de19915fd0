/// What libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  // libFuzzer's contract: `size` bytes are at `data` while this call lasts; they are copied.
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size))
  FuzzTargets.chosen(bytes)
  return 0
}
