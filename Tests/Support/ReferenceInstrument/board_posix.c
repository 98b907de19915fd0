/* A computer with POSIX as the board: instrument.c behind a pseudo-terminal.
 *
 *     cc -std=c99 -Wall -Wextra -o instrument instrument.c board_posix.c
 *     ./instrument            prints the path of a pseudo-terminal, and serves it until killed
 *     ./instrument END LOSE   ends each run after END scans, and leaves out every LOSE-th of them
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

void turn(void);
extern uint32_t ends_after, loses_every;
static int port;

int board_read(void) {
  unsigned char byte;
  struct pollfd wait = {port, POLLIN, 0};
  if (poll(&wait, 1, 0) < 1 || read(port, &byte, 1) != 1) return -1;
  return byte;
}

void board_write(const uint8_t *bytes, unsigned count) {
  while (count) {
    ssize_t done = write(port, bytes, count);
    if (done > 0) bytes += done, count -= (unsigned)done;
  }
}

uint64_t board_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int main(int count, char **words) {
  if (count > 1) ends_after = (uint32_t)atoi(words[1]);
  if (count > 2) loses_every = (uint32_t)atoi(words[2]);
  port = posix_openpt(O_RDWR | O_NOCTTY);
  if (port < 0 || grantpt(port) || unlockpt(port)) return 1;
  int kept = open(ptsname(port), O_RDWR | O_NOCTTY);   /* so that the port outlives its users */
  struct termios raw;
  tcgetattr(kept, &raw);
  raw.c_iflag = raw.c_oflag = raw.c_lflag = 0;
  tcsetattr(kept, TCSANOW, &raw);
  printf("%s\n", ptsname(port));
  fflush(stdout);
  for (pid_t parent = getppid(); getppid() == parent;) {
    struct pollfd wait = {port, POLLIN, 0};
    poll(&wait, 1, 1);
    turn();
  }
  return 0;                                            /* whoever started it is gone */
}
