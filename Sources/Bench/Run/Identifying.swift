internal import Acquisition
internal import Instruments
public import Laboratory
internal import Links
internal import Profiles

/// Asks instruments for their own serial number, which the USB descriptor of many does not tell, and
/// lines which instrument is on them.
public struct Identifying: Sendable {
  /// What one instrument said, or why it could not be asked.
  public struct Answer: Sendable {
    /// The instrument.
    public var instrument: ListedInstrument
    /// The serial number that its own memory states.
    public var serialNumber: String?
    /// The firmware version, where the model tells it.
    public var firmware: String?
    /// Why it was not asked, or did not answer.
    public var failure: Failure?
    /// What was asked of a line on which nothing known answered; nobody said that there is any.
    public var unanswered: [String]?
  }

  private let bench: Bench

  /// Makes the asker of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Opens each listed instrument for a moment, one after the other, and makes it safe again.
  ///
  /// One that is denied, busy or silent gets its failure; the others are asked all the same.
  public func identify(_ instruments: [ListedInstrument]) async -> [Answer] {
    var answers: [Answer] = []
    for instrument in instruments {
      var answer = Answer(instrument: instrument)
      do throws(Failure) {
        if instrument.profile == nil {
          let line = try await offPool { [bench] () throws(Failure) in
            try LineInquiry(bench: bench).ask(instrument, for: bench.profiles.profiles)
          }
          answer.instrument = line.instrument ?? instrument
          answer.serialNumber = line.instrument?.lastSerialNumber
          answer.unanswered = line.instrument == nil ? line.asked : nil
        } else {
          let record = try await ask(instrument)
          answer.serialNumber = record.serialNumber
          answer.firmware = record.firmware
        }
      } catch {
        answer.failure = error
      }
      answers.append(answer)
    }
    return answers
  }

  private func ask(_ instrument: ListedInstrument) async throws(Failure) -> InstrumentRecord {
    if case .state(let failure) = PortAdvice.judge(instrument) { throw failure }
    let (driver, profile) = try bench.driver(for: instrument)
    try bench.home.prepare()
    let lock = try InstrumentLock(
      folder: bench.home.locks, address: instrument.port.address, purpose: "identifying it")
    let reach = bench.reach
    let session = InstrumentSession(driver: driver, profile: profile) {
      () throws(LinkError) in try reach.connect(instrument.port, profile)
    }
    do throws(Failure) {
      let opened = try await session.open()
      _ = await session.close()
      bench.remember(instrument, serialNumber: opened.record.serialNumber)
      withExtendedLifetime(lock) {}
      return opened.record
    } catch {
      _ = await session.close()
      throw error
    }
  }
}
