import Emulation
import Foundation
import Laboratory
import Testing

/// The pseudo-terminal seen by users that open it like a file.
@Suite struct PtyFrontTests {
  private func front(
    speed: Double = 1000, seed: UInt64 = 1
  ) throws -> (PtyFront, EmulatedDevice) {
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "stanford-research/rga200", seed: seed, speed: speed))
    return (try PtyFront(device: device), device)
  }

  private func open(_ front: PtyFront) throws -> FileHandle {
    try #require(FileHandle(forUpdatingAtPath: front.path))
  }

  private func write(_ text: String, _ port: FileHandle) throws {
    try port.write(contentsOf: Data("\(text)\r".utf8))
  }

  /// Reads exactly `count` bytes; fewer where the port is gone.
  private func read(_ count: Int, _ port: FileHandle) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      guard let more = try? port.read(upToCount: count - all.count), !more.isEmpty else { break }
      all += more
    }
    return all
  }

  private func ask(_ text: String, _ port: FileHandle) throws -> String {
    try write(text, port)
    var all: [UInt8] = []
    while all.last != 0x0D {
      let byte = read(1, port)
      guard !byte.isEmpty else { break }
      all += byte
    }
    return String(decoding: all, as: UTF8.self)
  }

  @Test func usbModelsHaveNoSerialPort() throws {
    let device = try EmulatedCatalogue.make(EmulatedSetup(model: "ocean-optics/usb4000"))
    let failure = #expect(throws: Failure.self) { try PtyFront(device: device) }
    #expect(failure?.code == "emulation-not-serial")
  }

  @Test(.timeLimit(.minutes(1))) func wholeScansCrossTheTerminal() throws {
    let (front, device) = try front()
    defer { front.stop() }
    #expect(front.address == "pty:\(front.path)")
    let port = try open(front)
    #expect(try ask("ID?", port) == "SRSRGA200VER0.24SN00042\n\r")
    #expect(try ask("FL1.0", port) == "0\n\r")
    try write("NF7", port)
    try write("SC3", port)
    // Binary data go through untouched: every byte value comes in words of this many.
    let bytes = read(3 * 4 * 1992, port)
    #expect(bytes.count == 23_904)
    #expect(Set(bytes).count == 256)
    #expect(device.framesSent == 3)
    #expect(try ask("EC?", port) == "0\n\r")
    try port.close()
  }

  @Test(.timeLimit(.minutes(1))) func usersComeOneAfterTheOther() throws {
    let (front, _) = try front()
    defer { front.stop() }
    for turn in 0..<20 {
      let port = try open(front)
      #expect(try ask("ID?", port) == "SRSRGA200VER0.24SN00042\n\r")
      try write("NF\(turn % 8)", port)
      #expect(try ask("NF?", port) == "\(turn % 8)\n\r")
      // Leaves in the middle of a scan.
      if turn % 3 == 0 { try write("SC", port) }
      if turn % 3 == 0 { #expect(read(8, port).count == 8) }
      try port.close()
      guard turn % 3 == 0 else { continue }
      // The next one ends it, as anyone must who finds a head that may be busy.
      let next = try open(front)
      try write("", next)
      try write("EC?", next)
      var tail: [UInt8] = []
      while tail.suffix(3) != [0x30, 0x0A, 0x0D] { tail += next.availableData }
      try next.close()
    }
  }

  @Test(.timeLimit(.minutes(1))) func unplugEndsReadsAndTheTerminal() throws {
    let (front, device) = try front(speed: 1)
    let port = try open(front)
    try write("FL1", port)
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      device.unplug()
    }
    #expect(read(3, port).isEmpty)
    try port.close()
    for _ in 0..<1000 where FileManager.default.fileExists(atPath: front.path) {
      Thread.sleep(forTimeInterval: 0.005)
    }
    #expect(!FileManager.default.fileExists(atPath: front.path))
    front.stop()
    device.plug()
    let again = try PtyFront(device: device)
    defer { again.stop() }
    let second = try open(again)
    #expect(try ask("ER?", second) == "0\n\r")
    try second.close()
  }

  @Test(.timeLimit(.minutes(1))) func forgottenFrontsEnd() throws {
    var path = ""
    do {
      let (front, _) = try front()
      path = front.path
      #expect(FileManager.default.fileExists(atPath: path))
    }
    for _ in 0..<1000 where FileManager.default.fileExists(atPath: path) {
      Thread.sleep(forTimeInterval: 0.005)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
