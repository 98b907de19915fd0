// The journal's limit: the same bytes appended bare, 1 MiB a write, with one fdatasync every 10 ms
// and one at the end. No checksum, no second thread. Usage: append FILE FRAMES; prints
// "append FRAMES-A-SECOND FRAMES".
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../CBench/shim.h"

enum { record = 64 + 4097, batch = 1 << 20 };

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long frames = atol(argv[2]);
  int file = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return perror(argv[1]), 1;
  static unsigned char frame[record], buffer[batch];
  memset(frame, 31, sizeof frame);
  size_t used = 0;
  int64_t began = bench_now(), synced = began;
  for (long i = 0; i <= frames; i++) {
    if (i == frames || used + record > batch) {
      if (write(file, buffer, used) != (ssize_t)used) return perror("write"), 1;
      used = 0;
      if (i == frames || bench_now() - synced >= 10000000) {
        if (fdatasync(file) != 0) return perror("fdatasync"), 1;
        synced = bench_now();
      }
      if (i == frames) break;
    }
    memcpy(buffer + used, frame, record);
    used += record;
  }
  printf("append %g %ld\n", (double)frames / ((double)(bench_now() - began) / 1e9), frames);
  close(file);
  unlink(argv[1]);
  return 0;
}
