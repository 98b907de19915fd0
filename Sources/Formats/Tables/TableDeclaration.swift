internal import Foundation
public import Instruments
public import Laboratory

/// What a person says of a table that does not say it itself: which columns, which units, how
/// numbers are written.
///
/// Written as `key=value` words (`time=1 unit=min value=2 decimal=comma`); a column is a name of the
/// header row or a number from 1. Kept word by word in `run.json`, so that the file can be read
/// again.
public struct TableDeclaration: Sendable, Hashable {
  /// A column by name or number.
  public enum Column: Sendable, Hashable {
    /// The name in the header row.
    case name(String)
    /// The place, from 1.
    case number(Int)
  }

  /// What the rows are.
  public enum Content: Sendable, Hashable {
    /// A signal against time; the factor makes seconds of the column.
    case traces(time: Column, factor: Double)
    /// A spectrum; the factor makes nm or 1/cm of the column.
    case spectra(x: Column, axis: Axis.Kind, factor: Double)
    /// One pair a row: time, mass, intensity; rows of one scan have the same time.
    case massScans(time: Column, factor: Double, massToCharge: Column, kind: MassScanSeries.Kind)
  }

  /// What separates the cells of a row.
  public enum Separator: String, Sendable, Hashable {
    /// `,`
    case comma
    /// `;`
    case semicolon
    /// A tabulator.
    case tab
    /// Any number of blanks and tabulators.
    case blank
  }

  /// What the rows are; none where no column was declared.
  public var content: Content?
  /// The columns with values, in their order.
  public var values: [Column] = []
  /// The unit of a trace or of intensities.
  public var signalUnit = "1"
  /// What the values of spectra are.
  public var ordinate: MeasuredSpectrum.Ordinate = .intensity
  /// What values are divided by: 100 for percent.
  public var divisor: Double = 1
  /// What stands between whole and fraction.
  public var hasDecimalComma = false
  /// What separates cells; none: found in the header row.
  public var separator: Separator?
  /// How many lines stand before the header row.
  public var skip = 0
  /// The zone of moments in the file that have none, by IANA name or as `+0100`; empty: not known.
  public var zone = ""
  /// The words it was made of, by key.
  public var words: [String: String] = [:]

  /// Makes a declaration of nothing.
  public init() {}
}
