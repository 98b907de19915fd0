internal import Foundation

/// Standards of known numbers at their retention times: the scale of a retention index.
///
/// E. Kovats, Helv. Chim. Acta 41 (1958) 1915; H. van den Dool, P. D. Kratz, J. Chromatogr. 11 (1963)
/// 463. Outside the standards there is no index.
public struct RetentionLadder: Sendable, Hashable, Codable {
  /// What the standards are; the formulas are the same.
  public enum Scale: String, Sendable, Hashable, Codable {
    /// n-Alkanes; the number is that of the carbon atoms.
    case alkanes
    /// Methyl esters of fatty acids; the number is that of the acid's carbon atoms.
    case fattyAcidMethylEsters = "fatty-acid-methyl-esters"
    /// Naphthalene, phenanthrene, chrysene, picene by M. L. Lee; numbers 2, 3, 4, 5.
    case aromatics
  }
  /// How an index is interpolated between the standards.
  public enum Interpolation: String, Sendable, Hashable, Codable {
    /// Straight in time: for a temperature programme (van den Dool and Kratz).
    case linear
    /// A cubic spline through all standards with not-a-knot ends; needs four of them.
    case cubic
    /// Straight in the logarithm of the adjusted time: at constant temperature (Kovats).
    case isothermal
  }
  /// One standard.
  public struct Standard: Sendable, Hashable, Codable {
    /// Its number (of carbon atoms).
    public var number: Double
    /// Its retention time, s.
    public var time: Double

    /// Makes a standard.
    public init(number: Double, time: Double) {
      self.number = number
      self.time = time
    }

    private enum CodingKeys: String, CodingKey {
      case number
      case time = "retention_s"
    }
  }

  /// What the standards are.
  public let scale: Scale
  /// The standards, rising in number and time.
  public let standards: [Standard]
  /// How an index is interpolated.
  public let interpolation: Interpolation
  /// The time of a substance that is not held back, s; used at constant temperature alone.
  public let deadTime: Double
  private let spline: CubicSpline?

  /// Makes a scale of at least two standards, four for the cubic one.
  ///
  /// Refuses standards whose numbers or times do not rise strictly, and at constant temperature a first
  /// one that is not behind the dead time.
  public init(
    scale: Scale = .alkanes, interpolation: Interpolation = .linear, deadTime: Double = 0,
    standards: [Standard]
  ) throws(ChromatographyError) {
    let needed = interpolation == .cubic ? 4 : 2
    guard standards.count >= needed else {
      throw .ladderTooShort(found: standards.count, needed: needed)
    }
    for standard in standards where !(standard.number.isFinite && standard.time.isFinite) {
      throw .ladderNotRising(standard.number)
    }
    for (before, after) in zip(standards, standards.dropFirst())
    where !(after.time > before.time && after.number > before.number) {
      throw .ladderNotRising(after.number)
    }
    guard deadTime.isFinite, interpolation != .isothermal || standards[0].time > deadTime else {
      throw .parameter(
        name: "dead_time_s", value: deadTime, allowed: "before the first standard")
    }
    self.scale = scale
    self.standards = standards
    self.interpolation = interpolation
    self.deadTime = deadTime
    guard interpolation == .cubic else {
      spline = nil
      return
    }
    do throws(KernelError) {
      spline = try CubicSpline(standards.map(\.time), standards.map(\.number), ends: .notAKnot)
    } catch {
      throw .ladderTooShort(found: standards.count, needed: 4)
    }
  }

  /// The index at a retention time, s; none outside the standards (both ends are inside).
  public func index(at time: Double) -> Double? {
    guard time.isFinite, let first = standards.first, let last = standards.last,
      time >= first.time, time <= last.time
    else { return nil }
    // The last pair is closed on the right.
    var pair = standards.count - 2
    while pair > 0, standards[pair].time > time { pair -= 1 }
    let (low, high) = (standards[pair], standards[pair + 1])
    switch interpolation {
    case .linear:
      return 100
        * (low.number + (high.number - low.number) * ((time - low.time) / (high.time - low.time)))
    case .isothermal:
      let (from, to) = (log(low.time - deadTime), log(high.time - deadTime))
      return 100
        * (low.number + (high.number - low.number) * ((log(time - deadTime) - from) / (to - from)))
    case .cubic:
      return spline?.value(at: time).map { 100 * $0 }
    }
  }

  private enum CodingKeys: String, CodingKey {
    case scale, standards, interpolation
    case deadTime = "dead_time_s"
  }

  /// Reads a scale; refuses what the initializer refuses.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      scale: box.decodeIfPresent(Scale.self, forKey: .scale) ?? .alkanes,
      interpolation: box.decodeIfPresent(Interpolation.self, forKey: .interpolation) ?? .linear,
      deadTime: box.decodeIfPresent(Double.self, forKey: .deadTime) ?? 0,
      standards: box.decode([Standard].self, forKey: .standards))
  }

  /// Writes the scale.
  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(scale, forKey: .scale)
    try box.encode(interpolation, forKey: .interpolation)
    try box.encode(deadTime, forKey: .deadTime)
    try box.encode(standards, forKey: .standards)
  }
}
