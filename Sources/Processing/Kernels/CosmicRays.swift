/// A value that was taken for a cosmic ray, and what stood there before.
public struct CosmicRay: Sendable, Hashable {
  /// The number of the frame, from 0; 0 where there is one.
  public var frame: Int
  /// The pixel, from 0.
  public var index: Int
  /// The value that was measured.
  public var original: Double
  /// The value that stands there now.
  public var replacement: Double
}

/// Finds single wild pixels by the same pixel of other frames: the way wherever there are frames.
///
/// A value farther above its pixel's median than `threshold` noises is replaced by the median.
public struct FrameDespiking: Sendable, Hashable {
  /// Where a pixel's noise is known from.
  public enum Noise: Sendable, Hashable {
    /// 1.4826 times the median absolute deviation of the pixel's values, but not below the median of
    /// that over all pixels: of three values two are often close by chance. Needs 3 frames.
    case spread
    /// The root of `read * read + gain * median`: read noise in counts, counts an electron. A
    /// negative median counts as 0. Needs 2 frames.
    case model(read: Double, gain: Double)
  }

  /// What was found.
  public struct Result: Sendable, Hashable {
    /// The frames with replaced values.
    public var frames: [[Double]]
    /// What was replaced, frame by frame.
    public var rays: [CosmicRay]
    /// Pixels that could not be judged, as all frames' noise there is 0.
    public var withoutNoise: Int
  }

  /// Where the noise is known from.
  public let noise: Noise
  /// How many noises above the median is a cosmic ray.
  public let threshold: Double

  /// Describes the search.
  ///
  /// - Throws: `parameter` for a threshold not above 0 or a model with negative numbers.
  public init(noise: Noise = .spread, threshold: Double = 5) throws(KernelError) {
    guard threshold > 0, threshold.isFinite else {
      throw .parameter(name: "threshold", value: threshold, allowed: "above 0")
    }
    if case .model(let read, let gain) = noise {
      for (name, value) in [("read noise", read), ("gain", gain)]
      where !(value >= 0 && value.isFinite) {
        throw .parameter(name: name, value: value, allowed: "0 or more")
      }
    }
    self.noise = noise
    self.threshold = threshold
  }

  /// Replaces cosmic rays in frames of equal settings.
  ///
  /// - Throws: `tooShort` for fewer frames than the noise needs, `countsDiffer`, `notFinite`.
  public func apply(to frames: [[Double]]) throws(KernelError) -> Result {
    let needed = noise == .spread ? 3 : 2
    guard frames.count >= needed, let pixels = frames.first?.count else {
      throw .tooShort(
        what: "cosmic rays by comparison of frames", points: frames.count, needed: needed)
    }
    for frame in frames {
      guard frame.count == pixels else {
        throw .countsDiffer(what: "the frames", pixels, frame.count)
      }
      try Finite.check(frame.span, "a frame")
    }
    var medians = [Double](repeating: 0, count: pixels)
    var sigmas = medians
    var scratch = [Double](repeating: 0, count: frames.count)
    for i in 0..<pixels {
      for k in frames.indices { scratch[k] = frames[k][i] }
      medians[i] = Selection.median(&scratch)
      switch noise {
      case .spread:
        for k in frames.indices { scratch[k] = abs(frames[k][i] - medians[i]) }
        sigmas[i] = Robust.normalScale * Selection.median(&scratch)
      case .model(let read, let gain):
        sigmas[i] = (read * read + gain * max(0, medians[i])).squareRoot()
      }
    }
    if noise == .spread, pixels > 0 {
      var all = sigmas
      let least = Selection.median(&all)
      for i in 0..<pixels where sigmas[i] < least { sigmas[i] = least }
    }
    var result = Result(frames: frames, rays: [], withoutNoise: sigmas.count { $0 == 0 })
    for k in frames.indices {
      for i in 0..<pixels
      where sigmas[i] > 0 && frames[k][i] - medians[i] > threshold * sigmas[i] {
        result.rays.append(
          CosmicRay(frame: k, index: i, original: frames[k][i], replacement: medians[i]))
        result.frames[k][i] = medians[i]
      }
    }
    return result
  }
}

/// Finds spikes of one or two pixels in one spectrum, by its steps.
///
/// After D. A. Whitaker, K. Hayes, Chemom. Intell. Lab. Syst. 179 (2018) 82, with a rule of ours for
/// what a spike is: steps `d[i] = y[i] - y[i-1]` have modified z scores
/// `0.6745 (d[i] - median) / MAD`; a run of scores above the threshold begins at `r`; of the run of
/// scores below minus the threshold that begins within 4 pixels of `r`, `f` is the last: pixels `r`
/// to `f - 1` are the spike. A rise without fall, or `f - r` above 2, is no cosmic ray: it is kept and
/// told. Never for spectra of lamps, whose lines are as narrow; only where bands are 3 pixels wide
/// and wider.
public struct SpikeRemoval: Sendable, Hashable {
  /// What was found.
  public struct Result: Sendable, Hashable {
    /// The spectrum with replaced values.
    public var values: [Double]
    /// What was replaced, from left to right.
    public var rays: [CosmicRay]
    /// Where a steep rise began that was kept, as it is no spike.
    public var kept: [Int]
    /// Whether nothing was looked for, as half of the steps and more are equal.
    public var isSkipped: Bool
  }

  /// The score above which a step is steep.
  public let threshold: Double

  /// Describes the search; 3.5 to 10 are in use.
  ///
  /// - Throws: `parameter` for a threshold not above 0.
  public init(threshold: Double = 6) throws(KernelError) {
    guard threshold > 0, threshold.isFinite else {
      throw .parameter(name: "threshold", value: threshold, allowed: "above 0")
    }
    self.threshold = threshold
  }

  /// Replaces spikes by the mean of the pixels within 3 of each that are none, in one pass, all from
  /// the original values; where there is none, by the line between the nearest.
  ///
  /// - Throws: `tooShort` below 5 pixels, `notFinite`.
  public func apply(to y: [Double]) throws(KernelError) -> Result {
    guard y.count >= 5 else {
      throw .tooShort(what: "the search for spikes", points: y.count, needed: 5)
    }
    try Finite.check(y.span, "the spectrum")
    let steps = (1..<y.count).map { y[$0] - y[$0 - 1] }
    try Finite.check(steps.span, "the steps of the spectrum")
    let middle = try Robust.median(steps)
    let spread = try Robust.medianAbsoluteDeviation(steps)
    guard spread > 0 else { return Result(values: y, rays: [], kept: [], isSkipped: true) }
    // The score of the step to pixel i stands at i; pixel 0 has none.
    let scores = [0] + steps.map { 0.6745 * ($0 - middle) / spread }
    var isSpike = [Bool](repeating: false, count: y.count)
    var kept: [Int] = []
    var i = 1
    while i < y.count {
      guard scores[i] > threshold else {
        i += 1
        continue
      }
      let rise = i
      while i < y.count, scores[i] > threshold { i += 1 }
      let fall = (i..<max(i, min(y.count, rise + 5))).first { scores[$0] < -threshold }
      var last = fall ?? rise
      while fall != nil, last + 1 < y.count, scores[last + 1] < -threshold { last += 1 }
      if fall == nil || last - rise > 2 {
        kept.append(rise)
      } else {
        for k in rise..<last { isSpike[k] = true }
        i = last + 1
      }
    }
    var result = Result(values: y, rays: [], kept: kept, isSkipped: false)
    for i in y.indices where isSpike[i] {
      let value = Self.replacement(y, isSpike, i)
      result.values[i] = value
      result.rays.append(CosmicRay(frame: 0, index: i, original: y[i], replacement: value))
    }
    return result
  }

  private static func replacement(_ y: [Double], _ isSpike: [Bool], _ i: Int) -> Double {
    var (sum, count) = (0.0, 0)
    for k in max(0, i - 3)...min(y.count - 1, i + 3) where !isSpike[k] {
      sum += y[k]
      count += 1
    }
    if count > 0 { return sum / Double(count) }
    let left = (0..<i).last { !isSpike[$0] }
    let right = (i..<y.count).first { !isSpike[$0] }
    switch (left, right) {
    case (let left?, let right?):
      return y[left] + (y[right] - y[left]) * Double(i - left) / Double(right - left)
    case (let only?, nil), (nil, let only?): return y[only]
    case (nil, nil): return y[i]
    }
  }
}
