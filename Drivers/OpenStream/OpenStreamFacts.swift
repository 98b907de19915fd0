internal import Instruments

/// What this driver must know besides what the instrument says itself: the `facts` of a profile.
struct OpenStreamFacts: Decodable, Sendable {
  struct Waiting: Decodable {
    /// For the answer to an order.
    var reply_ms: Int
    /// For the rest of a frame that has begun, beside its time on the wire.
    var frame_grace_ms: Int
    /// How long the line must be quiet to be believed empty.
    var quiet_ms: Int
    /// How often a running instrument hears from us.
    var keep_alive_ms: Int
    /// After how long without a word from us the instrument makes itself safe.
    var host_lost_ms: Int
  }

  var waiting: Waiting
}

/// The facts of one model, checked.
struct OpenStreamModel: Sendable {
  let profile: DeviceProfile
  let line: SerialFacts
  let facts: OpenStreamFacts

  init(_ profile: DeviceProfile) throws(DriverError) {
    self.profile = profile
    facts = try profile.facts.decode(OpenStreamFacts.self)
    guard case .serial(let line) = profile.link else {
      throw .unusableProfile(detail: "link must be serial")
    }
    guard line.flowControl != .xonXoff, line.dataBits == 8 else {
      throw .unusableProfile(
        detail: "frames are binary: link.serial needs 8 data bits, and no xon_xoff")
    }
    self.line = line
    let waits = facts.waiting
    for (name, value, range) in [
      ("reply_ms", waits.reply_ms, 1...60_000),
      ("frame_grace_ms", waits.frame_grace_ms, 1...60_000), ("quiet_ms", waits.quiet_ms, 1...5000),
      ("keep_alive_ms", waits.keep_alive_ms, 10...60_000),
      ("host_lost_ms", waits.host_lost_ms, 100...600_000),
    ] where !range.contains(value) {
      throw .unusableProfile(detail: "facts.waiting.\(name) must be in \(range)")
    }
    guard waits.host_lost_ms >= 2 * waits.keep_alive_ms else {
      throw .unusableProfile(
        detail: "facts.waiting.host_lost_ms must be at least twice keep_alive_ms")
    }
  }

  var reply: Duration { .milliseconds(facts.waiting.reply_ms) }
  var grace: Duration { .milliseconds(facts.waiting.frame_grace_ms) }
  var quiet: Duration { .milliseconds(facts.waiting.quiet_ms) }
  var keepAlive: Duration { .milliseconds(facts.waiting.keep_alive_ms) }
}
