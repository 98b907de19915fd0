public import Laboratory

/// Why a journal could not be written, read or recovered.
public enum JournalError: Error, Sendable, Hashable {
  /// There is a file of this name already; a journal never overwrites.
  case exists(path: String)
  /// The file or its folder does not exist.
  case notFound(path: String)
  /// The rights do not suffice.
  case denied(path: String)
  /// Another program writes or recovers this journal now.
  case busy(path: String)
  /// The disk or the quota is full.
  case noSpace(path: String)
  /// A write failed or ended short; `code` is the system's number, 0 for a short write.
  case writeFailed(path: String, code: Int32)
  /// The disk did not confirm that it keeps what was written.
  case syncFailed(path: String, code: Int32)
  /// The system refused to read.
  case readFailed(path: String, atByte: UInt64, code: Int32)
  /// The header cannot be written as asked.
  case unusableHeader(why: String)
  /// A record is longer than the format allows.
  case recordTooLong(path: String, sequence: UInt64, byteCount: Int)
  /// The file is something else.
  case notAJournal(path: String, why: String)
  /// A later Gauger wrote it.
  case newerVersion(path: String, version: Int)
  /// The content is not what was written.
  case damaged(path: String, atByte: UInt64, why: String)
  /// The system refused a thread.
  case noThread

  /// Tells a failed creation or opening by the system's number.
  static func opening(_ path: String, _ code: Int32) -> JournalError {
    switch SystemCode(code) {
    case .exists: .exists(path: path)
    case .missing: .notFound(path: path)
    case .denied: .denied(path: path)
    case .noSpace: .noSpace(path: path)
    case .other: .readFailed(path: path, atByte: 0, code: code)
    }
  }

  /// Tells a failed write by the system's number.
  static func writing(_ path: String, _ code: Int32) -> JournalError {
    SystemCode(code) == .noSpace ? .noSpace(path: path) : .writeFailed(path: path, code: code)
  }
}

extension JournalError: Explained {
  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .exists(let path):
      Failure(
        "journal-exists", exit: .failed, what: "The journal \(path) exists already.",
        why: "Every run has a journal of its own, and none is ever overwritten.",
        next: "Start a new run; move the file away if it does not belong there.")
    case .notFound(let path):
      Failure(
        "journal-not-found", exit: .notFound, what: "\(path) was not found.",
        why: "The file or the folder it lies in does not exist.",
        next: "Check the path, and that the disk is mounted.")
    case .denied(let path):
      Failure(
        "journal-denied", exit: .denied, what: "\(path) may not be opened.",
        why: "The rights of this user do not suffice, or the disk is mounted read-only.",
        next: "Check owner and group of the runs folder with `gauger doctor`.")
    case .busy(let path):
      Failure(
        "journal-busy", exit: .busy, what: "\(path) is in use.",
        why: "A run is still being written to it, or it is being recovered.",
        next: "Wait until the run has ended, then try again.")
    case .noSpace(let path):
      Failure(
        "journal-no-space", exit: .noSpace, what: "No more could be written to \(path).",
        why: "The disk or the quota is full.",
        next: "Make room on the disk. What was written before is kept and can be read.")
    case .writeFailed(let path, let code):
      Failure(
        "journal-write-failed", exit: .failed, what: "Writing to \(path) failed.",
        why: code == 0 ? "The system wrote a part only." : SystemCode.text(code),
        next: "Check the disk. What was written before is kept and can be read.")
    case .syncFailed(let path, let code):
      Failure(
        "journal-sync-failed", exit: .failed,
        what: "The disk did not confirm that it keeps what was written to \(path).",
        why: SystemCode.text(code),
        next: "Check the disk and the system log. Only the records counted as durable are sure.")
    case .readFailed(let path, let atByte, let code):
      Failure(
        "journal-read-failed", exit: .failed, what: "Reading \(path) failed at byte \(atByte).",
        why: SystemCode.text(code), next: "Check the disk and the system log.")
    case .unusableHeader(let why):
      Failure(
        "journal-unusable-header", exit: .failed, what: "The journal's header cannot be written.",
        why: why, next: "Correct the run's settings, profile or method.")
    case .recordTooLong(let path, let sequence, let byteCount):
      Failure(
        "journal-record-too-long", exit: .failed,
        what: "Record \(sequence) of \(byteCount) bytes does not fit into \(path).",
        why: "A record holds at most \(JournalFormat.largestContent) bytes.",
        next: "Ask the instrument for shorter frames.")
    case .notAJournal(let path, let why):
      Failure(
        "journal-not-a-journal", exit: .damaged, what: "\(path) is not a journal.", why: why,
        next: "Check the file's name; a journal begins with GAUGERJ1.")
    case .newerVersion(let path, let version):
      Failure(
        "journal-newer-version", exit: .failed,
        what: "\(path) has format version \(version).",
        why: "This Gauger reads versions up to \(JournalFormat.version).",
        next: "Read it with the version of Gauger that wrote it, or a later one.")
    case .damaged(let path, let atByte, let why):
      Failure(
        "journal-damaged", exit: .damaged, what: "\(path) is damaged at byte \(atByte).",
        why: why, next: "Take the file from a backup. The records before that byte are sound.")
    case .noThread:
      Failure(
        "journal-no-thread", exit: .failed, what: "The journal's threads could not be started.",
        why: "The system allows no further thread.", next: "End other programs and try again.")
    }
  }
}
