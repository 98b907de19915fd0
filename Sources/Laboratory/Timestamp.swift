internal import Foundation

/// A moment of the wall clock in UTC, to the microsecond.
///
/// Never used to measure durations.
public struct Timestamp: Sendable, Hashable, Comparable, Codable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var microseconds: Int64

  /// Makes a moment from microseconds since 1970.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// This moment, as the computer's clock has it.
  public static var now: Timestamp {
    Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1e6).rounded()))
  }

  /// `2026-11-20T10:15:00.000000Z`, the form in JSON and CSV.
  public var iso8601: String {
    let (year, month, day, second) = civil
    let whole = second / 1_000_000
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(whole / 3600, 2))"
      + ":\(pad(whole / 60 % 60, 2)):\(pad(whole % 60, 2)).\(pad(second % 1_000_000, 6))Z"
  }

  /// `20261120T101500Z`, the form in file names.
  public var basic: String {
    let (year, month, day, second) = civil
    let whole = second / 1_000_000
    return "\(pad(year, 4))\(pad(month, 2))\(pad(day, 2))T\(pad(whole / 3600, 2))"
      + "\(pad(whole / 60 % 60, 2))\(pad(whole % 60, 2))Z"
  }

  /// Reads `iso8601` with or without fraction; nil for anything else.
  public init?(iso8601 text: String) {
    let bytes = Array(text.utf8)
    func number(_ from: Int, _ count: Int) -> Int64? {
      guard from + count <= bytes.count else { return nil }
      return bytes[from..<from + count].reduce(Int64?(0)) { sum, byte in
        guard let sum, byte >= 48, byte <= 57 else { return nil }
        return sum * 10 + Int64(byte - 48)
      }
    }
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
      bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
      let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var fraction: Int64 = 0
    if bytes.count > 20 {
      let digits = bytes.count - 21
      guard bytes[19] == UInt8(ascii: "."), (1...6).contains(digits),
        let value = number(20, digits)
      else { return nil }
      fraction = (0..<(6 - digits)).reduce(value) { scaled, _ in scaled * 10 }
    }
    let days = Self.days(year: year, month: month, day: day)
    microseconds = ((days * 24 + hour) * 3600 + minute * 60 + second) * 1_000_000 + fraction
  }

  /// Reads the `iso8601` form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = Timestamp(iso8601: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UTC time")
    }
    self = time
  }

  /// Writes the `iso8601` form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(iso8601)
  }

  /// Orders moments by time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Calendar date and microsecond of the day, by the proleptic Gregorian calendar.
  ///
  /// Source: H. Hinnant, "chrono-compatible low-level date algorithms".
  public var civil: (year: Int64, month: Int64, day: Int64, microsecondOfDay: Int64) {
    let perDay: Int64 = 86_400_000_000
    let days = (microseconds - ((microseconds % perDay + perDay) % perDay)) / perDay
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1,
      microseconds - days * perDay
    )
  }

  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private func pad(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
