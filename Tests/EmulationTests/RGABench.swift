import Instruments

@testable import Emulation

/// A residual gas analyser driven without any front, on a clock of the test's own.
struct RGABench {
  var head: RGAHead
  var now = MonotonicInstant(nanoseconds: 1_000_000_000)

  init(
    _ content: IonSource.Content = .gases(.residualAir), mass: Int = 200, seed: UInt64 = 1,
    speed: Double = 1, options: RGAOptions = RGAOptions()
  ) {
    head = RGAHead(
      model: RGAModel.all.first { $0.largestMass == mass } ?? RGAModel.all[0],
      serialNumber: "12226", source: IonSource(content, seed: seed), speed: speed,
      options: options)
  }

  /// Sends a command with its CR.
  mutating func send(_ text: String) { send(bytes: Array(text.utf8) + [0x0D]) }

  mutating func send(bytes: [UInt8]) { head.receive(bytes, on: 0, at: now) }

  /// Lets time pass.
  mutating func pass(_ time: Duration) { now = now.advanced(by: time) }

  /// Reads what has arrived, at most `limit` bytes, and says how the read stands.
  mutating func read(_ limit: Int = 65_536) -> (bytes: [UInt8], progress: ReadProgress?) {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    var span = bytes.mutableSpan
    let progress = head.fetch(0, into: &span, at: 0, filled: &filled, limit: limit, now: now)
    return (Array(bytes.prefix(filled)), progress)
  }

  /// Reads `count` bytes, going on in time from one moment that the head names to the next.
  mutating func collect(_ count: Int) -> [UInt8] {
    var all: [UInt8] = []
    for _ in 0..<100_000 where all.count < count {
      let (bytes, progress) = read(count - all.count)
      all += bytes
      guard case .pending(let until) = progress, until != .never else { break }
      now = max(now, until)
    }
    return all
  }

  /// Sends a command and gives its text, or nil where nothing comes within ten hours.
  mutating func ask(_ text: String) -> String? {
    send(text)
    var all: [UInt8] = []
    while true {
      let (bytes, progress) = read(1)
      all += bytes
      if all.last == 0x0D { break }
      guard bytes.isEmpty else { continue }
      guard case .pending(let until) = progress, until != .never else { break }
      now = max(now, until)
    }
    guard all.suffix(2) == [0x0A, 0x0D] else { return nil }
    return String(decoding: all.dropLast(2), as: UTF8.self)
  }

  /// Sends a command and gives the words that come.
  mutating func words(_ text: String, _ count: Int) -> [Int32] {
    send(text)
    return Self.words(collect(4 * count))
  }

  static func words(_ bytes: [UInt8]) -> [Int32] {
    stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { start in
      Int32(truncatingIfNeeded: Int64(littleEndian(bytes, at: start, count: 4)))
    }
  }
}
