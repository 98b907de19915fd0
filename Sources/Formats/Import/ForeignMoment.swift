internal import Foundation
internal import Laboratory

/// Moments as other programs write them, most of them in the zone of their computer's wall clock.
enum ForeignMoment {
  /// A date and a time of day, and how far its zone is ahead of UTC where the text says so.
  struct Wall: Hashable {
    var (year, month, day) = (0, 0, 0)
    var (hour, minute, second) = (0, 0, 0)
    var offsetMinutes: Int?
  }

  /// The moment in UTC; `zone` (`Europe/Rome`, `+0100`) counts where the text says none.
  ///
  /// Nil where neither says one, or the date is none.
  static func timestamp(_ wall: Wall, zone: String) -> Timestamp? {
    func pad(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    guard (0...9999).contains(wall.year), wall.hour >= 0,
      wall.minute >= 0, wall.second >= 0, wall.day >= 1, wall.day <= days(wall.year, wall.month),
      let local = Timestamp(
        iso8601: "\(pad(wall.year, 4))-\(pad(wall.month, 2))-\(pad(wall.day, 2))T"
          + "\(pad(wall.hour, 2)):\(pad(wall.minute, 2)):\(pad(wall.second, 2))Z")
    else { return nil }
    if let minutes = wall.offsetMinutes ?? offset(zone) {
      return Timestamp(microseconds: local.microseconds - Int64(minutes) * 60_000_000)
    }
    guard !zone.isEmpty, let named = TimeZone(identifier: zone) else { return nil }
    // Twice: the first guess may lie on the other side of a change of the clocks.
    var guess = local.microseconds
    for _ in 0..<2 {
      let date = Date(timeIntervalSince1970: Double(guess) / 1e6)
      guess = local.microseconds - Int64(named.secondsFromGMT(for: date)) * 1_000_000
    }
    return Timestamp(microseconds: guess)
  }

  /// How many minutes a zone is ahead of UTC at a moment; nil where it is not understood.
  static func minutesAhead(_ zone: String, at moment: Timestamp) -> Int? {
    if let minutes = offset(zone) { return minutes }
    guard !zone.isEmpty, let named = TimeZone(identifier: zone) else { return nil }
    return named.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.microseconds) / 1e6))
      / 60
  }

  /// Whether a zone is understood.
  static func isZone(_ zone: String) -> Bool {
    offset(zone) != nil || TimeZone(identifier: zone) != nil
  }

  /// `+0100`, `-08:00` or `Z` in minutes.
  static func offset(_ text: some StringProtocol) -> Int? {
    if text == "Z" { return 0 }
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    let digits = String(text.dropFirst()).filter { $0 != ":" }
    guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let number = Int(digits), number / 100 <= 14, number % 100 < 60
    else { return nil }
    return (sign == "-" ? -1 : 1) * (number / 100 * 60 + number % 100)
  }

  /// `19930830202439-0800`, the stamp of ANDI; blanks for zeros are seen, and no zone.
  static func andi(_ text: String) -> Wall? {
    let text = Array(text)
    guard text.count >= 14, let numbers = numbers(text[..<14], [4, 2, 2, 2, 2, 2]) else {
      return nil
    }
    var wall = wall(numbers)
    wall.offsetMinutes = offset(String(text[14...]).trimmingBlanks())
    return wall
  }

  /// `2026-11-20T08:30:00Z`, `2026/11/20 08:30:00.25+0100`, with or without zone and time.
  static func iso(_ text: String) -> Wall? {
    let match = text.trimmingBlanks().wholeMatch(
      of:
        /(\d{4})[-\/](\d\d?)[-\/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?(Z|[-+]\d\d:?\d\d)?/
    )
    guard let match else { return nil }
    func number(_ part: Substring?) -> Int { part.flatMap { Int($0) } ?? 0 }
    var wall = Wall()
    (wall.year, wall.month, wall.day) = (number(match.1), number(match.2), number(match.3))
    (wall.hour, wall.minute, wall.second) = (number(match.4), number(match.5), number(match.6))
    wall.offsetMinutes = match.7.flatMap { offset($0) }
    return wall
  }

  /// `Mon Aug 29 16:23:13 2011`, as C writes moments; a word for the zone before the year is left out.
  static func c(_ text: String) -> Wall? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let match = text.trimmingBlanks().wholeMatch(
      of: /[A-Za-z]{3} ([A-Za-z]{3}) +(\d\d?) (\d\d):(\d\d):(\d\d)(?: [A-Z]{3,5})? (\d{4})/)
    guard let match, let month = months.firstIndex(of: String(match.1)) else { return nil }
    func number(_ part: Substring) -> Int { Int(part) ?? 0 }
    var wall = Wall()
    (wall.year, wall.month, wall.day) = (number(match.6), month + 1, number(match.2))
    (wall.hour, wall.minute, wall.second) = (number(match.3), number(match.4), number(match.5))
    return wall
  }

  private static func wall(_ n: [Int]) -> Wall {
    var wall = Wall()
    (wall.year, wall.month, wall.day) = (n[0], n[1], n[2])
    (wall.hour, wall.minute, wall.second) = (n[3], n[4], n[5])
    return wall
  }

  private static func numbers(_ text: ArraySlice<Character>, _ widths: [Int]) -> [Int]? {
    var (place, numbers) = (text.startIndex, [Int]())
    for width in widths {
      let digits = String(text[place..<place + width].map { $0 == " " ? Character("0") : $0 })
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits) else {
        return nil
      }
      numbers.append(number)
      place += width
    }
    return numbers
  }

  private static func days(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 2:
      year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    case 1...12: 31
    default: 0
    }
  }
}
