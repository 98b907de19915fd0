// The ring's peer: boost::lockfree::spsc_queue, and the machine itself (one cache line there and
// back). Usage: ring pingpong|boost CPU CPU; prints one line a figure: name, value, clean trials.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "../CBench/shim.h"

namespace {
constexpr size_t recordSize = 4096, records = 4096, ringSize = 1 << 20;
constexpr int roundTrips = 5000, wanted = 41, most = 1500;

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
  if (times.empty()) std::printf("%s nan 0\n", name);
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

void boostRings(int a, int b) {
  struct Record { std::array<uint8_t, recordSize> bytes; };
  auto slots = std::make_unique<boost::lockfree::spsc_queue<
      Record, boost::lockfree::capacity<ringSize / recordSize>>>();
  // The record is built where the producer keeps it, and copied into the ring and out of it.
  bulk("boost-slots", a, b,
      [&](const uint8_t* bytes) { return slots->push(*reinterpret_cast<const Record*>(bytes)); },
      [&](uint8_t* bytes) { return slots->pop(*reinterpret_cast<Record*>(bytes)); });
  auto stream = std::make_unique<boost::lockfree::spsc_queue<
      uint8_t, boost::lockfree::capacity<ringSize>>>();
  bulk("boost-bytes", a, b,
      [&](const uint8_t* bytes) {
        return stream->write_available() >= recordSize && stream->push(bytes, recordSize); },
      [&](uint8_t* bytes) {
        return stream->read_available() >= recordSize && stream->pop(bytes, recordSize); });
  boost::lockfree::spsc_queue<uint64_t, boost::lockfree::capacity<1024>> there, back;
  auto t = trials(a, b,
      [&] { for (uint64_t i = 0, v; i < uint64_t(roundTrips); i++) {
              while (!there.push(i)) {}
              while (!back.pop(v)) {}
              if (v != i) std::abort(); } },
      [&] { for (uint64_t i = 0, v; i < uint64_t(roundTrips); i++) {
              while (!there.pop(v)) {}
              while (!back.push(v)) {} } });
  report("roundtrip", median(t) / roundTrips, t);
}
}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  int a = std::atoi(argv[2]), b = std::atoi(argv[3]);
  if (std::strcmp(argv[1], "pingpong") == 0) pingpong(a, b);
  else boostRings(a, b);
}
