// The kernel's end of the device: addresses, routes and the commands that make them.
#include "tunstack/kernel_link/kernel_link_plan.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::kernel_link_plan_test {
namespace {

using Texts = std::vector<std::string>;

std::vector<IpPrefix> prefixes(const Texts& texts) {
  std::vector<IpPrefix> all;
  for (const std::string& text : texts) all.push_back(parse_prefix(text).value());
  return all;
}

Texts texts_of(const std::vector<IpPrefix>& all) {
  Texts texts;
  for (const IpPrefix& prefix : all) texts.push_back(to_text(prefix));
  return texts;
}

Texts host_addresses(const Texts& stack) {
  const auto host = free_host_addresses(prefixes(stack));
  return host ? texts_of(*host) : Texts{"no room in " + to_text(host.error())};
}

Texts routes(const Texts& stack, const Texts& host) {
  Texts texts;
  for (const LinkRoute& route : missing_routes(prefixes(stack), prefixes(host))) texts.push_back(to_text(route.prefix));
  return texts;
}

// ---- addresses ----

TEST(FreeHostAddresses, first_free_address_of_the_prefix) {
  EXPECT_EQ(host_addresses({"192.0.2.2/24"}), Texts{"192.0.2.1/24"});
  EXPECT_EQ(host_addresses({"192.0.2.1/24"}), Texts{"192.0.2.2/24"});
  EXPECT_EQ(host_addresses({"192.0.2.254/24"}), Texts{"192.0.2.1/24"});
  EXPECT_EQ(host_addresses({"10.20.30.40/12"}), Texts{"10.16.0.1/12"});
  EXPECT_EQ(host_addresses({"2001:db8::2/64"}), Texts{"2001:db8::1/64"});
  EXPECT_EQ(host_addresses({"2001:db8::1/64"}), Texts{"2001:db8::2/64"});
  EXPECT_EQ(host_addresses({"2001:db8:0:ff::1/57"}), Texts{"2001:db8:0:80::1/57"});
}

TEST(FreeHostAddresses, network_and_broadcast_addresses_are_not_free) {
  EXPECT_EQ(host_addresses({"192.0.2.1/30"}), Texts{"192.0.2.2/30"});
  EXPECT_EQ(host_addresses({"192.0.2.6/30"}), Texts{"192.0.2.5/30"});
  EXPECT_EQ(host_addresses({"192.0.2.1/30", "192.0.2.2/30"}), Texts{"no room in 192.0.2.1/30"});
}

TEST(FreeHostAddresses, both_addresses_of_a_31_are_usable) {
  EXPECT_EQ(host_addresses({"10.0.0.0/31"}), Texts{"10.0.0.1/31"});
  EXPECT_EQ(host_addresses({"10.0.0.1/31"}), Texts{"10.0.0.0/31"});
  EXPECT_EQ(host_addresses({"10.0.0.0/31", "10.0.0.1/31"}), Texts{"no room in 10.0.0.0/31"});
}

TEST(FreeHostAddresses, a_single_address_leaves_no_room) {
  EXPECT_EQ(host_addresses({"10.0.0.7/32"}), Texts{"no room in 10.0.0.7/32"});
  EXPECT_EQ(host_addresses({"2001:db8::7/128"}), Texts{"no room in 2001:db8::7/128"});
  EXPECT_EQ(host_addresses({"192.0.2.2/24", "10.0.0.7/32"}), Texts{"no room in 10.0.0.7/32"});
}

TEST(FreeHostAddresses, both_addresses_of_a_127_are_usable) {
  EXPECT_EQ(host_addresses({"2001:db8::/127"}), Texts{"2001:db8::1/127"});
  EXPECT_EQ(host_addresses({"2001:db8::1/127"}), Texts{"2001:db8::/127"});
}

// The last address of an IPv6 prefix is an address like others; the first is the routers' anycast address.
TEST(FreeHostAddresses, smallest_ipv6_prefix_with_an_anycast_address) {
  EXPECT_EQ(host_addresses({"2001:db8::1/126", "2001:db8::2/126"}), Texts{"2001:db8::3/126"});
  EXPECT_EQ(host_addresses({"2001:db8::1/126", "2001:db8::2/126", "2001:db8::3/126"}),
            Texts{"no room in 2001:db8::1/126"});
}

TEST(FreeHostAddresses, one_for_each_prefix) {
  EXPECT_EQ(host_addresses({"192.0.2.2/24", "198.51.100.1/24", "2001:db8::2/64"}),
            (Texts{"192.0.2.1/24", "198.51.100.2/24", "2001:db8::1/64"}));
}

TEST(FreeHostAddresses, one_for_a_prefix_that_several_addresses_share) {
  EXPECT_EQ(host_addresses({"192.0.2.1/24", "192.0.2.2/24", "192.0.2.4/24"}), Texts{"192.0.2.3/24"});
}

TEST(FreeHostAddresses, no_address_twice_in_prefixes_that_overlap) {
  const auto host = free_host_addresses(prefixes({"10.0.0.2/25", "10.0.0.200/24"}));
  ASSERT_TRUE(host);
  ASSERT_EQ(host->size(), 2U);
  EXPECT_NE((*host)[0].address, (*host)[1].address);
}

TEST(FreeHostAddresses, link_local_prefixes_are_left_to_the_kernel) {
  EXPECT_EQ(host_addresses({"2001:db8::2/64", "fe80::2/64"}), Texts{"2001:db8::1/64"});
  EXPECT_EQ(host_addresses({"fe80::2/64"}), Texts{});
}

TEST(FreeHostAddresses, prefix_of_length_0) {
  EXPECT_EQ(host_addresses({"10.0.0.1/0"}), Texts{"0.0.0.1/0"});
  EXPECT_EQ(host_addresses({"2001:db8::2/0"}), Texts{"::1/0"});
}

// ---- routes ----

TEST(MissingRoutes, prefixes_that_the_host_shares_need_none) {
  EXPECT_EQ(routes({"192.0.2.2/24", "2001:db8::2/64"}, {"192.0.2.1/24", "2001:db8::1/64"}), Texts{});
}

TEST(MissingRoutes, other_prefixes_get_a_route_without_host_bits) {
  EXPECT_EQ(routes({"192.0.2.2/24", "10.77.3.2/12", "10.0.0.7/32", "2001:db8:0:ff::2/57"}, {"192.0.2.1/24"}),
            (Texts{"10.64.0.0/12", "10.0.0.7/32", "2001:db8:0:80::/57"}));
}

TEST(MissingRoutes, one_route_for_addresses_of_one_prefix) {
  EXPECT_EQ(routes({"10.1.1.2/24", "10.1.1.3/24"}, {}), Texts{"10.1.1.0/24"});
}

TEST(MissingRoutes, link_local_prefixes_need_none) { EXPECT_EQ(routes({"fe80::2/64"}, {}), Texts{}); }

TEST(MissingRoutes, host_address_of_the_other_family_covers_nothing) {
  EXPECT_EQ(routes({"192.0.2.2/24"}, {"::1/0"}), Texts{"192.0.2.0/24"});
}

// ---- commands ----

TEST(IpCommands, all_of_a_plan_in_order) {
  const std::vector<IpPrefix> to = prefixes({"10.0.0.0/8", "0.0.0.0/0", "2001:db8:1::/48", "::/0"});
  const LinkPlan plan{"tun7",
                      1400,
                      prefixes({"192.0.2.1/24", "2001:db8::1/64"}),
                      {{to[0]}, {to[1], parse_address("192.0.2.2")}, {to[2]}, {to[3], parse_address("2001:db8::2")}}};
  EXPECT_EQ(ip_commands(plan, false),
            "ip tuntap add dev tun7 mode tun\n"
            "ip link set dev tun7 mtu 1400\n"
            "ip address add 192.0.2.1/24 dev tun7\n"
            "ip address add 2001:db8::1/64 dev tun7 nodad\n"
            "ip link set dev tun7 up\n"
            "ip route add 10.0.0.0/8 dev tun7\n"
            "ip route add default via 192.0.2.2 dev tun7 onlink\n"
            "ip -6 route add 2001:db8:1::/48 dev tun7\n"
            "ip -6 route add default via 2001:db8::2 dev tun7 onlink\n");
}

TEST(IpCommands, the_device_only) {
  EXPECT_EQ(ip_commands({"tun7", 1400, prefixes({"192.0.2.1/24"}), {}}, true), "ip tuntap add dev tun7 mode tun\n");
}

TEST(IpCommands, a_name_means_nothing_to_a_shell) {
  EXPECT_EQ(ip_commands({"a;b$(c)'d", 1500, {}, {}}, true), "ip tuntap add dev 'a;b$(c)'\\''d' mode tun\n");
  EXPECT_EQ(address_command(prefixes({"192.0.2.1/24"})[0], "a b"), "ip address add 192.0.2.1/24 dev 'a b'\n");
  EXPECT_EQ(route_command({prefixes({"192.0.2.0/24"})[0]}, "$HOME"), "ip route add 192.0.2.0/24 dev '$HOME'\n");
}

TEST(IpCommands, in_a_named_namespace) {
  EXPECT_EQ(ip_commands({"a", 1400, prefixes({"192.0.2.1/24"}), {}, false, "far"}, false),
            "ip -n far tuntap add dev a mode tun\n"
            "ip -n far link set dev a mtu 1400\n"
            "ip -n far address add 192.0.2.1/24 dev a\n"
            "ip -n far link set dev a up\n");
}

TEST(IpCommands, a_device_for_a_user_and_with_a_number_that_ip_takes) {
  EXPECT_EQ(ip_commands({"lab%d", 1500, {}, {}}, true, "1000"), "ip tuntap add dev lab0 mode tun user 1000\n");
}

}  // namespace
}  // namespace tunstack::test::kernel_link_plan_test
