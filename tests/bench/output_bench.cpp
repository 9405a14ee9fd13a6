// What it costs to say what happens: a line of --explain, and the lines of --log and `watch --json`, for an echo
// request and its reply.
#include <benchmark/benchmark.h>

#include "tests/support/host.hpp"
#include "tunstack/events/event_json.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack::test {
namespace {

const EventNames names{PlaceNames(std::vector<PlaceNames::Node>{{"stack", {"tun0"}}}),
                       std::chrono::seconds(1795930200)};

/// Says what it hears, once for each turn of the measurement.
class Line final : public Observer {
 public:
  explicit Line(benchmark::State& state) : state_(state) {}
  void decided(const Decision& decision) override {
    for (auto _ : state_) benchmark::DoNotOptimize(decision_text(decision, {}, names.places));
    state_.SetItemsProcessed(state_.iterations());
  }

 private:
  benchmark::State& state_;
};

class Events final : public EventSink {
 public:
  void take(const Event& event) override {
    line_.clear();
    append_event(line_, event, names);
    benchmark::DoNotOptimize(line_.data());
    ++count_;
  }
  std::int64_t count() const { return count_; }

 private:
  JsonLine line_;
  std::int64_t count_ = 0;
};

class Log final : public Observer {
 public:
  explicit Log(benchmark::State& state) : state_(state) {}
  void decided(const Decision& decision) override {
    Events events;
    EventTeller teller;
    teller.add(events);
    for (auto _ : state_) teller.decided(decision);
    state_.SetItemsProcessed(events.count());
  }

 private:
  benchmark::State& state_;
};

template <class Said>
void say(benchmark::State& state, const Packet& packet) {
  Said said(state);
  Node node(host_config());
  Outbox out;
  node.observe(&said);
  node.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant{std::chrono::milliseconds(12345)}}, out);
}

void explain4(benchmark::State& state) { say<Line>(state, echo4({}, counting(56))); }
void explain6(benchmark::State& state) { say<Line>(state, echo6({}, counting(56))); }
void log4(benchmark::State& state) { say<Log>(state, echo4({}, counting(56))); }
void log6(benchmark::State& state) { say<Log>(state, echo6({}, counting(56))); }

BENCHMARK(explain4);
BENCHMARK(explain6);
BENCHMARK(log4);
BENCHMARK(log6);

}  // namespace
}  // namespace tunstack::test

BENCHMARK_MAIN();
