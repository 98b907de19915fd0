// What the toolchain's Glibc module does not show.
#pragma once
#include <linux/membarrier.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
// <pthread.h> hides it without _GNU_SOURCE, which a module cannot define for another.
int pthread_setname_np(unsigned long thread, const char *name);
// <poll.h> hides it likewise. Without a signal mask, which is always null here.
int ppoll(struct pollfd *entries, unsigned long count, const struct timespec *wait, const void *mask);
// The kernel's struct termios2: speeds as numbers, which 28800 needs. Its own header cannot be
// included beside <termios.h>, as both define struct termios.
struct line_settings {
  unsigned int input, output, control, local;
  unsigned char discipline;
  unsigned char characters[19];
  unsigned int input_speed, output_speed;
};
// TCGETS2 and TCSETS2.
static const unsigned long line_settings_get = _IOR('T', 0x2A, struct line_settings);
static const unsigned long line_settings_set = _IOW('T', 0x2B, struct line_settings);
// Variadic, which Swift cannot call, and hidden like the one above.
long syscall(long number, ...);

// Keeps the compiler from moving anything across; no instruction.
static inline void gauger_compiler_fence(void) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
// 0 where the kernel can make every thread of this process pass a full fence, and made it ready.
static inline long gauger_process_fence_register(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}
// Makes every thread of this process pass a full fence; 0 when it did.
static inline long gauger_process_fence(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}
// Begins to fetch the line at `place` for reading; never faults.
static inline void gauger_prefetch(const void *place) { __builtin_prefetch(place, 0, 3); }

// What the kernel knows of the wall clock.
struct gauger_clock_facts {
  // 1 set by a time server, 0 running free, -1 not told.
  int state;
  // Microseconds.
  long estimated_error, largest_error;
};
static inline struct gauger_clock_facts gauger_clock_facts(void) {
  struct timex facts = {0};
  struct gauger_clock_facts found = {-1, -1, -1};
  int state = adjtimex(&facts);
  if (state < 0) return found;
  found.state = state != TIME_ERROR && !(facts.status & STA_UNSYNC);
  found.estimated_error = facts.esterror;
  found.largest_error = facts.maxerror;
  return found;
}
