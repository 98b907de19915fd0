import Instruments
import Laboratory
import Testing

@testable import Formats

/// Small files of ours of both kinds.
private func files() throws -> [[UInt8]] {
  [
    try ANDIExample.bytes(ANDIExample.mass(ANDIExample.scans(counts: [2, 0, 3]))),
    try ANDIExample.bytes(
      ANDIExample.chromatogram(
        ANDIExample.trace(20, isExact: false, isUneven: true), peaks: ANDIExample.peaks()),
      .andiChromatography),
  ]
}

@Suite(.timeLimit(.minutes(2))) struct ANDIDamageTests {
  @Test func aFileOfOursCutAnywhereIsRefused() throws {
    for bytes in try files() {
      for length in stride(from: 0, to: bytes.count, by: 61) {
        #expect(throws: FormatError.self) { try ANDIReader.read(Array(bytes[..<length])) }
      }
      #expect(throws: FormatError.self) { try ANDIReader.read(bytes.dropLast()) }
      #expect(throws: FormatError.self) { try ANDIReader.read(bytes + [0]) }
    }
  }

  @Test func noFlippedBitGoesUnseen() throws {
    for bytes in try files() {
      for place in stride(from: 0, to: bytes.count, by: Damage.step(1)) {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(place % 8)
        #expect(throws: FormatError.self, "\(place)") { try ANDIReader.read(damaged) }
      }
    }
  }

  @Test func manyFlippedBitsGoUnseenNowhere() throws {
    var generator = SeededGenerator(state: 2077)
    for bytes in try files() {
      for _ in 0..<400 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 2...6, using: &generator) {
          damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^=
            1 << UInt8.random(in: 0..<8, using: &generator)
        }
        if damaged != bytes {
          #expect(throws: FormatError.self) { try ANDIReader.read(damaged) }
        }
      }
    }
  }

  @Test func theCheckOfScansFindsWhatTheReaderFinds() throws {
    let content = try ANDIExample.mass(ANDIExample.scans(counts: [2, 0, 3]))
    let (part, file) = try #require(try ANDIExample.files(content, .andiMS).first)
    for place in stride(from: 0, to: file.size, by: 7) {
      var damaged = file.bytes
      damaged[place] ^= 4
      #expect(throws: Failure.self, "\(place)") {
        try MeasurementWriter.check(MemoryFile(damaged), holds: part)
      }
    }
    for length in stride(from: 0, to: file.size, by: 64) {
      #expect(throws: Failure.self) {
        try MeasurementWriter.check(MemoryFile(Array(file.bytes[..<length])), holds: part)
      }
    }
  }

  /// Whoever alters a file can compute its checksum too; nothing behind it may trust the bytes.
  @Test func damageUnderARightChecksumIsRefusedOrGivesNumbersInOrder() throws {
    var generator = SeededGenerator(state: 41)
    for bytes in try files() {
      let own = try #require(try NetCDFFile(bytes).checksum()?.place)
      for _ in 0..<1500 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] = UInt8.random(in: 0...255, using: &generator)
        }
        damaged.replaceSubrange(own..<own + 8, with: NetCDFWriter.noChecksum)
        var checksum = CRC32()
        checksum.add(damaged)
        damaged.replaceSubrange(own..<own + 8, with: Array(checksum.text.utf8))
        guard let source = try? ANDIReader.read(damaged) else { continue }
        let series = source.measurement.massScans
        for numbers in [series?.times ?? []] + source.measurement.traces.map(\.times) {
          #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 })
        }
        let all =
          (series?.massToCharge ?? []) + (series?.intensity ?? [])
          + source.measurement.traces.flatMap { $0.values + $0.times }
          + source.measurement.reportedPeaks.flatMap(PeakText.numbers)
        let isFinite = all.allSatisfy { $0.isFinite }
        #expect(isFinite)
        for trace in source.measurement.traces {
          #expect(trace.scans.count == trace.values.count)
          #expect(trace.flags.count == trace.values.count)
        }
      }
    }
  }

  @Test func aFileThatLostItsChecksumIsRefused() throws {
    for bytes in try files() {
      let name = Array("gauger_crc32".utf8)
      let place = try #require(
        bytes.indices.first { bytes[$0...].starts(with: name) })
      var damaged = bytes
      damaged[place + 7] = UInt8(ascii: "x")
      #expect { try ANDIReader.read(damaged) } throws: {
        ($0 as? FormatError)?.code == "netcdf-checksum"
      }
    }
  }
}

@Suite struct CRC32Tests {
  @Test func theValueIsThatOfTheStandard() {
    var checksum = CRC32()
    checksum.add(Array("123456789".utf8))
    #expect(checksum.text == "cbf43926" && checksum.count == 9)
    #expect(CRC32().text == "00000000")
  }

  @Test func piecesPutBehindOneAnotherGiveTheWhole() {
    var generator = SeededGenerator(state: 5)
    let bytes = (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var whole = CRC32()
    whole.add(bytes)
    for _ in 0..<60 {
      var ends = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        Int.random(in: 0...bytes.count, using: &generator)
      }
      ends = [0] + ends.sorted() + [bytes.count]
      var joined = CRC32()
      for (begin, end) in zip(ends, ends.dropFirst()) {
        var piece = CRC32()
        piece.add(bytes[begin..<end])
        joined.append(piece)
      }
      #expect(joined == whole)
    }
  }
}
