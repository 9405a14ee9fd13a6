// The prefixes of a link.
#include "protocols/discovery/routers/prefix_list.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::prefix_list_test {
namespace {

using namespace std::chrono_literals;
using discovery::no_end;
using discovery::PrefixList;

constexpr Instant start = Instant{} + 100s;

IpAddress address(std::string_view text) { return parse_address(text).value(); }
IpPrefix prefix(std::string_view text) { return parse_prefix(text).value(); }

TEST(PrefixList, ND_RA_017_the_prefix_of_link_local_addresses_is_always_on_the_link) {
  PrefixList list;
  EXPECT_TRUE(list.is_on_link(address("fe80::1"), start));
  EXPECT_TRUE(list.is_on_link(address("febf::1"), start + 24h));
  EXPECT_FALSE(list.is_on_link(address("fec0::1"), start));
  EXPECT_FALSE(list.is_on_link(address("2001:db8::1"), start));
  EXPECT_FALSE(list.is_on_link(address("192.0.2.1"), start));
  EXPECT_EQ(list.next_deadline(), no_end);
}

TEST(PrefixList, ND_RA_017_on_link_for_the_valid_lifetime) {
  struct Step {
    Duration wait;  // from the one before
    std::optional<std::uint32_t> heard;
    bool on_link;
    Duration left;  // until the deadline; none: there is none
    const char* why;
  };
  constexpr Duration none = Duration::max();
  PrefixList list;
  Instant now = start;
  for (const Step& step : {
           Step{0s, 0, false, none, "0 makes nothing"},
           Step{0s, 10, true, 10s, "new"},
           Step{9s, 10, true, 10s, "renewed"},
           Step{10s - 1ns, {}, true, 1ns, "not over"},
           Step{1ns, {}, false, 0s, "over, though nothing was expired yet"},
           Step{0s, 7200, true, 7200s, "back"},
           Step{1s, 5, true, 5s, "shortened: the two hours are for addresses only"},
           Step{1s, 0, false, none, "0 removes"},
           Step{0s, infinite_lifetime, true, none, "for ever"},
           Step{24h * 365 * 100, {}, true, none, "a hundred years"},
           Step{0s, 0, false, none, "0 removes that too"},
           Step{0s, infinite_lifetime - 1, true, std::chrono::seconds(infinite_lifetime - 1), "136 years have an end"},
       }) {
    now += step.wait;
    if (step.heard) list.learn(prefix("2001:db8::/64"), *step.heard, now);
    EXPECT_EQ(list.is_on_link(address("2001:db8::1"), now), step.on_link) << step.why;
    EXPECT_EQ(list.next_deadline(), step.left == none ? no_end : now + step.left) << step.why;
  }
}

TEST(PrefixList, ND_RA_017_expired_prefixes_go) {
  PrefixList list;
  list.learn(prefix("2001:db8:1::/64"), 20, start);
  list.learn(prefix("2001:db8:2::/64"), 10, start);
  EXPECT_EQ(list.next_deadline(), start + 10s);
  list.expire(start + 10s - 1ns);
  EXPECT_EQ(list.prefixes().size(), 3U);
  list.expire(start + 10s);
  EXPECT_EQ(list.prefixes().size(), 2U);
  EXPECT_EQ(list.next_deadline(), start + 20s);
  EXPECT_TRUE(list.is_on_link(address("2001:db8:1::1"), start + 10s));
}

TEST(PrefixList, ND_RA_017_lengths) {
  struct Case {
    const char *prefix, *address;
    bool on_link;
  };
  for (const Case& c : {
           Case{"2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true},
           Case{"2001:db8::/64", "2001:db8:0:1::", false},
           Case{"2001:db8::/63", "2001:db8:0:1::", true},
           Case{"2001:db8::7/128", "2001:db8::7", true},
           Case{"2001:db8::7/128", "2001:db8::6", false},
           Case{"2001:db8::/0", "3fff::1", true},
           Case{"2001:db8::/0", "192.0.2.1", false},
       }) {
    PrefixList list;
    list.learn(prefix(c.prefix), 10, start);
    EXPECT_EQ(list.is_on_link(address(c.address), start), c.on_link) << c.prefix << " " << c.address;
  }
}

TEST(PrefixList, ND_RA_017_a_prefix_is_its_length_and_the_bits_within) {
  PrefixList list;
  list.learn(prefix("2001:db8::1/64"), 10, start);
  list.learn(prefix("2001:db8::2/64"), 20, start);
  EXPECT_EQ(list.prefixes().size(), 2U);
  EXPECT_EQ(list.next_deadline(), start + 20s);
  list.learn(prefix("2001:db8::/60"), 30, start);
  list.learn(prefix("2001:db8::/64"), 0, start);
  EXPECT_EQ(list.prefixes().size(), 2U);
  EXPECT_TRUE(list.is_on_link(address("2001:db8::1"), start)) << "by the longer link";
}

TEST(PrefixList, ND_RA_020_a_connected_prefix_is_not_for_routers_to_change) {
  PrefixList list(std::array{prefix("2001:db8:1::5/64"), prefix("192.0.2.2/24")});
  EXPECT_TRUE(list.is_on_link(address("192.0.2.77"), start));
  EXPECT_FALSE(list.is_on_link(address("192.0.3.77"), start));
  for (const std::uint32_t valid : {10U, 0U}) {
    list.learn(prefix("2001:db8:1::/64"), valid, start);
    list.expire(start + 1h);
    EXPECT_TRUE(list.is_on_link(address("2001:db8:1::1"), start + 1h)) << valid;
    EXPECT_EQ(list.next_deadline(), no_end) << valid;
  }
}

IpPrefix numbered(unsigned number) {
  Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8}};
  address.octets[7] = static_cast<std::uint8_t>(number);
  return {address, 64};
}

Ipv6Address router(unsigned number) {
  Ipv6Address address{{0xfe, 0x80}};
  address.octets[15] = static_cast<std::uint8_t>(number);
  return address;
}
std::string_view name_of(MaybeReason reason) { return reason ? info(*reason).name : ""; }

TEST(PrefixList, ND_RA_020_a_full_list_keeps_what_it_has) {
  PrefixList list(std::array{prefix("192.0.2.2/24")});
  const auto fill = [&](unsigned first, unsigned past) {
    for (unsigned number = first; number < past; ++number)
      list.learn(numbered(number), number == 0 ? 10 : infinite_lifetime, start, {.address = router(number / 4)});
  };
  fill(0, 100);
  EXPECT_EQ(list.prefixes().size(), PrefixList::capacity + 2);
  const auto* memory = list.prefixes().data();
  fill(100, 200);
  EXPECT_EQ(list.prefixes().size(), PrefixList::capacity + 2);
  EXPECT_EQ(list.prefixes().data(), memory) << "nothing takes memory any more";
  for (unsigned number = 0; number < 40; ++number)
    EXPECT_EQ(list.is_on_link(numbered(number).address, start), number < PrefixList::capacity) << number;
  list.learn(numbered(31), 100, start);
  EXPECT_EQ(list.prefixes().back().expires, start + 100s) << "what is there is renewed";
  EXPECT_EQ(name_of(list.learn(numbered(100), 1000, start)), "router_prefix_list_full");
  EXPECT_EQ(name_of(list.learn(numbered(100), 1000, start + 10s)), "") << "one was over";
  EXPECT_TRUE(list.is_on_link(numbered(100).address, start + 10s));
}

TEST(PrefixList, ND_RA_017_one_router_has_a_share) {
  PrefixList list;
  for (unsigned number = 0; number < 40; ++number)
    EXPECT_EQ(name_of(list.learn(numbered(number), 10, start, {.address = router(1)})),
              number < PrefixList::share ? "" : "router_prefix_share_used")
        << number;
  EXPECT_EQ(name_of(list.learn(numbered(40), 10, start, {.address = router(2)})), "") << "others have theirs";
  list.learn(numbered(0), 0, start, {.address = router(1)});
  EXPECT_EQ(name_of(list.learn(numbered(41), 10, start, {.address = router(1)})), "") << "one has come to its end";
}

TEST(PrefixList, ND_RA_017_made_up_routers_do_not_keep_out_one_that_answers) {
  using discovery::Standing;
  const auto standing_of = [](const IpAddress& address) {
    return address == IpAddress(router(99)) ? Standing::answered : Standing::unproven;
  };
  PrefixList list;
  for (unsigned number = 0; number < 40; ++number)
    list.learn(numbered(number), infinite_lifetime, start, {router(number / 4), standing_of});
  EXPECT_EQ(name_of(list.learn(numbered(50), 10, start, {router(98), standing_of})), "router_prefix_list_full");
  EXPECT_EQ(name_of(list.learn(numbered(51), 10, start, {router(99), standing_of})), "");
  EXPECT_TRUE(list.is_on_link(numbered(51).address, start));
  for (unsigned number = 60; number < 100; ++number)
    list.learn(numbered(number), infinite_lifetime, start, {router(number), standing_of});
  EXPECT_TRUE(list.is_on_link(numbered(51).address, start)) << "nor push it out";
}

}  // namespace
}  // namespace tunstack::test::prefix_list_test
