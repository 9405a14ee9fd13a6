// Each rule on redirects broken in turn, for both families.
#include "protocols/discovery/routers/redirect_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::redirect_rules_test {
namespace {

using namespace tunstack::discovery;

constexpr std::string_view none = "";
std::string_view name_of(MaybeReason reason) { return reason ? info(*reason).name : none; }

// ---- IPv4 ----

/// About a packet from 192.0.2.2 to 198.51.100.7.
Packet quoted(std::size_t data = 8, const Packet& options = {}) {
  return ipv4({.source = "192.0.2.2", .destination = "198.51.100.7", .protocol = 17, .options = options},
              counting(data));
}
Packet redirect4(unsigned code, const Packet& quote) { return icmpv4(5, code, 0xc0000263, quote); }
Packet first_of(Packet message, std::size_t size) {
  message.resize(size);
  return message;
}
Packet with(Packet message, std::size_t at, std::uint8_t value) {
  message[at] = value;
  return message;
}

TEST(RedirectRules, ICMP4_RED_008_messages) {
  const Packet right = redirect4(1, quoted());
  const Packet with_options = redirect4(1, quoted(8, Packet(40, 1)));
  struct Case {
    const char* what;
    Packet message;
    std::string_view broken;
  };
  for (const Case& c : {
           Case{"of a network", redirect4(0, quoted()), none},
           Case{"of a host", right, none},
           Case{"of a network and TOS", redirect4(2, quoted()), none},
           Case{"of a host and TOS", redirect4(3, quoted()), none},
           Case{"code 4", redirect4(4, quoted()), "icmp4_redirect_code_unknown"},
           Case{"code 255", redirect4(255, quoted()), "icmp4_redirect_code_unknown"},
           Case{"more than 8 octets quoted", redirect4(1, quoted(100)), none},
           Case{"7 octets quoted", first_of(right, 35), "icmp4_redirect_too_short"},
           Case{"no quote", first_of(right, 8), "icmp4_redirect_too_short"},
           Case{"nothing", {}, "icmp4_redirect_too_short"},
           Case{"options", with_options, none},
           Case{"options, 7 octets behind them", first_of(with_options, 75), "icmp4_redirect_too_short"},
           Case{"options, none of them there", first_of(with_options, 36), "icmp4_redirect_too_short"},
           Case{"IPv6", with(right, 8, 0x65), "icmp4_redirect_quotes_no_ipv4"},
           Case{"header of 16 octets", with(right, 8, 0x44), "icmp4_redirect_quotes_no_ipv4"},
       }) {
    const auto redirect = Ipv4Redirect::parse(c.message);
    EXPECT_EQ(redirect ? none : info(redirect.error()).name, c.broken) << c.what;
    if (!redirect) continue;
    EXPECT_EQ(redirect->gateway.value, 0xc0000263) << c.what;
    EXPECT_EQ(redirect->quoted_source.value, 0xc0000202) << c.what;
    EXPECT_EQ(redirect->destination.value, 0xc6336407) << c.what;
  }
}

constexpr Ipv4RedirectInput believed4{.accept_redirects = true,
                                      .gateway = AddressKind::unicast,
                                      .gateway_is_on_link = true,
                                      .quoted_source_is_ours = true,
                                      .destination = AddressKind::unicast,
                                      .destination_is_on_link = false,
                                      .source_is_first_hop = true,
                                      .gateway_is_trusted = true,
                                      .quotes_sent_packet = true};

std::string_view broken4(auto change) {
  Ipv4RedirectInput input = believed4;
  change(input);
  return name_of(first_broken<ipv4_redirect_rules>(input));
}

TEST(RedirectRules, ICMP4_RED_008_one_that_is_believed) {
  EXPECT_EQ(broken4([](Ipv4RedirectInput&) {}), none);
}

TEST(RedirectRules, ICMP4_RED_009_the_new_gateway) {
  EXPECT_EQ(broken4([](auto& in) { in.gateway_is_on_link = false; }), "icmp4_redirect_gateway_off_link");
  for (const AddressKind kind : {AddressKind::own, AddressKind::own_elsewhere})
    EXPECT_EQ(broken4([&](auto& in) { in.gateway = kind; }), "icmp4_redirect_gateway_is_ours");
  for (const AddressKind kind :
       {AddressKind::limited_broadcast, AddressKind::directed_broadcast, AddressKind::zero_broadcast,
        AddressKind::broadcast_elsewhere, AddressKind::joined_group, AddressKind::multicast, AddressKind::loopback,
        AddressKind::unspecified, AddressKind::this_network, AddressKind::reserved})
    EXPECT_EQ(broken4([&](auto& in) { in.gateway = kind; }), "icmp4_redirect_gateway_not_unicast");
}

TEST(RedirectRules, ICMP4_RED_009_ICMP4_RED_011_strangers_and_packets_that_were_not_sent) {
  EXPECT_EQ(broken4([](auto& in) { in.gateway_is_trusted = false; }), "icmp4_redirect_gateway_unknown");
  EXPECT_EQ(broken4([](auto& in) { in.quotes_sent_packet = false; }), "icmp4_redirect_about_packet_not_sent");
}

TEST(RedirectRules, ICMP4_RED_010_the_source) {
  EXPECT_EQ(broken4([](auto& in) { in.source_is_first_hop = false; }), "icmp4_redirect_not_from_first_hop");
}

TEST(RedirectRules, ICMP4_RED_011_the_quoted_packet) {
  EXPECT_EQ(broken4([](auto& in) { in.quoted_source_is_ours = false; }), "icmp4_redirect_about_foreign_packet");
  EXPECT_EQ(broken4([](auto& in) { in.destination_is_on_link = true; }), "icmp4_redirect_destination_on_link");
  for (const AddressKind kind :
       {AddressKind::limited_broadcast, AddressKind::directed_broadcast, AddressKind::zero_broadcast,
        AddressKind::broadcast_elsewhere, AddressKind::joined_group, AddressKind::multicast, AddressKind::own,
        AddressKind::own_elsewhere, AddressKind::loopback, AddressKind::unspecified})
    EXPECT_EQ(broken4([&](auto& in) { in.destination = kind; }), "icmp4_redirect_destination_not_unicast");
}

TEST(RedirectRules, ICMP4_RED_012_off) {
  EXPECT_EQ(broken4([](auto& in) { in.accept_redirects = false; }), "icmp4_redirects_off");
}

// ---- IPv6 ----

constexpr std::string_view router = "fe80::1";
const char* const link_local_target = "fe800000000000000000000000000002";
const char* const neighbor = "20010db8000900000000000000000009";
const char* const destination = "20010db8000000000000000000000063";
const char* const group = "ff0e0000000000000000000000000063";

Packet redirect6(const char* target, const char* to, const Packet& options = {}, std::uint8_t code = 0) {
  return Packet{137, code, 0, 0, 0, 0, 0, 0} + hex(target) + hex(to) + options;
}

struct RedirectCase {
  const char* what;
  std::string_view broken;
  Packet message = redirect6(link_local_target, destination);
  std::string_view source = router;
  unsigned hop_limit = 255;
};

/// Calls `look` with the message as it comes in a packet.
auto with_input(const RedirectCase& c, const auto& look) {
  const Packet packet = ipv6({.source = c.source, .hop_limit = c.hop_limit}, c.message);
  const auto view = Ipv6View::parse(packet).value();
  return look(NdInput{view, view.payload(), redirect_size});
}

std::string_view broken6(const RedirectCase& c) {
  return with_input(c, [](const NdInput& input) {
    const auto broken = first_broken<nd_rules>(input);
    return name_of(broken ? broken : first_broken<ipv6_redirect_message_rules>(input));
  });
}

TEST(RedirectRules, ND_RED_005_messages) {
  const Packet option = hex("0201 020000000002");
  for (const RedirectCase& c : {
           RedirectCase{"to a router", none},
           RedirectCase{"to the destination", none, redirect6(destination, destination)},
           RedirectCase{"link-local destination", none, redirect6(link_local_target, link_local_target)},
           RedirectCase{"options", none, redirect6(link_local_target, destination, option + hex("0401 000000000000"))},
           RedirectCase{"unknown option", none, redirect6(link_local_target, destination, hex("fd01 000000000000"))},
           RedirectCase{"hop limit 254", "nd_hop_limit_not_255", redirect6(neighbor, destination), router, 254},
           RedirectCase{"code 1", "nd_code_not_0", redirect6(link_local_target, destination, {}, 1)},
           RedirectCase{"39 octets", "nd_message_too_short", first_of(redirect6(neighbor, destination), 39)},
           RedirectCase{"option beyond the end", "nd_option_malformed",
                        redirect6(link_local_target, destination, hex("0202 020000000002"))},
           RedirectCase{"half an option", "nd_option_malformed", redirect6(link_local_target, destination, hex("02"))},
           RedirectCase{"global source", "icmp6_redirect_source_not_link_local",
                        redirect6(link_local_target, destination), "2001:db8::1"},
           RedirectCase{"site-local source", "icmp6_redirect_source_not_link_local",
                        redirect6(link_local_target, destination), "fec0::1"},
           RedirectCase{"no source", "icmp6_redirect_source_not_link_local", redirect6(link_local_target, destination),
                        "::"},
           RedirectCase{"multicast destination", "icmp6_redirect_destination_multicast",
                        redirect6(link_local_target, group)},
           RedirectCase{"both multicast", "icmp6_redirect_destination_multicast", redirect6(group, group)},
           RedirectCase{"target elsewhere", "icmp6_redirect_target_invalid", redirect6(neighbor, destination)},
           RedirectCase{"target multicast", "icmp6_redirect_target_invalid", redirect6(group, destination)},
       })
    EXPECT_EQ(broken6(c), c.broken) << c.what;
}

Ipv6Redirect what_it_says(const Packet& message) {
  return with_input({"", none, message}, [](const NdInput& input) { return Ipv6Redirect::of(input); });
}

TEST(RedirectRules, ND_RED_006_what_it_says) {
  const Ipv6Redirect by_router =
      what_it_says(redirect6(link_local_target, destination, hex("0101 020000000001 0201 020000000002")));
  EXPECT_EQ(by_router.target, Ipv6Address::load(hex(link_local_target), 0));
  EXPECT_EQ(by_router.destination, Ipv6Address::load(hex(destination), 0));
  EXPECT_TRUE(by_router.target_is_router());
  EXPECT_EQ(by_router.target_mac, (MacAddress{{2, 0, 0, 0, 0, 2}}));
  const Ipv6Redirect direct = what_it_says(redirect6(destination, destination));
  EXPECT_FALSE(direct.target_is_router()) << "the destination is on the link";
  EXPECT_EQ(direct.target_mac, std::nullopt);
}

TEST(RedirectRules, ND_RED_005_what_the_node_knows) {
  struct Case {
    const char* what;
    Ipv6RedirectInput input;
    std::string_view broken;
  };
  for (const Case& c : {
           Case{"believed", {true, false, true, true, true, true}, none},
           Case{"off", {false, false, true, true, true, true}, "icmp6_redirects_off"},
           Case{"to ourselves", {true, true, true, true, true, true}, "icmp6_redirect_target_is_ours"},
           Case{"from another neighbor", {true, false, false, true, true, true}, "icmp6_redirect_not_from_first_hop"},
           Case{"to a stranger", {true, false, true, false, true, true}, "icmp6_redirect_target_unknown"},
           Case{"of a foreign packet", {true, false, true, true, false, true}, "icmp6_redirect_about_foreign_packet"},
           Case{"nothing was sent", {true, false, true, true, true, false}, "icmp6_redirect_about_packet_not_sent"},
       })
    EXPECT_EQ(name_of(first_broken<ipv6_redirect_rules>(c.input)), c.broken) << c.what;
}

}  // namespace
}  // namespace tunstack::test::redirect_rules_test
