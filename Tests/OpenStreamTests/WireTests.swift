import Instruments
import Testing

@testable import Emulation
@testable import OpenStream

/// The bytes of the protocol's page, on both sides.
@Suite struct WireTests {
  private func vector(_ name: String) throws -> [UInt8] {
    try #require(try Stand.vectors()[name], "\(name) is not on the page")
  }

  private func payload(_ frame: [UInt8]) -> [UInt8] { Array(frame[16..<frame.count - 4]) }

  @Test func thePageHasAVectorForEveryTypeAndBothSidesBelieveIt() throws {
    let vectors = try Stand.vectors()
    #expect(vectors.count == 19)
    #expect(Set(vectors.values.map { $0[2] }).count == 17)
    for (name, bytes) in vectors {
      let isWhole = OpenStreamWire.isWhole(bytes.span)
      #expect(isWhole, "\(name)")
      let again = OpenStreamBytes.frame(
        bytes[2], OpenStreamBytes.word(bytes[...], 4), payload(bytes))
      #expect(again == bytes, "\(name)")
    }
  }

  @Test func theDriverMakesTheOrdersOfThePage() throws {
    typealias W = OpenStreamWire
    for (name, order, number, content) in [
      ("hello", .hello, 1, W.little(UInt16(1)) + W.little(UInt16(1)) + W.little(UInt32(4 << 20))),
      ("describe", .describe, 2, []),
      ("axis-order", .axis, 3, W.little(UInt32(0)) + W.little(UInt32(3))),
      ("start", .start, 5, W.little(UInt64(0)) + W.little(UInt32(10_000)) + [0, 0, 0, 0]),
      ("ping", .ping, 6, []), ("stop", .stop, 7, []), ("abort", .abort, 8, []),
    ] as [(String, OpenStreamWire.Order, UInt32, [UInt8])] {
      #expect(W.frame(order, sequence: number, payload: content) == (try vector(name)), "\(name)")
    }
  }

  @Test func anOpenedDriverSaysThePagesSettings() throws {
    let wire = Wire { answers in
      Stand.capabilities(answers).enumerated().map { $0.offset == 30 ? 1 : $0.element }
        + OpenStreamBytes.text("rate_Hz") + OpenStreamBytes.text("Hz")
        + [1.0, 1000, 1, 10].flatMap { OpenStreamBytes.number($0) }
    }
    let set = try payload(vector("set"))
    wire.answers[0x04] = { Stand.frame(0x84, $0, [UInt8](set)) }
    var instrument = try OpenStreamInstrument(
      link: WireLink(wire: wire), profile: try Stand.profile())
    let inForce = try instrument.apply(Settings(["rate_Hz": 25]))
    #expect(inForce["rate_Hz"] == 25)
    #expect(wire.orders.last?.payload == set)
    #expect(throws: DriverError.self) { try instrument.apply(Settings(["rate_Hz": 1001])) }
    #expect(throws: DriverError.unknownSetting(name: "colour")) {
      try instrument.apply(Settings(["colour": 1]))
    }
  }

  @Test func theDriverUnderstandsWhatThePageSaysOfTheReferenceInstrument() throws {
    let identity = try OpenStreamIdentity(Array(payload(try vector("identity")).dropFirst(4)))
    #expect(identity.maker == "Reference" && identity.serial == "REF-0001")
    #expect(identity.largestSent == 236 && identity.firmware == "1.0")
    let found = try OpenStreamCapabilities(
      Array(payload(try vector("capabilities")).dropFirst(4)))
    #expect(found.kind == .traces && found.values == .signed && found.tickRate == 1000)
    #expect(found.channels.map(\.name) == ["absorbance_254", "conductivity"])
    #expect(found.channels.map(\.factor) == [0.001, 1])
    #expect(found.settings.map(\.name) == ["rate_Hz"] && found.settings[0].standard == 10)
    #expect(found.stride == 8 && found.largestCount == 1)
  }

  @Test func theScansOfThePageGiveTheirNumbers() throws {
    func decode(_ name: String, _ capabilities: [UInt8], axis: [Double] = []) throws -> SeriesScan {
      let record = InstrumentRecord(
        model: "open-stream/instrument", serialNumber: "S",
        memory: [
          .init(name: "capabilities", bytes: Array(capabilities.dropFirst(4))),
          .init(name: "axis", bytes: axis.flatMap { OpenStreamBytes.number($0) }),
        ])
      var scan = SeriesScan()
      let (bytes, interpreter) = (try vector(name), try OpenStreamDecoder(record).interpreter)
      try interpreter.decode(bytes.span, &scan)
      return scan
    }
    let traces = try decode("scan-traces", payload(try vector("capabilities")))
    #expect(traces.number == 3 && traces.times == [0.12])
    #expect(traces.values == [80_500 * 0.001, -250] && !traces.isSaturated)
    let masses = try decode(
      "scan-masses", Stand.capabilities(2, kind: 2, form: 1, masses: 1, time: 2, ticks: 0))
    #expect(masses.times == [185.502] && masses.massToCharge == [44, 69.1])
    #expect(masses.values == [516, 240])
    let spectrum = try decode(
      "scan-spectrum", Stand.capabilities(2, kind: 4, form: 2, count: 3, axis: 1),
      axis: [400, 500.5, 600])
    #expect(spectrum.number == 1 && spectrum.times == [1] && spectrum.isSaturated)
    #expect(spectrum.values == [0.5, 0.25, -0.125])
  }

  @Test func theEmulatorTakesTheOrdersOfThePage() throws {
    var orders = OpenStreamOrders()
    orders.add([0x47] + (try vector("hello")) + [0xA5, 0x47, 0xA5] + (try vector("start")))
    orders.add(Array("xOPEN-STREAM?\r".utf8) + (try vector("abort")))
    #expect(
      orders.next()
        == .frame(type: 1, sequence: 1, payload: payload(try vector("hello"))))
    #expect(
      orders.next()
        == .frame(type: 5, sequence: 5, payload: payload(try vector("start"))))
    #expect(orders.next() == .text)
    #expect(orders.next() == .frame(type: 7, sequence: 8, payload: []))
    #expect(orders.next() == nil)
  }

  @Test func checksumsAreThoseOfTheStandard() {
    let digits = Array("123456789".utf8)
    var check = OpenStreamCheck()
    check.add(digits.span.extracting(first: 4))
    check.add(digits.span.extracting(4..<9))
    #expect(check.value == 0xE306_9283)
    #expect(OpenStreamBytes.checksum(digits) == 0xE306_9283)
    // RFC 3720: 32 bytes of zeros.
    #expect(OpenStreamBytes.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
  }
}
