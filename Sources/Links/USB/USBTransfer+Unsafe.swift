internal import CLibUSB
internal import Instruments

/// One libusb transfer with a buffer of its own, used again and again.
///
/// Owned by the link's thread. libusb writes into it only between `submit` and the moment
/// `isFinished` turns true, and only while that thread handles events.
@safe final class USBTransfer {
  private let transfer: UnsafeMutablePointer<libusb_transfer>
  // A C `int` at a fixed address, because libusb itself looks at it between two events.
  private let finished: UnsafeMutablePointer<Int32>
  private var buffer: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  /// Whether the kernel may still write into the buffer.
  private var isPending = false
  private var isReleased = false

  init(capacity: Int) throws(LinkError) {
    // Safe: nil is the only failure and is checked; the memory is owned by this object.
    guard let transfer = unsafe libusb_alloc_transfer(0) else {
      throw LinkError.libusb(LIBUSB_ERROR_NO_MEM.rawValue, doing: "reserve a transfer")
    }
    unsafe self.transfer = transfer
    unsafe finished = .allocate(capacity: 1)
    unsafe finished.initialize(to: 1)
    unsafe buffer = .allocate(capacity: max(capacity, 1))
    unsafe buffer.initialize(repeating: 0, count: max(capacity, 1))
    self.capacity = max(capacity, 1)
  }

  /// Gives libusb's part back; must happen while the context lives that it was used in.
  func release() {
    // Safe: not in flight and given back once; nothing submits it afterwards, as the handle
    // refuses when closed. Memory that the kernel may still write to is left alone for ever.
    guard isFinished, !isReleased else { return }
    isReleased = true
    unsafe libusb_free_transfer(transfer)
  }

  deinit {
    release()
    // Safe: as above.
    guard isReleased else { return }
    unsafe finished.deallocate()
    unsafe buffer.deallocate()
  }

  /// Makes room for `size` bytes; allocates only where the buffer is smaller.
  func reserve(_ size: Int) {
    guard size > capacity, !isPending else { return }
    // Safe: nothing is in flight, so nobody else knows the old buffer.
    unsafe buffer.deallocate()
    unsafe buffer = .allocate(capacity: size)
    unsafe buffer.initialize(repeating: 0, count: size)
    capacity = size
  }

  /// Hands the transfer to libusb; returns its code.
  func submit(
    on handle: OpaquePointer, endpoint: UInt8, type: UInt8, length: Int
  ) -> Int32 {
    // Safe: the buffer holds `length` bytes (the link reserves before it submits), and buffer,
    // flag and transfer stay where they are until the callback has run.
    unsafe finished.pointee = 0
    unsafe transfer.pointee.dev_handle = handle
    unsafe transfer.pointee.endpoint = endpoint
    unsafe transfer.pointee.type = type
    unsafe transfer.pointee.timeout = 0  // the link's deadlines decide, by cancelling
    unsafe transfer.pointee.flags = 0
    unsafe transfer.pointee.length = Int32(length)
    unsafe transfer.pointee.actual_length = 0
    unsafe transfer.pointee.buffer = buffer
    unsafe transfer.pointee.user_data = UnsafeMutableRawPointer(finished)
    unsafe transfer.pointee.callback = transferDidFinish
    let code = unsafe libusb_submit_transfer(transfer)
    isPending = code == 0
    if code != 0 { unsafe finished.pointee = 1 }
    return code
  }

  /// Asks for the transfer back; it is back once `isFinished`.
  func cancel() {
    guard isPending, !isFinished else { return }
    // Safe: the transfer was submitted and its callback has not run. A refusal means that it is
    // finishing by itself.
    _ = unsafe libusb_cancel_transfer(transfer)
  }

  /// Whether the far side or a cancel has ended the transfer.
  var isFinished: Bool {
    // Safe: written by the callback on this very thread.
    if unsafe finished.pointee == 0 { return false }
    isPending = false
    return true
  }

  /// Lets libusb handle what has happened, waiting at most `wait` for this transfer.
  func handleEvents(of context: OpaquePointer, waitingAtMost wait: Duration) -> Int32 {
    let microseconds = max(0, min(wait.wholeMicroseconds, 1_000_000))
    var time = timeval(
      tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
    // Safe: both pointers are valid for the call.
    return unsafe libusb_handle_events_timeout_completed(context, &time, finished)
  }

  /// How the transfer ended.
  var status: libusb_transfer_status { unsafe transfer.pointee.status }

  /// How many bytes were carried, setup stage not counted.
  var actualLength: Int {
    max(0, min(Int(unsafe transfer.pointee.actual_length), capacity))
  }

  /// Copies bytes out of the transfer; the caller has checked that both ranges exist.
  func copy(
    from start: Int, count: Int, into span: inout MutableSpan<UInt8>, at offset: Int
  ) {
    guard count > 0 else { return }
    precondition(start + count <= capacity && offset + count <= span.count)
    // Safe: both ranges were checked in the line above.
    let source = unsafe UnsafeBufferPointer(start: buffer + start, count: count)
    unsafe span.withUnsafeMutableBufferPointer { target in
      _ = unsafe UnsafeMutableBufferPointer(rebasing: target[offset..<offset + count])
        .update(fromContentsOf: source)
    }
  }

  /// Copies bytes into the transfer, `start` bytes from its beginning.
  func fill(_ bytes: Span<UInt8>, from offset: Int, count: Int, at start: Int) {
    guard count > 0 else { return }
    precondition(start + count <= capacity && offset + count <= bytes.count)
    // Safe: both ranges were checked in the line above.
    unsafe bytes.withUnsafeBufferPointer { source in
      _ = unsafe UnsafeMutableBufferPointer(start: buffer + start, count: count)
        .update(fromContentsOf: UnsafeBufferPointer(rebasing: source[offset..<offset + count]))
    }
  }

  /// Writes the eight bytes of a setup stage to the beginning of the buffer.
  func fillSetup(_ request: ControlRequest, length: Int) {
    precondition(capacity >= 8)
    let bytes: [8 of UInt8] = [
      request.type, request.request,
      UInt8(truncatingIfNeeded: request.value), UInt8(truncatingIfNeeded: request.value >> 8),
      UInt8(truncatingIfNeeded: request.index), UInt8(truncatingIfNeeded: request.index >> 8),
      UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8),
    ]
    // Safe: the capacity was checked above.
    for i in bytes.indices { unsafe buffer[i] = bytes[i] }
  }
}

/// Marks a transfer as finished; called by libusb on the thread that handles events.
private func transferDidFinish(_ transfer: UnsafeMutablePointer<libusb_transfer>?) {
  // Safe: `user_data` is the flag that `submit` put there.
  unsafe transfer?.pointee.user_data?.assumingMemoryBound(to: Int32.self).pointee = 1
}
