// The ring's peers, all from the distribution: boost::lockfree::spsc_queue, moodycamel's
// ReaderWriterQueue and JACK's ringbuffer; and the machine itself (one cache line there and back).
// Usage: ring pingpong|boost|moodycamel|jack CPU CPU; prints one line a figure: name, value, clean
// trials.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <jack/ringbuffer.h>
#include <memory>
#include <readerwriterqueue/readerwriterqueue.h>
#include <string>
#include <thread>
#include <vector>

#include "../CBench/shim.h"

namespace {
constexpr size_t recordSize = 4096, records = 4096, ringSize = 1 << 20;
constexpr int roundTrips = 5000, most = 1500;
int wanted = 41;

struct Meet {
  alignas(128) std::atomic<int> arrived{0};
  void wait(int generation) {
    arrived.fetch_add(1, std::memory_order_acq_rel);
    for (int turns = 1; arrived.load(std::memory_order_acquire) < 2 * generation; turns++) {
      bench_relax();
      if (turns % 5000 == 0) bench_nap(20);
    }
  }
};

// Both halves run trial after trial; those in which a thread was preempted are thrown away.
template <class Lead, class Follow>
std::vector<double> trials(int a, int b, Lead lead, Follow follow) {
  Meet meet;
  std::atomic<bool> over{false};
  std::atomic<int64_t> ended{0};
  std::atomic<long> preempted{0};
  std::thread second([&] {
    bench_pin(b);
    for (int generation = 0;;) {
      meet.wait(++generation);
      if (over) return;
      bench_nap(200);
      long before = bench_preemptions();
      meet.wait(++generation);
      follow();
      ended = bench_now();
      preempted = bench_preemptions() - before;
      meet.wait(++generation);
    }
  });
  bench_pin(a);
  std::vector<double> times;
  int generation = 0;
  int64_t began = bench_now();
  for (int count = 1; int(times.size()) < wanted && count <= most; count++) {
    if (bench_now() - began > 6000000000) break;
    meet.wait(++generation);
    bench_nap(200);
    meet.wait(++generation);
    long before = bench_preemptions();
    int64_t start = bench_now();
    lead();
    long mine = bench_preemptions() - before;
    meet.wait(++generation);
    if (count > 2 && mine == 0 && preempted == 0) times.push_back(double(ended - start));
  }
  over = true;
  meet.wait(++generation);
  second.join();
  std::sort(times.begin(), times.end());
  return times;
}

double median(const std::vector<double>& v) { return v.empty() ? 0 : v[v.size() / 2]; }

void report(const char* name, double value, const std::vector<double>& times) {
  // Trials of two kinds are two placements of the processors, and their median is neither's.
  const bool steady = !times.empty() &&
      times[times.size() * 3 / 4] < 1.5 * times[times.size() / 4];
  if (!steady) std::printf("%s nan %zu\n", name, times.size());
  else std::printf("%s %g %zu\n", name, value, times.size());
}

void pingpong(int a, int b) {
  alignas(128) static std::atomic<uint64_t> line{0};
  uint64_t mine = 0, theirs = 0;
  auto t = trials(a, b,
      [&] { for (int i = 0; i < roundTrips; i++) {
              line.store(++mine, std::memory_order_release);
              mine++;
              while (line.load(std::memory_order_acquire) != mine) {} } },
      [&] { for (int i = 0; i < roundTrips; i++) {
              theirs++;
              while (line.load(std::memory_order_acquire) != theirs) {}
              line.store(++theirs, std::memory_order_release); } });
  report("pingpong", median(t) / roundTrips, t);
}

// Put: bool(const uint8_t*); take: bool(uint8_t*). Each record carries its number.
template <class Put, class Take>
void bulk(const char* name, int a, int b, Put put, Take take) {
  alignas(64) static uint8_t source[recordSize], target[recordSize];
  std::memset(source, 3, recordSize);
  uint64_t sent = 0, got = 0;
  auto t = trials(a, b,
      [&] { for (size_t i = 0; i < records; i++, sent++) {
              std::memcpy(source, &sent, 8);
              while (!put(source)) {} } },
      [&] { for (size_t i = 0; i < records; i++, got++) {
              while (!take(target)) {}
              if (std::memcmp(target, &got, 8) != 0) std::abort(); } });
  report(name, double(records * recordSize) / median(t), t);
}

struct Record { std::array<uint8_t, recordSize> bytes; };

const Record& asRecord(const uint8_t* bytes) { return *reinterpret_cast<const Record*>(bytes); }

// Put: bool(int way, uint64_t); take: bool(int way, uint64_t&). The way is 0 there and 1 back.
template <class Put, class Take>
void thereAndBack(int a, int b, Put put, Take take) {
  auto t = trials(a, b,
      [&] { for (uint64_t i = 0, v = 0; i < uint64_t(roundTrips); i++) {
              while (!put(0, i)) {}
              while (!take(1, v)) {}
              if (v != i) std::abort(); } },
      [&] { for (uint64_t i = 0, v = 0; i < uint64_t(roundTrips); i++) {
              while (!take(0, v)) {}
              while (!put(1, v)) {} } });
  report("roundtrip", median(t) / roundTrips, t);
}

void boostRings(int a, int b) {
  auto slots = std::make_unique<boost::lockfree::spsc_queue<
      Record, boost::lockfree::capacity<ringSize / recordSize>>>();
  // The record is built where the producer keeps it, and copied into the ring and out of it.
  bulk("slots", a, b,
      [&](const uint8_t* bytes) { return slots->push(asRecord(bytes)); },
      [&](uint8_t* bytes) { return slots->pop(*reinterpret_cast<Record*>(bytes)); });
  auto stream = std::make_unique<boost::lockfree::spsc_queue<
      uint8_t, boost::lockfree::capacity<ringSize>>>();
  bulk("bytes", a, b,
      [&](const uint8_t* bytes) {
        return stream->write_available() >= recordSize && stream->push(bytes, recordSize); },
      [&](uint8_t* bytes) {
        return stream->read_available() >= recordSize && stream->pop(bytes, recordSize); });
  boost::lockfree::spsc_queue<uint64_t, boost::lockfree::capacity<1024>> ways[2];
  thereAndBack(a, b, [&](int way, uint64_t v) { return ways[way].push(v); },
      [&](int way, uint64_t& v) { return ways[way].pop(v); });
}

void moodycamelRings(int a, int b) {
  auto slots = std::make_unique<moodycamel::ReaderWriterQueue<Record>>(ringSize / recordSize - 1);
  bulk("slots", a, b,
      [&](const uint8_t* bytes) { return slots->try_enqueue(asRecord(bytes)); },
      [&](uint8_t* bytes) {
        const Record* found = slots->peek();
        if (!found) return false;
        std::memcpy(bytes, found, recordSize);
        return slots->pop(); });
  moodycamel::ReaderWriterQueue<uint64_t> ways[2] = {
      moodycamel::ReaderWriterQueue<uint64_t>(1023), moodycamel::ReaderWriterQueue<uint64_t>(1023)};
  thereAndBack(a, b, [&](int way, uint64_t v) { return ways[way].try_enqueue(v); },
      [&](int way, uint64_t& v) { return ways[way].try_dequeue(v); });
}

void jackRings(int a, int b) {
  auto put = [](jack_ringbuffer_t* ring, const void* bytes, size_t size) {
    return jack_ringbuffer_write_space(ring) >= size &&
           jack_ringbuffer_write(ring, static_cast<const char*>(bytes), size) == size; };
  auto take = [](jack_ringbuffer_t* ring, void* bytes, size_t size) {
    return jack_ringbuffer_read_space(ring) >= size &&
           jack_ringbuffer_read(ring, static_cast<char*>(bytes), size) == size; };
  jack_ringbuffer_t* stream = jack_ringbuffer_create(ringSize);
  jack_ringbuffer_t* ways[2] = {jack_ringbuffer_create(8192), jack_ringbuffer_create(8192)};
  if (!stream || !ways[0] || !ways[1]) std::abort();
  bulk("bytes", a, b,
      [&](const uint8_t* bytes) { return put(stream, bytes, recordSize); },
      [&](uint8_t* bytes) { return take(stream, bytes, recordSize); });
  thereAndBack(a, b, [&](int way, uint64_t v) { return put(ways[way], &v, 8); },
      [&](int way, uint64_t& v) { return take(ways[way], &v, 8); });
  for (jack_ringbuffer_t* ring : {stream, ways[0], ways[1]}) jack_ringbuffer_free(ring);
}
}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int a = std::atoi(argv[2]), b = std::atoi(argv[3]);
  const std::string what = argv[1];
  if (what == "pingpong") {
    wanted = 9;  // short, as it only tells how far apart the processors are at this moment
    pingpong(a, b);
  } else if (what == "boost") boostRings(a, b);
  else if (what == "moodycamel") moodycamelRings(a, b);
  else if (what == "jack") jackRings(a, b);
  else return 2;
}
