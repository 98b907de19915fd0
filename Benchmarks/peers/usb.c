// The USB link's peer: a bare libusb client that takes spectra from a USB2000+ by asynchronous
// transfers, as short as it can be written. The conversation is the one of a run: 01 initialize,
// 02 exposure (1 ms), then 09 and one read of 4,097 bytes for each spectrum, the read posted first.
// It asks for the same place before ordinary threads as the acquisition thread does.
// Usage: usb COUNT; prints "scan MICROSECONDS COUNT".
#include <libusb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../CBench/shim.h"

static void done(struct libusb_transfer *transfer) { *(int *)transfer->user_data = 1; }

static libusb_context *context;
static libusb_device_handle *device;

static void need(int code, const char *what) {
  if (code == 0) return;
  fprintf(stderr, "usb: %s: %s\n", what, libusb_error_name(code));
  exit(1);
}

static void wait_for(struct libusb_transfer *transfer, int *flag) {
  struct timeval bound = {2, 0};
  while (!*flag) need(libusb_handle_events_timeout_completed(context, &bound, flag), "wait");
  if (transfer->status != LIBUSB_TRANSFER_COMPLETED) need(LIBUSB_ERROR_IO, "transfer");
}

int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 1000;
  struct sched_param first = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &first);  // a refusal is normal, as on our side
  need(libusb_init(&context), "init");
  device = libusb_open_device_with_vid_pid(context, 0x2457, 0x101E);
  if (!device) need(LIBUSB_ERROR_NO_DEVICE, "open");
  need(libusb_claim_interface(device, 0), "claim");

  static unsigned char command[8], frame[4608], kept[4097];
  int command_done = 1, frame_done = 1;
  struct libusb_transfer *out = libusb_alloc_transfer(0), *in = libusb_alloc_transfer(0);
  const unsigned char opening[2][5] = {{0x01}, {0x02, 0xE8, 0x03, 0, 0}};
  const int sizes[2] = {1, 5};
  for (int i = 0; i < 2; i++) {
    memcpy(command, opening[i], sizes[i]);
    command_done = 0;
    libusb_fill_bulk_transfer(out, device, 0x01, command, sizes[i], done, &command_done, 0);
    need(libusb_submit_transfer(out), "submit");
    wait_for(out, &command_done);
    bench_nap(20000);
  }
  command[0] = 0x09;
  int64_t began = 0;
  long settled = 0;
  unsigned long sum = 0;
  for (long i = 0; i < count; i++) {
    // The first tenth warms up, as it does on our side.
    if (i == count / 10) began = bench_now();
    if (i > count / 10) settled++;
    frame_done = command_done = 0;
    libusb_fill_bulk_transfer(in, device, 0x82, frame, sizeof frame, done, &frame_done, 0);
    need(libusb_submit_transfer(in), "submit");
    libusb_fill_bulk_transfer(out, device, 0x01, command, 1, done, &command_done, 0);
    need(libusb_submit_transfer(out), "submit");
    wait_for(out, &command_done);
    wait_for(in, &frame_done);
    if (in->actual_length != 4097 || frame[4096] != 0x69) need(LIBUSB_ERROR_IO, "frame");
    memcpy(kept, frame, 4097);
    sum += kept[100];
  }
  double us = (double)(bench_now() - began) / 1000 / (double)(settled + 1);
  printf("scan %g %ld\n", us, settled + 1);
  libusb_free_transfer(in);
  libusb_free_transfer(out);
  libusb_release_interface(device, 0);
  libusb_close(device);
  libusb_exit(context);
  return sum == 0;
}
