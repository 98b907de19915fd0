internal import Instruments
internal import Laboratory

/// A spectrum on its way through the steps of a chain.
struct SpectrumWalk {
  private let input: SpectrumChain.Input
  private(set) var outcome: SpectrumChain.Outcome
  /// Wavelengths in nm as long as each point is still a channel.
  private var wavelengths: [Double]?
  /// The channel of the sample that the first point came from; none after resampling.
  private var firstChannel: Int? = 0

  init(_ input: SpectrumChain.Input) {
    self.input = input
    outcome = SpectrumChain.Outcome(
      spectrum: input.sample, steps: [], flags: [], undefined: [], spikes: [])
    if input.sample.axis.kind == .wavelength { wavelengths = input.sample.axis.values }
  }

  private var values: [Double] {
    get { outcome.spectrum.values }
    set { outcome.spectrum.values = newValue }
  }

  /// Looks at the sample before anything is done.
  mutating func start() throws(SpectrumError) {
    _ = try SpectrumInput.rising(outcome.spectrum.axis.values, values, needed: 2)
    let count = values.count
    guard outcome.spectrum.saturated.allSatisfy((0..<count).contains) else {
      throw .lengthsDiffer(
        what: "list of saturated points", count: outcome.spectrum.saturated.max() ?? 0,
        other: "sample", otherCount: count)
    }
    if !outcome.spectrum.saturated.isEmpty { flag("saturated") }
  }

  mutating func take(_ step: SpectrumChain.Step) throws(SpectrumError) {
    switch step {
    case .dark: try subtractDark()
    case .ratio(let parameters): try ratio(parameters)
    case .absorbance: absorbance()
    case .transmittance: transmittance()
    case .spikes(let threshold): try spikes(threshold)
    case .axis(let coefficients, let laser, let medium):
      try axis(coefficients, laser: laser, medium)
    case .relativeIntensity(let certificate, let density):
      try relativeIntensity(certificate, density)
    case .atmosphere(let parameters): try atmosphere(parameters)
    case .attenuatedReflection(let reference): try attenuatedReflection(reference)
    case .baseline(let rule, let smoothness): try baseline(rule, smoothness)
    case .smoothing(let window, let order, let derivative):
      try smoothing(window, order, derivative)
    case .crop(let from, let to): try crop(from, to)
    case .resample(let step): try resample(step)
    case .normalise(let kind): try normalise(kind)
    }
  }

  // MARK: - Counts

  private mutating func subtractDark() throws(SpectrumError) {
    guard let dark = input.dark else { throw .missingDark }
    let level = try column(dark, "dark")
    for index in values.indices { values[index] -= level[index] }
    mark(saturatedOf: dark)
    record("dark-frame", "the dark was subtracted")
  }

  private mutating func ratio(_ parameters: SpectralRatio.Parameters) throws(SpectrumError) {
    guard let reference = input.reference else { throw .missingReference }
    if parameters.needsDark, input.dark == nil { throw .missingDark }
    let ratio = try SpectralRatio.ratio(
      sample: .init(values), reference: .init(try column(reference, "reference")),
      dark: try input.dark.map { dark throws(SpectrumError) in .init(try column(dark, "dark")) },
      parameters)
    values = ratio.values
    outcome.spectrum.ordinate = parameters.ordinate
    mark(saturatedOf: reference)
    if let dark = input.dark { mark(saturatedOf: dark) }
    undefine(ratio.referenceEqualsDark)
    ratio.flags.forEach { flag($0) }
    outcome.steps.append(ratio.step)
  }

  private mutating func absorbance() {
    let found = SpectralRatio.absorbance(ofRatio: values)
    values = found
    outcome.spectrum.ordinate = .absorbance
    undefine(found.indices.filter { found[$0].isNaN })
    record(
      "absorbance", "-log10 of the ratio", ["undefined_points": Double(outcome.undefined.count)])
  }

  private mutating func transmittance() {
    values = SpectralRatio.ratio(ofAbsorbance: values)
    outcome.spectrum.ordinate = .transmittance
    record("transmittance", "10^-absorbance")
  }

  private mutating func spikes(_ threshold: Double) throws(SpectrumError) {
    let found = try kernel { () throws(KernelError) in
      try SpikeRemoval(threshold: threshold).apply(to: values)
    }
    values = found.values
    outcome.spikes += found.rays.map { ray in
      var ray = ray
      ray.index += firstChannel ?? 0
      return ray
    }
    if !found.kept.isEmpty { flag("spikes-kept") }
    if found.isSkipped { flag("spikes-not-looked-for") }
    outcome.steps.append(
      ProcessingStep(
        "spikes", found.isSkipped ? .skipped : .done,
        found.isSkipped
          ? "half of the steps between neighbours and more are equal: nothing to judge by"
          : "\(found.rays.count) spikes of one or two channels replaced, \(found.kept.count) steep "
            + "rises kept",
        numbers: [
          "threshold": threshold, "replaced": Double(found.rays.count),
          "kept": Double(found.kept.count),
        ]))
  }

  // MARK: - Axis

  private mutating func axis(
    _ coefficients: [Double], laser: Double?, _ medium: Medium
  ) throws(SpectrumError) {
    try SpectrumInput.finite(coefficients, "wavelength coefficients")
    guard let firstChannel, !coefficients.isEmpty else {
      throw .axisOfAnotherKind(found: "resampled", needed: "that of the channels")
    }
    let found = values.indices.map {
      Polynomial.value(coefficients, at: Double(firstChannel + $0))
    }
    try SpectrumInput.axis(found)
    guard found.allSatisfy({ $0 > 0 }) else {
      throw .parameter(name: "wavelength_nm", value: found.min() ?? 0, allowed: "above 0")
    }
    wavelengths = found
    outcome.spectrum.axis = Axis(kind: .wavelength, values: found)
    var numbers = named("c", coefficients)
    var detail = "nm in air = c0 + c1 p + ..."
    if let laser {
      outcome.spectrum.axis = Axis(
        kind: .ramanShift,
        values: try RamanAxis.shifts(wavelengths: found, laser: laser, medium: medium))
      numbers["laser_nm"] = laser
      detail += "; shift = 1e7 / laser - 1e7 / wavelength, both in \(medium.rawValue)"
    }
    record("axis", detail, numbers)
  }

  private mutating func relativeIntensity(
    _ certificate: RelativeIntensity.Certificate, _ density: RelativeIntensity.Density
  ) throws(SpectrumError) {
    guard let glass = input.glass else {
      throw .axesDiffer(what: "sample", other: "glass, which was not measured")
    }
    guard outcome.spectrum.axis.kind == .ramanShift else {
      throw .axisOfAnotherKind(
        found: outcome.spectrum.axis.kind.rawValue, needed: "a Raman shift")
    }
    let factors = try RelativeIntensity.factors(
      certificate: certificate, shifts: outcome.spectrum.axis.values,
      measured: try column(glass, "glass"), saturated: cropped(glass.saturated),
      density: density, wavelengths: wavelengths)
    values = try factors.apply(to: values)
    undefine(factors.outside)
    if !factors.outside.isEmpty { flag("outside-certified-range") }
    outcome.steps.append(factors.step)
  }

  // MARK: - Infrared

  private mutating func atmosphere(_ parameters: AtmosphereCompensation) throws(SpectrumError) {
    guard let vapour = input.atmosphere else {
      throw .axesDiffer(what: "sample", other: "atmosphere, which was not measured")
    }
    let found = try parameters.apply(
      to: values, atmosphere: try column(vapour, "atmosphere"),
      wavenumbers: outcome.spectrum.axis.values)
    values = found.values
    outcome.steps.append(found.step)
  }

  private mutating func attenuatedReflection(_ reference: Double) throws(SpectrumError) {
    let found = try AttenuatedReflection.corrected(
      wavenumbers: outcome.spectrum.axis.values, absorbance: values, reference: reference)
    values = found.values
    outcome.steps.append(found.step)
  }

  // MARK: - Shape

  private var meanStep: Double {
    let x = outcome.spectrum.axis.values
    return abs(x[x.count - 1] - x[0]) / Double(x.count - 1)
  }

  private mutating func baseline(
    _ rule: SpectrumChain.BaselineRule, _ smoothness: Double
  ) throws(SpectrumError) {
    let step = meanStep
    let fit = try kernel { () throws(KernelError) in
      let learned: WhittakerBaseline.Rule =
        switch rule {
        case .arpls: .reweighted
        case .airpls: .adaptive
        case .asls: .asymmetric(0.01)
        }
      return try WhittakerBaseline(
        learned, smoothness: WhittakerBaseline.smoothness(smoothness, onStep: step)
      ).fit(values)
    }
    for index in values.indices { values[index] -= fit.baseline[index] }
    if fit.outcome.ending == .passesExhausted { flag("baseline-not-converged") }
    record(
      "baseline", "\(rule.rawValue), points taken as equally spaced",
      [
        "smoothness": smoothness, "mean_step": step, "passes": Double(fit.outcome.passes),
        "last_tolerance": fit.outcome.lastTolerance,
      ])
  }

  private mutating func smoothing(
    _ window: Int, _ order: Int, _ derivative: Int
  ) throws(SpectrumError) {
    let x = outcome.spectrum.axis.values
    // A derivative along a falling axis has the sign of the axis.
    let spacing = x[1] > x[0] ? meanStep : -meanStep
    let smoothed = try kernel { () throws(KernelError) in
      try SavitzkyGolay(
        window: window, order: order, derivative: derivative, spacing: meanStep
      ).apply(to: values)
    }
    values = spacing < 0 && derivative % 2 == 1 ? smoothed.map { -$0 } : smoothed
    spreadSaturated(window: window)
    record(
      "smoothing", "Savitzky and Golay, points taken as equally spaced",
      [
        "window": Double(window), "order": Double(order), "derivative": Double(derivative),
        "mean_step": meanStep,
      ])
  }

  /// Marks every point that a saturated one has a share in; at the ends the outermost windows are
  /// fitted whole.
  private mutating func spreadSaturated(window: Int) {
    let (count, half) = (values.count, window / 2)
    var marked: Set<Int> = []
    for place in outcome.spectrum.saturated {
      let low = place < window ? 0 : place - half
      let high = place >= count - window ? count - 1 : place + half
      marked.formUnion(max(0, low)...min(count - 1, high))
    }
    outcome.spectrum.saturated = marked.sorted()
  }

  private mutating func crop(_ from: Double, _ to: Double) throws(SpectrumError) {
    let x = outcome.spectrum.axis.values
    let kept = x.indices.filter { x[$0] >= from && x[$0] <= to }
    guard from < to, let first = kept.first, let last = kept.last, kept.count >= 2 else {
      throw .windowOutside(from: from, to: to, axisFrom: x.first ?? 0, axisTo: x.last ?? 0)
    }
    outcome.spectrum.axis.values = Array(x[first...last])
    values = Array(values[first...last])
    wavelengths = wavelengths.map { Array($0[first...last]) }
    func moved(_ places: [Int]) -> [Int] {
      places.filter { $0 >= first && $0 <= last }.map { $0 - first }
    }
    outcome.spectrum.saturated = moved(outcome.spectrum.saturated)
    outcome.undefined = moved(outcome.undefined)
    firstChannel = firstChannel.map { $0 + first }
    record("crop", "points from one place to the other", ["from": from, "to": to])
  }

  private mutating func resample(_ step: Double) throws(SpectrumError) {
    guard outcome.undefined.isEmpty else {
      throw .notFinite(what: "spectrum", index: outcome.undefined[0])
    }
    let curve = try SpectrumInput.rising(outcome.spectrum.axis.values, values, needed: 2)
    let (low, high) = (curve.x[0], curve.x[curve.x.count - 1])
    let found = try kernel { () throws(KernelError) in
      let grid = try Interpolation.commonGrid(low...high, low...high, step: step)
      return (grid, try Interpolation.linear(curve.x, curve.y, at: grid))
    }
    guard found.0.count >= 2 else {
      throw .tooFewPoints(what: "grid", count: found.0.count, needed: 2)
    }
    // A point between samples of which one was saturated is not known either.
    let last = curve.x.count - 1
    let marked = Set(outcome.spectrum.saturated.map { curve.isReversed ? last - $0 : $0 })
    outcome.spectrum.saturated = found.0.indices.filter { index in
      let left = Interpolation.interval(curve.x, holding: found.0[index])
      return (marked.contains(left) && found.0[index] < curve.x[left + 1])
        || (marked.contains(left + 1) && found.0[index] > curve.x[left])
    }
    outcome.spectrum.axis.values = found.0
    values = found.1
    wavelengths = nil
    firstChannel = nil
    record(
      "resample", "straight lines between the points, whole multiples of the step", ["step": step])
  }

  private mutating func normalise(_ kind: Normalisation) throws(SpectrumError) {
    let x = outcome.spectrum.axis.values
    let isRising = x[1] > x[0]
    let found = try kernel { () throws(KernelError) in
      try kind.apply(
        isRising ? values : values.reversed(), axis: isRising ? x : x.reversed())
    }
    values = isRising ? found : found.reversed()
    record("normalise", kind.rawValue)
  }

  // MARK: -

  /// The values of a column at the points that the sample still has.
  private func column(
    _ spectrum: MeasuredSpectrum, _ what: String
  ) throws(SpectrumError) -> [Double] {
    guard let firstChannel else { throw .axesDiffer(what: "sample after resampling", other: what) }
    try SpectrumInput.sameCount(
      spectrum.values, what, input.sample.values, "sample")
    guard spectrum.axis == input.sample.axis else {
      throw .axesDiffer(what: "sample", other: what)
    }
    let part = Array(spectrum.values[firstChannel..<firstChannel + values.count])
    try SpectrumInput.finite(part, what)
    return part
  }

  private func cropped(_ places: [Int]) -> [Int] {
    let first = firstChannel ?? 0
    return places.filter { $0 >= first && $0 < first + values.count }.map { $0 - first }
  }

  private mutating func mark(saturatedOf spectrum: MeasuredSpectrum) {
    let marked = cropped(spectrum.saturated)
    guard !marked.isEmpty else { return }
    outcome.spectrum.saturated = Set(outcome.spectrum.saturated).union(marked).sorted()
    flag("saturated")
  }

  private mutating func undefine(_ places: [Int]) {
    outcome.undefined = Set(outcome.undefined).union(places).sorted()
  }

  private mutating func flag(_ flag: String) {
    if !outcome.flags.contains(flag) { outcome.flags.append(flag) }
  }

  private mutating func record(
    _ name: String, _ detail: String, _ numbers: [String: Double] = [:]
  ) {
    outcome.steps.append(ProcessingStep(name, .done, detail, numbers: numbers))
  }

  private func kernel<Value>(
    _ body: () throws(KernelError) -> Value
  ) throws(SpectrumError) -> Value {
    do throws(KernelError) { return try body() } catch { throw .kernel(error) }
  }
}
