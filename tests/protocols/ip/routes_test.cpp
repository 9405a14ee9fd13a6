// Configured routes (V4-TX-009): the longest prefix is taken, whatever the order in which they came.
#include "protocols/ip/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tunstack::test::routes_test {
namespace {

using testing::SizeIs;

constexpr InterfaceId first{0}, second{1};

IpPrefix prefix(std::string_view text) { return parse_prefix(text).value(); }
IpAddress address(std::string_view text) { return parse_address(text).value(); }

/// The gateways tell routes apart.
ip::Route route(std::string_view destinations, InterfaceId interface, std::string_view gateway = "") {
  ip::Route made{prefix(destinations), interface};
  if (!gateway.empty()) made.gateway = address(gateway);
  return made;
}

ip::Routes routes_of(const std::vector<ip::Route>& all) {
  ip::Routes routes;
  for (const ip::Route& one : all) routes.add(one);
  return routes;
}

/// "PREFIX-LENGTH by INTERFACE via GATEWAY", or "none".
std::string way_to(std::string_view destination, const ip::Routes& routes) {
  const ip::Route* const found = routes.find(address(destination));
  if (found == nullptr) return "none";
  std::string way = std::to_string(found->prefix.length) + " by " + std::to_string(static_cast<int>(found->interface));
  if (found->gateway) way += " via " + to_text(*found->gateway);
  return way;
}

struct Row {
  std::string_view destination;
  std::string_view way;
};

TEST(Routes, V4_TX_009_the_longest_prefix_in_any_order) {
  std::vector<ip::Route> all = {
      route("0.0.0.0/0", first, "192.0.2.10"),         route("10.0.0.0/8", second, "198.51.100.8"),
      route("10.1.0.0/16", first, "192.0.2.16"),       route("10.1.2.128/25", second, "198.51.100.25"),
      route("10.1.2.200/32", first, "192.0.2.32"),     route("::/0", second, "fe80::a"),
      route("2001:db8::/32", first, "fe80::20"),       route("2001:db8:1:2::/64", second, "fe80::40"),
      route("2001:db8:1:2::9/128", first, "fe80::80"),
  };
  const auto by_length = [](const ip::Route& a, const ip::Route& b) { return a.prefix.length < b.prefix.length; };
  std::ranges::sort(all, by_length);
  for (const bool longest_first : {false, true}) {
    if (longest_first) std::ranges::reverse(all);
    const ip::Routes routes = routes_of(all);
    for (const Row& row :
         {Row{"192.0.2.1", "0 by 0 via 192.0.2.10"}, Row{"10.2.0.1", "8 by 1 via 198.51.100.8"},
          Row{"10.1.2.127", "16 by 0 via 192.0.2.16"}, Row{"10.1.2.128", "25 by 1 via 198.51.100.25"},
          Row{"10.1.2.200", "32 by 0 via 192.0.2.32"}, Row{"11.0.0.0", "0 by 0 via 192.0.2.10"},
          Row{"2001:db9::", "0 by 1 via fe80::a"}, Row{"2001:db8:1:3::", "32 by 0 via fe80::20"},
          Row{"2001:db8:1:2::8", "64 by 1 via fe80::40"}, Row{"2001:db8:1:2::9", "128 by 0 via fe80::80"}})
      EXPECT_EQ(way_to(row.destination, routes), row.way) << row.destination << ", " << longest_first;
  }
}

TEST(Routes, V4_TX_009_none_that_fits) {
  EXPECT_EQ(way_to("192.0.2.1", {}), "none");
  EXPECT_TRUE(ip::Routes().empty());
  const ip::Routes routes = routes_of({route("10.0.0.0/8", first), route("2001:db8::/32", first)});
  EXPECT_FALSE(routes.empty());
  for (const std::string_view destination : {"9.255.255.255", "11.0.0.0", "2001:db7:ffff::", "2001:db9::"})
    EXPECT_EQ(way_to(destination, routes), "none") << destination;
}

TEST(Routes, V4_TX_009_a_default_route_is_of_one_family) {
  const ip::Routes only4 = routes_of({route("0.0.0.0/0", first, "192.0.2.10")});
  EXPECT_EQ(way_to("255.255.255.255", only4), "0 by 0 via 192.0.2.10");
  EXPECT_EQ(way_to("2001:db8::1", only4), "none");
  const ip::Routes only6 = routes_of({route("::/0", second, "fe80::a")});
  EXPECT_EQ(way_to("2001:db8::1", only6), "0 by 1 via fe80::a");
  EXPECT_EQ(way_to("0.0.0.0", only6), "none");
}

TEST(Routes, V4_TX_009_without_a_gateway_the_destinations_are_on_the_link) {
  EXPECT_EQ(way_to("10.0.0.1", routes_of({route("10.0.0.0/8", second)})), "8 by 1");
}

// Of several that are as long the first stays in use until it is gone.
TEST(Routes, V4_TX_009_equal_prefixes_of_two_interfaces) {
  for (const auto& [prefix_text, destination] :
       {std::pair<std::string_view, std::string_view>{"10.0.0.0/8", "10.0.0.1"}, {"2001:db8::/32", "2001:db8::1"}}) {
    ip::Routes routes = routes_of({route(prefix_text, second), route(prefix_text, first)});
    EXPECT_THAT(routes.routes(), SizeIs(2));
    const std::string length(prefix_text.substr(prefix_text.find('/') + 1));
    EXPECT_EQ(way_to(destination, routes), length + " by 1");
    routes.remove(prefix(prefix_text), second);
    EXPECT_EQ(way_to(destination, routes), length + " by 0");
  }
}

TEST(Routes, V4_TX_009_a_route_replaces_that_of_its_prefix_and_interface) {
  ip::Routes routes =
      routes_of({route("10.0.0.0/8", first, "192.0.2.1"), route("10.0.0.0/16", first, "192.0.2.16"),
                 route("10.0.0.0/8", second, "198.51.100.1"), route("2001:db8::/32", first, "fe80::1")});
  routes.add(route("10.9.9.9/8", first, "192.0.2.2"));  // the octets behind the prefix say nothing
  routes.add(route("2001:db8:9::9/32", first, "fe80::2"));
  EXPECT_THAT(routes.routes(), SizeIs(4));
  EXPECT_EQ(way_to("10.0.0.1", routes), "16 by 0 via 192.0.2.16") << "another length is another prefix";
  EXPECT_EQ(way_to("2001:db8::1", routes), "32 by 0 via fe80::2");
  routes.remove(prefix("10.0.0.0/8"), second);
  EXPECT_EQ(way_to("10.200.0.1", routes), "8 by 0 via 192.0.2.2");
}

TEST(Routes, V4_TX_009_removal_needs_prefix_and_interface) {
  ip::Routes routes = routes_of({route("10.0.0.0/8", first), route("0.0.0.0/0", second)});
  routes.remove(prefix("10.0.0.0/8"), second);
  routes.remove(prefix("10.0.0.0/9"), first);
  routes.remove(prefix("11.0.0.0/8"), first);
  routes.remove(prefix("::/0"), second);
  EXPECT_THAT(routes.routes(), SizeIs(2)) << "there are no such routes";
  routes.remove(prefix("10.1.2.3/8"), first);
  EXPECT_EQ(way_to("10.0.0.1", routes), "0 by 1");
  routes.remove(prefix("0.0.0.0/0"), second);
  EXPECT_TRUE(routes.empty());
}

}  // namespace
}  // namespace tunstack::test::routes_test
