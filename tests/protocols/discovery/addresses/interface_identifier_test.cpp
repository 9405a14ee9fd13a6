// Interface identifiers: modified EUI-64, stable and random ones, and those that are reserved.
#include "protocols/discovery/addresses/interface_identifier.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tunstack::test::interface_identifier_test {
namespace {

using discovery::InterfaceIdentifier;
using discovery::StableIdentifiers;

Ipv6Address address(std::string_view text) { return parse_address(text).value().ipv6(); }
MacAddress mac(std::string_view text) { return parse_mac_address(text).value(); }

TEST(InterfaceIdentifier, SLAAC_001_modified_eui64) {
  EXPECT_EQ(discovery::modified_eui64(mac("34:56:78:9a:bc:de")).value, 0x365678fffe9abcdeU);
  EXPECT_EQ(discovery::modified_eui64(mac("02:74:c0:00:02:02")).value, 0x0074c0fffe000202U);
  EXPECT_EQ(discovery::modified_eui64(mac("ff:ff:ff:ff:ff:ff")).value, 0xfdfffffffeffffffU);
}

TEST(InterfaceIdentifier, SLAAC_003_behind_the_first_half_of_a_prefix) {
  EXPECT_EQ(discovery::combine(address("2001:db8:1:2:ffff::9"), {0x365678fffe9abcde}),
            address("2001:db8:1:2:3656:78ff:fe9a:bcde"));
  EXPECT_TRUE(discovery::share_prefix(address("2001:db8::1"), address("2001:db8::ffff:0:0:2")));
  EXPECT_FALSE(discovery::share_prefix(address("2001:db8::1"), address("2001:db8:0:1::1")));
}

struct ReservedCase {
  std::uint64_t identifier;
  bool reserved;
};

// RFC 5453: the registry of reserved interface identifiers, and the neighbors of each range.
TEST(InterfaceIdentifier, SLAAC_009_reserved_ones) {
  for (const ReservedCase& c : {ReservedCase{0, true}, ReservedCase{1, false}, ReservedCase{0x02005efffdffffff, false},
                                ReservedCase{0x02005efffe000000, true}, ReservedCase{0x02005efffe005213, true},
                                ReservedCase{0x02005efffeffffff, true}, ReservedCase{0x02005effff000000, false},
                                ReservedCase{0xfdffffffffffff7f, false}, ReservedCase{0xfdffffffffffff80, true},
                                ReservedCase{0xfdffffffffffffff, true}, ReservedCase{0xfe00000000000000, false}})
    EXPECT_EQ(discovery::is_reserved({c.identifier}), c.reserved) << std::hex << c.identifier;
}

struct StableCase {
  const char* what;
  SipHashKey key;
  const char* interface_name;
  const char* network;
  const char* prefix;
  std::uint8_t counter;
};

// RFC 7217 5: F(prefix, interface, network, counter, key); each part counts.
TEST(InterfaceIdentifier, SLAAC_009_each_part_makes_another_one) {
  std::set<InterfaceIdentifier> made;
  const std::array cases = {
      StableCase{"as it is", {1, 2}, "tun0", "home", "2001:db8::", 0},
      StableCase{"key", {1, 3}, "tun0", "home", "2001:db8::", 0},
      StableCase{"key", {2, 2}, "tun0", "home", "2001:db8::", 0},
      StableCase{"interface", {1, 2}, "tun1", "home", "2001:db8::", 0},
      StableCase{"network", {1, 2}, "tun0", "away", "2001:db8::", 0},
      StableCase{"where one name ends", {1, 2}, "tun0h", "ome", "2001:db8::", 0},
      StableCase{"prefix", {1, 2}, "tun0", "home", "2001:db8:0:1::", 0},
      StableCase{"counter", {1, 2}, "tun0", "home", "2001:db8::", 1},
  };
  for (const StableCase& c : cases) {
    const StableIdentifiers stable(c.key, c.interface_name, c.network);
    EXPECT_TRUE(made.insert(stable.make(address(c.prefix), c.counter)).second) << c.what;
  }
}

TEST(InterfaceIdentifier, SLAAC_009_the_same_again_after_a_restart) {
  const StableIdentifiers stable({1, 2}, "tun0", ""), restarted({1, 2}, "tun0", "");
  EXPECT_EQ(stable.make(address("2001:db8::"), 0), restarted.make(address("2001:db8::5"), 0));
}

TEST(InterfaceIdentifier, SLAAC_001_each_source) {
  const Ipv6Address prefix = address("2001:db8::");
  const StableIdentifiers stable({1, 2}, "tun0", "");
  EXPECT_EQ(discovery::make_identifier(stable, prefix, 2), stable.make(prefix, 2));
  EXPECT_EQ(discovery::make_identifier(InterfaceIdentifier{7}, prefix, 2).value, 7U);
  EXPECT_EQ(discovery::make_identifier(mac("34:56:78:9a:bc:de"), prefix, 2).value, 0x365678fffe9abcdeU);
}

TEST(InterfaceIdentifier, SLAAC_011_random_ones_differ_and_are_not_the_numbers_drawn) {
  Random random(1), same(1);
  const discovery::RandomIdentifiers identifiers(random);
  std::set<std::uint64_t> drawn, made;
  for (int i = 0; i < 1002; ++i) drawn.insert(same.next());
  std::uint64_t ones = 0, zeros = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = identifiers.make(random).value;
    EXPECT_TRUE(made.insert(value).second);
    EXPECT_FALSE(drawn.contains(value));
    ones |= value;
    zeros |= ~value;
  }
  EXPECT_EQ(ones, ~0ULL) << "each bit is 1 at times";
  EXPECT_EQ(zeros, ~0ULL) << "and 0 at times";
}

}  // namespace
}  // namespace tunstack::test::interface_identifier_test
