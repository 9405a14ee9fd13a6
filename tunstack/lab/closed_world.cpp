#include "tunstack/lab/closed_world.hpp"

#include <algorithm>

#include "tunstack/lab/stand_ins.hpp"

namespace tunstack::lab {

namespace {

constexpr Duration longest = std::chrono::hours(1);
constexpr std::size_t most_sent = 200'000;  // packets of programs: a flood where no time passes ends too
constexpr Duration last_packets = std::chrono::seconds(1);  // what is on its way when all else is over

}  // namespace

/// Of all packets, with times and places: FNV-1a of 64 bits.
class ClosedWorld::Footprint final : public TrafficWatcher {
 public:
  void arrives(NodeId node, const Received& received) override {
    ++packets_;
    add(static_cast<std::uint64_t>(received.now.time_since_epoch().count()));
    add(static_cast<std::uint64_t>(node));
    add(received.bytes);
  }
  std::uint64_t packets() const { return packets_; }
  std::uint64_t hash() const { return hash_; }

 private:
  void add(Bytes octets) {
    for (const std::uint8_t octet : octets) hash_ = (hash_ ^ octet) * 0x100000001b3ULL;
  }
  void add(std::uint64_t number) {
    std::array<std::uint8_t, 8> octets{};
    store_be64(octets, 0, number);
    add(octets);
  }

  std::uint64_t packets_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

ClosedWorld::ClosedWorld(const LabFile& file)
    : file_(with_stand_ins(file)),
      plan_(plan_lab(file)),
      now_(plan_.network.start),
      network_(closed(plan_)),
      programs_(network_, plan_.names),
      play_(file_, network_, programs_, EventNames{.places = network_.place_names()}, now_),
      stage_(network_),
      footprint_(std::make_unique<Footprint>()) {
  stage_.enter(play_);
  stage_.enter(programs_);
  teller_.add(play_);
  observers_.add(programs_);
  observers_.add(teller_);
  network_.observe(&observers_);
  network_.watch_traffic(footprint_.get());
}

ClosedWorld::~ClosedWorld() {
  network_.observe(nullptr);
  network_.watch_traffic(nullptr);
}

bool ClosedWorld::programs_are_finished() const {
  return play_.programs_are_finished() || programs_.sent() >= most_sent;
}

void ClosedWorld::run_until(Instant time) {
  while (stage_.next_deadline() <= time) {
    now_ = std::max(now_, stage_.next_deadline());
    stage_.tick(now_, out_);
    out_.clear();
    if (programs_.sent() >= most_sent) stage_.leave(programs_);
  }
  now_ = std::max(now_, time);
}

LabOutcome ClosedWorld::run() {
  const Instant start = now_;
  run_until(start + play_.last_event());
  while (!programs_are_finished() && stage_.next_deadline() - start <= longest) run_until(stage_.next_deadline());
  play_.interrupt_programs(now_);  // those without an end
  run_until(start + std::max(now_ - start + last_packets, longest_within(file_)));
  LabOutcome outcome{.programs = play_.programs(),
                     .expectations = {},
                     .lasted = now_ - start,
                     .packets = footprint_->packets(),
                     .hash = footprint_->hash()};
  for (auto& expectation : play_.expectations(now_))
    if (expectation) outcome.expectations.push_back(std::move(*expectation));
  std::ranges::copy(play_.failures(), std::back_inserter(outcome.expectations));
  return outcome;
}

LabOutcome run_closed(const LabFile& file) { return ClosedWorld(file).run(); }

}  // namespace tunstack::lab
