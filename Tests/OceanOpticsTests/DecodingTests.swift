import Foundation
import Instruments
import OceanOptics
import Testing

func interpreter(_ wire: Wire) throws -> ArrayInterpreter {
  try OOISpectrometer.interpret(wire.profile, wire.record)
}

func decode(_ wire: Wire, _ frame: [UInt8]) throws -> [Double] {
  let interpreter = try interpreter(wire)
  var counts = [Double](repeating: -1, count: interpreter.detector.channelCount)
  var span = counts.mutableSpan
  try interpreter.decode(frame.span, &span)
  return counts
}

/// Little-endian words with the end mark.
func linear(_ words: [UInt16]) -> [UInt8] {
  words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] } + [0x69]
}

@Test func flippedBitIsTurnedBack() throws {
  var frame = Wire.hr4000.frame
  frame.replaceSubrange(0..<8, with: [0x00, 0x20, 0x01, 0x20, 0x00, 0x00, 0xFF, 0x1F])
  #expect(try decode(.hr4000, frame)[..<4] == [0, 1, 8192, 16383])
}

@Test func otherFlippedBitComesFromTheProfile() throws {
  var profile = try Wire.usb2000plus.profile
  guard case .map(var facts) = profile.facts, case .map(var frame) = facts["frame"] else {
    Issue.record("facts.frame is no map")
    return
  }
  frame["flipped_bits"] = .integer(0x8000)
  facts["frame"] = .map(frame)
  profile.facts = .map(facts)
  let interpreter = try OOISpectrometer.interpret(profile, Wire.usb2000plus.record)
  var bytes = Wire.usb2000plus.frame
  bytes.replaceSubrange(0..<8, with: [0x00, 0x80, 0x01, 0x80, 0x00, 0x00, 0xFF, 0x7F])
  var counts = [Double](repeating: -1, count: 2048)
  var span = counts.mutableSpan
  try interpreter.decode(bytes.span, &span)
  #expect(counts[..<4] == [0, 1, 32768, 65535])
}

/// The buffer of the family's reference: v(p) = 2p and 0x0FFF, high nibbles set to F.
private func splitBuffer() -> [UInt8] {
  var buffer: [UInt8] = []
  for block in 0..<32 {
    let values = (0..<64).map { UInt16(2 * (64 * block + $0)) & 0x0FFF }
    buffer += values.map { UInt8(truncatingIfNeeded: $0) }
    buffer += values.map { UInt8($0 >> 8) | 0xF0 }
  }
  return buffer + [0x69]
}

@Test func splitLayoutGivesTheTwelveBitsBack() throws {
  let buffer = splitBuffer()
  #expect(buffer[0..<4] == [0x00, 0x02, 0x04, 0x06])
  #expect(buffer[64..<68] == [0xF0, 0xF0, 0xF0, 0xF0])
  #expect(buffer[128..<132] == [0x80, 0x82, 0x84, 0x86])
  let counts = try decode(.usb2000, buffer)
  #expect(counts == (0..<2048).map { Double((2 * $0) & 0x0FFF) })
}

@Test func splitBufferIsTheOneOfTheReference() throws {
  let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try Data(splitBuffer()).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/sha256sum")
  process.arguments = [file.path]
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let output = try #require(try pipe.fileHandleForReading.readToEnd())
  process.waitUntilExit()
  #expect(
    String(decoding: output.prefix(64), as: UTF8.self)
      == "ad46bd5bda1a0073525e9446384c8f7e0dfd00cfac9056657f81c9189e91f90e")
}

@Test func fillerBehindThePublishedChannelsIsIgnoredButMustBeThere() throws {
  let words = (0..<3840).map { UInt16(truncatingIfNeeded: 13 * $0) }
  let counts = try decode(.usb4000, linear(words))
  #expect(counts.count == 3648)
  #expect(counts == words[..<3648].map(Double.init))
  #expect(
    refusal(.usb4000, linear(Array(words[..<3648])))
      == .truncated(what: "frame", got: 7297, expected: 7681))
}

private func refusal(_ wire: Wire, _ frame: [UInt8]) -> DriverError? {
  do {
    _ = try decode(wire, frame)
    return nil
  } catch {
    return error as? DriverError
  }
}

@Test(arguments: Wire.all)
func damagedFramesAreRefused(wire: Wire) {
  let size = wire.frameSize
  for count in [0, 1, size - 1, size + 1] {
    #expect(
      refusal(wire, [UInt8](repeating: 0x69, count: count))
        == .truncated(what: "frame", got: count, expected: size))
  }
  for filling: UInt8 in [0x00, 0xFF] {
    #expect(
      refusal(wire, [UInt8](repeating: filling, count: size))
        == .lostSync(what: "frame", got: filling, expected: 0x69))
  }
  #expect(refusal(wire, wire.frame) == nil)
}

@Test func countsOfAnotherLengthAreRefused() throws {
  let interpreter = try interpreter(.usb2000plus)
  var counts = [Double](repeating: 0, count: 2047)
  let frame = Wire.usb2000plus.frame
  #expect(
    thrown { () throws(DriverError) in
      var span = counts.mutableSpan
      try interpreter.decode(frame.span, &span)
    } == .truncated(what: "counts", got: 2047, expected: 2048))
}
