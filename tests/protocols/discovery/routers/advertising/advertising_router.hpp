// A router advertiser in virtual time, for its tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "protocols/discovery/routers/advertising/router_advertiser.hpp"

namespace tunstack::test::advertising {

using discovery::AdvertisingConfig;
using discovery::RouterAdvertiser;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::Le;
using testing::SizeIs;

inline constexpr Instant start = Instant(seconds(100));
inline constexpr unsigned seeds = 50;

inline const Ipv6Address unspecified{};

inline Ipv6Address host(unsigned number) {
  Ipv6Address address{{0xfe, 0x80}};
  address.octets[15] = static_cast<std::uint8_t>(number);
  return address;
}
inline AdvertisingConfig config_of(unsigned min, unsigned max) {
  return {.max_interval = seconds(max), .min_interval = seconds(min)};
}
inline AdvertisingConfig by_unicast() {
  AdvertisingConfig config;
  config.answers_by_unicast = true;
  return config;
}

struct Sent {
  Instant at;
  Ipv6Address destination;
  bool is_final;
  bool is_multicast() const { return destination == ipv6_all_nodes; }
};

/// An advertiser that is served exactly when it wants to be.
class Router {
 public:
  explicit Router(const AdvertisingConfig& config = {}, std::uint64_t seed = 1)
      : random_(seed), advertiser_(config, 1, start, random_) {}

  RouterAdvertiser& operator*() { return advertiser_; }
  RouterAdvertiser* operator->() { return &advertiser_; }
  void solicit(const Ipv6Address& source, Instant now) { advertiser_.on_solicitation(source, now, random_); }
  std::optional<RouterAdvertiser::Due> take_due(Instant now) { return advertiser_.take_due(now, random_); }
  Sent next() {
    const Instant due = advertiser_.next_deadline();
    EXPECT_FALSE(take_due(due - Duration(1))) << "too early";
    const auto taken = take_due(due);
    EXPECT_TRUE(taken) << "the deadline promised one";
    return taken ? Sent{due, taken->destination, taken->lifetime_is_zero} : Sent{};
  }
  /// All up to and including `end`.
  std::vector<Sent> until(Instant end) {
    std::vector<Sent> sent;
    while (advertiser_.next_deadline() <= end && sent.size() < 1000) sent.push_back(next());
    return sent;
  }
  /// Past the initial ones; the time of the last of them.
  Instant settle() {
    next();
    next();
    return next().at;
  }

 private:
  Random random_;
  RouterAdvertiser advertiser_;
};

inline std::vector<Duration> gaps_of(const std::vector<Sent>& sent) {
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < sent.size(); ++i) gaps.push_back(sent[i].at - sent[i - 1].at);
  return gaps;
}

/// Whether values spread over [least, most]: some in the lowest tenth and some in the highest.
inline void expect_uniform(const std::vector<Duration>& values, Duration least, Duration most) {
  ASSERT_THAT(values, AllOf(SizeIs(Ge(30U)), Each(AllOf(Ge(least), Le(most)))));
  EXPECT_LT(std::ranges::min(values), least + (most - least) / 10);
  EXPECT_GT(std::ranges::max(values), most - (most - least) / 10);
  EXPECT_GT(std::set<Duration>(values.begin(), values.end()).size(), values.size() / 2);
}

}  // namespace tunstack::test::advertising
