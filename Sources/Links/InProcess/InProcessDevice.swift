public import Instruments

/// An emulated device in the same process, as an `InProcessLink` sees it.
///
/// Every call returns at once; the link does the waiting.
public protocol InProcessDevice: AnyObject, Sendable {
  /// Takes one OUT transfer.
  func send(_ bytes: Span<UInt8>, to endpoint: UInt8) throws(LinkError)

  /// Goes on with a read of `leg`: fetches what is ready into `buffer` from `start + filled` on.
  ///
  /// Returns nil when the transfer has ended, else the moment at which more will be ready
  /// (`.never` where nothing is under way).
  func fetch(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int
  ) throws(LinkError) -> MonotonicInstant?

  /// Answers a request on end point 0; returns the length of the answer.
  func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>
  ) throws(LinkError) -> Int

  /// Ends the stalled state of an end point.
  func clearHalt(_ endpoint: UInt8) throws(LinkError)

  /// Puts the device back to the state after power-up.
  func reset() throws(LinkError)

  /// Takes the device for one user; throws `.busy` when another has it.
  func claim() throws(LinkError)

  /// Gives the device back.
  func release()

  /// Registers what wakes a waiting link when the device changes by itself (unplug).
  func onChange(_ wake: @escaping @Sendable () -> Void)
}
