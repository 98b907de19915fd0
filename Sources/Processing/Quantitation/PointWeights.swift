/// The weight of each standard, and the variances behind weights `1/s2`.
struct PointWeights {
  /// One a standard; none where it takes no part.
  var weights: [DoubleDouble?]
  /// Whether standards of level 0 were left out because they have no weight.
  var leavesZeroOut = false
  /// Variances by rising level under weights `1/s2`, else empty.
  var variances: [LevelVariance] = []

  init(_ points: [CalibrationPoint], model: CalibrationModel) throws(CalibrationError) {
    weights = Array(repeating: nil, count: points.count)
    if model.weighting == .inverseVariance { variances = try Self.variances(points) }
    let lowest = points.filter { $0.used && $0.level > 0 }.map(\.level).min()
    for (index, point) in points.enumerated() where point.used {
      var divisor = DoubleDouble.one
      switch model.weighting {
      case .equal: break
      case .inverseLevel, .inverseLevelSquared:
        var level = point.level
        if level == 0 {
          guard model.zeroLevel == .lowestLevelWeight, let lowest else {
            leavesZeroOut = true
            continue
          }
          level = lowest
        }
        let exact = DoubleDouble(level)
        divisor = model.weighting == .inverseLevel ? exact : exact * exact
      case .inverseResponse:
        divisor = DoubleDouble(point.response)
      case .inverseVariance:
        divisor = DoubleDouble(variances.first { $0.level == point.level }?.variance ?? 0)
      }
      let weight = DoubleDouble.one / divisor
      guard divisor.value > 0, weight.isFinite, weight.value > 0 else {
        throw .unusableWeight(point.name, "\(model.weighting.rawValue) of \(divisor.value)")
      }
      weights[index] = weight
    }
  }

  /// The variance at each level: as given with the points, else of the replicates.
  private static func variances(_ points: [CalibrationPoint]) throws(CalibrationError)
    -> [LevelVariance]
  {
    let used = points.filter(\.used)
    let given = used.filter { $0.standardDeviation != nil }
    guard given.isEmpty || given.count == used.count else {
      let name = used.first { $0.standardDeviation == nil }?.name ?? ""
      throw .unusableWeight(name, "others have a standard deviation and this one has none")
    }
    var result: [LevelVariance] = []
    for level in Set(used.map(\.level)).sorted() {
      let group = used.filter { $0.level == level }
      let name = group.first?.name ?? ""
      var variance = 0.0
      if given.isEmpty {
        guard let deviation = Statistics.deviation(group.map(\.response)) else {
          throw .unusableWeight(name, "1/s2 needs two replicates of level \(level)")
        }
        variance = deviation * deviation
      } else {
        for point in group {
          let deviation = point.standardDeviation ?? 0
          guard deviation.isFinite, deviation > 0 else {
            throw .unusableWeight(point.name, "its standard deviation is \(deviation)")
          }
          variance += deviation * deviation / Double(group.count)
        }
      }
      guard variance > 0, variance.isFinite else {
        throw .unusableWeight(name, "the variance at level \(level) is \(variance)")
      }
      result.append(LevelVariance(level: level, variance: variance))
    }
    return result
  }
}

/// Mean and standard deviation, in the order given.
enum Statistics {
  /// The mean; none of nothing.
  static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The standard deviation with `n - 1`, in two passes; none of fewer than two values.
  static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    var squares = 0.0
    var rest = 0.0
    for value in values {
      squares += (value - mean) * (value - mean)
      rest += value - mean
    }
    let count = Double(values.count)
    return (max(0, squares - rest * rest / count) / (count - 1)).squareRoot()
  }
}
