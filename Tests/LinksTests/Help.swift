import Foundation
import Instruments
import Laboratory

@testable import Links

/// A folder of a test's own, gone with the object.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "links-\(UUID().uuidString)").path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Reads into an array, as the tests compare arrays.
func read(
  _ link: inout some ByteLink & ~Copyable, _ leg: Leg, into bytes: inout [UInt8], at offset: Int = 0
) throws(LinkError) -> Int {
  var copy = bytes
  var span = copy.mutableSpan
  let result: Result<Int, LinkError>
  do throws(LinkError) {
    result = .success(try link.read(leg, into: &span, at: offset, until: .never))
  } catch {
    result = .failure(error)
  }
  bytes = copy
  return try result.get()
}

/// The error of a call, if it throws.
func error(of call: () throws(LinkError) -> Void) -> LinkError? {
  do throws(LinkError) {
    try call()
    return nil
  } catch {
    return error
  }
}

extension CaptureHeader {
  static let synthetic = CaptureHeader(
    model: "test/echo", date: Timestamp(microseconds: 1_795_000_000_000_000), who: "nobody",
    how: "made up", licence: "CC0-1.0", origin: .synthetic, serialBlanked: true)
}

/// A made-up instrument: answers 0x09 with four bytes, 0x05 with three and then falls silent.
final class FakeLink: ByteLink {
  let canceller = LinkCanceller()
  let reachesEmulator = false
  private var answers: [[UInt8]] = []
  private(set) var isClosed = false

  func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {}

  func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    if endpoint != 0x01 { throw .stalled(endpoint: endpoint) }
    switch bytes[0] {
    case 0x09: answers.append([1, 2, 3, 0x69])
    case 0x05: answers.append([5, 0, 0x41])
    case 0x08: answers.append([UInt8](repeating: 8, count: 100))
    default: throw .gone
    }
  }

  func post(_ leg: Leg) throws(LinkError) {}

  func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    guard !answers.isEmpty else {
      buffer[offset] = 0xAB
      throw .timedOut(received: 1)
    }
    let answer = answers.removeFirst()
    for i in 0..<min(answer.count, leg.byteCount) { buffer[offset + i] = answer[i] }
    if answer.count > leg.byteCount { throw .overflow(endpoint: leg.endpoint) }
    return answer.count
  }

  func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    defer { answers = [] }
    return answers.reduce(0) { $0 + $1.count }
  }

  func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    guard request.type & 0x80 != 0 else { return data.count }
    for i in data.indices { data[i] = UInt8(i) }
    return data.count
  }

  func clearHalt(_ endpoint: UInt8) throws(LinkError) {}
  func reset() throws(LinkError) {}
  func close() { isClosed = true }
}
