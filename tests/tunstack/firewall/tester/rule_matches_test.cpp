// Which rules a packet suggests, the most precise first.
#include "tunstack/firewall/tester/rule_matches.hpp"

#include <gmock/gmock.h>

#include "tunstack/firewall/tester/packet_facts.hpp"

namespace tunstack::test::rule_matches_test {
namespace {

using firewall::Case;
using firewall::Flow;
using firewall::Mode;
using firewall::Places;
using firewall::RuleMatch;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

/// A case of one packet with the names of examples.
struct Example {
  Case a_case;
  std::vector<std::uint8_t> packet;
  Places places = firewall::example_places(Mode::host, "eth0", "eth1");

  Example(const std::string& line, Family family, Mode mode = Mode::host, Flow flow = Flow::none) {
    a_case.mode = mode;
    a_case.family = family;
    a_case.flow = flow;
    a_case.packets = {line};
    packet = packets_of(a_case, example_names(a_case, 0)).value().at(0);
  }

  std::vector<RuleMatch> in() const { return matches_to_let_in(a_case, packet, places); }
  std::vector<RuleMatch> out() const { return matches_to_keep_out(a_case, packet, places); }
};

std::vector<std::string> of_nft(const std::vector<RuleMatch>& matches) {
  std::vector<std::string> texts;
  for (const RuleMatch& match : matches) texts.push_back(match.nft);
  return texts;
}

TEST(RuleMatches, errors_about_a_conversation_are_related) {
  const Example too_big("peer > host ICMP6 packet too big, mtu 1400 [flow]", Family::ipv6, Mode::host, Flow::udp);
  const auto matches = too_big.in();
  EXPECT_EQ(matches.at(0).nft,
            "ct state related icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, "
            "parameter-problem }");
  EXPECT_EQ(matches.at(0).iptables, "") << "it has no sets of types";
  EXPECT_EQ(matches.at(1), (RuleMatch{"ct state related icmpv6 type packet-too-big",
                                      "-m conntrack --ctstate RELATED -p ipv6-icmp --icmpv6-type 2"}));
}

TEST(RuleMatches, neighbor_discovery_comes_from_the_link) {
  const Example asked("peer > host ICMP6 neighbor solicitation of 2001:db8:1::1", Family::ipv6);
  EXPECT_EQ(asked.in().at(0).nft, "icmpv6 type nd-neighbor-solicit ip6 hoplimit 255");
  const Example forged("far > host ICMP6 neighbor solicitation of 2001:db8:1::1, hop limit 64", Family::ipv6);
  EXPECT_EQ(forged.out().at(0), (RuleMatch{"icmpv6 type nd-neighbor-solicit ip6 hoplimit != 255",
                                           "-p ipv6-icmp --icmpv6-type 135 -m hl ! --hl-eq 255"}));
}

TEST(RuleMatches, services_are_opened_for_those_who_open_connections) {
  EXPECT_THAT(of_nft(Example("far > host TCP 40000 > 22 [S]", Family::ipv4).in()),
              ElementsAre("tcp dport 22 tcp flags & (fin | syn | rst | ack) == syn", "tcp dport 22"));
  EXPECT_THAT(of_nft(Example("far > host UDP 40000 > 53", Family::ipv4).in()), ElementsAre("udp dport 53"));
}

TEST(RuleMatches, sources_that_nobody_has_are_kept_out_by_their_prefix) {
  EXPECT_EQ(Example("240.0.0.1 > host ICMP echo request", Family::ipv4).out().at(0),
            (RuleMatch{"ip saddr 240.0.0.0/4", "-s 240.0.0.0/4"}));
  EXPECT_EQ(Example("::ffff:192.0.2.2 > host ICMP6 echo request", Family::ipv6).out().at(0).nft,
            "ip6 saddr ::ffff:0:0/96");
  EXPECT_EQ(Example("broadcast > host ICMP echo request", Family::ipv4).out().at(0).nft, "fib saddr type broadcast");
  EXPECT_THAT(of_nft(Example("far > host ICMP echo request", Family::ipv4).out()),
              Not(Contains(testing::HasSubstr("saddr"))));
}

TEST(RuleMatches, a_router_knows_who_is_inside) {
  Example spoofed("client > server TCP 40000 > 80 [S]", Family::ipv4, Mode::router);
  spoofed.places = firewall::example_places(Mode::router, "wan", "lan");
  EXPECT_EQ(spoofed.out().at(0), (RuleMatch{"iifname \"wan\" ip saddr 198.51.100.0/24", "-i wan -s 198.51.100.0/24"}));
  Example leaving("other > far UDP 40000 > 53", Family::ipv4, Mode::router);
  leaving.places = spoofed.places;
  leaving.a_case.from = firewall::Side::inside;
  EXPECT_EQ(leaving.out().at(0),
            (RuleMatch{"iifname \"lan\" ip saddr != 198.51.100.0/24", "-i lan ! -s 198.51.100.0/24"}));
}

TEST(RuleMatches, headers_and_flags_that_nobody_needs) {
  const Example no_flags("far > host TCP 40000 > 80 []", Family::ipv4);
  EXPECT_EQ(no_flags.out().at(0),
            (RuleMatch{"tcp flags & (fin | syn | rst | psh | ack | urg) == 0x0", "-p tcp --tcp-flags ALL NONE"}));
  const Example xmas("far > host TCP 40000 > 80 [FPU]", Family::ipv4);
  EXPECT_EQ(xmas.out().at(0).iptables, "-p tcp --tcp-flags ALL FIN,PSH,URG");
  const Example routed("far > host RH type 0 left 0 (far), ICMP6 echo request", Family::ipv6);
  EXPECT_EQ(routed.out().at(0), (RuleMatch{"rt type 0", "-m rt --rt-type 0"}));
  const Example recorded("far > host ICMP echo request, options rr free 2", Family::ipv4);
  EXPECT_EQ(recorded.out().at(0).nft, "ip option rr exists");
}

// The port is one of the tests' own: a rule that names it would be of use to nobody.
TEST(RuleMatches, what_is_blocked_is_dropped_behind_what_is_let_in) {
  const auto matches = Example("far > host TCP 40000 > blocked [S]", Family::ipv4).out();
  EXPECT_EQ(matches.at(0).nft, "meta l4proto tcp ct state new");
  EXPECT_TRUE(matches.at(0).is_last);
  EXPECT_THAT(of_nft(matches), Not(Contains(testing::HasSubstr("7777"))));
}

TEST(RuleMatches, what_a_case_says_goes_first) {
  Example one("far > host UDP 40000 > 53", Family::ipv4);
  one.a_case.mend = "udp length 8";
  EXPECT_EQ(one.in().at(0).nft, "udp length 8");
  EXPECT_EQ(one.out().at(0).nft, "udp length 8");
}

TEST(PacketFacts, no_octets_are_too_few) {
  const std::vector<std::uint8_t> whole =
      Example("far > host HBH, RH type 0 left 0 (far), DO, TCP 40000 > 80 [S]", Family::ipv6).packet;
  for (std::size_t size = 0; size <= whole.size(); ++size) firewall::facts_of(Bytes(whole).first(size));
  const auto facts = firewall::facts_of(whole);
  ASSERT_TRUE(facts);
  EXPECT_THAT(facts->extensions, ElementsAre(0, 43, 60));
  EXPECT_EQ(facts->tcp_flags, 2);
}

}  // namespace
}  // namespace tunstack::test::rule_matches_test
