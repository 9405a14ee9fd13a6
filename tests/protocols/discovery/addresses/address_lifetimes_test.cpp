// Lifetimes of addresses.
#include "protocols/discovery/addresses/address_lifetimes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tunstack::test::address_lifetimes_test {
namespace {

using discovery::AddressLifetimes;
using namespace std::chrono_literals;

constexpr Instant now{1000s};
constexpr Instant never = Instant::max();

struct RenewalCase {
  Instant valid_until;  // of the address so far
  std::uint32_t valid, preferred;
  Instant then_valid_until, then_preferred_until;
  const char* why;
};

TEST(AddressLifetimes, SLAAC_004_two_hours_rule) {
  constexpr auto later = [](Duration remaining) { return now + remaining; };
  for (const RenewalCase& c : {
           RenewalCase{later(720h), 60, 60, later(7200s), later(60s), "long so far, short now: 2 h"},
           RenewalCase{later(1000s), 60, 60, later(1000s), later(60s), "2 h or less remain: unchanged"},
           RenewalCase{later(7200s), 60, 60, later(7200s), later(60s), "exactly 2 h remain: unchanged"},
           RenewalCase{later(7201s), 60, 60, later(7200s), later(60s), "just more than 2 h remain"},
           RenewalCase{later(720h), 7201, 5, later(7201s), later(5s), "more than 2 h: taken, even if it is less"},
           RenewalCase{later(720h), 7200, 5, later(7200s), later(5s), "exactly 2 h"},
           RenewalCase{later(1000s), 1001, 5, later(1001s), later(5s), "more than what remains: taken"},
           RenewalCase{later(1000s), 1000, 5, later(1000s), later(5s), "as much as remains"},
           RenewalCase{later(1000s), 999, 999, later(1000s), later(999s), "less than what remains"},
           RenewalCase{later(720h), 0, 0, later(7200s), later(0s), "withdrawn: deprecated, valid 2 h"},
           RenewalCase{later(1000s), 0, 0, later(1000s), later(0s), "withdrawn: deprecated, valid as it was"},
           RenewalCase{never, 60, 60, later(7200s), later(60s), "for ever so far"},
           RenewalCase{never, 7201, 60, later(7201s), later(60s), "for ever so far, more than 2 h now"},
           RenewalCase{later(1000s), infinite_lifetime, infinite_lifetime, never, never, "for ever from now on"},
           RenewalCase{later(1000s), infinite_lifetime - 1, 0, later(4294967294s), later(0s), "the longest that ends"},
       }) {
    const PrefixInformation information{.prefix = {}, .valid = c.valid, .preferred = c.preferred};
    const AddressLifetimes then = discovery::renewed({now, c.valid_until}, information, now);
    EXPECT_EQ(then.valid_until, c.then_valid_until) << c.why;
    EXPECT_EQ(then.preferred_until, c.then_preferred_until) << c.why;
  }
}

TEST(AddressLifetimes, SLAAC_011_the_shorter_of_each) {
  EXPECT_EQ(discovery::shorter_of({Instant{1s}, Instant{9s}}, {Instant{2s}, Instant{8s}}),
            (AddressLifetimes{Instant{1s}, Instant{8s}}));
}

// RFC 8981 3.8: preferred 1 day less up to 0.4 of it, valid 2 days
TEST(AddressLifetimes, SLAAC_011_temporary_ones_are_spread) {
  std::set<Duration> preferred;
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const AddressLifetimes drawn = discovery::draw_temporary_lifetimes(now, random);
    EXPECT_EQ(drawn.valid_until, now + 48h);
    preferred.insert(drawn.preferred_until - now);
  }
  EXPECT_GE(*preferred.begin(), 864min);
  EXPECT_LT(*preferred.begin(), 900min);
  EXPECT_LE(*preferred.rbegin(), 24h);
  EXPECT_GT(*preferred.rbegin(), 23h);
  EXPECT_GT(preferred.size(), 290U);
}

}  // namespace
}  // namespace tunstack::test::address_lifetimes_test
