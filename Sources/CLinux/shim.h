// What the toolchain's Glibc module does not show.
#pragma once
#include <linux/membarrier.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
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

// Who is at the other side of a local socket; the kernel's struct ucred, hidden like the above.
struct gauger_peer {
  int process;
  unsigned int account, group;
};
// 0 where the kernel said it.
static inline int gauger_peer(int socket, struct gauger_peer *peer) {
  socklen_t size = sizeof *peer;
  return getsockopt(socket, SOL_SOCKET, 17 /* SO_PEERCRED */, peer, &size);
}
// The other groups of the peer, at most `room`; how many, or -1.
static inline int gauger_peer_groups(int socket, unsigned int *groups, int room) {
  socklen_t size = (socklen_t)room * sizeof *groups;
  if (getsockopt(socket, SOL_SOCKET, 59 /* SO_PEERGROUPS */, groups, &size) != 0) return -1;
  return (int)(size / sizeof *groups);
}
// The macros for what travels beside the bytes are no functions that Swift could call.
enum { gauger_most_descriptors = 4 };
// Sends bytes, and descriptors with the first of them; as sendmsg(2) answers.
static inline long gauger_send(
    int socket, const void *bytes, unsigned long count, const int *descriptors, int number) {
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(gauger_most_descriptors * sizeof(int))];
  } beside;
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (number > 0 && number <= gauger_most_descriptors) {
    memset(&beside, 0, sizeof beside);
    message.msg_control = &beside;
    message.msg_controllen = CMSG_SPACE(number * sizeof(int));
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(number * sizeof(int));
    memcpy(CMSG_DATA(head), descriptors, number * sizeof(int));
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}
// Receives without waiting, as recvmsg(2) answers; `number` is how many descriptors came, and more
// than there is room for if some were dropped.
static inline long gauger_receive(
    int socket, void *bytes, unsigned long count, int *descriptors, int *number) {
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(gauger_most_descriptors * sizeof(int))];
  } beside;
  struct iovec part = {bytes, count};
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &beside;
  message.msg_controllen = sizeof beside;
  *number = 0;
  long got = recvmsg(socket, &message, MSG_DONTWAIT | 0x40000000 /* MSG_CMSG_CLOEXEC */);
  if (got < 0) return got;
  for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    int more = (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int place = 0; place < more && *number < gauger_most_descriptors; place++) {
      memcpy(&descriptors[*number], CMSG_DATA(head) + place * sizeof(int), sizeof(int));
      *number += 1;
    }
  }
  if (message.msg_flags & MSG_CTRUNC) {
    for (int place = 0; place < *number; place++) close(descriptors[place]);
    *number = gauger_most_descriptors + 1;
  }
  return got;
}
