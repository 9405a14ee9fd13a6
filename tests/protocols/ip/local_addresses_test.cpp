// What addresses are to a node, and which of its own it speaks from.
#include "protocols/ip/local_addresses.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::local_addresses_test {
namespace {

constexpr InterfaceId first{0};
constexpr InterfaceId second{1};

ip::LocalAddresses addresses(std::initializer_list<std::string_view> on_first,
                             std::initializer_list<std::string_view> on_second = {}) {
  ip::LocalAddresses local;
  for (const std::string_view prefix : on_first) local.add(first, parse_prefix(prefix).value());
  for (const std::string_view prefix : on_second) local.add(second, parse_prefix(prefix).value());
  return local;
}

AddressKind kind(const ip::LocalAddresses& local, std::string_view text, InterfaceId interface = first) {
  const IpAddress address = parse_address(text).value();
  return address.is_ipv4() ? local.kind_on(interface, address.ipv4()) : local.kind_on(interface, address.ipv6());
}

std::string source4(const ip::LocalAddresses& local, std::string_view peer, InterfaceId interface = first) {
  const auto source = local.source_for(interface, parse_address(peer)->ipv4());
  return source ? to_text(*source) : "none";
}

std::string source6(const ip::LocalAddresses& local, std::string_view peer, InterfaceId interface = first) {
  const auto source = local.source_for(interface, parse_address(peer)->ipv6());
  return source ? to_text(*source) : "none";
}

/// The mask as a number, or nothing.
std::optional<std::uint32_t> mask(const ip::LocalAddresses& local, std::string_view peer,
                                  InterfaceId interface = first) {
  return local.mask_for(interface, parse_address(peer)->ipv4());
}

// ---- kinds ----

TEST(LocalAddresses, V4_RX_006_own_addresses_and_those_of_others) {
  const auto local = addresses({"192.0.2.2/24"}, {"198.51.100.2/24"});
  EXPECT_EQ(kind(local, "192.0.2.2"), AddressKind::own);
  EXPECT_EQ(kind(local, "192.0.2.3"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "198.51.100.2"), AddressKind::own_elsewhere);
  EXPECT_EQ(kind(local, "198.51.100.2", second), AddressKind::own);
  EXPECT_EQ(kind(local, "192.0.2.2", second), AddressKind::own_elsewhere);
}

TEST(LocalAddresses, V4_RX_007_broadcasts_of_each_prefix) {
  const auto local = addresses({"192.0.2.2/24", "10.1.2.2/22"});
  EXPECT_EQ(kind(local, "192.0.2.255"), AddressKind::directed_broadcast);
  EXPECT_EQ(kind(local, "10.1.3.255"), AddressKind::directed_broadcast);
  EXPECT_EQ(kind(local, "10.1.2.255"), AddressKind::unicast) << "within the /22";
  EXPECT_EQ(kind(local, "255.255.255.255"), AddressKind::limited_broadcast);
}

TEST(LocalAddresses, V4_RX_008_all_host_bits_zero) {
  const auto local = addresses({"192.0.2.2/24", "10.1.2.2/22"});
  EXPECT_EQ(kind(local, "192.0.2.0"), AddressKind::zero_broadcast);
  EXPECT_EQ(kind(local, "10.1.0.0"), AddressKind::zero_broadcast);
  EXPECT_EQ(kind(local, "10.1.2.0"), AddressKind::unicast) << "within the /22";
  EXPECT_EQ(kind(local, "0.0.0.0"), AddressKind::unspecified);
}

TEST(LocalAddresses, V4_RX_008_smallest_prefix_with_broadcasts) {
  const auto local = addresses({"192.0.2.1/30"});
  EXPECT_EQ(kind(local, "192.0.2.0"), AddressKind::zero_broadcast);
  EXPECT_EQ(kind(local, "192.0.2.1"), AddressKind::own);
  EXPECT_EQ(kind(local, "192.0.2.2"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "192.0.2.3"), AddressKind::directed_broadcast);
}

TEST(LocalAddresses, V4_RX_009_prefixes_of_31_and_32_have_no_broadcast) {
  const auto local = addresses({"10.0.0.1/31", "10.0.0.5/32"});
  EXPECT_EQ(kind(local, "10.0.0.0"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "10.0.0.1"), AddressKind::own);
  EXPECT_EQ(kind(local, "10.0.0.4"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "10.0.0.5"), AddressKind::own);
}

TEST(LocalAddresses, own_address_wins_over_the_broadcast_of_another_prefix) {
  const auto local = addresses({"10.0.0.2/24", "10.0.0.255/16"});
  EXPECT_EQ(kind(local, "10.0.0.255"), AddressKind::own);
}

TEST(LocalAddresses, the_limited_broadcast_stays_one_with_a_prefix_of_length_0) {
  const auto local = addresses({"10.0.0.1/0"});
  EXPECT_EQ(kind(local, "255.255.255.255"), AddressKind::limited_broadcast);
  EXPECT_EQ(kind(local, "0.0.0.0"), AddressKind::unspecified);
}

TEST(LocalAddresses, ipv4_groups_are_those_of_the_interface) {
  const auto local = addresses({"192.0.2.2/24"}, {"2001:db8::2/64"});
  EXPECT_EQ(kind(local, "224.0.0.1"), AddressKind::joined_group);
  EXPECT_EQ(kind(local, "224.0.0.2"), AddressKind::multicast);
  EXPECT_EQ(kind(local, "224.0.0.1", second), AddressKind::multicast) << "no IPv4 on the second interface";
}

TEST(LocalAddresses, V6_RX_002_own_addresses_and_groups) {
  const auto local = addresses({"2001:db8::2/64", "2001:db8::aa:bbcc:ddee/64"}, {"2001:db8:1::3/64"});
  EXPECT_EQ(kind(local, "2001:db8::2"), AddressKind::own);
  EXPECT_EQ(kind(local, "2001:db8::3"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "2001:db8:1::3"), AddressKind::own_elsewhere);
  EXPECT_EQ(kind(local, "ff02::1"), AddressKind::joined_group);
  EXPECT_EQ(kind(local, "ff02::1:ff00:2"), AddressKind::joined_group);
  EXPECT_EQ(kind(local, "ff02::1:ffcc:ddee"), AddressKind::joined_group);
  EXPECT_EQ(kind(local, "ff02::1:ff00:3"), AddressKind::multicast) << "of the other interface";
  EXPECT_EQ(kind(local, "ff02::1:ff00:3", second), AddressKind::joined_group);
  EXPECT_EQ(kind(local, "ff02::2"), AddressKind::multicast);
  EXPECT_EQ(kind(local, "ff01::1"), AddressKind::multicast_too_narrow);
}

// The routers of a link listen to the zero address of its prefixes (RFC 4291 2.6.1).
TEST(LocalAddresses, ipv6_has_no_broadcasts_but_the_routers_anycast_address) {
  const auto local = addresses({"2001:db8::2/64"}, {"2001:db8:1::2/57"});
  EXPECT_EQ(kind(local, "2001:db8::"), AddressKind::subnet_router);
  EXPECT_EQ(kind(local, "2001:db8:1::", first), AddressKind::subnet_router);
  EXPECT_EQ(kind(local, "2001:db8::ffff:ffff:ffff:ffff"), AddressKind::unicast);
}

TEST(LocalAddresses, the_longest_ipv6_prefixes_have_no_anycast_address) {
  EXPECT_EQ(kind(addresses({"2001:db8::1/127"}), "2001:db8::"), AddressKind::unicast) << "RFC 6164 4";
  EXPECT_EQ(kind(addresses({"2001:db8::1/128"}), "2001:db8::1"), AddressKind::own);
}

ip::LocalAddresses of_router(std::initializer_list<std::string_view> on_first,
                             std::initializer_list<std::string_view> on_second = {}) {
  ip::LocalAddresses local;
  local.become_router(first);
  for (const std::string_view prefix : on_first) local.add(first, parse_prefix(prefix).value());
  for (const std::string_view prefix : on_second) local.add(second, parse_prefix(prefix).value());
  return local;
}

TEST(LocalAddresses, V6_RX_003_anycast_addresses_and_groups_of_a_router) {
  const auto local = of_router({"2001:db8::2/64", "fe80::2/64"}, {"2001:db8:1::2/64", "fe80::2/64"});
  EXPECT_EQ(kind(local, "2001:db8::"), AddressKind::own_anycast);
  EXPECT_EQ(kind(local, "2001:db8::", second), AddressKind::anycast_elsewhere);
  EXPECT_EQ(kind(local, "2001:db8:1::", second), AddressKind::subnet_router) << "a host there";
  EXPECT_EQ(kind(local, "2001:db8:1::"), AddressKind::subnet_router);
  EXPECT_EQ(kind(local, "fe80::"), AddressKind::own_anycast);
  EXPECT_EQ(kind(local, "fe80::", second), AddressKind::subnet_router) << "each link has its own";
  EXPECT_EQ(kind(of_router({"fe80::2/64"}, {"2001:db8::2/64"}), "fe80::", second), AddressKind::unicast);
  for (const char* group : {"224.0.0.2", "ff02::2", "ff05::2", "ff02::1:ff00:0"}) {
    EXPECT_EQ(kind(local, group), AddressKind::joined_group) << group;
    EXPECT_EQ(kind(local, group, second), AddressKind::multicast) << group;
  }
}

// A link-local address of 128 bits on one link is no anycast address on another.
TEST(LocalAddresses, RTR6_008_the_longest_prefixes_of_a_router_have_no_anycast_address) {
  const auto local = of_router({"2001:db8::3/127", "fe80::9/128"}, {"2001:db8:1::2/64"});
  EXPECT_EQ(kind(local, "2001:db8::2"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "fe80::9"), AddressKind::own);
  EXPECT_EQ(kind(local, "fe80::9", second), AddressKind::unicast);
}

TEST(LocalAddresses, ND_NA_004_proxied_addresses_are_somebody_elses) {
  auto local = of_router({"2001:db8::2/64"}, {"2001:db8:1::2/64"});
  local.proxy(first, parse_address("2001:db8::77:8899")->ipv6());
  EXPECT_EQ(kind(local, "2001:db8::77:8899"), AddressKind::proxied);
  EXPECT_EQ(kind(local, "2001:db8::77:8899", second), AddressKind::unicast);
  EXPECT_EQ(kind(local, "ff02::1:ff77:8899"), AddressKind::joined_group);
  EXPECT_EQ(source6(local, "2001:db8::77:8898"), "2001:db8::2") << "nothing comes from it";
  EXPECT_EQ(source6(local, "2001:db8::77:8899"), "2001:db8::2");
  std::size_t own = 0;
  local.for_each_address([&](InterfaceId, const IpPrefix&, ip::AddressUse) { ++own; });
  EXPECT_EQ(own, 2U);
  local.add(first, *parse_prefix("2001:db8::77:8899/64"));
  EXPECT_EQ(kind(local, "2001:db8::77:8899"), AddressKind::own) << "it is our own now";
  local.proxy(first, parse_address("2001:db8::2")->ipv6());
  EXPECT_EQ(kind(local, "2001:db8::2"), AddressKind::own);
}

TEST(LocalAddresses, ND_NA_004_groups_are_left_with_what_needs_them) {
  auto local = of_router({"2001:db8::ab:cdef/120", "2001:db8::ab:cd01/120", "2001:db8:1::ab:cd01/128"});
  local.proxy(first, parse_address("2001:db8:9::ab:cdef")->ipv6());
  local.remove(first, *parse_address("2001:db8::ab:cdef"));
  EXPECT_EQ(kind(local, "ff02::1:ffab:cdef"), AddressKind::joined_group) << "of a proxied address";
  EXPECT_EQ(kind(local, "ff02::1:ffab:cd00"), AddressKind::joined_group) << "the prefix is still there";
  local.remove(first, *parse_address("2001:db8::ab:cd01"));
  EXPECT_EQ(kind(local, "ff02::1:ffab:cd00"), AddressKind::multicast);
  EXPECT_EQ(kind(local, "ff02::1:ffab:cd01"), AddressKind::joined_group) << "of the third";
}

// Two links may well give a node the same link-local address: 2001:db8:0::2 and 2001:db8:1::2 both come with fe80::2.
TEST(LocalAddresses, link_local_address_of_two_interfaces_is_own_on_both) {
  const auto local = addresses({"fe80::2/64"}, {"fe80::2/64"});
  EXPECT_EQ(kind(local, "fe80::2", first), AddressKind::own);
  EXPECT_EQ(kind(local, "fe80::2", second), AddressKind::own);
}

TEST(LocalAddresses, without_addresses_only_the_address_itself_tells) {
  const ip::LocalAddresses local;
  EXPECT_EQ(kind(local, "192.0.2.2"), AddressKind::unicast);
  EXPECT_EQ(kind(local, "224.0.0.1"), AddressKind::multicast);
  EXPECT_EQ(kind(local, "ff02::1"), AddressKind::multicast);
}

// ---- changes of groups ----

/// "+GROUP" or "-GROUP" of each change since the last call, all on the first interface.
std::string changes_of(ip::LocalAddresses& local) {
  std::string all;
  local.take_group_changes([&](const ip::GroupChange& change) {
    EXPECT_EQ(change.interface, first);
    const bool left = change.kind == ip::GroupChange::Kind::left;
    all += (all.empty() ? "" : " ") + std::string(left ? "-" : "+") + to_text(change.group);
  });
  return all;
}

TEST(LocalAddresses, MLD_010_groups_are_joined_with_an_address_and_left_with_the_last_that_needs_them) {
  ip::LocalAddresses local;
  const auto global = parse_prefix("2001:db8::1/64").value(), link_local = parse_prefix("fe80::1/64").value();
  local.add(first, global);
  EXPECT_EQ(changes_of(local), "+ff02::1 +ff02::1:ff00:1");
  EXPECT_EQ(changes_of(local), "") << "taken";
  local.add(first, link_local);
  EXPECT_EQ(changes_of(local), "+ff02::1 +ff02::1:ff00:1") << "again: it may be wanted sooner";
  local.remove(first, global.address);
  EXPECT_EQ(changes_of(local), "") << "the other one has equal low 24 bits";
  local.remove(first, link_local.address);
  EXPECT_EQ(changes_of(local), "-ff02::1:ff00:1");
  local.remove(first, link_local.address);
  EXPECT_EQ(changes_of(local), "") << "it is not there";
}

TEST(LocalAddresses, V6_RX_003_groups_of_a_router_and_of_its_anycast_addresses) {
  ip::LocalAddresses local;
  local.become_router(first);
  EXPECT_EQ(changes_of(local), "+224.0.0.2 +ff02::2 +ff05::2");
  const auto own = parse_prefix("2001:db8::ab:1/64").value(),
             point_to_point = parse_prefix("2001:db8::cd:2/127").value();
  local.add(first, own);
  EXPECT_EQ(changes_of(local), "+ff02::1 +ff02::1:ffab:1 +ff02::1:ff00:0");
  local.add(first, point_to_point);
  EXPECT_EQ(changes_of(local), "+ff02::1 +ff02::1:ffcd:2") << "too long for an anycast address";
  local.remove(first, own.address);
  EXPECT_EQ(changes_of(local), "-ff02::1:ffab:1 -ff02::1:ff00:0");
  local.proxy(first, parse_address("2001:db8::ef:3").value().ipv6());
  EXPECT_EQ(changes_of(local), "+ff02::1:ffef:3");
}

TEST(LocalAddresses, MLD_010_a_host_joins_no_group_of_an_anycast_address) {
  ip::LocalAddresses local;
  const auto own = parse_prefix("2001:db8::ab:1/64").value();
  local.add(first, own, ip::AddressUse::tentative);
  EXPECT_EQ(changes_of(local), "+ff02::1 +ff02::1:ffab:1");
  local.set_use(first, own.address, ip::AddressUse::usable);
  EXPECT_EQ(changes_of(local), "");
  local.remove(first, own.address);
  EXPECT_EQ(changes_of(local), "-ff02::1:ffab:1");
}

// ---- sources ----

TEST(LocalAddresses, TUN_005_nothing_is_left_of_an_interface_that_is_forgotten) {
  ip::LocalAddresses local;
  local.become_router(first);
  for (const char* prefix : {"192.0.2.2/24", "2001:db8::2/64"}) local.add(first, *parse_prefix(prefix));
  local.add(second, *parse_prefix("198.51.100.2/24"));
  local.set_use(first, *parse_address("192.0.2.2"), ip::AddressUse::tentative);
  EXPECT_TRUE(local.has_tentative(first));
  EXPECT_FALSE(local.has_tentative(second));
  local.forget(first);
  EXPECT_FALSE(local.has_tentative(first));
  for (const char* address : {"192.0.2.2", "2001:db8::2"}) EXPECT_EQ(kind(local, address), AddressKind::unicast);
  EXPECT_EQ(kind(local, "ff02::2"), AddressKind::multicast);
  EXPECT_EQ(kind(local, "224.0.0.1"), AddressKind::multicast);
  local.take_group_changes([](const ip::GroupChange& change) { EXPECT_EQ(change.interface, second); });
  EXPECT_EQ(kind(local, "198.51.100.2", second), AddressKind::own);
  EXPECT_EQ(kind(local, "224.0.0.1", second), AddressKind::joined_group);
  local.add(first, *parse_prefix("2001:db8::2/64"));
  EXPECT_EQ(kind(local, "2001:db8::"), AddressKind::subnet_router) << "nor is it a router any more";
}

TEST(LocalAddresses, V4_TX_012_source_is_in_the_subnet_of_the_peer) {
  const auto local = addresses({"192.0.2.2/24", "10.0.0.2/8"}, {"198.51.100.2/24"});
  EXPECT_EQ(source4(local, "192.0.2.9"), "192.0.2.2");
  EXPECT_EQ(source4(local, "10.9.9.9"), "10.0.0.2");
  EXPECT_EQ(source4(local, "203.0.113.1"), "192.0.2.2") << "the first address otherwise";
  EXPECT_EQ(source4(local, "198.51.100.9"), "192.0.2.2") << "addresses of other interfaces are not used";
  EXPECT_EQ(source4(local, "192.0.2.9", second), "198.51.100.2");
}

TEST(LocalAddresses, V6_TX_002_source_has_the_scope_of_the_peer) {
  const auto local = addresses({"fe80::2/64", "2001:db8::2/64"});
  EXPECT_EQ(source6(local, "fe80::9"), "fe80::2");
  EXPECT_EQ(source6(local, "2001:db8::9"), "2001:db8::2");
  EXPECT_EQ(source6(local, "f000::1"), "2001:db8::2") << "scope comes before common bits";
  const auto reversed = addresses({"2001:db8::2/64", "fe80::2/64"});
  EXPECT_EQ(source6(reversed, "fe80::9"), "fe80::2");
  EXPECT_EQ(source6(reversed, "2001:db8::9"), "2001:db8::2");
}

TEST(LocalAddresses, V6_TX_003_source_has_the_longest_common_prefix) {
  const auto local = addresses({"2001:db8:0:1::2/64", "2001:db8:0:2::2/64", "3001::2/64"});
  EXPECT_EQ(source6(local, "2001:db8:0:1::9"), "2001:db8:0:1::2");
  EXPECT_EQ(source6(local, "2001:db8:0:2::9"), "2001:db8:0:2::2");
  EXPECT_EQ(source6(local, "2001:db8:0:3::9"), "2001:db8:0:2::2") << "63 bits against 62";
  EXPECT_EQ(source6(local, "3fff::1"), "3001::2");
}

TEST(LocalAddresses, V4_TX_003_no_address_no_source) {
  const auto local = addresses({"192.0.2.2/24"}, {"2001:db8::2/64"});
  EXPECT_EQ(source4(local, "192.0.2.9", second), "none");
  EXPECT_EQ(source6(local, "2001:db8::9", first), "none");
}

// ---- masks ----

TEST(LocalAddresses, ICMP4_MASK_002_mask_of_every_length) {
  for (unsigned length = 0; length <= 32; ++length) {
    const std::string prefix = "10.0.0.2/" + std::to_string(length);
    const auto local = addresses({prefix});
    const auto expected = static_cast<std::uint32_t>(0xffffffff00000000U >> length);
    EXPECT_EQ(mask(local, "10.0.0.2"), expected) << length;
    EXPECT_EQ(mask(local, "203.0.113.9"), expected) << length << ": the only one, whoever asks";
  }
}

TEST(LocalAddresses, ICMP4_MASK_002_mask_of_the_interface) {
  const auto local = addresses({"192.0.2.2/24"}, {"198.51.100.2/26", "2001:db8::2/64"});
  EXPECT_EQ(mask(local, "0.0.0.0"), 0xffffff00U);
  EXPECT_EQ(mask(local, "198.51.100.1"), 0xffffff00U) << "a peer of the other interface";
  EXPECT_EQ(mask(local, "0.0.0.0", second), 0xffffffc0U);
  EXPECT_EQ(mask(local, "192.0.2.1", second), 0xffffffc0U);
  EXPECT_EQ(mask(addresses({"2001:db8::2/64"}), "192.0.2.1"), std::nullopt) << "no IPv4";
  EXPECT_EQ(mask(ip::LocalAddresses{}, "192.0.2.1"), std::nullopt);
}

// RFC 1812 4.3.3.9
TEST(LocalAddresses, ICMP4_MASK_004_several_masks_on_one_interface) {
  const auto local = addresses({"192.0.2.2/24", "10.0.0.2/8", "198.51.100.2/24"});
  EXPECT_EQ(mask(local, "192.0.2.9"), 0xffffff00U);
  EXPECT_EQ(mask(local, "10.200.0.9"), 0xff000000U);
  EXPECT_EQ(mask(local, "198.51.100.9"), 0xffffff00U);
  EXPECT_EQ(mask(local, "0.0.0.0"), std::nullopt);
  EXPECT_EQ(mask(local, "203.0.113.9"), std::nullopt);
  EXPECT_EQ(mask(addresses({"192.0.2.2/24", "198.51.100.2/24"}), "0.0.0.0"), 0xffffff00U) << "several, all the same";
}

}  // namespace
}  // namespace tunstack::test::local_addresses_test
