// Routes (V4-TX-009, RTR4-002): the longest prefix is taken, whatever the order in which they came, and all that lead
// to it are found.
#include "protocols/ip/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace tunstack::test::routes_test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
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

/// "PREFIX-LENGTH by INTERFACE via GATEWAY" of each, or "none".
std::string way_to(std::string_view destination, const ip::Routes& routes) {
  std::string ways;
  for (const ip::Route& found : routes.find(address(destination))) {
    if (!ways.empty()) ways += ", ";
    ways += std::to_string(found.prefix.length) + " by " + std::to_string(static_cast<int>(found.interface));
    if (found.gateway) ways += " via " + to_text(*found.gateway);
  }
  return ways.empty() ? "none" : ways;
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

TEST(Routes, V4_TX_009_equal_prefixes_of_two_interfaces) {
  for (const auto& [prefix_text, destination] :
       {std::pair<std::string_view, std::string_view>{"10.0.0.0/8", "10.0.0.1"}, {"2001:db8::/32", "2001:db8::1"}}) {
    ip::Routes routes = routes_of({route(prefix_text, second), route(prefix_text, first)});
    EXPECT_THAT(routes.routes(), SizeIs(2));
    const std::string length(prefix_text.substr(prefix_text.find('/') + 1));
    EXPECT_EQ(way_to(destination, routes), length + " by 1, " + length + " by 0");
    routes.remove(prefix(prefix_text), second);
    EXPECT_EQ(way_to(destination, routes), length + " by 0");
  }
}

TEST(Routes, RTR4_002_equal_cost_routes_stand_in_the_order_in_which_they_were_added) {
  ip::Routes routes = routes_of({route("10.0.0.0/8", second, "198.51.100.9"), route("10.0.0.0/8", first, "192.0.2.2"),
                                 route("10.0.0.0/8", first, "192.0.2.1"), route("0.0.0.0/0", first, "192.0.2.7")});
  EXPECT_EQ(way_to("10.0.0.1", routes), "8 by 1 via 198.51.100.9, 8 by 0 via 192.0.2.2, 8 by 0 via 192.0.2.1");
  routes.add(route("10.9.9.9/8", first, "192.0.2.2"));  // it is there, and stays where it is
  EXPECT_EQ(way_to("10.0.0.1", routes), "8 by 1 via 198.51.100.9, 8 by 0 via 192.0.2.2, 8 by 0 via 192.0.2.1");
  routes.remove(prefix("10.0.0.0/8"), first);
  EXPECT_EQ(way_to("10.0.0.1", routes), "8 by 1 via 198.51.100.9");
  routes.remove(prefix("10.0.0.0/8"), second);
  EXPECT_EQ(way_to("10.0.0.1", routes), "0 by 0 via 192.0.2.7");
}

TEST(Routes, ICMP4_DU_019_a_prefix_has_routes_by_type_of_service) {
  ip::Route plain = route("192.0.2.0/24", first, "198.51.100.1"), low_delay = plain;
  low_delay.type_of_service = 8;
  ip::Routes routes = routes_of({plain, low_delay});
  EXPECT_THAT(routes.find(address("192.0.2.9")), ElementsAre(plain, low_delay));
  low_delay.action = ip::RouteAction::prohibit;
  routes.add(low_delay);
  EXPECT_THAT(routes.find(address("192.0.2.9")), ElementsAre(plain, low_delay));
}

TEST(Routes, V4_TX_009_a_route_replaces_that_of_its_prefix_interface_and_gateway) {
  ip::Route forbidden = route("10.9.9.9/8", first, "192.0.2.1");  // the octets behind the prefix say nothing
  ip::Routes routes = routes_of({route("10.0.0.0/8", first, "192.0.2.1"), route("10.0.0.0/16", first, "192.0.2.16"),
                                 route("10.0.0.0/8", second, "192.0.2.1"), route("2001:db8::/32", first, "fe80::1")});
  forbidden.action = ip::RouteAction::prohibit;
  routes.add(forbidden);
  routes.add(route("2001:db8:9::9/32", first, "fe80::1"));
  EXPECT_THAT(routes.routes(), SizeIs(4));
  EXPECT_EQ(way_to("10.0.0.1", routes), "16 by 0 via 192.0.2.16") << "another length is another prefix";
  EXPECT_EQ(way_to("2001:db8::1", routes), "32 by 0 via fe80::1");
  EXPECT_EQ(routes.find(address("10.200.0.1"))[0].action, ip::RouteAction::prohibit);
  routes.remove(prefix("10.0.0.0/8"), first);
  EXPECT_EQ(way_to("10.200.0.1", routes), "8 by 1 via 192.0.2.1");
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

TEST(Routes, V4_TX_009_all_lengths_from_none_to_a_single_address) {
  for (const std::string_view at : {"192.0.2.77", "2001:db8:5a5a:a5a5:5a5a:a5a5:5a5a:a5a5"}) {
    const IpAddress own = address(at);
    const std::uint8_t width = own.is_ipv4() ? 32 : 128;
    ip::Routes routes;
    for (std::uint8_t length = 0; length <= width; ++length) {
      routes.add({{own, length}, first});
      EXPECT_EQ(way_to(at, routes), std::to_string(length) + " by 0");
    }
    EXPECT_THAT(routes.routes(), SizeIs(width + 1U));
    for (std::uint8_t length = width; length > 0; --length) {
      routes.remove({own, length}, first);
      EXPECT_EQ(way_to(at, routes), std::to_string(length - 1) + " by 0");
    }
    routes.remove({own, 0}, first);
    EXPECT_TRUE(routes.empty());
  }
}

TEST(Routes, V4_TX_009_a_single_address_alone) {
  const ip::Routes routes = routes_of({route("192.0.2.77/32", first), route("2001:db8::77/128", second)});
  EXPECT_EQ(way_to("192.0.2.77", routes), "32 by 0");
  EXPECT_EQ(way_to("2001:db8::77", routes), "128 by 1");
  for (const std::string_view other : {"192.0.2.76", "192.0.2.79", "64.0.2.77", "2001:db8::76", "2001:db8:0:8::77",
                                       "2001:db8::1:0:0:77", "2001:db8:8000::77", "::77"})
    EXPECT_EQ(way_to(other, routes), "none") << other;
}

TEST(Routes, V4_TX_009_the_families_may_be_asked_apart) {
  const ip::Routes routes = routes_of({route("32.1.0.0/16", first), route("2001::/16", second)});
  EXPECT_EQ(routes.find(address("32.1.2.3").ipv4())[0].interface, first);
  EXPECT_EQ(routes.find(address("2001:203::").ipv6())[0].interface, second);
  EXPECT_THAT(routes.find(address("32.2.2.3").ipv4()), IsEmpty());
  EXPECT_THAT(routes.find(address("2002::").ipv6()), IsEmpty());
}

TEST(Routes, V4_TX_009_are_told_in_the_order_of_their_prefixes) {
  const std::vector<ip::Route> in_order = {
      route("0.0.0.0/0", second),    route("10.0.0.0/8", first),      route("10.0.0.0/9", first),
      route("10.0.0.0/30", second),  route("10.0.0.0/30", first),     route("10.128.0.0/9", first),
      route("192.0.2.0/24", first),  route("::/0", second),           route("2001:db8::/32", first),
      route("2001:db8::/64", first), route("2001:db8::1/128", first), route("2001:db8:1::/48", first),
  };
  std::vector<ip::Route> mixed = in_order;
  std::ranges::rotate(mixed, mixed.begin() + 7);
  ip::Routes routes;
  routes.add(mixed);
  EXPECT_THAT(routes.routes(), ElementsAreArray(in_order));
}

TEST(Routes, V4_TX_009_copies_are_independent) {
  const std::vector<ip::Route> all = {route("10.0.0.0/8", first), route("10.1.0.0/16", first),
                                      route("10.1.0.0/16", second), route("2001:db8::/32", first)};
  ip::Routes routes = routes_of(all);
  ip::Routes copy = routes;
  routes.remove(prefix("10.1.0.0/16"), first);
  routes.remove(prefix("2001:db8::/32"), first);
  copy.add(route("10.2.0.0/16", second));
  EXPECT_EQ(way_to("10.1.0.1", copy), "16 by 0, 16 by 1");
  EXPECT_EQ(way_to("2001:db8::1", copy), "32 by 0");
  EXPECT_EQ(way_to("10.1.0.1", routes), "16 by 1");
  EXPECT_EQ(way_to("10.2.0.1", routes), "8 by 0");
  const ip::Routes moved = std::move(copy);
  EXPECT_EQ(way_to("10.2.0.1", moved), "16 by 1");
  copy = routes;
  EXPECT_EQ(way_to("10.1.0.1", copy), "16 by 1");
}

// ---- against what is plain ----

/// All routes by their prefixes, looked for from the longest on.
class Plain {
 public:
  void add(const ip::Route& route) { all_[key(route.prefix)].push_back(route); }
  void remove(const IpPrefix& prefix, InterfaceId interface) {
    const auto found = all_.find(key(prefix));
    if (found == all_.end()) return;
    std::erase_if(found->second, [&](const ip::Route& r) { return r.interface == interface; });
    if (found->second.empty()) all_.erase(found);
  }
  std::vector<ip::Route> find(const IpAddress& destination) const {
    for (int length = destination.is_ipv4() ? 32 : 128; length >= 0; --length)
      if (const auto found = all_.find(key({destination, static_cast<std::uint8_t>(length)})); found != all_.end())
        return found->second;
    return {};
  }

 private:
  using Key = std::tuple<Family, std::uint8_t, std::array<std::uint8_t, Ipv6Address::size>>;
  static Key key(const IpPrefix& prefix) {
    return {prefix.address.family(), prefix.length, masked({prefix.address.octets_filled_up()}, prefix.length).octets};
  }
  std::map<Key, std::vector<ip::Route>> all_;
};

/// Draws addresses that have much in common: one of a few, with a bit turned or all behind it drawn anew.
class Draw {
 public:
  explicit Draw(unsigned seed, std::size_t bases) : random_(seed) {
    for (std::size_t i = 0; i < bases; ++i) bases_.push_back(anything());
  }
  IpAddress address() {
    std::array<std::uint8_t, Ipv6Address::size> octets = bases_[below(bases_.size())];
    const auto other = anything();
    const bool is_ipv4 = below(2) == 0;
    const std::size_t at = below(is_ipv4 ? 32 : 128);
    octets[at / 8] ^= static_cast<std::uint8_t>(0x80U >> at % 8);
    if (below(2) == 0) std::copy(other.begin() + at / 8 + 1, other.end(), octets.begin() + at / 8 + 1);
    return is_ipv4 ? IpAddress(Ipv4Address::load(octets, 0)) : IpAddress(Ipv6Address{octets});
  }
  ip::Route route() {
    const IpAddress to = address();
    const auto length = static_cast<std::uint8_t>(below((to.is_ipv4() ? 32 : 128) + 1));
    return {{to, length}, InterfaceId(below(3)), Ipv4Address{++gateways_}};
  }
  std::size_t below(std::size_t end) { return random_() % end; }

 private:
  std::array<std::uint8_t, Ipv6Address::size> anything() {
    std::array<std::uint8_t, Ipv6Address::size> octets{};
    for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random_());
    return octets;
  }

  std::mt19937 random_;
  std::vector<std::array<std::uint8_t, Ipv6Address::size>> bases_;
  std::uint32_t gateways_ = 0;
};

void expect_equal(const ip::Routes& routes, const Plain& plain, Draw& draw, int destinations) {
  for (int i = 0; i < destinations; ++i) {
    const IpAddress destination = draw.address();
    ASSERT_THAT(routes.find(destination), ElementsAreArray(plain.find(destination))) << to_text(destination);
  }
}

TEST(Routes, V4_TX_009_small_tables_find_what_a_plain_search_finds_while_routes_come_and_go) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Draw draw(seed, 1 + seed % 4);
    ip::Routes routes;
    Plain plain;
    std::vector<ip::Route> there;
    for (int change = 0; change < 300; ++change) {
      const bool is_growing = change < 150;
      if (there.empty() || draw.below(4) < (is_growing ? 3U : 1U)) {
        there.push_back(draw.route());
        routes.add(there.back());
        plain.add(there.back());
      } else {
        std::swap(there[draw.below(there.size())], there.back());
        routes.remove(there.back().prefix, there.back().interface);
        plain.remove(there.back().prefix, there.back().interface);
        there.pop_back();
      }
      expect_equal(routes, plain, draw, 5);
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", change " << change;
    }
    for (const ip::Route& left : there) routes.remove(left.prefix, left.interface);
    EXPECT_TRUE(routes.empty());
    EXPECT_THAT(routes.routes(), IsEmpty());
  }
}

TEST(Routes, V4_TX_009_a_hundred_thousand_prefixes_come_and_go) {
  Draw draw(14, 2000);
  ip::Routes routes;
  Plain plain;
  std::vector<ip::Route> all;
  for (int i = 0; i < 100'000; ++i) all.push_back(draw.route());
  routes.add(all);
  for (const ip::Route& route : all) plain.add(route);
  EXPECT_THAT(routes.routes(), SizeIs(all.size()));
  expect_equal(routes, plain, draw, 5000);
  for (std::size_t left = all.size(); left > 0; --left) {
    std::swap(all[draw.below(left)], all[left - 1]);
    routes.remove(all[left - 1].prefix, all[left - 1].interface);
    plain.remove(all[left - 1].prefix, all[left - 1].interface);
    if (left % 20'000 == 1) expect_equal(routes, plain, draw, 1000);
  }
  EXPECT_TRUE(routes.empty());
}

}  // namespace
}  // namespace tunstack::test::routes_test
