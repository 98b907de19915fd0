import Foundation
import Laboratory
import Synchronization
import Testing

@testable import Records

/// A folder of a test's own, removed when the test lets go of it.
final class TestFolder: Sendable {
  let path: String

  /// In memory where there is such a disk: these tests sync hundreds of times.
  init() throws {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm")
    path = (memory ? "/dev/shm/" : NSTemporaryDirectory()) + "gauger-records-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names in the chain's folder that belong to segments.
  func segments() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/audit").sorted()
      .filter { $0.hasSuffix(".jsonl") }
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/audit/" + name)))
  }

  func put(_ bytes: some Sequence<UInt8>, _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/audit/" + name))
  }

  /// The lines of a segment with their ends.
  func lines(_ name: String) throws -> [[UInt8]] {
    try bytes(name).split(separator: 0x0A).map { Array($0) + [0x0A] }
  }

  func entries() throws -> [AuditEntry] {
    var all: [AuditEntry] = []
    try AuditChain(home: path).entries { entry, _ in all.append(entry) }
    return all
  }

  func verify(_ anchors: [AuditAnchor] = []) throws -> AuditVerification {
    try AuditChain(home: path).verify(anchors: anchors)
  }
}

/// Clocks that a test sets.
final class TestClock: Sendable {
  private let state = Mutex<(wall: Int64, monotonic: Int)>((1_795_000_000_000_000, 5_000_000))

  func pass(_ microseconds: Int) {
    state.withLock {
      $0.wall += Int64(microseconds)
      $0.monotonic += microseconds
    }
  }

  /// Moves the wall clock alone.
  func set(by microseconds: Int64) { state.withLock { $0.wall += microseconds } }

  /// Now; a millisecond passes each time somebody looks.
  func read() -> AuditClock {
    pass(1000)
    return state.withLock {
      AuditClock(
        time: Timestamp(microseconds: $0.wall), boot: "b0", monotonic: $0.monotonic,
        state: .synchronised, estimatedError: 250, largestError: 4000)
    }
  }
}

/// A chain with a clock of its own.
func chain(
  _ folder: TestFolder, clock: TestClock = TestClock(), segmentSize: Int = 1 << 20,
  before: (@Sendable (AuditCall, String) -> Int32?)? = nil
) -> AuditChain {
  var chain = AuditChain(home: folder.path)
  chain.clock = { clock.read() }
  chain.segmentSize = segmentSize
  chain.source = AuditSource(account: 1000, host: "bench", program: "Gauger 0")
  chain.disk.before = before
  return chain
}

/// An act that stands for any other.
func act(_ number: Int, _ action: AuditAction = .runStarted) -> AuditAct {
  AuditAct(action, "run/\(number)", by: "ada", detail: ["sample": "S-\(number)"])
}

/// A chain of several segments of a few lines each.
func longChain(_ folder: TestFolder, entries: Int = 9, segmentSize: Int = 2000) throws -> AuditHead
{
  let chain = chain(folder, segmentSize: segmentSize)
  var head: AuditHead?
  for number in 1...entries { head = try chain.append([act(number)]) }
  return try #require(head)
}

/// Lets the chosen calls to the file system fail.
final class Saboteur: Sendable {
  private let state = Mutex<(calls: [AuditCall], at: Int, number: Int32, isDead: Bool)>(
    ([], .max, 0, false))

  /// Lets call `index` fail; from there on all where the program is `dead`.
  func fail(at index: Int, with number: Int32 = EIO, dead: Bool) {
    state.withLock { $0 = ([], index, number, dead) }
  }

  var calls: [AuditCall] { state.withLock { $0.calls } }

  @Sendable func ask(_ call: AuditCall, _ path: String) -> Int32? {
    state.withLock {
      let index = $0.calls.count
      $0.calls.append(call)
      return index == $0.at || ($0.isDead && index > $0.at) ? $0.number : nil
    }
  }
}
