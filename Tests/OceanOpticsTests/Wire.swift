import Foundation
import Instruments
import OceanOptics
import Profiles
import Testing

/// What one model says on the wire, written from the documents and not from driver or profile.
struct Wire {
  var model: String
  var command: UInt8
  var reply: UInt8
  var spectrum: [UInt8]
  var slotCount: Int
  var status: [UInt8]?
  var firmware: [UInt8]?
  /// Bytes of a frame that comes by one end point; none where the four first models' rule holds.
  var frameBytes: Int?
  var hasEndMark = true
  var hasTriggerMode = true
  var slots: [Int: [UInt8]] = [
    0: text("USB2+H01234"), 1: text("3.394582e+002"), 2: text("3.807421e-001"),
    3: text("-1.514237e-005"), 4: text("-2.246810e-009"),
  ]

  static func text(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(15))
    return bytes + [UInt8](repeating: 0, count: 15 - bytes.count)
  }

  static let usb2000plus = Wire(
    model: "usb2000plus", command: 0x01, reply: 0x81, spectrum: [0x82], slotCount: 31,
    status: [0x00, 0x08, 0xA0, 0x86, 1, 0, 0, 0, 0, 8, 1, 0, 0, 0, 0x80, 0],
    firmware: [0x04, 0x05, 0x30])
  static let usb4000 = Wire(
    model: "usb4000", command: 0x01, reply: 0x81, spectrum: [0x86, 0x82], slotCount: 31,
    status: [0x00, 0x0F, 0xA0, 0x86, 1, 0, 0, 0, 0, 15, 1, 0, 0, 0, 0x80, 0],
    firmware: [0xFE, 0x05, 0x30])
  static let hr4000 = Wire(
    model: "hr4000", command: 0x01, reply: 0x81, spectrum: [0x86, 0x82], slotCount: 17,
    status: [0x00, 0x0F, 0xA0, 0x86, 1, 0, 0, 0, 0, 15, 1, 0, 0, 0, 0x80, 0],
    firmware: [0x04, 0x05, 0x30])
  static let usb2000 = Wire(
    model: "usb2000", command: 0x02, reply: 0x87, spectrum: [0x82], slotCount: 17,
    status: [0x00, 0x08, 0x00, 0x64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], firmware: nil)

  static let all = [usb2000plus, usb4000, hr4000, usb2000]

  func answer(_ slot: Int) -> [UInt8] {
    [0x05, UInt8(slot)] + (slots[slot] ?? [UInt8](repeating: 0xFF, count: 15))
  }

  func exchange(_ command: [UInt8], _ answer: [UInt8]) -> [Step] {
    [.post(reply, answer.count), .write(command), .read(reply, answer.count, answer)]
  }

  /// `01`, drained, and then harmless: lamp off, free run.
  var beginning: [Step] {
    let mode: [Step] = hasTriggerMode ? [.write([0x0A, 0, 0])] : []
    return initialization + [.write([0x03, 0, 0])] + mode
  }

  var initialization: [Step] { [.write([0x01])] + drains }

  var drains: [Step] { [.drain(reply)] + spectrum.map(Step.drain) }

  var questions: [Step] {
    (status.map { exchange([0xFE], $0) } ?? [])
      + (firmware.map { firmwareQuestions($0) } ?? [])
      + (0..<slotCount).flatMap { exchange([0x05, UInt8($0)], answer($0)) }
  }

  /// A version word without content is asked for twice.
  private func firmwareQuestions(_ answer: [UInt8]) -> [Step] {
    let isBlank = [[0, 0], [0xFF, 0xFF]].contains(Array(answer[1...]))
    return (0..<(isBlank ? 2 : 1)).flatMap { _ in exchange([0x6B, 0x04], answer) }
  }

  var opening: [Step] { [.prepare] + beginning + questions }

  /// What a spectrum takes, high speed where the model has it, each leg with its bytes.
  func readout(_ frame: [UInt8]) -> [Step] {
    let legs = legs
    var steps = legs.map { Step.post($0.0, $0.1) } + [.write([0x09])]
    var rest = frame[...]
    for (endpoint, count) in legs {
      steps.append(.read(endpoint, count, Array(rest.prefix(count))))
      if rest.count < count { break }
      rest = rest.dropFirst(count)
    }
    return steps
  }

  var legs: [(UInt8, Int)] {
    if spectrum.count == 2 { return [(0x86, 2048), (0x82, 5633)] }
    return [(0x82, frameBytes ?? 4097)]
  }

  var frameSize: Int { legs.reduce(0) { $0 + $1.1 } }

  /// A whole frame of zero bytes with its end mark, if it has one.
  var frame: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: frameSize)
    if hasEndMark { bytes[frameSize - 1] = 0x69 }
    return bytes
  }

  /// The profile as published, but without the rest after initialization.
  var profile: DeviceProfile {
    get throws {
      let file = checkout.appending(path: "DeviceProfiles/ocean-optics/\(model).yaml")
      let text = try String(contentsOf: file, encoding: .utf8)
      let quick = text.replacing("settle_ms: { value: 100,", with: "settle_ms: { value: 0,")
      #expect(quick != text)
      return try ProfileReader.read(text: quick, file: file.path)
    }
  }

  /// Opens the model over a script that expects the usual opening.
  func open() throws -> (Script, OOIHolder) {
    let script = Script(opening, command: command)
    let holder = try OOIHolder(
      OOISpectrometer(link: ScriptedLink(script: script), profile: profile))
    #expect(script.isFinished, "\(script.state)")
    return (script, holder)
  }

  var record: InstrumentRecord {
    InstrumentRecord(
      model: "ocean-optics/\(model)", serialNumber: "X",
      memory: (0..<slotCount).map { .init(name: "any", bytes: answer($0)) })
  }
}

/// Keeps a noncopyable spectrometer where a test can hand it around.
final class OOIHolder {
  private var it: OOISpectrometer

  init(_ it: consuming OOISpectrometer) { self.it = it }

  var record: InstrumentRecord { it.record }

  func apply(_ settings: Settings) throws(DriverError) -> Settings { try it.apply(settings) }

  func read() throws(DriverError) -> (FrameReadout, [UInt8]) {
    var slot = [UInt8](repeating: 0xEE, count: it.largestFrame)
    var span = slot.mutableSpan
    let readout = try it.readFrame(into: &span)
    return (readout, slot)
  }

  func resynchronize() throws(DriverError) { try it.resynchronize() }
  func makeSafe() throws(DriverError) { try it.makeSafe() }
  func close() throws(DriverError) { try it.close() }
}

/// The checkout that these tests were built from.
let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
