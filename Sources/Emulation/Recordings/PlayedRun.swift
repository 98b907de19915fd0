internal import Instruments
public import Laboratory

/// A run that was measured once, to be played scan by scan by an emulated instrument.
///
/// Numbers are played as they are, to the last bit: nothing is scaled, and no noise added.
public struct PlayedRun: Sendable {
  enum Kind: UInt8 { case traces = 1, centroids, profile, spectrum }

  /// One thing that is measured.
  struct Channel: Sendable {
    var name: String
    var unit: String
  }

  let kind: Kind
  let channels: [Channel]
  /// When each point, scan or spectrum was measured, in seconds.
  let times: [Double]
  /// Where the numbers of each begin in `values`; one more than there are.
  let starts: [Int]
  /// Masses, one a value; empty where there are none.
  let masses: [Double]
  let values: [Double]
  /// The places of spectra, and what they are as the protocol counts it; empty where there are none.
  let axis: [Double]
  let axisKind: UInt8

  /// How many points of traces, mass scans or spectra there are.
  public var count: Int { times.count }

  /// What a measurement holds: its mass scans, else its traces, else its spectra.
  ///
  /// Throws where it has none of these, or more than the protocol carries.
  public init(_ measurement: Measurement, name: String) throws(Failure) {
    if let series = measurement.massScans, series.count > 0 {
      kind = series.kind == .profile ? .profile : .centroids
      channels = [Channel(name: "intensity", unit: series.unit)]
      (times, starts) = (series.times, series.starts)
      (masses, values) = (series.massToCharge, series.intensity)
      (axis, axisKind) = ([], 0)
    } else if let first = measurement.traces.first(where: { !$0.times.isEmpty }) {
      // Signals of one clock make one run; another clock's would need points of their own.
      let together = measurement.traces.filter { $0.times == first.times }
      kind = .traces
      channels = together.map {
        Channel(name: Self.word($0.name), unit: $0.unit.symbol)
      }
      times = first.times
      starts = (0...first.times.count).map { $0 * together.count }
      values = first.times.indices.flatMap { point in together.map { $0.values[point] } }
      (masses, axis, axisKind) = ([], [], 0)
    } else if let first = Self.samples(measurement.spectra).first {
      let together = Self.samples(measurement.spectra).filter {
        $0.axis == first.axis && $0.ordinate == first.ordinate
      }
      kind = .spectrum
      channels = [
        Channel(
          name: first.ordinate.rawValue, unit: first.ordinate == .counts ? "counts" : "1")
      ]
      times = together.indices.map(Double.init)
      starts = (0...together.count).map { $0 * first.axis.values.count }
      values = together.flatMap(\.values)
      masses = []
      axis = first.axis.values
      axisKind =
        switch first.axis.kind {
        case .wavelength: 1
        case .ramanShift: 2
        case .wavenumber: 3
        case .channel, .massToCharge: 4
        }
    } else {
      throw Self.unfit(name, "it holds neither mass scans nor traces nor spectra")
    }
    try check(name)
  }

  /// What an instrument without a recording plays: two signals at 20 Hz for a minute, two peaks.
  static let example: PlayedRun = {
    let times = (0..<1200).map { Double($0) / 20 }
    func peak(_ time: Double, _ place: Double, _ width: Double) -> Double {
      let distance = (time - place) / width
      return 1 / (1 + distance * distance * distance * distance)
    }
    let values = times.flatMap { time in
      [
        2 + 80 * peak(time, 15, 1) + 40 * peak(time, 40, 2),
        1 + 0.25 * time + 12 * peak(time, 40, 2),
      ]
    }
    return PlayedRun(
      kind: .traces,
      channels: [Channel(name: "detector_1", unit: "mV"), Channel(name: "detector_2", unit: "mV")],
      times: times, starts: (0...times.count).map { 2 * $0 }, masses: [], values: values, axis: [],
      axisKind: 0)
  }()

  private init(
    kind: Kind, channels: [Channel], times: [Double], starts: [Int], masses: [Double],
    values: [Double], axis: [Double], axisKind: UInt8
  ) {
    (self.kind, self.channels, self.times, self.starts) = (kind, channels, times, starts)
    (self.masses, self.values, self.axis, self.axisKind) = (masses, values, axis, axisKind)
  }

  /// The spectra of the sample where any is called so, and not its dark and reference; else all.
  private static func samples(_ spectra: [MeasuredSpectrum]) -> [MeasuredSpectrum] {
    let samples = spectra.filter { $0.name.hasPrefix("sample") }
    return samples.isEmpty ? spectra : samples
  }

  private func check(_ name: String) throws(Failure) {
    guard channels.count <= 64, largestCount * 16 < 4 << 20 else {
      throw Self.unfit(name, "it has more signals or longer scans than the protocol carries")
    }
    guard (times + masses + values + axis).allSatisfy(\.isFinite) else {
      throw Self.unfit(name, "it holds values that are no numbers")
    }
    guard Set(channels.map(\.name)).count == channels.count else {
      throw Self.unfit(name, "two of its signals have the same name")
    }
    guard zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }), times.first ?? 0 >= 0 else {
      throw Self.unfit(name, "its times do not rise from 0 or later")
    }
  }

  /// The most pairs or values of one scan.
  var largestCount: Int {
    kind == .traces ? 1 : max(1, zip(starts, starts.dropFirst()).map { $1 - $0 }.max() ?? 1)
  }

  /// A name as the protocol takes it.
  private static func word(_ name: String) -> String {
    let letters = name.unicodeScalars.map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
        ? Character(scalar) : "_"
    }
    return letters.isEmpty ? "signal" : String(letters.prefix(32))
  }

  static func unfit(_ name: String, _ why: String) -> Failure {
    Failure(
      "emulation-recording-unfit", exit: .usage, what: "The recording \(name) cannot be played.",
      why: "\(why.prefix(1).uppercased() + why.dropFirst()).",
      next: "Play a run with mass scans, traces, or spectra on one axis.")
  }
}
