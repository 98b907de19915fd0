import Laboratory
import Testing

@testable import Formats

/// Files of contents, cut and with flipped bits: refused by name, or the same as whole.
@Suite(.timeLimit(.minutes(2))) struct ContentDamageTests {
  static func files() throws -> [(name: String, bytes: [UInt8])] {
    let spectrum = try JCAMPExample.content([JCAMPExample.infrared(points: 120)])
    let pairs = try JCAMPExample.content([JCAMPExample.raman(points: 60)])
    let scans = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 9))
    var dif = ExportOptions()
    dif.packing = .dif
    func bytes(
      _ content: ExportContent, _ format: FileFormat, _ options: ExportOptions = .init()
    ) throws -> [UInt8] {
      try #require(try JCAMPExample.written(content, as: format, options).first).bytes
    }
    return [
      ("affn", try bytes(spectrum, .jcamp)), ("dif", try bytes(spectrum, .jcamp, dif)),
      ("pairs", try bytes(pairs, .jcamp)), ("ntuples", try bytes(scans, .jcamp)),
      ("msp", try bytes(scans, .msp)),
    ]
  }

  @Test func aCutFileIsRefused() throws {
    for (name, bytes) in try Self.files() {
      let whole = try MeasurementReader.read(bytes)
      for length in stride(from: 0, to: bytes.count, by: 64) {
        #expect(throws: FormatError.self, "\(name) \(length)") {
          try MeasurementReader.read(Array(bytes[..<length]))
        }
      }
      // Only the last line end may be missing.
      for length in bytes.count - 20..<bytes.count {
        if let cut = try? MeasurementReader.read(Array(bytes[..<length])) { #expect(cut == whole) }
      }
    }
  }

  @Test func aFlippedBitIsRefusedOrChangesNothing() throws {
    for (name, bytes) in try Self.files() {
      let whole = try MeasurementReader.read(bytes)
      for place in stride(from: bytes.count % 11, to: bytes.count, by: Damage.step(11)) {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8((place * 7) % 8)
        do throws(FormatError) {
          let source = try MeasurementReader.read(damaged)
          #expect(source == whole, "\(name) \(place)")
        } catch {
          #expect(!error.detail.isEmpty)
        }
      }
    }
  }

  @Test func severalFlippedBitsChangeNothingSilently() throws {
    var generator = SeededGenerator(state: 50_826)
    for (name, bytes) in try Self.files() {
      let whole = try MeasurementReader.read(bytes)
      for _ in 0..<100 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 2...6, using: &generator) {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        if let source = try? MeasurementReader.read(damaged) { #expect(source == whole, "\(name)") }
      }
    }
  }

  @Test func otherLineEndsAreNoDamage() throws {
    for (name, bytes) in try Self.files() {
      let whole = try MeasurementReader.read(bytes)
      let unix = JCAMPExample.text(bytes).replacing("\r\n", with: "\n")
      let windows = unix.replacing("\n", with: "\r\n")
      #expect(try MeasurementReader.read(Array(unix.utf8)) == whole, "\(name)")
      #expect(try MeasurementReader.read(Array(windows.utf8)) == whole, "\(name)")
    }
  }

  @Test func aFileOfOursWithoutItsChecksumIsRefused() throws {
    for (name, bytes) in try Self.files() {
      let text = JCAMPExample.text(bytes).replacing("\r\n", with: "\n")
      let without =
        name == "msp"
        ? text.replacing(/\ gauger_crc32="[0-9a-f]*"/, with: "")
        : text.replacing(/##\$GAUGER CRC32=[^\n]*\n/, with: "")
      #expect(throws: FormatError.self, "\(name)") {
        try MeasurementReader.read(Array(without.utf8))
      }
    }
  }

  @Test func recordsBehindTheChecksumAreRefused() throws {
    let bytes = try #require(try Self.files().first).bytes
    let text = JCAMPExample.text(bytes).replacing("##END=", with: "##$GAUGER SAMPLE= x\r\n##END=")
    #expect(fails("jcamp-checksum") { _ = try MeasurementReader.read(Array(text.utf8)) })
  }
}
