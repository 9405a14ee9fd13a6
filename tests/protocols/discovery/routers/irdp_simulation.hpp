// A router whose advertisements are taken in virtual time, each at its deadline.
#pragma once

#include <gtest/gtest.h>

#include "protocols/discovery/routers/advertising/irdp_router.hpp"

namespace tunstack::test::irdp {

inline constexpr Instant start{std::chrono::seconds(1000)};
inline constexpr Ipv4Address first_host{0xc0000220};
inline constexpr Ipv4Address nobody{};
inline constexpr unsigned seeds = 200;

inline discovery::IrdpRouterConfig plain_config() { return {.addresses = {{{0xc0000201}}}}; }
inline discovery::IrdpRouterConfig config_with(std::chrono::seconds least, std::chrono::seconds most) {
  return {.max_interval = most, .min_interval = least, .addresses = {{{0xc0000201}}}};
}

struct Sent {
  Instant at;
  discovery::IrdpRouter::Due what;
};

/// A router whose deadlines are kept to the nanosecond.
class IrdpSimulation {
 public:
  explicit IrdpSimulation(const discovery::IrdpRouterConfig& config, std::uint64_t seed = 1)
      : random_(seed), router_(config, start, random_) {}

  discovery::IrdpRouter& router() { return router_; }
  Instant now() const { return now_; }
  /// What is sent until `then`, with it.
  std::vector<Sent> until(Instant then) {
    std::vector<Sent> sent;
    while (router_.next_deadline() <= then) {
      now_ = router_.next_deadline();
      EXPECT_FALSE(router_.take_due(now_ - Duration(1), random_)) << "nothing before its time";
      const auto sending = router_.take_due(now_, random_);
      if (!sending) {
        ADD_FAILURE() << "a deadline at which nothing is due";
        break;
      }
      sent.push_back({now_, *sending});
    }
    now_ = then;
    return sent;
  }
  std::vector<Sent> for_time(Duration time) { return until(now_ + time); }
  void solicit(Ipv4Address source) { router_.on_solicitation(source, now_, random_); }
  std::optional<discovery::IrdpRouter::Due> take_due() { return router_.take_due(now_, random_); }

 private:
  Random random_;
  discovery::IrdpRouter router_;
  Instant now_ = start;
};

inline std::vector<Duration> gaps(const std::vector<Sent>& sent) {
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < sent.size(); ++i) gaps.push_back(sent[i].at - sent[i - 1].at);
  return gaps;
}

/// Behind the initial advertisements; no multicast is due within the next minute.
inline IrdpSimulation settled(discovery::IrdpRouterConfig config, std::uint64_t seed = 1) {
  config.min_interval = config.max_interval = std::chrono::seconds(600);
  IrdpSimulation run(config, seed);
  run.until(start + std::chrono::seconds(120));
  return run;
}

}  // namespace tunstack::test::irdp
