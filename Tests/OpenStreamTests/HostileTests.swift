import Instruments
import Testing

@testable import Emulation
@testable import OpenStream

/// What an instrument may say and nobody should believe.
@Suite struct HostileTests {
  @Test func whatCannotBeIsRefusedAtOpening() throws {
    let cases: [(String, [UInt8])] = [
      ("empty", []), ("short", Array(Stand.capabilities(2).dropLast())),
      ("kind", Stand.capabilities(2, kind: 5)), ("kind 0", Stand.capabilities(2, kind: 0)),
      ("form", Stand.capabilities(2, form: 6)),
      ("masses of traces", Stand.capabilities(2, masses: 1)),
      ("no masses", Stand.capabilities(2, kind: 2)),
      ("time", Stand.capabilities(2, time: 3)), ("no ticks", Stand.capabilities(2, ticks: 0)),
      ("NaN ticks", Stand.capabilities(2, ticks: .nan)),
      ("ticks and seconds", Stand.capabilities(2, time: 2)),
      ("rate", Stand.capabilities(2, rate: 0)), ("rate", Stand.capabilities(2, rate: .infinity)),
      ("no points", Stand.capabilities(2, count: 0)),
      ("too many", Stand.capabilities(2, count: 1 << 20)),
      ("all ones", Stand.capabilities(2, count: .max)),
      ("no channel", Stand.capabilities(2, channels: [])),
      ("twice", Stand.capabilities(2, channels: ["a", "a"])),
      ("name", Stand.capabilities(2, channels: ["a/b"])),
      ("two channels of masses", Stand.capabilities(2, kind: 2, masses: 1, channels: ["a", "b"])),
      ("axis of traces", Stand.capabilities(2, axis: 1)),
      ("spectrum without axis", Stand.capabilities(2, kind: 4)),
      ("factor", Stand.capabilities(2, factor: 0)), ("NaN", Stand.capabilities(2, factor: .nan)),
    ]
    for (name, bytes) in cases {
      #expect(throws: DriverError.self, "\(name)") {
        try OpenStreamCapabilities(Array(bytes.dropFirst(4)))
      }
    }
    #expect(throws: DriverError.self) {
      try OpenStreamIdentity(Array(Stand.identity(1, version: 2).dropFirst(4)))
    }
    for serial in ["", "a b", "a/b", "..\u{e9}", String(repeating: "9", count: 33)] {
      #expect(throws: DriverError.self) {
        try OpenStreamIdentity(Array(Stand.identity(1, serial: serial).dropFirst(4)))
      }
    }
  }

  @Test func everyCutOfWhatItSaysIsNamed() throws {
    let (identity, whole) = (
      Array(Stand.identity(1).dropFirst(4)), Array(Stand.capabilities(2).dropFirst(4))
    )
    for count in identity.indices {
      #expect(throws: DriverError.self) { try OpenStreamIdentity(Array(identity.prefix(count))) }
    }
    for count in whole.indices {
      #expect(throws: DriverError.self) { try OpenStreamCapabilities(Array(whole.prefix(count))) }
    }
  }

  @Test func changedBytesNeverCrashAndNeverGiveMoreThanFits() throws {
    for seed in UInt64(0)..<300 {
      var dice = SplitMix64(seed: seed, stream: 1)
      var bytes = Stand.capabilities(2)
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        bytes[Int.random(in: bytes.indices, using: &dice)] = .random(in: 0...255, using: &dice)
      }
      guard let found = try? OpenStreamCapabilities(Array(bytes.dropFirst(4))) else { continue }
      #expect(found.largestFrame <= OpenStreamWire.overhead + OpenStreamWire.largestPayload)
    }
  }

  @Test func anAxisThatIsNoneIsRefused() throws {
    for axis in [[1.0, 1, 2], [1, 3, 2], [1, .nan, 3], [1, 2]] {
      let record = InstrumentRecord(
        model: "m", serialNumber: "s",
        memory: [
          .init(
            name: "capabilities",
            bytes: Array(Stand.capabilities(2, kind: 4, count: 3, axis: 2).dropFirst(4))),
          .init(name: "axis", bytes: axis.flatMap { OpenStreamBytes.number($0) }),
        ])
      #expect(throws: DriverError.self) { try OpenStreamDecoder(record) }
    }
  }

  /// Noise, lost and changed bytes between sound scans: each sound one behind the damage is found.
  @Test func whateverIsDamagedTheNextScanIsFound() throws {
    for seed in UInt64(0)..<200 {
      var dice = SplitMix64(seed: seed, stream: 2)
      let wire = Wire()
      var instrument = try OpenStreamInstrument(
        link: WireLink(wire: wire), profile: try Stand.profile(reply: 5))
      _ = try instrument.apply(Settings())
      #expect(try instrument.next().0.outcome == .nothingYet)
      var sound: [[UInt8]] = []
      var bytes: [UInt8] = []
      for number in UInt64(0)..<12 {
        // The mark within the data must not be taken for one.
        let marked = Double(bitPattern: 0x47A5_47A5_47A5_47A5)
        var scan = Stand.scan(
          wire.run, 2 * number,
          [Double(number), number == 3 ? marked : .random(in: 0...1, using: &dice)])
        switch number % 3 == 1 ? Int.random(in: 0..<5, using: &dice) : 9 {
        case 0: scan.remove(at: Int.random(in: scan.indices, using: &dice))
        case 1:
          scan[Int.random(in: scan.indices, using: &dice)] ^=
            1 << UInt8.random(in: 0..<8, using: &dice)
        case 2:
          scan.insert(
            .random(in: 0...255, using: &dice), at: Int.random(in: 1..<scan.count, using: &dice))
        case 3: scan = Array(scan.prefix(Int.random(in: 0..<scan.count, using: &dice)))
        case 4:
          bytes += (0..<Int.random(in: 1...40, using: &dice)).map { _ in
            .random(in: 0...255, using: &dice)
          }
          sound.append(scan)
        default: sound.append(scan)
        }
        bytes += scan
      }
      wire.toHost += bytes
      var (found, kept, lost) = ([[UInt8]](), 0, UInt64(0))
      for _ in 0..<200 where !wire.toHost.isEmpty || found.count < sound.count {
        let (readout, frame) = try instrument.next()
        lost += readout.lost
        switch readout.outcome {
        case .complete: found.append(frame)
        case .refused, .partial: kept += frame.count
        default: break
        }
      }
      #expect(found.allSatisfy { sound.contains($0) }, "seed \(seed)")
      #expect(found.count == sound.count, "seed \(seed): \(found.count) of \(sound.count)")
      #expect(lost == 2 * (12 - UInt64(sound.count)), "seed \(seed)")
      #expect(kept <= bytes.count)
    }
  }
}
