internal import Dispatch
internal import Foundation
public import Laboratory
internal import Synchronization

/// A destination on a network share, reached by a process of its own.
///
/// A share whose server is away holds whoever touches it, and not even `SIGKILL` ends that. So each
/// step is done by a child process that is waited for so long and no longer; this process never
/// touches the share. A child that hangs is told to end and left behind; no other touches the share
/// while it is there, whoever started it.
public struct NetworkFolderDestination: Destination {
  /// One step that the child does.
  public enum Step: String, Sendable, CaseIterable {
    /// `Destination.stage`.
    case stage
    /// `Destination.deliver`.
    case deliver
    /// `Destination.poll`.
    case poll
  }

  /// What the child says, one line of JSON at its end.
  public struct Word: Sendable, Hashable, Codable {
    /// What to remember of a staging.
    public var staged: String?
    /// The state, reference and notice of an answer.
    public var state: DeliveryState?
    /// What the LIMS calls it.
    public var reference: String?
    /// Whether the destination was seen to have looked at it.
    public var isNoticed: Bool?
    /// What went wrong, where something did.
    public var failure: Failure?
    /// Whether that rejects the delivery.
    public var isRejected: Bool?
    /// Whether that holds up those behind it.
    public var holdsUp: Bool?
  }

  /// The destination itself, which only the child touches.
  private let inner: any Destination
  /// The program and its words for a step of a delivery.
  private let command: @Sendable (Step, DeliveryID) -> [String]
  private let bound: Duration

  /// Wraps a destination; `command` gives the child's program and arguments.
  public init(
    _ inner: any Destination, bound: Duration = .seconds(30),
    command: @escaping @Sendable (Step, DeliveryID) -> [String]
  ) {
    self.inner = inner
    self.bound = bound
    self.command = command
  }

  /// Its name in `bench.yaml`.
  public var name: String { inner.name }
  /// Whether it takes what an emulator measured.
  public var acceptsEmulated: Bool { inner.acceptsEmulated }
  /// After how long without an answer a person is told.
  public var answerWithin: Duration? { inner.answerWithin }
  /// What it can carry.
  public var capability: Capability { inner.capability }

  /// Asks the destination itself: no share is touched for that.
  public func prepare(
    _ sheet: ResultSheet?, for delivery: DeliveryID
  ) throws(DeliveryError) -> PreparedFile? { try inner.prepare(sheet, for: delivery) }

  /// Has the child stage it.
  public func stage(_ delivery: Delivery) throws(DeliveryError) -> String? {
    try ask(.stage, delivery.id).staged
  }

  /// Has the child hand it over.
  public func deliver(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    try answer(.deliver, delivery.id)
  }

  /// Has the child look for an answer.
  public func poll(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    try answer(.poll, delivery.id)
  }

  /// Does a step as the child does it, with what the spool remembers of the delivery.
  public static func perform(
    _ step: Step, _ id: DeliveryID, to destination: any Destination, home: String
  ) -> Word {
    do throws(DeliveryError) {
      let spool = Spool(home: home)
      guard let status = try spool.status(id).first(where: { $0.destination == destination.name })
      else { throw .unknownDelivery(id.description) }
      let delivery = try spool.delivery(for: status)
      guard let lock = try spool.writerLock(destination.name) else {
        throw .hangs(destination.name, 0)
      }
      defer { withExtendedLifetime(lock) {} }
      switch step {
      case .stage: return Word(staged: try destination.stage(delivery))
      case .deliver: return Word(try destination.deliver(delivery))
      case .poll: return Word(try destination.poll(delivery))
      }
    } catch {
      return Word(error)
    }
  }

  private func answer(_ step: Step, _ id: DeliveryID) throws(DeliveryError) -> DeliveryAnswer {
    let word = try ask(step, id)
    guard let state = word.state else {
      throw .unreachable(name, "The process that writes to it said nothing.")
    }
    return DeliveryAnswer(
      state, reference: word.reference, isNoticed: word.isNoticed ?? false)
  }

  private func ask(_ step: Step, _ id: DeliveryID) throws(DeliveryError) -> Word {
    let seconds = Int((bound / .seconds(1)).rounded(.up))
    guard Children.isFree(name) else { throw .hangs(name, seconds) }
    let child = Child(command(step, id))
    guard child.start() else {
      throw .unreachable(name, "The process that writes to it did not start.")
    }
    guard let line = child.wait(bound) else {
      Children.leave(child, name)
      throw .hangs(name, seconds)
    }
    guard let word = try? JSONDecoder().decode(Word.self, from: line) else {
      throw .unreachable(name, "The process that writes to it ended without a word.")
    }
    guard let failure = word.failure else { return word }
    throw .told(failure, isRejected: word.isRejected ?? false, holdsUp: word.holdsUp ?? true)
  }
}

extension NetworkFolderDestination.Word {
  init(_ answer: DeliveryAnswer) {
    self.init(
      state: answer.state, reference: answer.reference, isNoticed: answer.isNoticed)
  }

  init(_ error: DeliveryError) {
    self.init(
      failure: error.failure, isRejected: error.rejects, holdsUp: error.blocksDestination)
  }
}

/// The children that were left behind hanging, by destination.
private enum Children {
  private static let left = Mutex<[String: Child]>([:])

  static func leave(_ child: Child, _ name: String) { left.withLock { $0[name] = child } }

  /// Whether no child of this destination hangs any more.
  static func isFree(_ name: String) -> Bool {
    left.withLock {
      guard let child = $0[name] else { return true }
      guard child.hasEnded else { return false }
      $0[name] = nil
      return true
    }
  }
}

/// A child process whose one line is waited for, for so long and no longer.
private final class Child: Sendable {
  private let process: Process
  private let output = Pipe()
  private let line = Mutex(Data())
  private let ended = DispatchSemaphore(value: 0)

  init(_ command: [String]) {
    process = Process()
    process.executableURL = URL(fileURLWithPath: command.first ?? "")
    process.arguments = Array(command.dropFirst())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
  }

  var hasEnded: Bool { !process.isRunning }

  func start() -> Bool {
    do { try process.run() } catch { return false }
    let handle = output.fileHandleForReading
    // A thread of its own, since nobody knows when the child lets go of its end.
    let reader = Thread { [self] in
      let data = (try? handle.readToEnd()) ?? nil
      line.withLock { $0 = data ?? Data() }
      ended.signal()
    }
    reader.start()
    return true
  }

  /// What it said until its end; none where it did not come to it in time, and then it is told to
  /// end.
  func wait(_ bound: Duration) -> Data? {
    guard ended.wait(timeout: .now() + bound / .seconds(1)) == .success else {
      kill(process.processIdentifier, SIGKILL)
      return nil
    }
    return line.withLock { $0 }
  }
}
