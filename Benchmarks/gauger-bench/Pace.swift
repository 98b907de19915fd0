internal import CBench
internal import Synchronization

/// Lets two pinned threads run the same short trial many times, and keeps the undisturbed times.
///
/// A trial in which the kernel took the processor from either thread is thrown away, so that the
/// figures stay usable on a shared machine.
final class Pace: Sendable {
  private static let wanted = 41
  private static let most = 1500
  private static let longest: Int64 = 6_000_000_000

  private let arrived = Atomic<Int>(0)
  private let isOver = Atomic<Bool>(false)
  private let ended = Atomic<Int64>(0)
  private let preempted = Atomic<Int>(0)

  /// Runs the half of the trials that begins; returns their times in nanoseconds, sorted.
  func lead(cpu: Int32, _ body: () -> Void) -> [Int64] {
    bench_pin(cpu)
    var times: [Int64] = []
    var (generation, trials) = (0, 0)
    let began = bench_now()
    while times.count < Self.wanted, trials < Self.most, bench_now() - began < Self.longest {
      meet(&generation)
      bench_nap(200)  // a fresh time slice for the trial
      meet(&generation)
      let before = bench_preemptions()
      let start = bench_now()
      body()
      let mine = bench_preemptions() - before
      meet(&generation)
      trials += 1
      let isClean = mine == 0 && preempted.load(ordering: .acquiring) == 0
      if trials > 2, isClean { times.append(ended.load(ordering: .acquiring) - start) }
    }
    isOver.store(true, ordering: .releasing)
    meet(&generation)
    return times.sorted()
  }

  /// Runs the half of the trials that ends; returns when the other half has enough.
  func follow(cpu: Int32, _ body: () -> Void) {
    bench_pin(cpu)
    var generation = 0
    while true {
      meet(&generation)
      if isOver.load(ordering: .acquiring) { return }
      bench_nap(200)
      let before = bench_preemptions()
      meet(&generation)
      body()
      ended.store(bench_now(), ordering: .releasing)
      preempted.store(bench_preemptions() - before, ordering: .releasing)
      meet(&generation)
    }
  }

  private func meet(_ generation: inout Int) {
    generation += 1
    arrived.add(1, ordering: .acquiringAndReleasing)
    var turns = 0
    while arrived.load(ordering: .acquiring) < 2 * generation {
      bench_relax()
      turns += 1
      if turns % 5000 == 0 { bench_nap(20) }
    }
  }
}
