internal import Dispatch
public import Laboratory

/// Runs work that may block (files, syncs, joins) on threads outside Swift's task pool, which has
/// no more threads than the computer has processors.
func offPool<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
  await withCheckedContinuation { done in
    DispatchQueue.global().async { done.resume(returning: work()) }
  }
}

/// Runs work that may block and can fail outside Swift's task pool.
public func offPool<T: Sendable>(
  _ work: @escaping @Sendable () throws(Failure) -> T
) async throws(Failure) -> T {
  let result: Result<T, Failure> = await offPool { () -> Result<T, Failure> in
    do throws(Failure) { return .success(try work()) } catch { return .failure(error) }
  }
  return try result.get()
}
