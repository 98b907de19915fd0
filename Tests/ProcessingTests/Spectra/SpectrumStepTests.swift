import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct SpectrumStepTests {
  private let channels = 512

  private func column(_ name: String, _ values: [Double], saturated: [Int] = []) -> MeasuredSpectrum
  {
    MeasuredSpectrum(
      name: name,
      axis: Axis(kind: .wavelength, values: values.indices.map { 800 + 0.2 * Double($0) }),
      ordinate: .counts, values: values, saturated: saturated)
  }

  private func sample(_ seed: UInt64 = 1) -> [Double] {
    var noise = SeededNoise(seed)
    return (0..<channels).map { index in
      let x = Double(index)
      return 1000 + 500 * lorentz(x, 200, 12) + 300 * lorentz(x, 350, 9) + 0.5 * x
        + 2 * noise.normal()
    }
  }

  @Test func stepsRunInTheirOrderAndEachIsRecorded() throws {
    var values = sample()
    values[100] += 4000
    let dark = (0..<channels).map { _ in 900.0 }
    let chain = SpectrumChain(steps: [
      .dark, .spikes(threshold: 8),
      .axis(coefficients: [800, 0.2], laserNanometres: 785, medium: .air),
      .baseline(rule: .arpls, smoothness: 1e5), .smoothing(window: 7, order: 2, derivative: 0),
      .crop(from: 300, to: 1200), .normalise(kind: .maximum),
    ])
    let found = try chain.run(
      .init(sample: column("sample", values), dark: column("dark", dark)))
    #expect(
      found.steps.map(\.name) == [
        "dark-frame", "spikes", "axis", "baseline", "smoothing", "crop", "normalise",
      ])
    #expect(found.steps.allSatisfy { $0.state == .done })
    #expect(found.spectrum.axis.kind == .ramanShift)
    #expect(found.spectrum.values.max() == 1)
    #expect(found.spikes.map(\.index) == [100])
    #expect(found.spikes[0].original == values[100] - 900)
    let x = found.spectrum.axis.values
    #expect(x.allSatisfy { $0 >= 300 && $0 <= 1200 })
    // The largest band stands where it was put.
    let top = try #require(
      found.spectrum.values.indices.max {
        found.spectrum.values[$0] < found.spectrum.values[$1]
      })
    let place = 1e7 / 785.0 - 1e7 / (800 + 0.2 * 200)
    #expect(abs(x[top] - place) < 9)
  }

  @Test func anotherOrderIsAnotherResult() throws {
    let input = SpectrumChain.Input(sample: column("sample", sample()))
    let first = try SpectrumChain(steps: [
      .smoothing(window: 21, order: 2, derivative: 0), .baseline(rule: .arpls, smoothness: 1e4),
    ]).run(input)
    let second = try SpectrumChain(steps: [
      .baseline(rule: .arpls, smoothness: 1e4), .smoothing(window: 21, order: 2, derivative: 0),
    ]).run(input)
    #expect(first.spectrum.values != second.spectrum.values)
    let none = try SpectrumChain().run(input)
    #expect(none.spectrum == input.sample)
  }

  @Test(arguments: [0, 1])
  func smoothingSpreadsASaturatedPointOverAllThatItHasAShareIn(derivative: Int) throws {
    let chain = SpectrumChain(steps: [.smoothing(window: 7, order: 2, derivative: derivative)])
    let plain = try chain.run(.init(sample: column("sample", sample()))).spectrum
    #expect(plain.saturated.isEmpty)
    for (place, marked) in [
      (100, 97...103), (7, 4...10), (6, 0...9), (2, 0...5), (504, 501...507), (505, 502...511),
      (511, 508...511),
    ] {
      var values = sample()
      values[place] += 5000
      let found = try chain.run(
        .init(sample: column("sample", values, saturated: [place]))
      ).spectrum
      #expect(found.saturated == Array(marked))
      let changed = values.indices.filter { found.values[$0] != plain.values[$0] }
      #expect(changed.allSatisfy(marked.contains))
      #expect(changed.first == marked.first && changed.last == marked.last)
    }
    let many = try chain.run(.init(sample: column("sample", sample(), saturated: [50, 54])))
    #expect(many.spectrum.saturated == Array(47...57))
  }

  /// A rise over many channels once ended beyond the channels in which a fall is looked for.
  @Test func aLongSteepRiseIsKeptAndTold() throws {
    var values = (0..<60).map { Double($0 * $0 % 11) }
    for index in 20..<28 { values[index] = 500 * Double(index - 19) }
    for index in 28..<60 { values[index] += 4000 }
    let found = try SpectrumChain(steps: [.spikes(threshold: 6)]).run(
      .init(sample: column("sample", values)))
    #expect(found.spectrum.values == values)
    #expect(found.flags == ["spikes-kept"])
  }

  @Test func absorbanceOfColumnsHasItsHoles() throws {
    var light = (0..<channels).map { _ in 1000.0 }
    let dark = (0..<channels).map { _ in 100.0 }
    light[7] = 100
    var values = (0..<channels).map { _ in 190.0 }
    values[9] = 90
    let input = try #require(
      SpectrumChain.Input(columns: [
        column("dark", dark), column("reference", light), column("scan", values),
      ]))
    let found = try SpectrumChain(steps: [.ratio(parameters: .init()), .absorbance]).run(input)
    #expect(abs(found.spectrum.values[0] - 1) < 1e-15)
    #expect(found.undefined == [7, 9])
    #expect(found.spectrum.values[7].isNaN && found.spectrum.values[9].isNaN)
    #expect(found.spectrum.ordinate == .absorbance)
    #expect(found.flags.contains("reference-equals-dark"))
    #expect(found.searchable.saturated == [7, 9])
    #expect(found.searchable.values.allSatisfy { $0.isFinite })
    // A later step that needs every point refuses, unless the holes are cropped away.
    var refused: String?
    do {
      _ = try SpectrumChain(steps: [
        .ratio(parameters: .init()), .absorbance, .baseline(rule: .asls, smoothness: 1e4),
      ]).run(input)
    } catch { refused = error.step }
    #expect(refused == "baseline")
    let rest = try SpectrumChain(steps: [
      .ratio(parameters: .init()), .absorbance, .crop(from: 803, to: 850),
      .smoothing(window: 5, order: 2, derivative: 0),
    ]).run(input)
    #expect(rest.undefined.isEmpty)
  }

  @Test func whatIsMissingIsRefusedByTheNameOfTheStep() {
    let input = SpectrumChain.Input(sample: column("sample", sample()))
    func failure(_ step: SpectrumChain.Step) -> SpectrumChainError? {
      do {
        _ = try SpectrumChain(steps: [step]).run(input)
        return nil
      } catch { return error }
    }
    #expect(failure(.dark) == SpectrumChainError(step: "dark-frame", error: .missingDark))
    #expect(
      failure(.ratio(parameters: .init()))
        == SpectrumChainError(step: "transmittance", error: .missingReference))
    #expect(failure(.atmosphere(parameters: .init()))?.failure.code == "spectrum-axes-differ")
    #expect(failure(.crop(from: 2, to: 3))?.failure.code == "spectrum-window-outside")
    #expect(failure(.smoothing(window: 6, order: 2, derivative: 0))?.step == "smoothing")
    #expect(failure(.axis(coefficients: [], laserNanometres: nil, medium: .air))?.step == "axis")
    #expect(failure(.dark)?.failure.what == "step dark-frame: there is no dark")
    var broken = input
    broken.sample.values[3] = .infinity
    #expect(throws: SpectrumChainError.self) { try SpectrumChain().run(broken) }
    broken = input
    broken.dark = column("dark", [1, 2, 3])
    #expect(throws: SpectrumChainError.self) { try SpectrumChain(steps: [.dark]).run(broken) }
    broken.sample.saturated = [9999]
    #expect(throws: SpectrumChainError.self) { try SpectrumChain().run(broken) }
  }

  @Test func columnsOfAnotherAxisAreNotPutTogether() {
    var dark = column("dark", sample(2))
    dark.axis.values = dark.axis.values.map { $0 + 0.1 }
    #expect(
      throws: SpectrumChainError(
        step: "dark-frame", error: .axesDiffer(what: "sample", other: "dark"))
    ) {
      try SpectrumChain(steps: [.dark]).run(
        .init(sample: column("sample", sample()), dark: dark))
    }
  }

  @Test func croppedSamplesTakeTheSamePointsOfTheirColumns() throws {
    let dark = (0..<channels).map(Double.init)
    let values = (0..<channels).map { 2 * Double($0) + 5 }
    let found = try SpectrumChain(steps: [.crop(from: 820, to: 840), .dark]).run(
      .init(sample: column("sample", values, saturated: [110]), dark: column("dark", dark)))
    let first = try #require(
      column("x", values).axis.values.firstIndex { $0 >= 820 })
    #expect(found.spectrum.values.first == Double(first) + 5)
    #expect(found.spectrum.saturated == [110 - first])
    #expect(found.flags == ["saturated"])
  }

  @Test func aDerivativeAlongAFallingAxisHasTheSameSign() throws {
    let values = sample()
    var falling = column("sample", values.reversed())
    falling.axis.values = column("sample", values).axis.values.reversed()
    let steps = SpectrumChain(steps: [.smoothing(window: 9, order: 2, derivative: 1)])
    let up = try steps.run(.init(sample: column("sample", values))).spectrum.values
    let down = try steps.run(.init(sample: falling)).spectrum.values
    for (left, right) in zip(up, down.reversed()) { #expect(abs(left - right) < 1e-9) }
  }

  @Test func resamplingKeepsWhatIsNotKnown() throws {
    let found = try SpectrumChain(steps: [.resample(step: 0.5)]).run(
      .init(sample: column("sample", sample(), saturated: [50])))
    // Channel 50 stands at 810.0: the grid's points beside it rest on it.
    let marked = found.spectrum.saturated.map { found.spectrum.axis.values[$0] }
    #expect(marked == [810])
    #expect(found.spectrum.axis.values.first == 800)
    #expect(
      throws: SpectrumChainError.self
    ) {
      try SpectrumChain(steps: [.resample(step: 0.5), .dark]).run(
        .init(sample: column("sample", sample()), dark: column("dark", sample())))
    }
  }

  @Test func theSameColumnsGiveTheSameBits() throws {
    let chain = SpectrumChain(steps: [
      .baseline(rule: .airpls, smoothness: 1e4), .smoothing(window: 11, order: 3, derivative: 1),
      .normalise(kind: .unitVector),
    ])
    let input = SpectrumChain.Input(sample: column("sample", sample(9)))
    let first = try chain.run(input)
    for _ in 0..<3 {
      let again = try chain.run(input)
      #expect(again == first)
    }
  }

  @Test func chainsSurviveJSON() throws {
    let chain = SpectrumChain(steps: [
      .dark, .ratio(parameters: .init(ordinate: .reflectance)), .absorbance,
      .axis(coefficients: [800, 0.2], laserNanometres: 785, medium: .vacuum),
      .atmosphere(parameters: .init()), .normalise(kind: .standardNormalVariate),
    ])
    let data = try JSONEncoder().encode(chain)
    let back = try JSONDecoder().decode(SpectrumChain.self, from: data)
    #expect(back == chain)
  }
}
