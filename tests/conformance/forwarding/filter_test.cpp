// Filters of what is in transit (RFC 1812 5.3.9, RFC 1858, RFC 5095 4.2).
#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/frames.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::filter_test {

using namespace forwarding;
namespace {

using ip::FilterAction;
using ip::FilterRule;

IpPrefix prefix(std::string_view text) { return parse_prefix(text).value(); }

NodeConfig filtering(std::vector<FilterRule> rules) {
  NodeConfig config = two_doors();
  config.filter = std::move(rules);
  return config;
}

constexpr ip::PortRange port(std::uint16_t number) { return {number, number}; }
Packet to4(unsigned destination_port) { return udp4({.destination = far4}, destination_port); }
Packet to6(unsigned destination_port) { return udp6({.destination = far6}, destination_port); }

bool passes(Router& router, const Packet& packet) {
  const auto sent = router.send(packet);
  return sent.size() == 1 && sent[0].interface == far;
}

// ---- actions ----

TEST(Filter, RTR4_011_RTR6_009_ICMP4_DU_013_ICMP6_ERR_004_what_becomes_of_it) {
  Router router(filtering({{.protocol = 17, .destination_ports = port(53), .action = FilterAction::prohibit},
                           {.protocol = 17, .destination_ports = port(54), .action = FilterAction::drop},
                           {.protocol = 17, .destination_ports = port(55), .action = FilterAction::reject, .code = 10},
                           {.protocol = 17, .destination_ports = port(56), .action = FilterAction::accept},
                           {.protocol = 17, .destination_ports = {56, 60}, .action = FilterAction::drop}}));
  expect_error4(router.error(to4(53)), 3, 13, to4(53));
  expect_error6(router.error(to6(53)), 1, 1, to6(53));
  EXPECT_EQ(router.count(Reason::forward4_filter_prohibits) + router.count(Reason::forward6_filter_prohibits), 2U);
  expect_dropped(router, to4(54), Reason::forward4_filter_drops);
  expect_dropped(router, to6(54), Reason::forward6_filter_drops);
  expect_error4(router.error(to4(55)), 3, 10, to4(55));
  expect_error6(router.error(to6(55)), 1, 10, to6(55));
  EXPECT_EQ(router.count(Reason::forward4_filter_rejects) + router.count(Reason::forward6_filter_rejects), 2U);
  EXPECT_TRUE(passes(router, to4(56))) << "the first that matches decides";
  EXPECT_FALSE(passes(router, to4(57)));
  EXPECT_TRUE(passes(router, to4(61))) << "what no rule matches";
  EXPECT_TRUE(passes(router, to6(61)));
  EXPECT_EQ(icmp4_type(router.error(echo4())), 0U) << "of what is in transit alone";
}

TEST(Filter, RTR4_011_a_route_is_of_no_account) {
  Router router(filtering({{.destination = prefix("203.0.114.0/24"), .action = FilterAction::drop}}));
  expect_dropped(router, echo4({.destination = "203.0.114.1"}), Reason::forward4_filter_drops);
  expect_dropped(router, echo4({.destination = "203.0.114.1", .ttl = 1}), Reason::forward4_filter_drops);
}

// ---- what rules ask for ----

struct Case {
  const char* what;
  FilterRule rule;
  Packet matched;
  Packet passed;
};

Packet from_port(std::uint16_t port) {
  const Ipv4Fields ip{.destination = far4, .protocol = 6};
  return ipv4(ip, tcp(ip, {.source_port = port}));
}

std::vector<Case> cases() {
  return {
      {"all of a family", {.family = Family::ipv6}, to6(1), to4(1)},
      {"a door", {.from = far}, {}, to4(1)},
      {"a source", {.source = prefix("192.0.2.0/28")}, to4(1), udp4({.source = "192.0.2.17", .destination = far4})},
      {"a source of IPv6",
       {.source = prefix("2001:db8::/126")},
       to6(1),
       udp6({.source = "2001:db8::9", .destination = far6})},
      {"any source of a family", {.source = prefix("0.0.0.0/0")}, to4(1), to6(1)},
      {"a destination", {.destination = prefix("198.51.100.1/32")}, to4(1), udp4({.destination = "198.51.100.3"})},
      {"a protocol", {.protocol = 17}, to4(1), echo4({.destination = far4})},
      {"a source port", {.source_ports = {1, 1023}}, from_port(1023), from_port(1024)},
      {"ports of anything but TCP and UDP",
       {.destination_ports = port(53)},
       to4(53),
       ipv4({.destination = far4, .protocol = 253}, hex("00350035 00080000"))},
      {"ports that are cut off",
       {.destination_ports = port(0)},
       to4(0),
       ipv4({.destination = far4, .protocol = 17, .flags_and_offset = 0x2000}, {0, 1})},
      {"ports and nothing behind them",
       {.destination_ports = port(53)},
       ipv4({.destination = far4, .protocol = 17, .flags_and_offset = 0x2000}, {0, 1, 0, 53}),
       to4(54)},
      {"ports in another fragment",
       {.destination_ports = port(0x3435)},
       to4(0x3435),
       ipv4({.destination = far4, .protocol = 17, .flags_and_offset = 2}, hex("34353435 00080000"))},
      {"an ICMP type",
       {.icmp_type = 8},
       echo4({.destination = far4}),
       ipv4({.destination = far4}, icmpv4(13, 0, 0, counting(12)))},
      {"an ICMP code",
       {.icmp_type = 3, .icmp_code = 1},
       ipv4({.destination = far4}, icmpv4(3, 1, 0, counting(28))),
       ipv4({.destination = far4}, icmpv4(3, 2, 0, counting(28)))},
      {"a type of ICMPv6",
       {.icmp_type = 128},
       echo6({.destination = far6}),
       ipv6({.destination = far6}, icmpv6({.destination = far6}, 129, 0, 0, {}))},
      {"ICMP of the other family",
       {.icmp_type = 8},
       echo4({.destination = far4}),
       ipv6({.destination = far6, .next_header = 1}, icmpv4(8, 0, 0, {}))},
      {"a type that is cut off",
       {.icmp_type = 0},
       ipv4({.destination = far4, .flags_and_offset = 0x2000}, {0, 0}),
       ipv4({.destination = far4, .flags_and_offset = 0x2000}, {0})},
      {"behind extension headers",
       {.protocol = 58, .icmp_type = 128},
       chained_icmp({destination_options()}, 128, counting(8), {.destination = far6}),
       chained_icmp({destination_options()}, 129, counting(8), {.destination = far6})},
      {"a protocol in another fragment",
       {.protocol = 17},
       with_headers(ipv6({.destination = far6, .next_header = 17}, counting(16)), {fragment_header(16, false)}),
       with_headers(ipv6({.destination = far6, .next_header = 6}, counting(16)), {fragment_header(16, false)})},
      {"V6-EXT-014: a routing header of type 0",
       {.routing_type = 0},
       with_headers(echo6({.destination = far6}), {routing(0, 0, Packet(4) + octets_of(far6))}),
       with_headers(echo6({.destination = far6}), {routing(4, 0, Packet(4) + octets_of(far6))})},
      {"an extension header",
       {.extension = 0},
       chained_icmp({hop_by_hop("0104 00000000")}, 128, counting(8), {.destination = far6}),
       chained_icmp({destination_options()}, 128, counting(8), {.destination = far6})},
      {"V4-OPT-027: an option",
       {.option = 0x94},
       echo4({.destination = far4, .options = hex("01 94040000 000000")}),
       echo4({.destination = far4, .options = hex("01 95040000 000000")})},
      {"a precedence (ICMP4-DU-014)",
       {.least_precedence = 4},
       echo4({.destination = far4, .tos = 0xa0}),
       echo4({.destination = far4, .tos = 0x60})},
  };
}

TEST(Filter, RTR4_011_V6_EXT_014_what_rules_ask_for) {
  for (Case& c : cases()) {
    SCOPED_TRACE(c.what);
    c.rule.action = FilterAction::drop;
    Router router(filtering({c.rule}));
    if (!c.matched.empty()) {
      EXPECT_FALSE(passes(router, c.matched));
      EXPECT_EQ(router.count(Reason::forward4_filter_drops) + router.count(Reason::forward6_filter_drops), 1U);
    }
    EXPECT_TRUE(passes(router, c.passed));
  }
}

TEST(Filter, RTR4_011_what_came_in_by_a_door) {
  Router router(filtering({{.from = far, .action = FilterAction::drop}}));
  expect_dropped(router, echo4({.source = far4, .destination = near4}), Reason::forward4_filter_drops, far);
  EXPECT_TRUE(passes(router, to4(1)));
}

TEST(Filter, ICMP4_DU_014_a_precedence_that_is_too_high) {
  Router router(filtering(
      {{.source = prefix("192.0.2.0/24"), .least_precedence = 4, .action = FilterAction::reject, .code = 14}}));
  const Packet packet = echo4({.destination = far4, .tos = 0xa0});
  expect_error4(router.error(packet), 3, 14, packet);
  for (const unsigned type : {3U, 5U, 11U, 12U}) {
    const Packet error = ipv4({.destination = far4, .tos = 0xa0}, icmpv4(type, 0, 0, part(packet, 0, 28)));
    expect_dropped(router, error, Reason::icmp4_about_icmp_error);
  }
}

TEST(Filter, V4_OPT_027_options_pass_are_dropped_or_rejected_as_configured) {
  const Packet recording = echo4({.destination = far4, .options = hex("07070400 00000000")});
  const Packet loose = echo4({.destination = far4, .options = hex("830704 c6336401 00")});
  Router usual, hardened({"ip4.source_route=drop"});
  EXPECT_TRUE(passes(usual, recording));
  EXPECT_TRUE(passes(usual, loose));
  expect_dropped(hardened, loose, Reason::ipv4_source_route_refused);
  for (const std::uint8_t code : {std::uint8_t{12}, std::uint8_t{13}}) {
    Router rejecting(filtering({{.option = 7, .action = FilterAction::reject, .code = code}}));
    expect_error4(rejecting.error(recording), 3, code, recording);
    EXPECT_TRUE(passes(rejecting, loose));
  }
}

// ---- fragments ----

Packet tcp_fragment(unsigned offset, bool more, std::size_t size) {
  return ipv4({.destination = far4, .protocol = 6, .flags_and_offset = offset | (more ? 0x2000U : 0U)}, counting(size));
}

TEST(Filter, V4_FRAG_014_fragments_that_hide_fields_of_TCP_where_a_filter_asks_for_them) {
  const std::vector<Packet> hiding = {tcp_fragment(1, false, 24), tcp_fragment(1, true, 24), tcp_fragment(0, true, 8)};
  const std::vector<Packet> harmless = {
      tcp_fragment(0, true, 16), tcp_fragment(2, false, 24),
      ipv4({.destination = far4, .protocol = 17, .flags_and_offset = 1}, counting(24))};
  Router asking(filtering({{.protocol = 6, .destination_ports = port(23), .action = FilterAction::drop}}));
  for (const Packet& packet : hiding) expect_dropped(asking, packet, Reason::forward4_tcp_fragment_tiny);
  for (const Packet& packet : harmless) EXPECT_TRUE(passes(asking, packet));
  for (const FilterRule& rule :
       {FilterRule{.protocol = 17, .destination_ports = port(53)}, FilterRule{.protocol = 1}}) {
    Router other(filtering({rule}));
    for (const Packet& packet : hiding) EXPECT_TRUE(passes(other, packet)) << "no filter asks for TCP";
  }
}

// RFC 7112 5: otherwise what a rule is about could follow in another fragment, where no rule sees it.
TEST(Filter, V6_FRAG_007_V6_FRAG_008_first_fragments_of_IPv6_that_hide_headers_where_a_filter_asks_for_them) {
  const auto first_with = [](unsigned protocol, std::size_t size, std::vector<Part> before = {}) {
    before.push_back(fragment_header(0, true));
    return with_headers(ipv6({.destination = far6, .next_header = protocol}, counting(size)), before);
  };
  const Packet cut_header = with_headers(ipv6({.destination = far6, .next_header = 60}, hex("0605010c 00000000")),
                                         {fragment_header(0, true)});
  const Packet cut_echo =
      with_headers(ipv6({.destination = far6, .next_header = 58}, hex("80000000")), {fragment_header(0, true)});
  const std::vector<Packet> hiding = {first_with(6, 16), first_with(17, 0), cut_echo, cut_header,
                                      first_with(6, 8, {destination_options()})};
  const std::vector<Packet> harmless = {
      first_with(6, 24),
      first_with(17, 8),
      first_with(253, 8),
      first_with(59, 0),
      with_headers(ipv6({.destination = far6, .next_header = 253}, {}), {fragment_header(0, false)}),
      with_headers(ipv6({.destination = far6, .next_header = 6}, counting(8)), {fragment_header(8, true)}),
      ipv6({.destination = far6, .next_header = 253}, {})};
  const std::vector<FilterRule> asking = {
      {.destination_ports = port(23)}, {.protocol = 6}, {.icmp_type = 128}, {.extension = 60}, {.routing_type = 0}};
  for (const FilterRule& rule : asking) {
    for (const Packet& packet : hiding) {
      Router router(filtering({rule}));
      const Packet error = router.error(packet);
      expect_error6(error, 4, 3, packet);
      EXPECT_EQ(be32(error, 44), 0U);
      EXPECT_EQ(router.count(Reason::forward6_fragment_lacks_headers), 1U);
    }
    Router router(filtering({rule}));
    for (const Packet& packet : harmless) EXPECT_TRUE(passes(router, packet));
    expect_dropped(router, first_with(58, 0), Reason::icmp6_about_icmp_error);
  }
  for (const FilterRule& rule : {FilterRule{.destination = prefix("2001:db8:7::/48"), .action = FilterAction::drop},
                                 FilterRule{.family = Family::ipv4, .destination_ports = port(23)},
                                 FilterRule{.source = prefix("192.0.2.0/24"), .protocol = 6}}) {
    Router other(filtering({rule}));
    for (const Packet& packet : hiding) EXPECT_TRUE(passes(other, packet)) << "no filter asks for it";
  }
}

TEST(Filter, RTR4_011_the_steps_of_a_source_route_are_asked_for) {
  Router router(filtering({{.destination = prefix("198.51.100.1/32"), .action = FilterAction::drop}}));
  const Packet routed = echo4({.destination = router_near4, .options = hex("830704") + octets_of(far4) + hex("01")});
  expect_dropped(router, routed, Reason::forward4_filter_drops);
}

}  // namespace
}  // namespace tunstack::test::filter_test
