/* A computer with POSIX as the board: instrument.c behind a pseudo-terminal.
 *
 *     cc -std=c99 -Wall -Wextra -o instrument instrument.c board_posix.c
 *     ./instrument            prints the path of a pseudo-terminal, and serves it until killed
 *     ./instrument END LOSE   ends each run after END scans, and leaves out every LOSE-th of them
 *     ./instrument 0 0 PATH   listens on a local socket there instead
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

void turn(void);
extern uint32_t ends_after, loses_every;
static int port, listener = -1;

int board_read(void) {
  unsigned char byte;
  struct pollfd wait = {port, POLLIN, 0};
  if (port < 0 || poll(&wait, 1, 0) < 1) return -1;
  if (read(port, &byte, 1) == 1) return byte;
  if (listener >= 0) close(port), port = -1;           /* the user of the socket has gone */
  return -1;
}

void board_write(const uint8_t *bytes, unsigned count) {
  while (count) {
    ssize_t done = listener < 0 ? write(port, bytes, count)
                                : send(port, bytes, count, MSG_NOSIGNAL);
    if (done < 0 && listener >= 0) return;
    if (done > 0) bytes += done, count -= (unsigned)done;
  }
}

uint64_t board_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int listen_at(const char *path) {
  struct sockaddr_un place = {.sun_family = AF_UNIX};
  strncpy(place.sun_path, path, sizeof place.sun_path - 1);
  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  port = -1;
  return listener < 0 || bind(listener, (struct sockaddr *)&place, sizeof place)
      || listen(listener, 1);
}

static int open_terminal(void) {
  struct termios raw;
  port = posix_openpt(O_RDWR | O_NOCTTY);
  if (port < 0 || grantpt(port) || unlockpt(port)) return 1;
  int kept = open(ptsname(port), O_RDWR | O_NOCTTY);   /* so that the port outlives its users */
  tcgetattr(kept, &raw);
  raw.c_iflag = raw.c_oflag = raw.c_lflag = 0;
  return tcsetattr(kept, TCSANOW, &raw);
}

int main(int count, char **words) {
  if (count > 1) ends_after = (uint32_t)atoi(words[1]);
  if (count > 2) loses_every = (uint32_t)atoi(words[2]);
  if (count > 3 ? listen_at(words[3]) : open_terminal()) return 1;
  printf("%s\n", count > 3 ? words[3] : ptsname(port));
  fflush(stdout);
  for (pid_t parent = getppid(); getppid() == parent;) {
    struct pollfd wait = {port < 0 ? listener : port, POLLIN, 0};
    if (poll(&wait, 1, 1) > 0 && port < 0) port = accept(listener, NULL, NULL);
    turn();
  }
  return 0;                                            /* whoever started it is gone */
}
