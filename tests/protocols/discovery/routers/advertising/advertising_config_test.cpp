// What may be advertised, the defaults, and what is left when a router ceases to be one.
#include "protocols/discovery/routers/advertising/advertising_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace tunstack::test::advertising_config_test {
namespace {

using discovery::AdvertisingConfig;
using std::chrono::milliseconds;
using std::chrono::seconds;

Ipv6Address address(std::string_view text) { return parse_address(text)->ipv6(); }
PrefixInformation prefix(std::string_view text, unsigned length) {
  return {address(text), static_cast<std::uint8_t>(length)};
}
RouteInformation route(unsigned number, unsigned length = 64) {
  Ipv6Address of = address("2001:db8::");
  of.octets[7] = static_cast<std::uint8_t>(number);
  return {of, static_cast<std::uint8_t>(length)};
}

struct Setting {
  std::function<void(AdvertisingConfig&)> set;
  std::string fault;  // empty: none
};

void expect_faults(const std::vector<Setting>& settings) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    AdvertisingConfig config;
    settings[i].set(config);
    EXPECT_EQ(discovery::fault_of(config).value_or(""), settings[i].fault) << "setting " << i;
  }
}
using C = AdvertisingConfig;

TEST(AdvertisingConfig, ND_RA_001_the_defaults) {
  const AdvertisingConfig config;
  EXPECT_EQ(discovery::fault_of(config), std::nullopt);
  EXPECT_EQ(config.max_interval, seconds(600));
  EXPECT_EQ(discovery::min_interval_of(config), seconds(198));
  EXPECT_EQ(discovery::router_lifetime_of(config), seconds(1800));
  EXPECT_EQ(config.hop_limit, 64);
  EXPECT_FALSE(config.managed || config.other || config.mtu || config.answers_by_unicast);
}

TEST(AdvertisingConfig, ND_RA_004_the_defaults_of_a_prefix) {
  const PrefixInformation told;
  EXPECT_TRUE(told.on_link && told.autonomous);
  EXPECT_EQ(told.valid, 2'592'000U);
  EXPECT_EQ(told.preferred, 604'800U);
}

TEST(AdvertisingConfig, ND_GEN_008_the_constants_of_RFC_4861_10) {
  const discovery::AdvertisingConstants constants;
  EXPECT_EQ(constants.max_initial_interval, seconds(16));
  EXPECT_EQ(constants.initial_advertisements, 3U);
  EXPECT_EQ(constants.final_advertisements, 3U);
  EXPECT_EQ(constants.min_delay_between, seconds(3));
  EXPECT_EQ(constants.max_answer_delay, milliseconds(500));
}

// D-16: 0.75 of the maximum below 9 s, 0.33 of it from there on, never below 3 s.
TEST(AdvertisingConfig, ND_RA_001_the_minimum_interval_by_default) {
  struct Case {
    seconds max;
    milliseconds min;
  };
  for (const Case& c : {Case{seconds(4), milliseconds(3000)}, Case{seconds(5), milliseconds(3750)},
                        Case{seconds(8), milliseconds(6000)}, Case{seconds(9), milliseconds(3000)},
                        Case{seconds(10), milliseconds(3300)}, Case{seconds(1800), milliseconds(594'000)}})
    EXPECT_EQ(discovery::min_interval_of({.max_interval = c.max}), c.min) << c.max.count();
  EXPECT_EQ(discovery::min_interval_of({.max_interval = seconds(8), .min_interval = seconds(4)}), seconds(4));
}

TEST(AdvertisingConfig, ND_RA_001_limits_of_times) {
  const std::string max = " is not within 4 and 1800 s (RFC 4861 6.2.1)";
  const std::string min = " is not within 3 s and 0.75 of the maximum interval (RFC 4861 6.2.1)";
  const std::string lifetime = " is neither 0 nor within the maximum interval and 9000 s (RFC 4861 6.2.1)";
  expect_faults({
      {[](C& c) { c.max_interval = seconds(3); }, "the maximum interval 3 s" + max},
      {[](C& c) { c.max_interval = seconds(4); }, ""},
      {[](C& c) { c.max_interval = seconds(1800); }, ""},
      {[](C& c) { c.max_interval = seconds(1801); }, "the maximum interval 1801 s" + max},
      {[](C& c) { c.max_interval = seconds::max(); }, "the maximum interval 9223372036854775807 s" + max},
      {[](C& c) { c.min_interval = seconds(2); }, "the minimum interval 2 s" + min},
      {[](C& c) { c.min_interval = seconds(3); }, ""},
      {[](C& c) { c.min_interval = seconds(450); }, ""},
      {[](C& c) { c.min_interval = seconds(451); }, "the minimum interval 451 s" + min},
      {[](C& c) { c.max_interval = seconds(5), c.min_interval = seconds(4); }, "the minimum interval 4 s" + min},
      {[](C& c) { c.router_lifetime = seconds(0); }, ""},
      {[](C& c) { c.router_lifetime = seconds(599); }, "the router lifetime 599 s" + lifetime},
      {[](C& c) { c.router_lifetime = seconds(600); }, ""},
      {[](C& c) { c.router_lifetime = seconds(9000); }, ""},
      {[](C& c) { c.router_lifetime = seconds(9001); }, "the router lifetime 9001 s" + lifetime},
      {[](C& c) { c.router_lifetime = seconds(-1); }, "the router lifetime -1 s" + lifetime},
      {[](C& c) { c.reachable_time = 3'600'000; }, ""},
      {[](C& c) { c.reachable_time = 3'600'001; },
       "the reachable time 3600001 ms is above 3600000 ms (RFC 4861 6.2.1)"},
      {[](C& c) { c.mtu = 1280; }, ""},
      {[](C& c) { c.mtu = 1279; }, "the MTU 1279 is below 1280, which every link has (RFC 8200 5)"},
  });
}

TEST(AdvertisingConfig, ND_RA_009_limits_of_preferences_and_routes) {
  const std::string needs = "a preference other than medium needs a router lifetime other than 0 (RFC 4191 2.2)";
  const auto set_routes = [](unsigned count) {
    return [count](C& c) {
      for (unsigned i = 0; i < count; ++i) c.routes.push_back(route(i));
    };
  };
  expect_faults({
      {[](C& c) { c.preference = RouterPreference::high; }, ""},
      {[](C& c) { c.preference = RouterPreference::reserved; }, "the preference 2 is reserved (RFC 4191 2.1)"},
      {[](C& c) { c.preference = RouterPreference::low, c.router_lifetime = seconds(0); }, needs},
      {[](C& c) { c.preference = RouterPreference::low, c.forwards = false; }, ""},
      {[](C& c) { c.routes = {{{}, 128}, {{}, 0}}; }, ""},
      {[](C& c) { c.routes = {{{}, 129}}; }, "the route ::/129 is longer than an address"},
      {[](C& c) { c.routes = {{{}, 0, RouterPreference::reserved}}; },
       "the route ::/0 has the preference 2, which is reserved (RFC 4191 2.3)"},
      {[](C& c) { c.routes = {route(0, 48), route(1, 48)}; },
       "the route 2001:db8::/48 stands there twice (RFC 4191 2.3)"},
      {[](C& c) { c.routes = {route(0, 48), route(0, 64)}; }, ""},
      {set_routes(17), ""},
      {set_routes(18), "18 routes are more than the 17 that a link should see (RFC 4191 4)"},
  });
}

TEST(AdvertisingConfig, ND_RA_004_limits_of_prefixes) {
  const std::string local = " is of link-local addresses, which are not advertised (RFC 4861 6.2.1)";
  const std::string above = " has a preferred lifetime above its valid lifetime (RFC 4861 6.2.1)";
  expect_faults({
      {[](C& c) { c.prefixes = {prefix("2001:db8::", 64), prefix("2001:db8:1::", 128)}; }, ""},
      {[](C& c) { c.prefixes = {prefix("2001:db8::", 64), prefix("2001:db8::", 129)}; },
       "the prefix 2001:db8::/129 is longer than an address"},
      {[](C& c) { c.prefixes = {prefix("fe80::", 64)}; }, "the prefix fe80::/64" + local},
      {[](C& c) { c.prefixes = {prefix("febf::", 10)}; }, "the prefix febf::/10" + local},
      {[](C& c) { c.prefixes = {prefix("fe80::", 9)}; }, ""},
      {[](C& c) { c.prefixes = {prefix("fec0::", 10)}; }, ""},
      {[](C& c) { c.prefixes = {prefix("ff00::", 8)}; },
       "the prefix ff00::/8 is of multicast addresses, which are on no link (RFC 4291 2.7)"},
      {[](C& c) { c.prefixes = {{address("2001:db8::"), 64, true, true, 100, 101}}; },
       "the prefix 2001:db8::/64" + above},
      {[](C& c) { c.prefixes = {{address("2001:db8::"), 64, true, true, 100, 100}}; }, ""},
      {[](C& c) { c.prefixes = {{address("2001:db8::"), 64, true, true, infinite_lifetime, infinite_lifetime}}; }, ""},
  });
}

TEST(AdvertisingConfig, ND_RA_010_limits_of_names_and_translation) {
  const std::string too_large = " is empty or fits into no packet of 1280 octets (RFC 8106 5.1)";
  const std::string too_many = " is empty or fits into no packet of 1280 octets (RFC 8106 5.2)";
  const auto servers = [](std::size_t count) {
    return [count](C& c) { c.rdnss = {{1, std::vector<Ipv6Address>(count, address("fe80::53"))}}; };
  };
  const auto names = [](std::size_t count) {
    return [count](C& c) { c.dnssl = {{1, std::vector<std::string>(count, "abcdef")}}; };  // 8 octets each
  };
  expect_faults({
      {servers(0), "RDNSS with 0 servers" + too_large},
      {servers(75), ""},
      {servers(76), "RDNSS with 76 servers" + too_large},
      {[](C& c) { c.rdnss = {{1, {address("ff02::1")}}}; },
       "the server ff02::1 is not a unicast address (RFC 8106 5.1)"},
      {[](C& c) { c.rdnss = {{1, {address("::")}}}; }, "the server :: is not a unicast address (RFC 8106 5.1)"},
      {names(0), "DNSSL with 0 names" + too_many},
      {names(151), ""},
      {names(152), "DNSSL with 152 names" + too_many},
      {[](C& c) { c.dnssl = {{1, {"lab", "a..b"}}}; }, "the name \"a..b\" is not a domain name (RFC 1035 2.3.1)"},
      {[](C& c) { c.pref64 = {{address("64:ff9b::"), 96, 65'528}}; }, ""},
      {[](C& c) { c.pref64 = {{address("64:ff9b::"), 96, 65'529}}; },
       "the PREF64 64:ff9b::/96 has a lifetime above 65528 s (RFC 8781 4)"},
      {[](C& c) { c.pref64 = {{address("64:ff9b::"), 95}}; },
       "the PREF64 64:ff9b::/95 has none of the lengths 32, 40, 48, 56, 64 and 96 (RFC 8781 4)"},
      {[](C& c) { c.pref64 = {{address("64:ff9b:0:0:100::"), 96}}; },
       "the PREF64 64:ff9b:0:0:100::/96 has bits 64 to 71 that are not 0 (RFC 6052 2.2)"},
      {[](C& c) { c.pref64 = {{address("64:ff9b:0:0:100::"), 64}}; }, ""},
  });
}

TEST(AdvertisingConfig, ND_RA_006_nothing_leads_through_a_router_that_ceases) {
  AdvertisingConfig config{.preference = RouterPreference::high};
  config.routes = {{{}, 0, RouterPreference::high, 100}, {address("2001:db8::"), 64, RouterPreference::low, 200}};
  config.prefixes = {prefix("2001:db8::", 64)};
  const AdvertisingConfig left = discovery::withdrawn(config);
  EXPECT_EQ(discovery::router_lifetime_of(left), seconds(0));
  EXPECT_EQ(left.preference, RouterPreference::medium);
  for (const RouteInformation& told : left.routes) EXPECT_EQ(told.lifetime, 0U);
  EXPECT_EQ(left.routes[1].preference, RouterPreference::low);
  EXPECT_EQ(left.prefixes[0].valid, 2'592'000U) << "prefixes stay on the link";
}

}  // namespace
}  // namespace tunstack::test::advertising_config_test
