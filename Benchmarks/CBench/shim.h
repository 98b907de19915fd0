// What the benchmarks of ours and the peers measure with: the same clock, pinning and test for a
// disturbed trial on both sides. Plain system calls where the C library wants _GNU_SOURCE, which a
// module cannot define for another.
#pragma once
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline int64_t bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void bench_pin(int cpu) {
  unsigned long set[16] = {0};
  set[(cpu / 64) % 16] = 1UL << (cpu % 64);
  syscall(SYS_sched_setaffinity, 0, sizeof set, set);
}

// How often the kernel took the processor from this thread.
static inline long bench_preemptions(void) {
  struct rusage usage;
  syscall(SYS_getrusage, 1 /* RUSAGE_THREAD */, &usage);
  return usage.ru_nivcsw;
}

static inline void bench_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static inline void bench_nap(int microseconds) { usleep((useconds_t)microseconds); }
