/* A detector with two signals that speaks the open stream protocol, version 1.
 *
 * Plain C99: no heap, no library, 1 KiB of memory. A board gives three functions and calls turn() for
 * ever; board_posix.c beside this is a computer with a pseudo-terminal as the board. What the bytes
 * are: Drivers/OpenStream/OpenStream.docc/OpenStreamProtocol.md
 */
#include <stdint.h>
#include <string.h>

int board_read(void);                                  /* next byte, or -1 where none is there */
void board_write(const uint8_t *bytes, unsigned count);
uint64_t board_ms(void);                               /* milliseconds since any start */
void turn(void);

/* ---- The detector: two signals in uV, and what may harm ------------------------------------- */

static uint32_t rate_hz = 10;                          /* a setting, 1 to 1000 */
static int lamp;                                       /* on while it measures, never else */
uint32_t ends_after, loses_every;                      /* for tests: 0 and 0 */

static int32_t triangle(uint64_t tick, uint64_t apex, uint64_t half, int32_t height) {
  uint64_t distance = tick > apex ? tick - apex : apex - tick;
  return distance >= half ? 0 : (int32_t)(height - height * (int64_t)distance / (int64_t)half);
}

static int32_t reading(int channel, uint64_t tick) {    /* the same numbers at every rate */
  if (!lamp) return 0;
  if (channel == 0) return 500 + triangle(tick, 2000, 500, 80000);
  return -250 + triangle(tick, 3000, 250, 40000);
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

enum { ROOM = 256, HEAD = 16 };
enum { HELLO = 1, DESCRIBE, AXIS, SET, START, STOP, ABORT, PING };
enum { IDENTITY = 0x81, CAPABILITIES, AXIS_IS, SETTINGS, STARTED, END, ERROR, PONG, SCAN = 0x90 };

static uint8_t out[ROOM];                              /* a frame being made */
static unsigned end_of_out;
static uint8_t in[ROOM];                               /* what came and was not used */
static unsigned in_count;
static uint32_t sequence;

static uint32_t crc(uint32_t sum, const uint8_t *bytes, unsigned count) {
  while (count--) {                                    /* begin with and end by ~0 */
    sum ^= *bytes++;
    for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? 0x82F63B78u : 0);
  }
  return sum;
}

static void put(uint64_t value, unsigned size) {
  while (size--) {
    if (end_of_out < ROOM - 4) out[end_of_out++] = (uint8_t)value;
    value >>= 8;
  }
}

static void put_real(double value) {                   /* IEEE 754, as nearly every compiler has it */
  uint64_t bits;
  memcpy(&bits, &value, 8);
  put(bits, 8);
}

static void put_text(const char *text) {
  unsigned count = (unsigned)strlen(text);
  put(count, 1);
  while (count--) put((uint8_t)*text++, 1);
}

static uint64_t get(const uint8_t *bytes, unsigned size) {
  uint64_t value = 0;
  while (size--) value = value << 8 | bytes[size];
  return value;
}

static void begin(uint8_t type, uint32_t answers) {
  end_of_out = 0;
  put(0xA547, 2);
  put(type, 2);
  put(++sequence, 4);
  put(0, 8);                                           /* length and check, known at the end */
  put(answers, 4);
}

static void end(void) {
  unsigned length = end_of_out - HEAD;
  for (int i = 0; i < 4; i++) out[8 + i] = (uint8_t)(length >> 8 * i);
  uint32_t sum = crc(~0u, out, 12);
  for (int i = 0; i < 4; i++) out[12 + i] = (uint8_t)(~sum >> 8 * i);
  sum = ~crc(sum, out + HEAD, length);
  for (int i = 0; i < 4; i++) out[end_of_out++] = (uint8_t)(sum >> 8 * i);
  board_write(out, end_of_out);
}

/* ---- Runs ------------------------------------------------------------------------------------- */

static uint32_t run, watchdog_ms;
static uint64_t wanted, sent, tick, last_sent;
static uint64_t began_ms, heard_ms;

static void finish(unsigned reason, uint32_t answers) {
  lamp = 0;                                            /* the safe state comes before any word */
  begin(END, answers);
  put(run, 4), put(run ? reason : 0, 4), put(run ? sent : 0, 8);
  end();
  if (run) last_sent = sent;
  run = 0;
}

static void measure(void) {
  if (!run) return;
  uint64_t now = board_ms();
  if (watchdog_ms && now - heard_ms > watchdog_ms) { finish(5, run); return; }
  if ((wanted && sent >= wanted) || (ends_after && sent >= ends_after)) {
    finish(wanted && sent >= wanted ? 1 : 4, run);
    return;
  }
  if (now - began_ms < tick) return;                   /* one tick is one millisecond */
  if (!loses_every || (sent + 1) % loses_every) {
    begin(SCAN, run);
    put(0, 4), put(sent, 8), put(tick, 8);             /* no value is saturated */
    put(1, 4), put(0, 4);                              /* one point of each signal */
    put((uint32_t)reading(0, tick), 4), put((uint32_t)reading(1, tick), 4);
    end();
  }
  sent++;
  tick += 1000 / rate_hz;
}

/* ---- Orders ------------------------------------------------------------------------------------ */

static void complain(uint32_t order, unsigned code, const char *text) {
  begin(ERROR, order);
  put(code, 4);                                        /* a complaint, no fault */
  put_text(text);
  end();
}

static void settings_in_force(uint32_t order) {
  begin(SETTINGS, order);
  put(1, 4);
  put_text("rate_Hz");
  put_real(rate_hz);
  end();
}

static int set(const uint8_t *payload, unsigned length) {   /* all settings, or none */
  double value = rate_hz;
  unsigned place = 4;
  if (length < 4) return 2;
  for (unsigned count = (unsigned)get(payload, 2); count; count--) {
    unsigned letters = place < length ? payload[place] : ROOM;
    if (place + 1 + letters + 8 > length) return 2;
    if (letters != 7 || memcmp(payload + place + 1, "rate_Hz", 7)) return 5;
    uint64_t bits = get(payload + place + 1 + letters, 8);
    memcpy(&value, &bits, 8);
    place += 1 + letters + 8;
  }
  if (!(value >= 1 && value <= 1000)) return 4;
  rate_hz = (uint32_t)value;
  return 0;
}

static void obey(uint8_t type, uint32_t order, const uint8_t *payload, unsigned length) {
  int fault;
  switch (type) {
  case HELLO:
    if (length < 8) { complain(order, 2, "malformed"); return; }
    if (get(payload, 2) > 1 || get(payload + 2, 2) < 1) {
      complain(order, 6, "only version 1 is spoken");
      return;
    }
    begin(IDENTITY, order);
    put(1, 4), put(ROOM - HEAD - 4, 4), put(ROOM - HEAD - 4, 4);
    put_text("Reference"), put_text("Two signals"), put_text("REF-0001"), put_text("1.0");
    end();
    return;
  case DESCRIBE:
    begin(CAPABILITIES, order);
    put(1, 1), put(5, 1), put(0, 1), put(1, 1);        /* traces, Int32, no masses, ticks */
    put_real(1000), put_real(1000);                    /* ticks a second, most scans a second */
    put(1, 4), put(2, 2), put(1, 2), put(0, 4);        /* a point a scan, signals, settings, no axis */
    put_text("absorbance_254"), put_text("mAU"), put_real(0.001);   /* a count is 0.001 mAU */
    put_text("conductivity"), put_text("uS/cm"), put_real(1);
    put_text("rate_Hz"), put_text("Hz");
    put_real(1), put_real(1000), put_real(1), put_real(10);
    end();
    return;
  case AXIS: complain(order, 3, "signals have no axis"); return;
  case SET:
    fault = run ? 3 : set(payload, length);
    if (fault) complain(order, (unsigned)fault, "setting refused"); else settings_in_force(order);
    return;
  case START:
    if (length < 16) { complain(order, 2, "malformed"); return; }
    if (run) { complain(order, 3, "a run is under way"); return; }
    run = order;
    wanted = get(payload, 8);
    watchdog_ms = (uint32_t)get(payload + 8, 4);
    sent = tick = 0;
    began_ms = board_ms();
    lamp = 1;
    begin(STARTED, order);
    end();
    return;
  case STOP: finish(2, order); return;
  case ABORT: finish(3, order); return;
  case PING:
    begin(PONG, order);
    put(run, 4), put(run ? sent : last_sent, 8);
    end();
    return;
  default: complain(order, 1, "order not known");
  }
}

/* Uses one frame, one question, or one byte that is neither; returns 0 where more must come first. */
static int use(void) {
  static const char question[] = "OPEN-STREAM?\r", answer[] = "OPEN-STREAM 1 SN=REF-0001\r\n";
  unsigned used = 1, same = in_count < sizeof question - 1 ? in_count : sizeof question - 1;
  if (!in_count) return 0;
  if (!memcmp(in, question, same)) {
    if (same < sizeof question - 1) return 0;
    board_write((const uint8_t *)answer, sizeof answer - 1);
    used = same;
  } else if (in[0] == 0x47 && (in_count < 2 || in[1] == 0xA5)) {
    if (in_count < HEAD) return 0;
    unsigned length = (unsigned)get(in + 8, 4);
    uint32_t sum = crc(~0u, in, 12);
    if (~sum == get(in + 12, 4) && length <= ROOM - HEAD - 4) {
      if (in_count < HEAD + length + 4) return 0;
      if (~crc(sum, in + HEAD, length) == get(in + HEAD + length, 4)) {
        heard_ms = board_ms();
        obey(in[2], (uint32_t)get(in + 4, 4), in + HEAD, length);
        used = HEAD + length + 4;
      }
    }
  }
  in_count -= used;
  memmove(in, in + used, in_count);
  return 1;
}

void turn(void) {
  for (int byte; in_count < ROOM && (byte = board_read()) >= 0;) in[in_count++] = (uint8_t)byte;
  while (use()) {}
  measure();
}
