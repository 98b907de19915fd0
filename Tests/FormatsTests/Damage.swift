import Foundation

/// How much damage is tried: a third in the usual run, all of it with `GAUGER_DAMAGE=all`.
enum Damage {
  static let isAll = ProcessInfo.processInfo.environment["GAUGER_DAMAGE"] == "all"

  /// How many of so many seeded damages are tried.
  static func count(_ all: Int) -> Int { isAll ? all : (all + 2) / 3 }

  /// How far from one damaged place the next is, which is so far where all are tried.
  static func step(_ all: Int) -> Int { isAll ? all : 3 * all }
}
