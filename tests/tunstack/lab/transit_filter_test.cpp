// The language of capture filters, as far as a node's filter can ask for it; and routes as ip-route(8) has them.
#include "tunstack/lab/transit_filter.hpp"

#include <gmock/gmock.h>

#include "tunstack/lab/static_route.hpp"

namespace tunstack::test::lab_transit_filter_test {
namespace {

using lab::parse_static_route;
using lab::parse_transit_filter;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<ip::FilterRule> rules_of(std::string_view text) {
  const auto rules = parse_transit_filter(text);
  EXPECT_TRUE(rules.has_value()) << text << ": " << rules.error();
  return rules.value_or(std::vector<ip::FilterRule>());
}

TEST(LabTransitFilter, protocols_and_families) {
  EXPECT_THAT(rules_of(""), SizeIs(1));
  EXPECT_EQ(rules_of("icmp").at(0).protocol, 1);
  EXPECT_EQ(rules_of("icmp").at(0).family, Family::ipv4);
  EXPECT_EQ(rules_of("icmp6").at(0).protocol, 58);
  EXPECT_EQ(rules_of("icmp6").at(0).family, Family::ipv6);
  EXPECT_EQ(rules_of("ip6 and proto 47").at(0).protocol, 47);
  EXPECT_EQ(rules_of("tcp").at(0).protocol, 6);
  EXPECT_FALSE(rules_of("tcp").at(0).family);
}

TEST(LabTransitFilter, ports_of_one_direction_or_of_both) {
  const auto one = rules_of("udp dst port 53");
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].protocol, 17);
  EXPECT_EQ(one[0].destination_ports.first, 53);
  EXPECT_EQ(one[0].destination_ports.last, 53);
  EXPECT_TRUE(one[0].source_ports.is_any());
  const auto both = rules_of("tcp portrange 1-1023");
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].source_ports.last, 1023);
  EXPECT_TRUE(both[0].destination_ports.is_any());
  EXPECT_EQ(both[1].destination_ports.last, 1023);
  EXPECT_TRUE(both[1].source_ports.is_any());
}

TEST(LabTransitFilter, addresses_of_one_direction_or_of_both) {
  const auto one = rules_of("src net 192.0.2.0/24 and dst host 198.51.100.2");
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(to_text(one[0].source.value()), "192.0.2.0/24");
  EXPECT_EQ(to_text(one[0].destination.value()), "198.51.100.2/32");
  EXPECT_EQ(one[0].family, Family::ipv4);
  EXPECT_THAT(rules_of("host 2001:db8::1 and port 7"), SizeIs(4));
}

TEST(LabTransitFilter, types_and_codes_of_icmp) {
  const auto rules = rules_of("icmp[icmptype] == 3 and icmp[icmpcode] = 4");
  EXPECT_EQ(rules.at(0).icmp_type, 3);
  EXPECT_EQ(rules.at(0).icmp_code, 4);
  EXPECT_EQ(rules_of("icmp[icmptype] = icmp-echo").at(0).icmp_type, 8);
  EXPECT_EQ(rules_of("icmp6[icmp6type]==icmp6-packettoobig").at(0).icmp_type, 2);
  EXPECT_EQ(rules_of("icmp[0] == 8").at(0).icmp_type, 8);
}

TEST(LabTransitFilter, what_a_router_cannot_ask_for) {
  for (const char* const wrong : {"udp or tcp", "not icmp", "udp dst prt 53", "port 70000", "portrange 9-1", "and",
                                  "udp and", "host 192.0.2.0/24", "net nowhere", "tcp[13] == 2",
                                  "icmp[icmptype] == 256", "icmp[4] == 1", "proto 300", "src", "less 100"})
    EXPECT_FALSE(parse_transit_filter(wrong).has_value()) << wrong;
}

TEST(LabTransitFilter, actions) {
  auto rules = rules_of("port 53");
  EXPECT_EQ(lab::take_action("reject 9", rules), "");
  EXPECT_EQ(rules[0].action, ip::FilterAction::reject);
  EXPECT_EQ(rules[1].code, 9);
  EXPECT_EQ(lab::take_action("drop", rules), "");
  EXPECT_EQ(rules[1].action, ip::FilterAction::drop);
  EXPECT_EQ(lab::take_action("prohibit", rules), "");
  EXPECT_EQ(rules[0].action, ip::FilterAction::prohibit);
  EXPECT_EQ(lab::take_action("accept", rules), "");
  EXPECT_EQ(rules[0].action, ip::FilterAction::accept);
  EXPECT_THAT(lab::take_action("reject", rules), HasSubstr("no action"));
  EXPECT_THAT(lab::take_action("reject 16", rules), HasSubstr("no action"));
}

TEST(LabRoutes, lead_on_or_refuse) {
  const auto via = parse_static_route("198.51.100.0/24 via 192.0.2.3 dev left");
  ASSERT_TRUE(via.has_value());
  EXPECT_EQ(to_text(via->route.prefix), "198.51.100.0/24");
  EXPECT_EQ(to_text(via->route.gateway.value()), "192.0.2.3");
  EXPECT_EQ(via->interface, "left");
  EXPECT_EQ(to_text(parse_static_route("default via 2001:db8::1")->route.prefix), "::/0");
  EXPECT_EQ(parse_static_route("203.0.113.0/24 dev right")->interface, "right");
  EXPECT_EQ(parse_static_route("blackhole 10.0.0.0/8")->route.action, ip::RouteAction::blackhole);
  EXPECT_EQ(parse_static_route("unreachable 10.0.0.0/8")->route.action, ip::RouteAction::unreachable);
  EXPECT_EQ(parse_static_route("prohibit 2001:db8::/32")->route.action, ip::RouteAction::prohibit);
  EXPECT_EQ(parse_static_route("reject 7 10.0.0.0/8")->route.code, 7);
}

TEST(LabRoutes, say_what_is_wrong_with_them) {
  for (const char* const wrong :
       {"", "default", "198.51.100.0/24", "198.51.100.1/24 via 192.0.2.1", "198.51.100.0/24 via x",
        "198.51.100.0/24 via 2001:db8::1", "blackhole", "reject 16 10.0.0.0/8", "reject 10.0.0.0/8",
        "blackhole 10.0.0.0/8 via 192.0.2.1", "198.51.100.0/24 via 192.0.2.1 metric 3"})
    EXPECT_FALSE(parse_static_route(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace tunstack::test::lab_transit_filter_test
