import Laboratory
import Methods
import Processing
import Testing

@Suite struct LiveSeparationTests {
  private func body() throws -> SeparationMethod {
    let method = try #require(Made.method)
    guard case .separation(let body) = method.body else {
      throw MethodFailure(Failure("test", exit: .failed, what: "", why: "", next: ""))
    }
    return body
  }

  private func findings(_ trace: Trace) throws -> [LiveFinding] {
    var live = try LiveSeparation(try body())
    var findings: [LiveFinding] = []
    for index in trace.times.indices {
      findings += live.step(
        .point(
          trace: trace.name, TracePoint(time: trace.times[index], value: trace.values[index])))
    }
    return findings + live.finish()
  }

  @Test func theFinalPeaksAreThoseOfTheStoredRun() throws {
    let trace = Made.trace(standard: 100, target: 35)
    let found = try findings(trace)
    let final = found.compactMap { finding -> Integration? in
      if case .final(_, let integration) = finding { integration } else { nil }
    }
    let method = try #require(Made.method)
    let stored = try method.outcome(
      of: Measurement(traces: [trace]), libraries: MethodLibraries()
    ).evaluation.peaks["fid"]
    #expect(final.count == 1)
    #expect(final.first?.peaks == stored)
    #expect(stored?.count == 2)
  }

  @Test func whatComesBeforeTheEndIsCalledProvisional() throws {
    let found = try findings(Made.trace(standard: 100, target: 35))
    var peaks: [ChromatographicPeak] = []
    for case .provisional(let signal, let closed) in found {
      #expect(signal == "fid")
      peaks += closed
    }
    #expect(peaks.count == 2)
    #expect(peaks.allSatisfy { $0.flags.contains("provisional") })
    if case .final = found.last {} else { Issue.record("the last finding is not final") }
  }

  @Test func massScansComeToTheSamePeaksAsTheirSeries() throws {
    let text = Made.text.replacing("{ from: trace, trace: first,", with: "{ from: total,")
      .replacing("technique: gc\n", with: "technique: gc-ms\n")
    let method = try MethodReader.read(text: text, file: "made.yaml")
    guard case .separation(let body) = method.body else { return }
    let trace = Made.trace(standard: 100, target: 35)
    var series = MassScanSeries()
    for index in trace.times.indices {
      // Two ions that add up to the signal exactly: halves of a Double are exact.
      let half = trace.values[index] / 2
      series.append(time: trace.times[index], massToCharge: [50, 60], intensity: [half, half])
    }
    var live = try LiveSeparation(body)
    for index in 0..<series.count { _ = live.step(.scan(series.scan(index))) }
    var final: [ChromatographicPeak] = []
    for case .final(_, let integration) in live.finish() { final = integration.peaks }
    let stored = try method.outcome(
      of: Measurement(massScans: series), libraries: MethodLibraries()
    ).evaluation.peaks["fid"]
    #expect(final == stored)
    #expect(final.count == 2)
  }
}
