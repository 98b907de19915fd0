// The serial link's peer: a bare reader of analog scans of a residual gas analyser, as short as it can
// be written: the port raw, one poll and one read for what is there, the end of a scan by its count.
// With "status" it asks ER? behind each scan, as a run does; the answer has three bytes.
// Usage: serial [status] PORT COUNT NOISE-FLOOR; prints "scan MICROSECONDS COUNT",
// the mean, and "median MICROSECONDS COUNT".
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../CBench/shim.h"

static int port;

static void tell(const char *command) {
  if (write(port, command, strlen(command)) != (ssize_t)strlen(command)) perror("serial"), exit(1);
}

// Up to `count` bytes of what comes within ten seconds.
static size_t take(void *target, size_t count) {
  struct pollfd entry = {.fd = port, .events = POLLIN};
  if (poll(&entry, 1, 10000) != 1) fprintf(stderr, "serial: no answer\n"), exit(1);
  ssize_t got = read(port, target, count);
  if (got <= 0) perror("serial"), exit(1);
  return (size_t)got;
}

// An answer in text, which ends with line feed and carriage return.
static long ask(const char *command) {
  char answer[64] = {0};
  size_t got = 0;
  tell(command);
  while (got < 2 || answer[got - 1] != '\r') {
    if (got == sizeof answer - 1) fprintf(stderr, "serial: %s\n", answer), exit(1);
    got += take(answer + got, 1);
  }
  return atol(answer);
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  int asks = argc == 5 && strcmp(argv[1], "status") == 0;
  argv += asks;
  if (argc - asks != 4) return 2;
  long count = atol(argv[2]);
  port = open(argv[1], O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios line;
  if (port < 0 || tcgetattr(port, &line) != 0) return perror(argv[1]), 1;
  cfmakeraw(&line);
  if (tcsetattr(port, TCSANOW, &line) != 0) return perror(argv[1]), 1;
  char floor[16];
  snprintf(floor, sizeof floor, "NF%ld\r", atol(argv[3]));
  tell("MI1\rMF200\rSA10\r"), tell(floor);
  long points = ask("AP?\r");
  if (points < 1 || points > 10000) return fprintf(stderr, "serial: %ld points\n", points), 1;
  size_t size = (size_t)(points + 1) * 4;
  static unsigned char bytes[40004];
  static double amperes[10000];
  int64_t *times = calloc((size_t)count + 2, sizeof *times), began = 0;
  double sum = 0;
  for (long scan = 0; scan <= count; scan++) {
    if (scan == 1) began = bench_now();  // the first warms up
    int64_t asked = bench_now();
    tell("SC1\r");
    for (size_t got = 0; got < size;) got += take(bytes + got, size - got);
    if (asks) sum += (double)ask("ER?\r");
    for (long i = 0; i < points; i++) {
      const unsigned char *b = bytes + 4 * i;
      uint32_t word = b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
      amperes[i] = (int32_t)word * 1e-16;
    }
    sum += amperes[scan % points];
    if (scan > 0) times[scan - 1] = bench_now() - asked;
  }
  printf("scan %g %ld\n", (double)(bench_now() - began) / 1000 / (double)count, count);
  qsort(times, (size_t)count, sizeof *times, by_size);
  printf("median %g %ld\n", (double)times[count / 2] / 1000, count);
  fprintf(stderr, "serial: sum %g\n", sum);  // so that nothing above is left out
  return 0;
}
