/// What an instrument says of itself when it is opened, kept with every run.
///
/// With the profile this suffices to decode every frame of the run anywhere, without the instrument.
public struct InstrumentRecord: Sendable, Hashable, Codable {
  /// One block of bytes read from the instrument's own memory.
  public struct MemoryBlock: Sendable, Hashable, Codable {
    /// The driver's name for the block (`eeprom-05`).
    public var name: String
    /// The bytes as read, nothing removed.
    public var bytes: [UInt8]

    /// Makes a block.
    public init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// The profile id of the model.
  public var model: String
  /// The serial number as the instrument states it.
  public var serialNumber: String
  /// The firmware version as text, where the model tells it.
  public var firmware: String?
  /// Calibration and identity as read from the instrument, byte for byte.
  public var memory: [MemoryBlock]
  /// Further facts for people, by snake_case name.
  public var remarks: [String: String]

  /// Makes a record.
  public init(
    model: String, serialNumber: String, firmware: String? = nil, memory: [MemoryBlock] = [],
    remarks: [String: String] = [:]
  ) {
    self.model = model
    self.serialNumber = serialNumber
    self.firmware = firmware
    self.memory = memory
    self.remarks = remarks
  }
}

/// One readout as it came from the instrument: how it went, how many bytes, when.
public struct FrameReadout: Sendable, Hashable {
  /// How the readout went.
  public var outcome: FrameOutcome
  /// How many bytes of the slot hold what was received; refused and partial frames count too.
  public var byteCount: Int
  /// When the readout was asked for.
  public var requested: MonotonicInstant
  /// When the first byte was in hand, or as near as the link can tell.
  public var firstByte: MonotonicInstant
  /// When the last byte was in hand.
  public var lastByte: MonotonicInstant
  /// Frames that the instrument sent before the next one and of which nothing came, by its numbers.
  ///
  /// Told with `.nothingYet`, so that the gap is recorded before the frame that showed it.
  public var lost: UInt64 = 0

  /// Makes a readout.
  public init(
    outcome: FrameOutcome, byteCount: Int, requested: MonotonicInstant,
    firstByte: MonotonicInstant, lastByte: MonotonicInstant
  ) {
    self.outcome = outcome
    self.byteCount = byteCount
    self.requested = requested
    self.firstByte = firstByte
    self.lastByte = lastByte
  }
}

/// How one readout went.
///
/// Bytes of every outcome but `nothingYet` and `ended` are kept as evidence.
public enum FrameOutcome: Sendable, Hashable {
  /// Whole and accepted.
  case complete
  /// Ended before its length; the bytes so far are in the slot.
  case partial
  /// Whole in length but not believed.
  case refused(FrameRefusal)
  /// Exposed before the last change of a setting; whole, but not to be used.
  case stale
  /// Nothing was to be read before the deadline, and nothing was expected to be.
  case nothingYet
  /// The instrument has ended the acquisition in order by itself, and nothing more comes.
  case ended
}

/// Why a frame of the right length is not believed.
public enum FrameRefusal: UInt8, Sendable, Hashable {
  /// The end mark is not where it must be: bytes were lost or added.
  case lostSync = 1
  /// More bytes came than one frame has.
  case overlong = 2
  /// A checksum does not match.
  case failedCheck = 3
  /// The instrument gave its number to a frame before.
  case repeated = 4
  /// A value in it is no number, or cannot be where it stands.
  case impossible = 5
}

/// One opened instrument of one protocol family.
///
/// Owned by one thread, the acquisition thread, from opening to `close()`. `readFrame` allocates
/// nothing and takes no lock. Closing is a call and not a `deinit`, because it can fail.
public protocol Instrument: ~Copyable {
  /// What the instrument said of itself when it was opened.
  var record: InstrumentRecord { get }

  /// The size in bytes of the largest frame that `readFrame` can give.
  var largestFrame: Int { get }

  /// How long one frame takes with the settings in force, without the wait for a trigger.
  var frameTime: Duration { get }

  /// Puts all settings of scope `instrument` in force and returns them as sent, after rounding.
  ///
  /// Nothing is sent when one of them is out of range. Frames exposed before the change come back
  /// as `.stale`, as many as the profile says.
  mutating func apply(_ settings: Settings) throws(DriverError) -> Settings

  /// Reads one frame into `slot`; waits at most for the exposure and the profile's grace.
  ///
  /// Throws only when the session cannot simply ask again (gone, cancelled, stuck); damaged frames
  /// are returned with their outcome, so that their bytes are kept.
  mutating func readFrame(into slot: inout MutableSpan<UInt8>) throws(DriverError) -> FrameReadout

  /// Brings the link and the instrument back in step after a damaged frame.
  mutating func resynchronize() throws(DriverError)

  /// Laser off, lamp off, shutter closed: whatever the model has that can harm. Idempotent.
  mutating func makeSafe() throws(DriverError)

  /// Makes safe and gives the instrument back. Nothing else may be called afterwards.
  mutating func close() throws(DriverError)
}

/// One driver as the registry lists it.
public struct DriverEntry: Sendable {
  /// The lasting id that profiles name in `driver:`.
  public let id: String
  /// Opens an instrument over a link that is connected but on which nothing was said yet.
  public let open:
    @Sendable (consuming any ByteLink & ~Copyable, DeviceProfile) throws(DriverError)
      -> any Instrument & ~Copyable
  /// Makes what decodes the frames of a run from what was kept with it.
  ///
  /// Needs no instrument.
  public let interpret:
    @Sendable (DeviceProfile, InstrumentRecord) throws(DriverError) -> FrameInterpreter
  /// Whether a profile's `facts` are complete for this driver; throws what is wrong.
  public let check: @Sendable (DeviceProfile) throws(DriverError) -> Void

  /// Makes an entry.
  public init(
    id: String,
    open:
      @escaping @Sendable (consuming any ByteLink & ~Copyable, DeviceProfile)
      throws(DriverError) -> any Instrument & ~Copyable,
    interpret:
      @escaping @Sendable (DeviceProfile, InstrumentRecord) throws(DriverError)
      -> FrameInterpreter,
    check: @escaping @Sendable (DeviceProfile) throws(DriverError) -> Void
  ) {
    self.id = id
    self.open = open
    self.interpret = interpret
    self.check = check
  }
}
