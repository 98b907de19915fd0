public import Laboratory

/// What a destination says of one delivery.
public struct DeliveryAnswer: Sendable, Hashable {
  /// Where it stands.
  public var state: DeliveryState
  /// What the LIMS calls it, where it said so.
  public var reference: String?
  /// Whether the destination was seen to have looked at it, though its verdict is not in yet.
  public var isNoticed: Bool
  /// What a person should know of an answer that is clear all the same.
  public var doubt: Failure?

  /// Makes an answer.
  public init(
    _ state: DeliveryState, reference: String? = nil, isNoticed: Bool = false,
    doubt: Failure? = nil
  ) {
    self.doubt = doubt
    self.state = state
    self.reference = reference
    self.isNoticed = isNoticed
  }

  /// Written whole where the destination looks for it.
  public static let handedOver = DeliveryAnswer(.handedOver)
  /// The destination says that it took it.
  public static let accepted = DeliveryAnswer(.accepted)
  /// A receipt or read-back proves that it was stored.
  public static let confirmed = DeliveryAnswer(.confirmed)
}

/// A file in a destination's own language, made once and then sent as it is, however often.
public struct PreparedFile: Sendable, Hashable {
  /// What follows `<delivery id>.` in its name.
  public var suffix: String
  /// The bytes.
  public var bytes: [UInt8]

  /// Makes a prepared file.
  public init(suffix: String, bytes: [UInt8]) {
    self.suffix = suffix
    self.bytes = bytes
  }
}

/// Where results go.
///
/// A further kind (ASTM, HL7, openBIS, a broker) is one more type that conforms, and a word for it
/// in `bench.yaml`. All calls block; each ends within the destination's own bound.
public protocol Destination: Sendable {
  /// Its name in `bench.yaml`, unique in a home; a plain file name.
  var name: String { get }
  /// Whether it takes what an emulator measured.
  var acceptsEmulated: Bool { get }
  /// After how long without an answer a person is told; none where there is no answer to wait for.
  var answerWithin: Duration? { get }
  /// Whether it answers when it gets a delivery and never again.
  var answersOnce: Bool { get }
  /// What it can carry.
  var capability: Capability { get }
  /// Puts a result into the destination's own language, or says what it cannot carry.
  ///
  /// None where it gets the files as they are. Asked once, when the delivery is spooled.
  func prepare(
    _ sheet: ResultSheet?, for delivery: DeliveryID
  ) throws(DeliveryError) -> PreparedFile?
  /// Writes a delivery where the destination does not see it yet; gives a word to remember of it.
  ///
  /// When that word is kept on our disk, `deliver` shows it. So a delivery that a reader took away
  /// is told from one that was never shown. None where a destination needs no such step.
  func stage(_ delivery: Delivery) throws(DeliveryError) -> String?
  /// Hands a delivery over; what was handed over already is recognised and not sent again.
  ///
  /// A delivery that a crash cut short is completed.
  func deliver(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer
  /// Looks for an answer to a delivery that was handed over.
  func poll(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer
}

extension Destination {
  /// Nobody waits for an answer, unless it says otherwise.
  public var answerWithin: Duration? { nil }

  /// It can be asked again, unless it says otherwise.
  public var answersOnce: Bool { false }

  /// Everything, unless it says otherwise.
  public var capability: Capability { .files }

  /// The files as they are.
  public func prepare(
    _ sheet: ResultSheet?, for delivery: DeliveryID
  ) throws(DeliveryError) -> PreparedFile? { nil }

  /// Needs no such step.
  public func stage(_ delivery: Delivery) throws(DeliveryError) -> String? { nil }
}
