import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// The table and the picture of signals against time.
@Suite struct SeriesFormatTests {
  private func traces(_ count: Int = 3) -> [Trace] {
    (0..<count).map { signal in
      var trace = Trace(name: "s\(signal)", unit: signal == 0 ? Unit("mAU*s, x") : .one)
      for point in 0..<50 {
        trace.append(
          scan: point + (point > 20 ? 2 : 0), time: Double(point) / 3,
          value: sin(Double(point * (signal + 1))) / 7, flags: point == 21 ? [.afterGap] : [])
      }
      return trace
    }
  }

  private let steps = [ProcessingStep("stream", .done, "traces", numbers: ["scans": 50])]

  private func csv(_ traces: [Trace]) throws -> [UInt8] {
    try CSVWriter.series(
      traces, steps: steps, record: try Example.record(), journalSHA256: Example.journal)
  }

  private func check(_ bytes: [UInt8], _ traces: [Trace]) throws {
    try FormatCheck.verify(
      csv: bytes, againstSeries: traces, steps: steps, record: try Example.record(),
      journalSHA256: Example.journal)
  }

  @Test func everyNumberReadsBackAndTheGapIsMarked() throws {
    let traces = traces()
    let bytes = try csv(traces)
    try check(bytes, traces)
    let document = try CSVReader.read(bytes)
    #expect(document.columns == ["scan", "time_s", "s0_mAU_s__x", "s1", "s2", "after_gap"])
    #expect(document.values[0][20...21] == [20, 23])
    #expect(document.values[5].compactMap { $0 }.reduce(0, +) == 1)
    #expect(document.fact("traces") == "s0 s1 s2")
  }

  @Test func whatDiffersIsFound() throws {
    let traces = traces()
    let bytes = try csv(traces)
    for change in [
      { (wrong: inout [Trace]) in wrong[1].values[7] += 1e-16 },
      {
        $0[0].times[3] = 9; $0[1].times[3] = 9; $0[2].times[3] = 9
      },
      { $0[0].flags[21] = [] }, { $0.removeLast() }, { $0[2].name = "other" },
    ] {
      var wrong = traces
      change(&wrong)
      #expect(throws: FormatError.self) { try check(bytes, wrong) }
    }
    for cut in stride(from: 0, to: bytes.count - 1, by: 64) {
      #expect(throws: FormatError.self) { try check(Array(bytes.prefix(cut)), traces) }
    }
  }

  @Test func whatCannotBeWrittenIsRefused() throws {
    for (wrong, code) in [
      ([], "csv-shape"), ([Trace(name: "a", unit: .one)], "csv-shape"),
      (
        { () -> [Trace] in
          var uneven = traces()
          uneven[1].values.removeLast()
          return uneven
        }(), "csv-shape"
      ),
      (
        { () -> [Trace] in
          var none = traces()
          none[2].values[0] = .nan
          return none
        }(), "csv-not-finite"
      ),
    ] as [([Trace], String)] {
      let error = #expect(throws: FormatError.self) { try csv(wrong) }
      #expect(error?.code == code)
    }
  }

  @Test func thePictureShowsFourSignalsAndSaysWhatItLeavesOut() throws {
    let record = try Example.record()
    let four = String(decoding: try SVGPlot.series(traces(4), record: record), as: UTF8.self)
    #expect(four.components(separatedBy: "<polyline").count == 5)
    #expect(!four.contains("more signals"))
    let six = String(decoding: try SVGPlot.series(traces(6), record: record), as: UTF8.self)
    #expect(six.components(separatedBy: "<polyline").count == 5)
    #expect(six.contains("2 more signals in the table"))
    #expect(throws: FormatError.self) { try SVGPlot.series([], record: record) }
  }
}
