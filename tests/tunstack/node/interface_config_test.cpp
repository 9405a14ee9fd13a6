// Interfaces as configured: MTU and the link-local address.
#include "tunstack/node/interface_config.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::interface_config_test {
namespace {

InterfaceConfig interface_with(std::initializer_list<std::string_view> prefixes, std::size_t mtu = 1500) {
  InterfaceConfig interface{"tun0", {}, mtu};
  for (const std::string_view prefix : prefixes) interface.addresses.push_back(parse_prefix(prefix).value());
  return interface;
}

std::vector<std::string> with_link_local(std::initializer_list<std::string_view> prefixes) {
  InterfaceConfig interface = interface_with(prefixes);
  add_link_local_address(interface);
  std::vector<std::string> texts;
  for (const IpPrefix& prefix : interface.addresses) texts.push_back(to_text(prefix));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(InterfaceMtu, TUN_006_minimum_of_ipv4_is_68) {
  EXPECT_EQ(mtu_fault(interface_with({"192.0.2.2/24"}, 67)), "the minimum is 68 for IPv4 (RFC 791 3.2)");
  EXPECT_EQ(mtu_fault(interface_with({"192.0.2.2/24"}, 0)), "the minimum is 68 for IPv4 (RFC 791 3.2)");
  EXPECT_EQ(mtu_fault(interface_with({"192.0.2.2/24"}, 68)), std::nullopt);
}

TEST(InterfaceMtu, TUN_006_minimum_of_a_link_with_ipv6_is_1280) {
  for (const auto& prefixes :
       {interface_with({"2001:db8::2/64"}, 1279), interface_with({"192.0.2.2/24", "2001:db8::2/64"}, 1279),
        interface_with({"2001:db8::2/64", "192.0.2.2/24"}, 1279)})
    EXPECT_EQ(mtu_fault(prefixes), "the minimum is 1280 on a link with IPv6 (RFC 8200 5)");
  EXPECT_EQ(mtu_fault(interface_with({"2001:db8::2/64"}, 1280)), std::nullopt);
}

TEST(InterfaceMtu, maximum_is_65535) {
  EXPECT_EQ(mtu_fault(interface_with({"192.0.2.2/24"}, 65535)), std::nullopt);
  EXPECT_EQ(mtu_fault(interface_with({"192.0.2.2/24"}, 65536)), "the maximum is 65535");
}

TEST(LinkLocalAddress, has_the_interface_identifier_of_the_first_ipv6_address) {
  EXPECT_EQ(with_link_local({"192.0.2.2/24", "2001:db8::2/64", "2001:db8::3/64"}),
            (Texts{"192.0.2.2/24", "2001:db8::2/64", "2001:db8::3/64", "fe80::2/64"}));
  EXPECT_EQ(with_link_local({"2001:db8:a:b:1234:5678:9abc:def0/64"}).back(), "fe80::1234:5678:9abc:def0/64");
}

TEST(LinkLocalAddress, is_not_added_where_there_is_one_or_no_ipv6) {
  EXPECT_EQ(with_link_local({"2001:db8::2/64", "fe80::9/64"}), (Texts{"2001:db8::2/64", "fe80::9/64"}));
  EXPECT_EQ(with_link_local({"192.0.2.2/24"}), (Texts{"192.0.2.2/24"}));
  EXPECT_EQ(with_link_local({}), Texts{});
}

}  // namespace
}  // namespace tunstack::test::interface_config_test
