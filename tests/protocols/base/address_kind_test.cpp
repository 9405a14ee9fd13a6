// What an address alone tells of itself: the edges of every range.
#include "protocols/base/address_kind.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::address_kind_test {
namespace {

struct KindCase {
  std::string_view address;
  AddressKind kind;
};

TEST(AddressKindOfIpv4, edges_of_the_ranges) {
  using enum AddressKind;
  for (const auto& [address, kind] :
       {KindCase{"0.0.0.0", unspecified}, KindCase{"0.0.0.1", this_network}, KindCase{"0.255.255.255", this_network},
        KindCase{"1.0.0.0", AddressKind::unicast}, KindCase{"126.255.255.255", AddressKind::unicast},
        KindCase{"127.0.0.0", loopback}, KindCase{"127.255.255.255", loopback}, KindCase{"128.0.0.0", unicast},
        KindCase{"223.255.255.255", unicast}, KindCase{"224.0.0.0", multicast}, KindCase{"239.255.255.255", multicast},
        KindCase{"240.0.0.0", reserved}, KindCase{"255.255.255.254", reserved},
        KindCase{"255.255.255.255", limited_broadcast}})
    EXPECT_EQ(kind_of(parse_address(address)->ipv4()), kind) << address;
}

TEST(AddressKindOfIpv6, edges_of_the_ranges) {
  using enum AddressKind;
  for (const auto& [address, kind] :
       {KindCase{"::", unspecified}, KindCase{"::1", loopback}, KindCase{"::2", ipv4_in_ipv6},
        KindCase{"::ffff:ffff", ipv4_in_ipv6}, KindCase{"::192.0.2.1", ipv4_in_ipv6},
        KindCase{"::ffff:0:0", ipv4_in_ipv6}, KindCase{"::ffff:192.0.2.1", ipv4_in_ipv6},
        KindCase{"::fffe:c000:201", unicast}, KindCase{"::ff:c000:201", unicast}, KindCase{"::1:0:0", unicast},
        KindCase{"::1:ffff:0:0", unicast}, KindCase{"::1:0:0:0", unicast}, KindCase{"64:ff9b::c000:201", unicast},
        KindCase{"1::", unicast}, KindCase{"2001:db8::1", unicast}, KindCase{"fe80::1", unicast},
        KindCase{"feff::1", unicast}})
    EXPECT_EQ(kind_of(parse_address(address)->ipv6()), kind) << address;
}

TEST(AddressKindOfIpv6, V6_RX_007_multicast_of_scope_0_or_1_is_too_narrow) {
  for (const std::string_view address : {"ff00::1", "ff01::1", "ff10::1", "ff71::1", "fff1::1"})
    EXPECT_EQ(kind_of(parse_address(address)->ipv6()), AddressKind::multicast_too_narrow) << address;
  for (const std::string_view address : {"ff02::1", "ff05::2", "ff0e::1", "ff0f::1", "ff12::1", "ffff::1"})
    EXPECT_EQ(kind_of(parse_address(address)->ipv6()), AddressKind::multicast) << address;
}

struct Classes {
  AddressKind kind;
  bool own, broadcast, multicast;
};

// Every kind once, so that a kind added in the wrong place shows.
TEST(AddressKinds, belong_to_the_right_classes) {
  using enum AddressKind;
  for (const auto& [kind, own, broadcast, multicast] :
       {Classes{AddressKind::unicast, false, false, false}, Classes{AddressKind::own, true, false, false},
        Classes{own_elsewhere, true, false, false}, Classes{subnet_router, false, false, false},
        Classes{own_anycast, false, false, false}, Classes{anycast_elsewhere, false, false, false},
        Classes{proxied, false, false, false}, Classes{unspecified, false, false, false},
        Classes{this_network, false, false, false}, Classes{loopback, false, false, false},
        Classes{reserved, false, false, false}, Classes{ipv4_in_ipv6, false, false, false},
        Classes{limited_broadcast, false, true, false}, Classes{directed_broadcast, false, true, false},
        Classes{zero_broadcast, false, true, false}, Classes{broadcast_elsewhere, false, true, false},
        Classes{joined_group, false, false, true}, Classes{AddressKind::multicast, false, false, true},
        Classes{multicast_too_narrow, false, false, true}}) {
    const int number = static_cast<int>(kind);
    EXPECT_EQ(is_own(kind), own) << number;
    EXPECT_EQ(is_broadcast(kind), broadcast) << number;
    EXPECT_EQ(is_multicast(kind), multicast) << number;
    EXPECT_EQ(is_group(kind), broadcast || multicast) << number;
  }
}

}  // namespace
}  // namespace tunstack::test::address_kind_test
