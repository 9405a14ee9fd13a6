// What the fuzz targets about fragments share: a node beside a plain model of it, and how datagrams wait in a model.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "tunstack/node/node.hpp"

namespace tunstack::fuzz {

using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

constexpr std::size_t datagrams = 8, datagrams_of_source = 3, blocks = 128;  // the limits of the node
constexpr std::size_t most_steps = 32;
constexpr std::array<Duration, 8> pauses{0ns, 0ns, 0ns, 1ns, 1s, 30s, 60s - 1ns, 60s};

inline void require(bool condition) {
  if (!condition) std::abort();
}

/// RFC 1071 4.1, once more and plainly: nothing under test vouches for itself.
inline std::uint16_t plain_sum(Bytes bytes, std::uint32_t sum = 0) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += bytes[i] * 256U + bytes[i + 1];
  if (i < bytes.size()) sum += bytes[i] * 256U;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

inline Octets first_octets(const Octets& octets, std::size_t size) {
  return {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(std::min(size, octets.size()))};
}

/// What waits in a model, by age. A Partial has at least the members `key` with a `peer`, `deadline`, `blocks`, which
/// is the most that it may have in use, and `refused`. Peers 0 and 2 are one source.
template <class Partial>
class Waiting {
 public:
  bool compares = true;              // until the rules leave open what a host must do
  bool memory_may_be_short = false;  // then more than the oldest by number may be evicted
  std::uint64_t evicted = 0;

  Instant next_deadline() const { return partials_.empty() ? Instant::max() : partials_.front().deadline; }

 protected:
  using Iterator = std::vector<Partial>::iterator;
  using Key = decltype(Partial::key);

  Iterator find_or_make(const Key& key, Instant now) {
    const auto found = std::ranges::find(partials_, key, &Partial::key);
    if (found != partials_.end()) return found;
    const auto has_source = [&](const Partial& p) { return is_same_source(p.key.peer, key.peer); };
    if (std::ranges::count_if(partials_, has_source) >= std::ptrdiff_t{datagrams_of_source})
      evict(std::ranges::find_if(partials_, has_source));
    if (partials_.size() >= datagrams) evict(partials_.begin());
    partials_.push_back({.key = key, .deadline = now + 60s});
    return partials_.end() - 1;
  }
  static void refuse(Partial& partial) {
    partial = {.key = partial.key, .deadline = partial.deadline};
    partial.refused = true;
  }
  /// The most blocks of 2048 octets that a fragment may need.
  static std::size_t blocks_for(std::size_t octets) { return octets / 2048 + 5; }
  void note_memory(std::size_t needed) {
    std::size_t in_use = needed;
    for (const Partial& each : partials_) in_use += each.blocks;
    memory_may_be_short = in_use > blocks;
  }
  static void take_blocks(Partial& partial, std::size_t needed) {
    partial.blocks = std::min<std::size_t>(33, partial.blocks + needed);
  }

  std::vector<Partial> partials_;

 private:
  static bool is_same_source(unsigned a, unsigned b) { return (a == 2 ? 0 : a) == (b == 2 ? 0 : b); }
  void evict(Iterator partial) {
    partials_.erase(partial);
    ++evicted;
  }
};

/// Making a node takes longer than a run. Each run leaves it without fragments, and time goes on.
struct Host {
  explicit Host(const NodeConfig& config) : node(config) {}
  Node node;
  Instant now;
};

/// A node and what is expected of it, side by side. `answers_in` checks what was sent and puts fragments together.
template <class Model, auto answers_in>
class Run {
 public:
  using Step = Model::Step;
  using Answers = std::vector<typename Model::Answer>;

  Run(Host& host, const Model& model, bool ticks)
      : ticks_(ticks),
        node_(host.node),
        now_(host.now),
        model_(model),
        evicted_before_(evicted()),
        without_room_before_(without_room()) {}

  void take(const Step& step) {
    out().clear();
    Answers expected;
    pass(step.pause);
    const Octets packet = packet_of(step);
    node_.receive({InterfaceId{0}, packet, now_, step.in_group_frame}, out());
    model_.expire(now_, expected);
    model_.receive(step, packet, now_, expected);
    compare(expected);
  }
  void finish() {
    out().clear();
    Answers expected;
    pass(60s);
    node_.tick(now_, out());
    require(node_.next_deadline() == Instant::max());
    model_.expire(now_, expected);
    compare(expected);
  }

 private:
  static Outbox& out() {
    static Outbox outbox;
    return outbox;
  }
  /// As the run loop does it, or with nobody who calls tick().
  void pass(Duration pause) {
    now_ += pause;
    while (ticks_ && node_.next_deadline() <= now_) {
      const Instant due = node_.next_deadline();
      node_.tick(due, out());
      require(node_.next_deadline() > due);
    }
  }
  void compare(const Answers& expected) {
    const Answers sent = answers_in(out().packets());
    const std::uint64_t made_room = evicted() - evicted_before_;
    // Who makes room then, and who finds none, is not for the model to say.
    if (model_.memory_may_be_short && (made_room > model_.evicted || without_room() > without_room_before_))
      model_.compares = false;
    if (!model_.compares) return;
    require(without_room() == without_room_before_);
    require(made_room == model_.evicted);
    require(node_.next_deadline() == model_.next_deadline());
    require(sent == expected);
  }

  std::uint64_t evicted() const { return node_.counters().count(Reason::fragment_datagram_evicted); }
  std::uint64_t without_room() const { return node_.counters().count(Reason::fragment_pool_exhausted); }

  bool ticks_;
  Node& node_;
  Instant& now_;
  Model model_;
  std::uint64_t evicted_before_, without_room_before_;
};

/// Takes the steps of an input that begins with one octet of choices.
template <class Run>
void run_steps(Run run, Bytes input) {
  using Step = Run::Step;
  const Bytes steps = input.subspan(1);
  for (std::size_t i = 0; i < most_steps && (i + 1) * Step::octets <= steps.size(); ++i)
    run.take(Step(steps.subspan(i * Step::octets, Step::octets)));
  run.finish();
}

}  // namespace tunstack::fuzz
