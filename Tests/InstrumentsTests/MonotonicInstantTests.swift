import Instruments
import Testing

@Test func instantsStopAtTheEndsOfTheRange() {
  let late = MonotonicInstant(nanoseconds: .max - 1)
  #expect(late.advanced(by: .seconds(1)) == .never)
  #expect(late.advanced(by: .nanoseconds(1)) == .never)
  #expect(MonotonicInstant.never.advanced(by: .seconds(1)) == .never)
  let early = MonotonicInstant(nanoseconds: 5)
  #expect(early.advanced(by: .nanoseconds(-5)) == .unknown)
  #expect(early.advanced(by: .nanoseconds(-6)) == .unknown)
  #expect(early.advanced(by: .seconds(Int64.min)) == .unknown)
  #expect(early.advanced(by: .nanoseconds(7)).nanoseconds == 12)
}

@Test func distancesAreHeldToWhatCanBeSaid() {
  let start = MonotonicInstant.unknown
  #expect(start.duration(to: .never).wholeNanoseconds == .max)
  #expect(MonotonicInstant.never.duration(to: start).wholeNanoseconds == -.max)
  #expect(
    MonotonicInstant(nanoseconds: 3).duration(to: MonotonicInstant(nanoseconds: 1))
      == .nanoseconds(-2))
}

@Test func durationsBecomeWholeNumbers() {
  #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
  #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
  #expect(Duration.nanoseconds(1999).wholeMicroseconds == 1)
  #expect(Duration.nanoseconds(-1999).wholeMicroseconds == -1)
  #expect(Duration.milliseconds(1500).inSeconds == 1.5)
}

@Test func pastMomentsHavePassed() {
  #expect(MonotonicInstant.unknown.hasPassed)
  #expect(MonotonicInstant.unknown.remaining == .zero)
  #expect(!MonotonicInstant.never.hasPassed)
  #expect(MonotonicInstant.never.remaining > .seconds(1_000_000))
  #expect(MonotonicInstant.now <= MonotonicInstant.now)
}

@Test func sleepingEndsNotBeforeItsMoment() {
  let moment = MonotonicInstant.now.advanced(by: .milliseconds(5))
  MonotonicInstant.sleep(until: moment)
  #expect(moment.hasPassed)
  MonotonicInstant.sleep(until: .unknown)
}
