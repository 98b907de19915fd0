internal import Instruments

/// One emulated instrument as its fronts see it: takes bytes, has bytes ready at moments.
///
/// Pure: it knows no front and no clock; every call is given its moment.
protocol EmulatedModel: Sendable {
  /// The lasting id of the model (`stanford-research/rga200`).
  var id: String { get }
  /// The serial number it states.
  var serialNumber: String { get }
  /// How it is connected to a computer.
  var connection: EmulatedConnection { get }
  /// Frames fetched to their last byte.
  var framesSent: Int { get }

  /// Takes bytes from the host: one OUT transfer, or what came over a serial line (end point 0).
  mutating func receive(_ bytes: [UInt8], on endpoint: UInt8, at now: MonotonicInstant)

  /// Goes on with a host's read: fills `buffer[start + filled...]` up to `limit` bytes in all.
  ///
  /// Nil for an end point that does not exist. A serial line has end point 0 alone, and never ends
  /// a read early: `.done` means that `limit` was reached.
  mutating func fetch(
    _ endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int, now: MonotonicInstant
  ) -> ReadProgress?

  /// Forgets everything that was told since power-up.
  mutating func restart()

  /// Whether the bytes fetched last from this end point belong to a frame.
  func sendsFrames(on endpoint: UInt8) -> Bool

  /// Hears that the host changed its lines or holds the line in the break state; only where the
  /// front carries them.
  mutating func hear(_ lines: ModemLines, isBreak: Bool)

  /// Answers that are no frames, fetched to their last byte; nil where they end with CR.
  var answersSent: Int? { get }

  /// What is switched on that could harm: `lamp`, `filament`, `detector`.
  var energised: [String] { get }
}

extension EmulatedModel {
  mutating func hear(_ lines: ModemLines, isBreak: Bool) {}
  var answersSent: Int? { nil }
}

/// How an emulated instrument is connected.
enum EmulatedConnection: Sendable {
  /// By USB: what it says of itself on the bus, and its end points.
  case usb(USBDescriptors, endpoints: [UInt8])
  /// By a serial line of this speed in bits a second, ten bits a byte.
  case serial(baud: Int)
}
