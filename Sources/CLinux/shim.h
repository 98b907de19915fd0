// What the toolchain's Glibc module does not show.
#pragma once
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
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
