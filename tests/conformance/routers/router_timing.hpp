// When routers speak and hosts ask: the same in both families, but for the figures.
#pragma once

#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::routers {

using namespace router_messages;
using namespace routers;

/// Times between advertisements are drawn from all of [`least`, `most`]; at least 30 of them show it.
inline void expect_random_within(const std::vector<Duration>& gaps, Duration least, Duration most, const char* why) {
  using namespace testing;
  EXPECT_THAT(gaps, AllOf(SizeIs(Ge(30U)), Each(AllOf(Ge(least), Le(most))))) << why;
  const Duration quarter = (most - least) / 4;
  EXPECT_THAT(gaps, Contains(Le(least + quarter))) << why;
  EXPECT_THAT(gaps, Contains(Ge(most - quarter))) << why;
}

/// A host alone asks three times, `apart`, and begins at a random moment of the first second.
inline void expect_three_questions(const NodeConfig& host, Duration apart) {
  using namespace testing;
  using namespace std::chrono_literals;
  std::vector<Duration> delays;
  for_seeds(20, [&](std::uint64_t seed) {
    for (const NodeConfig& config : {host, on_tun(host)}) {
      Line line(with_seed(config, seed));
      const AllSent sent = line.wait(1h);
      ASSERT_THAT(sent, SizeIs(3));
      EXPECT_THAT(gaps_of(sent), Each(apart));
      EXPECT_LE(sent[0].at, 1s);
      delays.push_back(sent[0].at);
    }
  });
  EXPECT_THAT(delays, AllOf(Contains(Le(250ms)), Contains(Ge(750ms)))) << "random";
}

}  // namespace tunstack::test::routers
