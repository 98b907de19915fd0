import Foundation
import Instruments
import Testing

@testable import Emulation

/// A model driven without any front, on a clock of the test's own.
struct Bench {
  var device: OOIDevice
  var now = MonotonicInstant(nanoseconds: 1_000_000_000)

  init(
    _ model: OOIModel, scene: Scene = .polystyrene, seed: UInt64 = 1, speed: Double = 1
  ) {
    device = OOIDevice(
      model: model, memory: OOIMemory(model: model, serialNumber: "EMU00042"),
      serialNumber: "EMU00042",
      source: .scene(Detector(scene: scene, model: model, seed: seed)), speed: speed)
  }

  init(_ model: OOIModel, recording: Recording) {
    device = OOIDevice(
      model: model,
      memory: OOIMemory(
        model: model, serialNumber: "EMU00042", wavelengths: recording.wavelengths),
      serialNumber: "EMU00042", source: .recording(recording), speed: 1)
  }

  mutating func send(_ bytes: UInt8...) {
    device.receive(bytes, on: device.model.commandOut, at: now)
  }

  /// Reads up to `limit` bytes and says how the transfer stands.
  mutating func read(_ endpoint: UInt8, _ limit: Int = 8192) -> ([UInt8], ReadProgress?) {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    var span = bytes.mutableSpan
    let progress = device.fetch(
      endpoint, into: &span, at: 0, filled: &filled, limit: limit, now: now)
    return (Array(bytes.prefix(filled)), progress)
  }

  mutating func reply() -> [UInt8] { read(device.model.controlIn, 512).0 }

  mutating func wait(_ time: Duration) { now = now.advanced(by: time) }

  /// Requests a spectrum, waits for as long as it takes and returns its counts.
  mutating func spectrum() -> [UInt16] {
    send(0x09)
    wait(.seconds(700))
    let head = device.model.secondEndpointBytes
    let bytes =
      (head > 0 ? read(0x86, head).0 : [])
      + read(0x82, device.model.frameByteCount - head).0
    return decode(bytes)
  }

  /// The test's own reading of the wire layout.
  func decode(_ bytes: [UInt8]) -> [UInt16] {
    guard bytes.count == device.model.frameByteCount,
      !device.model.hasEndMark || bytes.last == 0x69
    else { return [] }
    return (0..<device.model.pixelsOnWire).map { p in
      switch device.model.layout {
      case .linear(let xor): (UInt16(bytes[2 * p]) | UInt16(bytes[2 * p + 1]) << 8) ^ xor
      case .split:
        UInt16(bytes[p / 64 * 128 + p % 64])
          | UInt16(bytes[p / 64 * 128 + 64 + p % 64] & 0x0F) << 8
      }
    }
  }

  mutating func setIntegration(microseconds: UInt32) {
    let ticks = microseconds / UInt32(device.model.integrationUnit)
    let size = device.model.takesShortIntegrationOnly ? 2 : 4
    device.receive(
      [2] + (0..<size).map { UInt8(truncatingIfNeeded: ticks >> (8 * $0)) },
      on: device.model.commandOut, at: now)
  }
}

@Suite struct ModelTests {
  @Test func splitLayoutMatchesTheGoldenBuffer() {
    var frame = [UInt8](repeating: 0, count: 4097)
    OOIModel.usb2000.encode((0..<2048).map { UInt16(2 * $0) & 0x0FFF }, into: &frame)
    #expect(Array(frame[0..<4]) == [0x00, 0x02, 0x04, 0x06])
    #expect(Array(frame[64..<68]) == [0xF0, 0xF0, 0xF0, 0xF0])
    #expect(Array(frame[128..<132]) == [0x80, 0x82, 0x84, 0x86])
    #expect(Array(frame[192..<196]) == [0xF0, 0xF0, 0xF0, 0xF0])
    #expect(
      sha256(frame) == "ad46bd5bda1a0073525e9446384c8f7e0dfd00cfac9056657f81c9189e91f90e")
  }

  @Test func linearLayoutFlipsTheBitOfTheModel() {
    var model = OOIModel.hr4000
    model.pixelsOnWire = 4
    var frame = [UInt8](repeating: 0, count: 9)
    model.encode([0, 1, 8192, 16383], into: &frame)
    #expect(frame == [0x00, 0x20, 0x01, 0x20, 0x00, 0x00, 0xFF, 0x1F, 0x69])
    model.layout = .linear(xor: 0)
    model.encode([0, 1, 8192, 16383], into: &frame)
    #expect(frame == [0, 0, 1, 0, 0, 0x20, 0xFF, 0x3F, 0x69])
  }

  @Test func memoryAnswersByteForByte() {
    var bench = Bench(.usb4000)
    bench.send(0x05, 0x00)
    #expect(bench.reply() == [5, 0] + Array("EMU00042".utf8) + [0, 0, 0, 0, 0, 0, 0])
    bench.send(0x05, 0x01)
    #expect(bench.reply() == [5, 1] + Array("7.744876e+002".utf8) + [0, 0])
    bench.send(0x05, 0x04)
    #expect(bench.reply() == [5, 4] + Array("-1.802113e-011".utf8) + [0])
    bench.send(0x05, 0x0E)
    #expect(bench.reply() == [5, 14, 0x37] + [UInt8](repeating: 0, count: 14))
    bench.send(0x05, 0x11)
    #expect(
      bench.reply() == [
        0x05, 0x11, 0, 0, 0, 0, 0xFC, 0xD0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      ])
    bench.send(0x05, 0x63)
    #expect(bench.reply() == [5, 0x63] + [UInt8](repeating: 0xFF, count: 15))
    bench.send(0x06, 0x13, 0x61, 0x62)
    bench.send(0x05, 0x13)
    #expect(bench.reply() == [5, 0x13, 0x61, 0x62] + [UInt8](repeating: 0, count: 13))
  }

  @Test func statusSaysWhatWasSet() {
    var bench = Bench(.usb4000)
    bench.send(0x03, 0, 0)
    bench.send(0xFE)
    #expect(
      bench.reply() == [
        0x00, 0x0F, 0xA0, 0x86, 0x01, 0x00, 0, 0, 0, 0x0F, 0x01, 0, 0, 0, 0x80, 0,
      ])
    bench.send(0x02, 0x40, 0x42, 0x0F, 0x00)
    bench.send(0x0A, 0x03, 0x00)
    bench.send(0x03, 1, 0)
    bench.send(0xFE)
    #expect(
      bench.reply() == [
        0x00, 0x0F, 0x40, 0x42, 0x0F, 0x00, 1, 3, 0, 0x0F, 0x01, 0, 0, 0, 0x80, 0,
      ])
    var old = Bench(.usb2000)
    old.send(0x02, 0x34, 0x12, 0xFF, 0xFF)
    old.send(0xFE)
    #expect(old.reply() == [0x00, 0x08, 0x12, 0x34, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func impossibleSettingsAreIgnored() {
    var bench = Bench(.usb2000plus)
    bench.send(0x02, 0xE7, 0x03, 0x00, 0x00)  // 999 us, one below the shortest
    bench.send(0x0A, 0x05, 0x00)
    bench.send(0x02, 0xFF)
    bench.send(0x77)
    bench.send(0xFE)
    #expect(Array(bench.reply()[2..<8]) == [0xA0, 0x86, 0x01, 0x00, 1, 0])
    #expect(bench.read(0x81) == ([], .pending(until: .never)))
  }

  @Test func registersTellTheFirmware() {
    var bench = Bench(.usb4000)
    bench.send(0x6B, 0x04)
    #expect(bench.reply() == [0x04, 0x05, 0x30])
    bench.send(0x6A, 0x08, 0x34, 0x12)
    bench.send(0x6B, 0x08)
    #expect(bench.reply() == [0x08, 0x34, 0x12])
    var old = Bench(.usb2000)
    old.send(0x6B, 0x04)
    #expect(old.reply().isEmpty)
  }

  /// The vectors of the family's page.
  @Test func saturationStandsWhereTheFamilyKeepsIt() {
    var maya = Bench(.maya2000pro)
    maya.send(0x05, 0x11)
    #expect(maya.reply() == [5, 0x11, 0x50, 0xC3] + [UInt8](repeating: 0, count: 13))
    var nir = Bench(.nirquest512)
    nir.send(0x05, 0x11)
    #expect(
      nir.reply() == [5, 0x11, 0, 0, 0, 0, 0x60, 0xEA] + [UInt8](repeating: 0, count: 9))
    nir.send(0x72)
    #expect(nir.reply() == [0x9B, 0xFF])
  }

  @Test func modelsWithoutAnAnswerStaySilent() {
    for model in [OOIModel.hr2000, .jaz, .adc1000] {
      var bench = Bench(model)
      bench.send(0xFE)
      bench.send(0x6B, 0x04)
      bench.send(0x72)
      #expect(bench.reply().isEmpty, "\(model.id)")
    }
    var nir = Bench(.nirquest256)
    nir.send(0x6B, 0x04)
    #expect(nir.reply().isEmpty)
  }

  @Test func framesWithoutMarkEndWithTheirPixels() {
    for (model, size) in [(OOIModel.jaz, 4096), (.flameNIR, 256)] {
      var bench = Bench(model)
      bench.send(0x09)
      bench.wait(.seconds(1))
      let (bytes, progress) = bench.read(0x82, size)
      #expect(bytes.count == size)
      #expect(progress == .done)
      #expect(bench.read(0x82, 512).0.isEmpty)
    }
    #expect(Bench(.jaz).device.model.endpoints == [0x01, 0x81, 0x82])
  }

  @Test func converterOfTheS2000TakesShortOperandsOnly() {
    var bench = Bench(.adc1000)
    bench.send(0x02, 0x32, 0x00, 0x00, 0x00)
    #expect(bench.device.exposure.integration == 100_000)
    bench.send(0x02, 0x32, 0x00)
    #expect(bench.device.exposure.integration == 50_000)
  }

  @Test func spectrumIsReadyWhenItsExposureEnds() {
    var bench = Bench(.usb2000plus)
    let start = bench.now
    bench.send(0x09)
    #expect(bench.read(0x82).1 == .pending(until: start.advanced(by: .milliseconds(100))))
    bench.wait(.milliseconds(100))
    let (bytes, progress) = bench.read(0x82, 4608)
    #expect(progress == .done)
    #expect(bytes.count == 4097)
    #expect(bytes.last == 0x69)
    #expect(bench.device.framesSent == 1)
    var fast = Bench(.usb2000plus, speed: 10)
    fast.send(0x09)
    #expect(fast.read(0x82).1 == .pending(until: start.advanced(by: .milliseconds(10))))
  }

  @Test func transfersEndWherePacketsEnd() {
    var bench = Bench(.usb4000)
    bench.send(0x09)
    bench.wait(.seconds(1))
    // 2,048 bytes are four full packets: a longer read stays under way after them.
    let (head, progress) = bench.read(0x86, 2560)
    #expect(head.count == 2048)
    #expect(progress == .pending(until: .never))
    #expect(bench.read(0x82, 5632).0.count == 5632)
    #expect(bench.read(0x82, 512).0 == [0x69])
    bench.send(0x09)
    bench.wait(.seconds(1))
    #expect(bench.read(0x82, 64).1 == .overflow)
    #expect(bench.read(0x83).1 == nil)
  }

  @Test func atMostTwoSpectraWait() {
    var bench = Bench(.usb2000plus)
    for _ in 0..<5 { bench.send(0x09) }
    bench.wait(.seconds(10))
    #expect(bench.read(0x82, 4608).0.count == 4097)
    #expect(bench.read(0x82, 4608).0.count == 4097)
    #expect(bench.read(0x82, 4608).1 == .pending(until: .never))
  }

  @Test(arguments: [(OOIModel.usb2000plus, 1), (.usb4000, 1), (.hr4000, 1), (.usb2000, 2)])
  func staleSpectraFollowAChange(model: OOIModel, stale: Int) throws {
    var bench = Bench(model)
    let band = try #require(bench.spectrum().indices.max { bench.bright($0) < bench.bright($1) })
    bench.setIntegration(microseconds: 10_000)
    let heights = (0..<4).map { _ in Double(bench.spectrum()[band]) }
    for (index, height) in heights.enumerated() {
      let expected = bench.published(index < stale ? 40_000 : 5_400)
      #expect(abs(height / expected - 1) < 0.06, "frame \(index)")
    }
  }

  @Test func initOfTheOldModelsLeavesASpectrumToDrain() {
    var old = Bench(.usb2000)
    old.send(0x01)
    #expect(old.read(0x82).1 == .pending(until: old.now.advanced(by: .milliseconds(100))))
    old.wait(.milliseconds(100))
    #expect(old.read(0x82).0.count == 4097)
    var new = Bench(.usb2000plus)
    new.send(0x01)
    new.wait(.seconds(1))
    #expect(new.read(0x82).1 == .pending(until: .never))
  }

  @Test func lampLineGatesTheLight() {
    var bench = Bench(.usb2000plus)
    func top(_ bench: inout Bench) -> UInt16 { bench.spectrum()[21...].max() ?? 0 }
    #expect(top(&bench) > 38_000)
    bench.send(0x03, 0, 0)
    _ = bench.spectrum()
    #expect(top(&bench) < 1800)
    bench.send(0x03, 1, 0)
    _ = bench.spectrum()
    #expect(top(&bench) > 38_000)
    bench.send(0x03, 0, 0)
    bench.send(0x01)
    #expect(top(&bench) > 38_000)
  }

  @Test func externalTriggerWaitsUntilTheModeChanges() {
    var bench = Bench(.usb4000)
    bench.send(0x0A, 3, 0)
    bench.send(0x09)
    bench.wait(.seconds(700))
    #expect(bench.read(0x86, 2048).1 == .pending(until: .never))
    #expect(bench.read(0x82).1 == .pending(until: .never))
    bench.send(0x0A, 0, 0)
    #expect(bench.read(0x82).1 == .pending(until: bench.now.advanced(by: .milliseconds(100))))
    bench.wait(.milliseconds(100))
    #expect(bench.read(0x86, 2048).0.count == 2048)
    #expect(bench.read(0x82).0.count == 5633)
    #expect(bench.spectrum().count == 3840)
  }

  @Test(arguments: OOIModel.all)
  func senselessCommandsDoNoHarm(model: OOIModel) {
    var bench = Bench(model)
    var random = SplitMix64(seed: 99)
    for _ in 0..<3000 {
      let opcodes: [UInt8] = [0, 2, 3, 5, 6, 8, 10, 11, 12, 0x6A, 0x6B, 0x6C, 0x6D, 0xFE, 0xFF]
      let opcode = opcodes[Int(random.next() % UInt64(opcodes.count))]
      let rest = (0..<Int(random.next() % 20)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      bench.device.receive([opcode] + rest, on: UInt8(random.next() % 3), at: bench.now)
    }
    bench.device.receive([], on: model.commandOut, at: bench.now)
    var answers = 0
    while !bench.reply().isEmpty { answers += 1 }
    #expect((1...64).contains(answers))
    bench.send(0x01)
    #expect(bench.spectrum().count == model.pixelsOnWire)
  }

  @Test func deviceSaysWhatItIs() throws {
    let usb = USBDescriptors(model: .usb2000, serialNumber: "EMU00042")
    #expect(Array(usb.device[8..<14]) == [0x57, 0x24, 0x02, 0x10, 0x00, 0x01])
    #expect(usb.configuration.count == Int(usb.configuration[2]))
    let maker = try #require(usb.string(1))
    #expect(maker.count == Int(maker[0]))
    let text = maker.dropFirst(2).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    #expect(String(decoding: text, as: UTF8.self) == "Gauger Emulation")
    #expect(usb.answer(setup: [0x80, 6, 0, 1, 0, 0, 8, 0])?.count == 8)
    #expect(usb.answer(setup: [0xC0, 0x33, 0, 0, 0, 0, 8, 0]) == nil)
    #expect(usb.answer(setup: [0x80]) == nil)
  }

  private func sha256(_ bytes: [UInt8]) -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appending(path: "bytes")
      try Data(bytes).write(to: file)
      let tool = Process()
      tool.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
      tool.arguments = [file.path]
      let pipe = Pipe()
      tool.standardOutput = pipe
      try tool.run()
      let output = pipe.fileHandleForReading.readDataToEndOfFile()
      tool.waitUntilExit()
      return String(decoding: output.prefix(64), as: UTF8.self)
    } catch {
      return "\(error)"
    }
  }
}

extension Bench {
  /// The light that falls on a pixel, for finding the brightest.
  func bright(_ pixel: Int) -> Double {
    device.model.lit.contains(pixel)
      ? Scene.polystyrene.light(at: device.model.wavelength(of: pixel)) : 0
  }

  /// What a 16-bit published count is in raw counts of this model.
  func published(_ counts: Double) -> Double {
    counts * Double(device.model.fullScale) / 65_535 / device.model.publishedPerRaw
  }
}
