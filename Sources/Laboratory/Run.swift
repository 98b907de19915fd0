public import Instruments

/// What a run is for.
public enum RunKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Goods under test.
  case sample
  /// Everything but the sample.
  case blank
  /// Known content, for calibration.
  case standard
  /// Known content, to check a calibration.
  case check
  /// No light reaches the detector.
  case dark
  /// What 100 % is measured against.
  case reference
  /// What is subtracted or divided out, as for infrared.
  case background
  /// To adjust the instrument.
  case tune
}

/// What was put into the instrument.
public struct Sample: Sendable, Hashable, Codable {
  /// The laboratory's id, as scanned or typed.
  public var id: String
  /// The place in a tray or sampler, if any.
  public var position: String?
  /// A remark for people.
  public var remark: String?
  /// The known content of a standard or check, in the unit of the method's calibration.
  public var level: Double?
  /// How many times the sample was diluted; 1 where it was not, none where nobody said.
  public var dilution: Double?
  /// The mass weighed in, mg.
  public var massMilligrams: Double?
  /// Which of several preparations or injections of the same sample it is, from 1.
  public var replicate: Int?

  /// Makes a sample.
  public init(
    id: String, position: String? = nil, remark: String? = nil, level: Double? = nil,
    dilution: Double? = nil, massMilligrams: Double? = nil, replicate: Int? = nil
  ) {
    self.id = id
    self.position = position
    self.remark = remark
    self.level = level
    self.dilution = dilution
    self.massMilligrams = massMilligrams
    self.replicate = replicate
  }

  private enum CodingKeys: String, CodingKey {
    case id, position, remark, level, dilution, replicate
    case massMilligrams = "mass_mg"
  }
}

/// How a run came to its end.
public enum RunEnd: String, Sendable, Hashable, Codable {
  /// Not ended: acquiring now, or killed while acquiring and not recovered yet.
  case open
  /// All that was asked for was taken.
  case done
  /// A person or the system asked it to stop.
  case person
  /// The instrument was unplugged.
  case unplug
  /// The instrument or the link failed.
  case fault
  /// The disk was full, or refused to keep what was written.
  case space
  /// The program was killed, or the power went; closed by recovery.
  case killed
}

/// Whether the instrument was left harmless.
public enum SafeState: String, Sendable, Hashable, Codable {
  /// It was told and did not object.
  case safe
  /// It could not be told: unplugged, or the program was killed.
  case unknown
}

/// The instrument of a run.
public struct RunInstrument: Sendable, Hashable, Codable {
  /// The address it was opened by (`usb:1-1`).
  public var address: String
  /// The profile id of the model.
  public var model: String
  /// The name on the box.
  public var name: String
  /// The maker.
  public var maker: String
  /// The serial number the instrument states.
  public var serialNumber: String
  /// The firmware version, where the model tells it.
  public var firmware: String?
  /// The driver that spoke to it.
  public var driver: String

  /// Makes the instrument of a run.
  public init(
    address: String, model: String, name: String, maker: String, serialNumber: String,
    firmware: String?, driver: String
  ) {
    self.address = address
    self.model = model
    self.name = name
    self.maker = maker
    self.serialNumber = serialNumber
    self.firmware = firmware
    self.driver = driver
  }

  private enum CodingKeys: String, CodingKey {
    case address, model, name, maker, firmware, driver
    case serialNumber = "serial_number"
  }
}

/// What was counted during a run.
public struct RunCounts: Sendable, Hashable, Codable {
  /// Whole frames accepted and kept, darks included.
  public var scans: UInt64 = 0
  /// Records whose bytes are known to be on the disk.
  public var durable: UInt64 = 0
  /// Dark frames among `scans`.
  public var dark: UInt64 = 0
  /// Frames kept but not believed.
  public var refused: UInt64 = 0
  /// Frames kept that ended early.
  public var partial: UInt64 = 0
  /// Frames kept that were exposed before a change of settings.
  public var stale: UInt64 = 0
  /// Frames that the instrument sent and the full ring could not take.
  public var lost: UInt64 = 0

  /// Makes counts of nothing.
  public init() {}
}

/// A file of a run, as published.
public struct RunFile: Sendable, Hashable, Codable {
  /// The name within the run's folder or delivery.
  public var name: String
  /// The size in bytes.
  public var size: Int
  /// SHA-256 of the content, lower-case hexadecimal.
  public var sha256: String

  /// Makes a file entry.
  public init(name: String, size: Int, sha256: String) {
    self.name = name
    self.size = size
    self.sha256 = sha256
  }
}

/// Where a delivery stands; only a receipt or read-back makes `confirmed`.
public enum DeliveryState: String, Sendable, Hashable, Codable {
  /// Kept in the spool; the destination has not got it yet.
  case spooled
  /// Written whole where the destination looks for it.
  case handedOver = "handed_over"
  /// The destination says that it took it.
  case accepted
  /// A receipt or read-back proves that it was stored.
  case confirmed
  /// The destination refused it.
  case rejected
}

/// Everything a person or program needs to know of one run: the content of `run.json`.
public struct RunRecord: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// The run's name.
  public var run: RunID
  /// What it is for.
  public var kind: RunKind
  /// What was measured.
  public var sample: Sample
  /// Who asked for it.
  public var person: String
  /// The laboratory's name, from the site's configuration; empty where it gives none.
  public var laboratory: String
  /// With what.
  public var instrument: RunInstrument
  /// The settings in force, as rounded and sent.
  public var settings: Settings
  /// How many scans were asked for; none where a duration was.
  public var scansAsked: Int?
  /// How many scans were averaged into one spectrum; none where all were.
  public var averageEvery: Int?
  /// When it began, by the wall clock.
  public var started: Timestamp
  /// When the last frame was in hand; none while it runs.
  public var ended: Timestamp?
  /// The site's time zone, by its IANA name.
  public var timeZone: String
  /// How it ended.
  public var endedBy: RunEnd
  /// Whether all that was asked for was taken and nothing was lost.
  public var complete: Bool
  /// Whether the instrument was one of our emulators.
  public var emulated: Bool
  /// Whether the instrument was left harmless.
  public var safe: SafeState
  /// What was counted.
  public var counts: RunCounts
  /// SHA-256 of the closed journal.
  public var journalSHA256: String?
  /// SHA-256 of the profile's text.
  public var profileSHA256: String
  /// The run whose darks were used, `this` for darks of its own, none where none were.
  public var darkSource: String?
  /// What was computed, step by step.
  public var processing: [ProcessingStep]
  /// Names what computed it: program version and maths library.
  public var computedBy: String?
  /// The version of the program that acquired it.
  public var software: String
  /// The files made from it.
  public var files: [RunFile]
  /// Where its deliveries stand, by destination.
  public var deliveries: [String: DeliveryState]
  /// The method it was taken or last evaluated by; none where there was none.
  public var method: MethodReference?
  /// The file it was imported from; none where it was measured here.
  public var imported: ImportedSource?
  /// Who assigned the sample of an imported run later; none where it was known at once, or is not.
  public var assigned: SampleAssignment?
  /// What the quality rules decided; none where there are none and nothing departs from the method.
  public var quality: RunQuality?
  /// The line of a worklist that it was taken for; none where a person named the sample.
  public var worklist: WorklistReference?
  /// What a person said of a sample that had been measured before; none where nobody was asked.
  public var again: SampleAgain?
  /// What went wrong, where something did.
  public var failure: Failure?
  /// What a person should know and nothing failed over.
  public var warnings: [String]

  /// Makes the record of a run that begins.
  public init(
    run: RunID, kind: RunKind, sample: Sample, person: String, instrument: RunInstrument,
    settings: Settings, scansAsked: Int?, started: Timestamp, timeZone: String, emulated: Bool,
    profileSHA256: String, software: String
  ) {
    self.run = run
    self.kind = kind
    self.sample = sample
    self.person = person
    self.instrument = instrument
    self.settings = settings
    self.scansAsked = scansAsked
    self.started = started
    self.timeZone = timeZone
    self.emulated = emulated
    self.profileSHA256 = profileSHA256
    self.software = software
    laboratory = ""
    ended = nil
    averageEvery = nil
    endedBy = .open
    complete = false
    safe = .unknown
    counts = RunCounts()
    journalSHA256 = nil
    darkSource = nil
    processing = []
    computedBy = nil
    files = []
    deliveries = [:]
    method = nil
    imported = nil
    assigned = nil
    quality = nil
    worklist = nil
    again = nil
    failure = nil
    warnings = []
  }

  private enum CodingKeys: String, CodingKey {
    case schema, run, kind, sample, laboratory, instrument, settings, started, ended, complete
    case emulated, safe
    case counts, processing, software, files, deliveries, method, imported, assigned, quality
    case worklist, again, failure, warnings
    case person = "operator"
    case scansAsked = "scans_asked"
    case averageEvery = "average_every"
    case timeZone = "time_zone"
    case endedBy = "ended_by"
    case journalSHA256 = "journal_sha256"
    case profileSHA256 = "profile_sha256"
    case darkSource = "dark_source"
    case computedBy = "computed_by"
  }
}
