internal import Foundation

/// What two prepared spectra have in common, and the scores made of it.
struct VibrationalScore {
  /// Cosine of the spectra as vectors, after their means were taken off where that was asked for.
  var cosine: Double

  /// 100 cos^2; 0 where the cosine is not above 0.
  var square: Double { cosine > 0 ? 100 * cosine * cosine : 0 }

  /// The angle between the vectors, degrees, at most 90 where nothing is below zero.
  var angleDegrees: Double { acos(min(1, max(-1, cosine))) * 180 / .pi }

  /// The distance of the vectors at unit length, 0 to 2.
  var distance: Double { max(0, 2 - 2 * cosine).squareRoot() }

  /// The score of 0 to 100 that a ranking gives.
  func score(_ ranking: VibrationalSearch.Ranking) -> Double {
    switch ranking {
    case .correlation, .derivative, .cosine: square
    case .angle: max(0, 100 * (1 - angleDegrees / 90))
    case .distance: max(0, 100 * (1 - distance / 2.0.squareRoot()))
    }
  }
}

/// The mean and the length of a spectrum over some points.
struct VibrationalMoments: Sendable {
  /// The mean that is taken off; 0 where none is.
  var mean: Double
  /// The length of the rest.
  var norm: Double

  init(_ values: Lanes, at offset: Int, over ranges: [Range<Int>], centred: Bool) {
    var (sum, count) = (0.0, 0)
    if centred {
      for range in ranges {
        sum += VibrationalSums.sum(values, offset, range)
        count += range.count
      }
    }
    mean = count > 0 ? sum / Double(count) : 0
    var squares = 0.0
    for range in ranges { squares += VibrationalSums.squares(values, offset, range, mean) }
    norm = squares.squareRoot()
  }
}

/// Sums over runs of points, eight side by side and then in one fixed order.
enum VibrationalSums {
  @inline(__always)
  private static func total(_ lanes: Eight) -> Double {
    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
      + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
  }

  static func sum(_ values: Lanes, _ offset: Int, _ range: Range<Int>) -> Double {
    var (lanes, index) = (Eight.zero, range.lowerBound)
    while index + 8 <= range.upperBound {
      lanes += values.eight(at: offset + index)
      index += 8
    }
    var sum = total(lanes)
    while index < range.upperBound {
      sum += values[offset + index]
      index += 1
    }
    return sum
  }

  static func squares(
    _ values: Lanes, _ offset: Int, _ range: Range<Int>, _ mean: Double
  ) -> Double {
    var (lanes, index) = (Eight.zero, range.lowerBound)
    let means = Eight(repeating: mean)
    while index + 8 <= range.upperBound {
      let value = values.eight(at: offset + index) - means
      lanes += value * value
      index += 8
    }
    var sum = total(lanes)
    while index < range.upperBound {
      let value = values[offset + index] - mean
      sum += value * value
      index += 1
    }
    return sum
  }

  /// The sum of products; `left` stands on the grid with its mean taken off already.
  static func products(
    _ left: Lanes, _ right: Lanes, _ offset: Int, _ range: Range<Int>, _ mean: Double
  ) -> Double {
    var (first, second) = (Eight.zero, Eight.zero)
    var index = range.lowerBound
    let means = Eight(repeating: mean)
    while index + 16 <= range.upperBound {
      first += left.eight(at: index) * (right.eight(at: offset + index) - means)
      second += left.eight(at: index + 8) * (right.eight(at: offset + index + 8) - means)
      index += 16
    }
    var sum = total(first + second)
    while index < range.upperBound {
      sum += left[index] * (right[offset + index] - mean)
      index += 1
    }
    return sum
  }
}
