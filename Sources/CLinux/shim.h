// What the toolchain's Glibc module does not show.
#pragma once
#include <linux/membarrier.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
// <pthread.h> hides it without _GNU_SOURCE, which a module cannot define for another.
int pthread_setname_np(unsigned long thread, const char *name);
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
