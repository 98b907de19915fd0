internal import Foundation
internal import Processing

/// Times of the numeric kernels on signals that are handed over as files, beside those of the peers.
///
/// Prints one line a kernel and size: name, milliseconds a call (median), calls measured.
enum KernelBench {
  /// The kernels whose name begins so on `signal-N.f64` files (little-endian numbers) of a folder.
  static func run(folder: String, only name: String = "") throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let sizes = names.compactMap { name -> Int? in
      guard name.hasPrefix("signal-"), name.hasSuffix(".f64") else { return nil }
      return Int(name.dropFirst(7).dropLast(4))
    }
    for size in sizes.sorted() {
      try kernels(try signal("\(folder)/signal-\(size).f64"), size: size, only: name)
    }
  }

  /// Nanoseconds a point for 1e3 to 1e7 points: they must not grow with the length.
  static func linear() throws {
    for size in [1_000, 10_000, 100_000, 1_000_000, 10_000_000] {
      let y = synthetic(size)
      try kernels(y, size: size, isBatched: size < 1_000_000, perPoint: true)
    }
  }

  private static func kernels(
    _ y: [Double], size: Int, only: String = "", isBatched: Bool = true, perPoint: Bool = false
  ) throws {
    func show(_ name: String, signals: Int = 1, _ body: () throws -> Void) rethrows {
      guard name.hasPrefix(only) else { return }
      let (seconds, calls) = try median(body)
      let scale = perPoint ? 1e9 / Double(size) : 1e3
      print("\(name)-\(size) \(seconds * scale / Double(signals)) \(calls)")
    }
    var line = [Double](repeating: 0, count: size)

    let filter = try SavitzkyGolay(window: 11, order: 3)
    try show("savgol") {
      var target = line.mutableSpan
      try filter.apply(to: y.span, into: &target)
    }

    let search = LocalMaxima(prominence: 6...Double.infinity, width: 1...Double.infinity)
    var memory = LocalMaxima.Workspace()
    var found = 0
    try show("find_peaks") { found = try search.find(in: y.span, workspace: &memory).count }
    if !perPoint { print("find_peaks-count-\(size) \(found) 1") }

    for (name, rule) in rules {
      let settings = try WhittakerBaseline(rule, smoothness: 1e6)
      var memory = WhittakerBaseline.Workspace()
      var passes = 0
      try show(name) {
        var target = line.mutableSpan
        passes = try settings.fit(y.span, into: &target, workspace: &memory).passes
      }
      if !perPoint { print("\(name)-passes-\(size) \(passes) 1") }
      guard isBatched else { continue }
      // The same shape at other levels, so that all take as many passes.
      let batch = (0..<8).map { k in y.map { $0 + Double(k) / 2 } }
      try show("\(name)-batch", signals: batch.count) {
        passes = try settings.fit(all: batch, workspace: &memory).count
      }
    }

    let snip = try Snip(halfWidth: 40)
    var snipMemory = Snip.Workspace()
    try show("snip") {
      var target = line.mutableSpan
      try snip.fit(y.span, into: &target, workspace: &snipMemory)
    }

    let mz = y.indices.map { 100 + Double($0) * 0.005 }
    let profile = y.map { Double(Float(max($0 - 35, 0))) }
    for (name, ratio) in [("centroid", 0.0), ("centroid-noise", 1.0)] {
      let picking = try SplineCentroids(signalToNoise: ratio)
      var memory = SplineCentroids.Workspace()
      try show(name) {
        found = try picking.pick(mz.span, profile.span, workspace: &memory).count
      }
      if !perPoint { print("\(name)-count-\(size) \(found) 1") }
    }
  }

  private static let rules: [(String, WhittakerBaseline.Rule)] = [
    ("asls", .asymmetric(0.01)), ("airpls", .adaptive), ("arpls", .reweighted),
  ]

  private static func median(_ body: () throws -> Void) rethrows -> (seconds: Double, calls: Int) {
    try body()
    let clock = ContinuousClock()
    var times: [Duration] = []
    let end = clock.now + .milliseconds(300)
    while times.count < 3 || (times.count < 200 && clock.now < end) {
      times.append(try clock.measure(body))
    }
    let middle = times.sorted()[times.count / 2]
    return (middle / .seconds(1), times.count)
  }

  private static func signal(_ path: String) throws -> [Double] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    return stride(from: 0, to: bytes.count - 7, by: 8).map { begin in
      var bits: UInt64 = 0
      for k in 0..<8 { bits |= UInt64(bytes[begin + k]) << UInt64(8 * k) }
      return Double(bitPattern: bits)
    }
  }

  /// Peaks on a drift with noise, the same on every machine.
  private static func synthetic(_ size: Int) -> [Double] {
    var seed: UInt64 = 5
    func random() -> Double {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(seed >> 11) / 9_007_199_254_740_992
    }
    var y = (0..<size).map { i in
      // Twelve uniform numbers make one that is nearly normal.
      40 + 25 * sin(Double(i) / Double(size) * 5) + (0..<12).reduce(-6) { sum, _ in sum + random() }
    }
    for _ in 0..<max(8, size / 250) {
      let (centre, width, height) = (random() * Double(size), 2 + 5 * random(), 500 * random())
      let begin = max(0, Int(centre - 8 * width))
      for i in begin..<min(size, Int(centre + 8 * width)) {
        let t = (Double(i) - centre) / width
        y[i] += height * exp(-0.5 * t * t)
      }
    }
    return y
  }
}
