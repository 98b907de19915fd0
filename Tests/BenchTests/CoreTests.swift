import Emulation
import Foundation
import Instruments
import Journal
import Laboratory
import Processing
import ScanRing
import Testing

@testable import Bench

/// The core behind the ring: what it skips it reads back, and the result is the same.
@Suite struct CoreTests {
  @Test(arguments: [0, 300, 20_000, 1 << 26])
  func aSlowCoreReadsBackFromTheJournalWhatItSkipped(_ backlogLimit: Int) throws {
    let folder = try TemporaryFolder()
    let ring = ScanRing(capacity: 1 << 20, readers: 2)
    let path = folder.path + "/raw.journal"
    let recorder = try JournalRecorder.start(
      path: path, header: try Self.header(), reader: ring.takeReader(0))
    let core = Core(journal: path, recorder: recorder, backlogLimit: backlogLimit)
    try core.start(
      reader: Handoff(ring.takeReader(1)),
      processor: try RunProcessor(
        .array(Self.interpreter), RunProcessor.Recipe(settings: Settings(), kind: .frame)))
    var producer = ring.takeProducer()
    let frames = 500
    for number in 0..<frames {
      let content = [UInt8(number & 0xFF), UInt8(number >> 8), 1, 0]
      while case .full = producer.append(RecordHeader(kind: .frame), content.span) { usleep(100) }
    }
    producer.finish()
    let progress = recorder.waitUntilFinished()
    let result = core.wait()
    #expect(progress.framesDurable == UInt64(frames))
    #expect(result.failure == nil)
    #expect(result.output.spectra.count == 1)
    #expect(result.output.spectra.first?.scans == frames)
    // The mean of 0 ... 499, whatever way the frames came.
    #expect(result.output.spectra.first?.raw == [249.5, 1])
    if backlogLimit == 0 { #expect(result.readBack == UInt64(frames)) }
    if backlogLimit == 1 << 26 { #expect(result.readBack == 0) }
  }

  @Test func scansBeforeAndAfterAChangeOfSettingsAreNotAveragedTogether() throws {
    var processor = ArrayProcessor(
      interpreter: Self.interpreter, recipe: SpectrumRecipe(settings: Settings()), kind: .frame,
      dark: nil)
    func settings(_ exposure: Int) throws -> [Spectrum] {
      try processor.consume(
        RecordHeader(kind: .settings), Array("{\"integration_us\":\(exposure)}".utf8))
    }
    func frame(_ count: UInt8) throws -> [Spectrum] {
      try processor.consume(RecordHeader(kind: .frame), [count, 0, 0, 0])
    }
    #expect(try settings(10).isEmpty)
    #expect(try frame(4).isEmpty)
    #expect(try frame(8).isEmpty)
    let first = try settings(20)
    #expect(first.map(\.raw) == [[6, 0]])
    #expect(try frame(100).isEmpty)
    #expect(processor.finish().map(\.raw) == [[100, 0]])
  }

  static let interpreter = ArrayInterpreter(
    detector: ArrayDetector(
      channelCount: 2, fullScale: 65535, saturationCount: 65535, gain: 1, darkChannels: [],
      wavelength: .missing(reason: "a test"), wavelengthOrigin: 0,
      nonlinearity: .missing(reason: "a test")),
    decode: { (frame, counts) throws(DriverError) in
      for index in counts.indices {
        counts[index] = Double(UInt16(frame[2 * index]) | UInt16(frame[2 * index + 1]) << 8)
      }
    })

  static func header() throws -> JournalHeader {
    JournalHeader(
      run: try #require(RunID("20261120T101500Z-test-abcd")), emulated: true, kind: .sample,
      sample: Sample(id: "s"), person: "tester",
      instrument: InstrumentRecord(model: "test/test", serialNumber: "1"), driver: "test",
      profileText: "", settings: Settings(), timeZone: "Etc/UTC")
  }
}
