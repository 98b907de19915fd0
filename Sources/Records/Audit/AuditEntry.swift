public import Laboratory

/// What is written into the audit chain; the words are final once published.
public enum AuditAction: String, Sendable, Hashable, Codable, CaseIterable {
  /// A run begins; said before its folder is made.
  case runStarted = "run-started"
  /// A run is over; the new hash is that of its raw record.
  case runEnded = "run-ended"
  /// The files of a run were made; the detail names each with its hash.
  case filesMade = "files-made"
  /// A run that was killed, or not ended to the last step, was looked after.
  case runRecovered = "run-recovered"
  /// A run was made of a file; the new hash is that of the file.
  case runImported = "run-imported"
  /// An imported run got its sample.
  case runAssigned = "run-assigned"
  /// A worklist came in; the new hash is that of its file.
  case worklistReceived = "worklist-received"
  /// An entry of a worklist is taken, given back, done, skipped or cancelled.
  case worklistEntry = "worklist-entry"
  /// What lay in a watched folder at the first look stays there.
  case watchBegun = "watch-begun"
  /// A version of the results of a run is kept.
  case evaluationKept = "evaluation-kept"
  /// A version of the results of a sequence is kept.
  case sequenceKept = "sequence-kept"
  /// A version of a library is kept.
  case libraryImported = "library-imported"
  /// A method was made.
  case methodMade = "method-made"
  /// A version of something in the register is kept; the new hash is that of its file.
  case registerKept = "register-kept"
  /// The quality rules, or the order of review, did not let something be done.
  case refused
  /// What the quality rules would refuse was done, for they only warn.
  case warned = "quality-warned"
  /// What the entry before it announced did not come about.
  case notDone = "not-done"
  /// The files of a run go into the spool.
  case deliverySubmitted = "delivery-submitted"
  /// A delivery stands elsewhere than before.
  case deliveryState = "delivery-state"
  /// A backup of the home was made; the new hash is that of its manifest.
  case backupMade = "backup-made"
  /// The home was brought back from a backup; the new hash is that of its manifest.
  case homeRestored = "home-restored"
  /// A run was packed with its evidence; the new hash is that of the bundle's manifest.
  case bundleMade = "bundle-made"
  /// Wire traffic of an instrument is recorded.
  case captureMade = "capture-made"
  /// A service keeps the home from here on.
  case serviceStarted = "service-started"
  /// The service has let go of the home.
  case serviceStopped = "service-stopped"
  /// A service has read its configuration again; the new hash is that of the file.
  case configurationRead = "configuration-read"
  /// The first line of every segment.
  case segmentOpened = "segment-opened"
  /// The last line of a segment that is full; signed.
  case segmentClosed = "segment-closed"
  /// A line that was cut when a program was killed was taken away and kept aside.
  case chainMended = "audit-mended"
  /// Lines before this segment cannot be read.
  case chainDamaged = "audit-damaged"
  /// Acts went on while the chain could not take them.
  case chainGap = "audit-gap"
  /// The wall clock stands earlier than at the entry before.
  case clockSetBack = "clock-set-back"
  /// The wall clock moved otherwise than time did since the entry before.
  case clockStepped = "clock-stepped"
}

/// An act that the audit chain is to hold.
public struct AuditAct: Sendable, Hashable {
  /// What was done.
  public var action: AuditAction
  /// To what: a kind, a stroke, a name (`run/20261120T101500Z-usb4000-abcd`).
  public var object: String
  /// By whom.
  public var person: String
  /// SHA-256 of what was there before, where something was.
  public var old: String?
  /// SHA-256 of what is there now.
  public var new: String?
  /// Why, in the person's words.
  public var reason: String?
  /// More about it, by name.
  public var detail: [String: String]

  /// Names an act.
  public init(
    _ action: AuditAction, _ object: String, by person: String, old: String? = nil,
    new: String? = nil, reason: String? = nil, detail: [String: String] = [:]
  ) {
    self.action = action
    self.object = object
    self.person = person
    self.old = old
    self.new = new
    self.reason = reason
    self.detail = detail
  }
}

/// One entry of the audit chain, as it stands there.
public struct AuditEntry: Sendable, Hashable {
  /// Its number, from 1, without a hole.
  public var sequence: Int
  /// When, by the wall clock.
  public var time: Timestamp
  /// When, by the clock that nobody can set, and what the wall clock is worth.
  public var clock: AuditClock
  /// What was done; a word of `AuditAction`, or one of a later version.
  public var action: String
  /// To what.
  public var object: String
  /// By whom.
  public var person: String
  /// The number of the account that the program ran under.
  public var account: Int
  /// The name of the computer.
  public var host: String
  /// Name and version of the program.
  public var program: String
  /// SHA-256 of what was there before, where something was.
  public var old: String?
  /// SHA-256 of what is there now.
  public var new: String?
  /// Why, in the person's words.
  public var reason: String?
  /// More about it, by name.
  public var detail: [String: String]

  /// The longest text that is written, in bytes of UTF-8; what is longer is cut and says so.
  static let longestText = 2048
  /// The most members of `detail` that are written.
  static let mostDetails = 200

  init(_ act: AuditAct, sequence: Int, clock: AuditClock, source: AuditSource) {
    self.sequence = sequence
    time = clock.time
    self.clock = clock
    action = act.action.rawValue
    object = Self.bounded(act.object)
    person = Self.bounded(act.person)
    account = source.account
    host = Self.bounded(source.host)
    program = Self.bounded(source.program)
    (old, new) = (act.old.map(Self.bounded), act.new.map(Self.bounded))
    reason = act.reason.map(Self.bounded)
    let members = act.detail.sorted { $0.key < $1.key }
    detail = Dictionary(
      members.prefix(Self.mostDetails).map { (Self.bounded($0.key), Self.bounded($0.value)) },
      uniquingKeysWith: { first, _ in first })
    if members.count > Self.mostDetails { detail["cut"] = "\(members.count)" }
  }

  private static func bounded(_ text: String) -> String {
    guard text.utf8.count > longestText else { return text }
    let mark = " [cut, \(text.utf8.count) bytes]"
    let bytes = text.utf8.prefix(longestText - mark.utf8.count)
    // A character cut in two becomes U+FFFD, which is valid text.
    return String(decoding: bytes, as: UTF8.self) + mark
  }

  var json: CanonicalJSON {
    var members: [String: CanonicalJSON] = [
      "schema": .number(1), "sequence": .number(sequence), "time": .text(time.iso8601),
      "action": .text(action), "object": .text(object), "person": .text(person),
      "account": .number(account), "host": .text(host), "program": .text(program),
      "boot": .text(clock.boot), "monotonic_us": .number(clock.monotonic),
      "clock": .text(clock.state.rawValue), "clock_error_us": .number(clock.estimatedError),
      "clock_bound_us": .number(clock.largestError),
    ]
    members["old"] = old.map { .text($0) }
    members["new"] = new.map { .text($0) }
    members["reason"] = reason.map { .text($0) }
    if !detail.isEmpty { members["detail"] = .object(detail.mapValues { .text($0) }) }
    return .object(members)
  }

  /// Reads an entry; nil where a member is missing or of another kind.
  ///
  /// Members of later versions are let pass.
  init?(_ json: CanonicalJSON) {
    guard let members = json.members, members["schema"]?.number != nil,
      let sequence = members["sequence"]?.number, sequence > 0,
      let time = members["time"]?.text.flatMap({ Timestamp(iso8601: $0) }),
      let action = members["action"]?.text, let object = members["object"]?.text,
      let person = members["person"]?.text, let account = members["account"]?.number,
      let host = members["host"]?.text, let program = members["program"]?.text,
      let boot = members["boot"]?.text, let monotonic = members["monotonic_us"]?.number,
      let state = members["clock"]?.text, let error = members["clock_error_us"]?.number,
      let bound = members["clock_bound_us"]?.number
    else { return nil }
    self.sequence = sequence
    self.time = time
    clock = AuditClock(
      time: time, boot: boot, monotonic: monotonic,
      state: AuditClock.State(rawValue: state) ?? .unknown, estimatedError: error,
      largestError: bound)
    (self.action, self.object, self.person) = (action, object, person)
    (self.account, self.host, self.program) = (account, host, program)
    (old, new, reason) = (members["old"]?.text, members["new"]?.text, members["reason"]?.text)
    detail = (members["detail"]?.members ?? [:]).compactMapValues(\.text)
  }
}

extension AuditEntry: Encodable {
  private enum CodingKeys: String, CodingKey {
    case sequence, time, action, object, person, account, host, program, old, new, reason, detail
    case clock, boot
    case monotonic = "monotonic_us"
    case estimatedError = "clock_error_us"
    case largestError = "clock_bound_us"
  }

  /// Writes the members as the chain has them.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(sequence, forKey: .sequence)
    try values.encode(time, forKey: .time)
    try values.encode(action, forKey: .action)
    try values.encode(object, forKey: .object)
    try values.encode(person, forKey: .person)
    try values.encode(account, forKey: .account)
    try values.encode(host, forKey: .host)
    try values.encode(program, forKey: .program)
    try values.encodeIfPresent(old, forKey: .old)
    try values.encodeIfPresent(new, forKey: .new)
    try values.encodeIfPresent(reason, forKey: .reason)
    if !detail.isEmpty { try values.encode(detail, forKey: .detail) }
    try values.encode(clock.state, forKey: .clock)
    try values.encode(clock.boot, forKey: .boot)
    try values.encode(clock.monotonic, forKey: .monotonic)
    try values.encode(clock.estimatedError, forKey: .estimatedError)
    try values.encode(clock.largestError, forKey: .largestError)
  }
}
