internal import Foundation

/// Where the ion currents of an emulated mass spectrometer come from.
///
/// Noise depends on the seed, the kind of measurement, how many of this kind there were, and for
/// single masses on the mass: two hosts that ask the same of two instruments of one seed get the same
/// numbers, bit for bit.
struct IonSource: Sendable {
  /// What there is to measure.
  enum Content: Sendable {
    case gases(GasScene)
    case recording(MassRecording)
    /// Numbers as they are to be sent, whatever is asked: words of scans in turn, the total at the
    /// end of a scan, single masses, the total current.
    case words([Int32], scanTotal: Int32, masses: [Int: Int32], total: Int32)
  }

  /// What is being measured.
  enum Kind: UInt64, Sendable { case analog = 1, histogram, single, total }

  /// What the instrument is set to.
  struct Conditions: Sendable {
    /// mA; 0: no ions at all.
    var emission: Double
    /// Of the multiplier; 1 for the Faraday cup.
    var gain: Double
    /// Noise of one reading, amperes.
    var noise: Double
    /// How long one reading takes, seconds.
    var secondsPerPoint: Double
    var measuresTotal: Bool
  }

  /// Counts of 1e-16 A, one a point, and whether the pressure became too high on the way.
  struct Scan: Sendable {
    var points: [Int32] = []
    var total: Int32 = 0
    var isTripped = false
  }

  /// Amperes a Torr of nitrogen at 1 mA: what `SP` and `ST` of the head say.
  static let partialSensitivity = 0.1033e-3
  static let totalSensitivity = 0.0197e-3
  static let elementaryCharge = 1.602_176_634e-19
  /// Amperes a count.
  static let count = 1e-16

  let content: Content
  let seed: UInt64
  /// Seconds that were measured since power-up.
  private(set) var time = 0.0
  private var made: [Kind: Int] = [:]
  private var madeOfMass: [Int: Int] = [:]

  init(_ content: Content, seed: UInt64) {
    self.content = content
    self.seed = seed
  }

  /// The pressure in Torr as it is now.
  var pressure: Double { pressure(at: time) }

  private func pressure(at time: Double) -> Double {
    guard case .gases(let scene) = content else { return 0 }
    return scene.gases(at: time).reduce(0) { $0 + $1.torr }
  }

  // MARK: Measurements

  /// Scans over `masses`, analog in steps, histogram one point a mass.
  mutating func scan(
    _ kind: Kind, masses: ClosedRange<Int>, stepsPerMass: Int, _ conditions: Conditions
  ) -> Scan {
    let number = nextNumber(kind)
    let steps = kind == .analog ? stepsPerMass : 1
    let count = (masses.count - 1) * steps + 1
    if case .words(let words, let total, _, _) = content {
      return Scan(
        points: (0..<count).map { words[$0 % words.count] },
        total: conditions.measuresTotal ? total : 0)
    }
    var noise = NoiseStream(seed: seed, kind: kind, number: number)
    var present = Present(content, number, at: time)
    var result = Scan()
    result.points.reserveCapacity(count)
    var emission = present.emission(conditions)
    for point in 0..<count {
      if !present.isSteady, emission > 0 || point == 0 {
        present = Present(content, number, at: time)
        if emission > 0, present.pressure > RGAModel.largestPressure {
          result.isTripped = true
          emission = 0
        }
      }
      let mass = Double(masses.lowerBound) + Double(point) / Double(steps)
      result.points.append(
        read(mass, of: present, isLocked: kind != .analog, emission, conditions, &noise))
      time += conditions.secondsPerPoint
    }
    if conditions.measuresTotal {
      result.total = Self.counts(
        present.total * emission + conditions.noise * noise.next() * present.noise)
    }
    return result
  }

  /// Measures one mass, or the highest point near it.
  mutating func measure(
    _ mass: Int, _ conditions: Conditions
  ) -> (current: Int32, isTripped: Bool) {
    let number = madeOfMass[mass, default: 0]
    madeOfMass[mass] = number + 1
    if case .words(_, _, let masses, _) = content { return (masses[mass] ?? 0, false) }
    var noise = NoiseStream(seed: seed, kind: .single, number: number, mass: mass)
    let present = Present(content, number, at: time)
    let isTripped = conditions.emission > 0 && present.pressure > RGAModel.largestPressure
    let current = read(
      Double(mass), of: present, isLocked: true, isTripped ? 0 : present.emission(conditions),
      conditions, &noise)
    time += conditions.secondsPerPoint
    return (current, isTripped)
  }

  /// The total current; 0 where it is not measured.
  mutating func total(_ conditions: Conditions) -> Int32 {
    let number = nextNumber(.total)
    guard conditions.measuresTotal else { return 0 }
    if case .words(_, _, _, let total) = content { return total }
    var noise = NoiseStream(seed: seed, kind: .total, number: number)
    let present = Present(content, number, at: time)
    return Self.counts(
      present.total * present.emission(conditions)
        + conditions.noise * noise.next() * present.noise)
  }

  private mutating func nextNumber(_ kind: Kind) -> Int {
    let number = made[kind, default: 0]
    made[kind] = number + 1
    return number
  }

  /// One reading; a locked one is the highest of seven within 0.3 amu.
  private func read(
    _ mass: Double, of present: Present, isLocked: Bool, _ emission: Double,
    _ conditions: Conditions, _ noise: inout NoiseStream
  ) -> Int32 {
    if present.noise == 0, isLocked {
      return Self.counts(present.stick(mass) * emission * conditions.gain)
    }
    var highest = -Double.infinity
    for place in isLocked ? -3...3 : 0...0 {
      let current = present.current(at: mass + 0.1 * Double(place)) * emission
      // Ions come one by one; the multiplier makes each of them bigger.
      let seconds = conditions.secondsPerPoint / (isLocked ? 7 : 1)
      let shot = Self.elementaryCharge * current / seconds * conditions.gain * conditions.gain
      let sigma = (conditions.noise * conditions.noise + shot).squareRoot()
      highest = max(highest, current * conditions.gain + sigma * noise.next() * present.noise)
    }
    return Self.counts(highest)
  }

  /// Amperes in counts, rounded, held to what four bytes say.
  static func counts(_ amperes: Double) -> Int32 {
    Int32(min(max((amperes / count).rounded(), Double(Int32.min)), Double(Int32.max)))
  }
}

/// What can be measured at one moment.
private struct Present {
  /// Amperes at 1 mA by mass; place 0 is mass 0.
  var sticks: [Double] = []
  /// A recording that has points between the masses.
  var profile: MassRecording.Spectrum?
  var total = 0.0
  var pressure = 0.0
  var isSteady = true
  /// 1, or 0 for what is played without noise.
  var noise = 1.0

  init(_ content: IonSource.Content, _ number: Int, at time: Double) {
    switch content {
    case .gases(let scene):
      sticks = Array(repeating: 0, count: 60)
      isSteady = scene.isSteady
      for (gas, torr) in scene.gases(at: time) {
        let current = torr * gas.sensitivity * IonSource.partialSensitivity
        for (mass, height) in gas.pattern where mass < sticks.count {
          sticks[mass] += current * height
        }
        total += torr * gas.sensitivity * IonSource.totalSensitivity
        pressure += torr
      }
    case .recording(let recording):
      let spectrum = recording.spectra[number % recording.spectra.count]
      noise = 0
      total = spectrum.total
      sticks = spectrum.sticks
      if spectrum.isProfile { profile = spectrum }
    case .words: break
    }
  }

  /// The emission that counts, mA: a recording was taken with its own, so it is there or not.
  func emission(_ conditions: IonSource.Conditions) -> Double {
    noise == 0 ? (conditions.emission > 0 ? 1 : 0) : conditions.emission
  }

  /// The current of one mass, without what its neighbours add.
  func stick(_ mass: Double) -> Double {
    let place = Int(mass.rounded())
    return sticks.indices.contains(place) ? sticks[place] : 0
  }

  /// The current with the filter at `mass`: peaks are 1 amu wide at a tenth of their height.
  func current(at mass: Double) -> Double {
    if let profile { return profile.current(at: mass) }
    let near = Int(mass.rounded())
    var sum = 0.0
    for place in near - 1...near + 1 where sticks.indices.contains(place) && sticks[place] > 0 {
      let x = (mass - Double(place)) / 0.5
      sum += sticks[place] * exp(-log(10) * x * x * x * x)
    }
    return sum
  }
}

/// Normal deviates of variance 1 for one measurement.
private struct NoiseStream {
  private var generator: SplitMix64

  init(seed: UInt64, kind: IonSource.Kind, number: Int, mass: Int = 0) {
    generator = SplitMix64(
      seed: seed, stream: kind.rawValue << 60 | UInt64(mass) << 44 | UInt64(number))
  }

  mutating func next() -> Double { NormalTable.shared.values[Int(generator.next() & 4095)] }
}
