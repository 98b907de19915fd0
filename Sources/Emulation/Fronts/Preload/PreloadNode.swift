internal import Instruments

/// One plugged-in device of the preload bench: what its server does with it.
protocol PreloadNode: Sendable {
  var device: EmulatedDevice { get }
  /// The index of the device on the bench.
  var index: Int { get }
  /// Its place on the bus, counted from 1.
  var place: Int { get }
  /// The pseudo-terminal behind it, if there is one.
  var terminal: String? { get }
  /// What `/sys/bus/usb/devices` lists for it.
  var busEntries: [String] { get }
  var isGone: Bool { get }
  /// Whether nothing needs it any more.
  var isOver: Bool { get }
  /// The descriptors on which clients may say something.
  var descriptors: [Int32] { get }

  /// Does what a descriptor with something to read asks for; false for a foreign one.
  mutating func serve(_ descriptor: Int32) -> Bool
  /// Goes on with what is under way; returns when there will be more to do.
  mutating func pump() -> MonotonicInstant
  /// Ends what is under way with "no device" and serves no new client.
  mutating func unplug()
  /// Closes everything; it is not used afterwards.
  mutating func close()
  /// What the uevents of its plugging say, the first one numbered `sequence`.
  func events(action: String, sequence: Int) -> [[(String, String)]]
}
