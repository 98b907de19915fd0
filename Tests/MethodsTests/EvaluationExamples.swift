import Instruments
import Laboratory
import Methods
import Processing

/// A made-up chromatographic method and runs whose answers are known without any program.
enum Made {
  static let method = try? MethodReader.read(text: text, file: "made.yaml")

  static let text = """
    schema: 1
    name: made
    version: "1"
    title: A made-up sequence
    technique: gc
    state: validated
    signals:
      fid: { from: trace, trace: first, detection: { expected_width_s: 6 } }
    analytes:
      Standard:
        keyword: ISTD
        role: internal-standard
        signal: fid
        window_s: [95, 105]
      Target:
        keyword: TARGET
        signal: fid
        window_s: [195, 205]
        internal_standard: Standard
        minimum_height: 5
        calibration:
          unit: ug/mL
          curve: linear
          weights: 1
          levels: [10, 20, 50, 100]
    acceptance:
      check_percent: 10
    """

  /// Two Gaussian peaks, sigma 2.5 s, 5 points a second, on a line at 10, with a fixed small ripple.
  static func trace(standard: Double, target: Double) -> Trace {
    var trace = Trace(name: "fid", unit: Unit("pA"))
    for point in 0..<1500 {
      let time = Double(point) / 5
      // No noise has no slope noise either; a ripple of the last digit is what converters give.
      var value = 10 + 0.01 * Double((point * 7919) % 11) / 11
      for (centre, height) in [(100.0, standard), (200.0, target)] {
        let z = (time - centre) / 2.5
        value += abs(z) < 8 ? height * gaussian(z) : 0
      }
      trace.append(scan: point, time: time, value: value, flags: [])
    }
    return trace
  }

  /// exp(-z^2/2) by its continued square: the same on every machine.
  static func gaussian(_ z: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    let x = z * z / 2 / 64
    for n in 1...20 {
      term *= -x / Double(n)
      sum += term
    }
    for _ in 0..<6 { sum *= sum }
    return sum
  }

  static func run(
    _ name: String, _ kind: RunKind, level: Double? = nil, target: Double, standard: Double = 100,
    dilution: Double? = nil, complete: Bool = true
  ) throws -> (facts: EvaluatedRun, evaluation: RunEvaluation) {
    let facts = EvaluatedRun(
      run: name, sample: Sample(id: name, level: level, dilution: dilution), kind: kind,
      started: .now, complete: complete, emulated: false, rawSHA256: "")
    guard let method else { return (facts, RunEvaluation()) }
    let measurement = Measurement(traces: [trace(standard: standard, target: target)])
    return (facts, try method.outcome(of: measurement, libraries: MethodLibraries()).evaluation)
  }

  /// Four standards whose target is as high as their level, and what follows them.
  static func sequence(
    _ more: [(facts: EvaluatedRun, evaluation: RunEvaluation)]
  ) throws -> SequenceResult? {
    guard let method else { return nil }
    var runs: [(facts: EvaluatedRun, evaluation: RunEvaluation)] = []
    for level in [10.0, 20, 50, 100] {
      runs.append(try run("S\(Int(level))", .standard, level: level, target: level))
    }
    return SequenceEvaluation(method: method).evaluate(
      runs + more, libraries: [], computedBy: "test")
  }
}
