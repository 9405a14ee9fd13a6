// Which rule a message breaks first. Conformance tests send the same through a whole host.
#include "protocols/discovery/nd_rules.hpp"

#include "tests/support/frames.hpp"

namespace tunstack::test::nd_rules_test {
namespace {

using namespace discovery;

/// The reason to refuse a message of good shape, if any.
MaybeReason refused(const Packet& datagram, AddressKind target = AddressKind::unicast) {
  const auto ip = Ipv6View::parse(datagram);
  NdInput input{*ip, ip->payload(), 24, target};
  if (const auto broken = first_broken<nd_rules>(input)) return broken;
  return input.message[0] == 135 ? first_broken<neighbor_solicitation_rules>(input)
                                 : first_broken<neighbor_advertisement_rules>(input);
}
MaybeReason refused_of_own(const Packet& datagram) { return refused(datagram, AddressKind::own); }

TEST(NdRules, ND_NS_001_good_messages) {
  EXPECT_EQ(refused_of_own(solicitation()), MaybeReason{});
  EXPECT_EQ(refused_of_own(solicitation({.source = "::", .options = {}})), MaybeReason{});
  EXPECT_EQ(refused(advertisement()), MaybeReason{});
  EXPECT_EQ(refused(advertisement({.destination = "ff02::1", .flags = 0xa0000000})), MaybeReason{});
}

// The reasons in the order of asking: each message breaks one rule, and all that come later.
TEST(NdRules, ND_GEN_001_the_first_broken_rule) {
  const Packet bad_option = hex("01 00 00 00 00 00 00 00");
  SolicitationFields fields{.source = "::",
                            .destination = "2001:db8::2",
                            .target = "ff02::1",
                            .options = bad_option,
                            .hop_limit = 64,
                            .code = 1};
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_hop_limit_not_255);
  fields.hop_limit = 255;
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_code_not_0);
  fields.code = 0;
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_option_malformed);
  fields.options = source_option(peer_mac);
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_target_multicast);
  fields.target = "2001:db8::3";
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_unspecified_not_to_solicited_node);
  fields.destination = "ff02::1:ff00:3";
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_unspecified_has_link_address);
  fields.options = {};
  EXPECT_EQ(refused(solicitation(fields)), Reason::nd_target_not_ours);
  EXPECT_EQ(refused_of_own(solicitation(fields)), MaybeReason{});
}

TEST(NdRules, ND_NS_003_whose_target_is_answered_for) {
  struct Row {
    AddressKind target;
    MaybeReason refused;
  };
  for (const auto& [target, expected] :
       {Row{AddressKind::own, {}}, Row{AddressKind::tentative, {}}, Row{AddressKind::own_anycast, {}},
        Row{AddressKind::proxied, {}}, Row{AddressKind::anycast_elsewhere, Reason::nd_target_not_ours},
        Row{AddressKind::subnet_router, Reason::nd_target_not_ours},
        Row{AddressKind::own_elsewhere, Reason::nd_target_not_ours},
        Row{AddressKind::unicast, Reason::nd_target_not_ours}})
    EXPECT_EQ(refused(solicitation(), target), expected) << static_cast<int>(target);
}

TEST(NdRules, ND_NA_005_advertisements) {
  AdvertisementFields fields{.destination = "ff02::1", .target = "ff02::1", .flags = 0x40000000};
  EXPECT_EQ(refused_of_own(advertisement(fields)), Reason::nd_target_multicast);
  fields.target = "2001:db8::1";
  EXPECT_EQ(refused_of_own(advertisement(fields)), Reason::nd_solicited_advertisement_to_group);
  fields.flags = 0xbfffffff;
  EXPECT_EQ(refused_of_own(advertisement(fields)), Reason::nd_advertisement_of_own_address);
  EXPECT_EQ(refused(advertisement(fields)), MaybeReason{});
}

TEST(NdRules, ND_NS_001_too_short_is_asked_before_options) {
  const Ipv6Fields ip{.hop_limit = 255};
  for (std::size_t size = 0; size < 16; ++size)
    EXPECT_EQ(refused(ipv6(ip, icmpv6(ip, 135, 0, 0, Packet(size)))), Reason::nd_message_too_short) << size;
}

TEST(NdRules, ND_NS_002_solicited_node_groups) {
  const auto is_group = [](std::string_view address) {
    return is_solicited_node_group(Ipv6Address::load(octets_of(address), 0));
  };
  for (const char* group : {"ff02::1:ff00:0", "ff02::1:ff00:2", "ff02::1:ffff:ffff"})
    EXPECT_TRUE(is_group(group)) << group;
  for (const char* other : {"ff02::1", "ff02::1:fe00:2", "ff02::2:ff00:2", "ff05::1:ff00:2", "fe02::1:ff00:2",
                            "ff02:1::1:ff00:2", "ff02::1:0:1:ff00:2", "2001:db8::1:ff00:2"})
    EXPECT_FALSE(is_group(other)) << other;
}

}  // namespace
}  // namespace tunstack::test::nd_rules_test
