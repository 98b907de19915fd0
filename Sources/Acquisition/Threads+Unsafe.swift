internal import Glibc

/// Asks for a place before ordinary threads for the calling thread; a refusal is normal, and
/// `gauger doctor` tells of it.
func requestRealTimePriority() {
  var parameters = sched_param()
  parameters.sched_priority = 10
  // Safe: the structure outlives the call.
  unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
}

/// Sleeps without allocating.
func pause(microseconds: UInt32) { usleep(microseconds) }
