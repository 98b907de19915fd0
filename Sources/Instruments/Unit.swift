/// A unit of measurement, named by the spelling that Gauger uses in keys and files.
///
/// The spelling is ASCII and stands at the end of setting and column names
/// (`integration_us`, `raman_shift_per_cm`).
public struct Unit: Sendable, Hashable, Codable {
  /// The spelling in keys and files: `us`, `nm`, `per_cm`, `counts`.
  public let symbol: String

  /// Makes a unit from its spelling.
  public init(_ symbol: String) { self.symbol = symbol }

  /// Reads the spelling as a plain string.
  public init(from decoder: any Decoder) throws {
    symbol = try decoder.singleValueContainer().decode(String.self)
  }

  /// Writes the spelling as a plain string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(symbol)
  }

  /// Detector counts, as the converter gives them or corrected to that scale.
  public static let counts = Unit("counts")
  /// Nanometres, in air unless said otherwise.
  public static let nanometre = Unit("nm")
  /// Reciprocal centimetres: wavenumber or Raman shift.
  public static let perCentimetre = Unit("per_cm")
  /// Microseconds.
  public static let microsecond = Unit("us")
  /// Amperes: the current of the ions collected.
  public static let ampere = Unit("A")
  /// Torr: 101325/760 Pa, the unit in which gauges of this field are calibrated.
  public static let torr = Unit("Torr")
  /// Mass-to-charge ratio.
  public static let massToCharge = Unit("mz")
  /// Seconds.
  public static let second = Unit("s")
  /// A plain number: an index, a choice, a ratio.
  public static let one = Unit("1")
}
