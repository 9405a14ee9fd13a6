// The interfaces that an nft text names: with an exclamation mark those that have to be there.
#include <gmock/gmock.h>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::test::nft_interfaces_test {
namespace {

using firewall::parse_ruleset;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> interfaces_in(const std::string& text) {
  std::vector<std::string> names;
  const auto source = parse_ruleset(text, "rules");
  for (const auto& interface : source.interfaces) names.push_back(interface.name + (interface.must_exist ? "!" : ""));
  return names;
}

std::vector<std::string> interfaces_of(const std::string& rules, const std::string& before = "") {
  return interfaces_in(before + "\ntable inet t { chain c {\n" + rules + "\n} }");
}

TEST(NftInterfaces, compared_by_name_or_looked_up) {
  EXPECT_THAT(interfaces_of("iifname \"eth0\" accept\noifname eth1 accept\nmeta iifname != eth2 drop\niif eth3 accept\n"
                            "meta oif \"eth4\" drop\niif lo accept\niifname lo accept\niif 3 accept"),
              ElementsAre("eth0", "eth1", "eth2", "eth3!", "eth4!"));
}

TEST(NftInterfaces, each_once_and_strictly_if_anywhere) {
  EXPECT_THAT(interfaces_of("iifname eth0 oifname eth1 accept\niif eth0 accept"), ElementsAre("eth0!", "eth1"));
}

TEST(NftInterfaces, of_sets_and_maps) {
  EXPECT_THAT(interfaces_of("iifname { \"eth0\", wlan0,\n eth1 } accept\niif vmap { eth2 : accept, eth3:drop }\n"
                            "oifname != { eth4 } drop"),
              ElementsAre("eth0", "wlan0", "eth1", "eth2!", "eth3!", "eth4"));
}

TEST(NftInterfaces, of_concatenations) {
  EXPECT_THAT(interfaces_of("iifname . tcp dport { \"eth0\" . 22, eth1 . 80 } accept\n"
                            "tcp dport . ip saddr . meta oif vmap { 22 . 192.0.2.1 . eth2 : drop }\n"
                            "iifname . oifname { eth3 . eth4 } accept"),
              ElementsAre("eth0", "eth1", "eth2!", "eth3", "eth4"));
}

TEST(NftInterfaces, for_wildcards_one_that_matches) {
  EXPECT_THAT(interfaces_of("iifname \"eth*\" accept\niifname { \"br-*\", \"*\" } accept\noifname wg* drop"),
              ElementsAre("eth0", "br-0", "wg0"));
}

TEST(NftInterfaces, by_variables) {
  EXPECT_THAT(interfaces_of("iifname $wan accept\niif $lans accept\noifname { $wan, eth9 } drop",
                            "define wan = \"eth0\"\ndefine lans = { eth1, $more }\ndefine more = { eth2 }\n"
                            "define unused = eth7"),
              ElementsAre("eth0", "eth1!", "eth2!", "eth9"));
}

TEST(NftInterfaces, variables_in_circles_have_an_end) {
  EXPECT_THAT(interfaces_of("iifname $a accept", "define a = { $b, eth0 }\ndefine b = { $a, eth1 }"),
              ElementsAre("eth1", "eth0"));
}

TEST(NftInterfaces, of_hooks_flowtables_and_copies) {
  EXPECT_THAT(interfaces_in("table netdev t {\n flowtable f { hook ingress priority 0\n devices = { eth0, eth1 }\n }\n"
                            " chain c { type filter hook ingress device eth2 priority 0; dup to eth9 device eth3\n"
                            " fwd to \"eth4\"\n }\n"
                            " chain d { type filter hook ingress devices = { eth5 } priority 0; } }"),
              ElementsAre("eth0!", "eth1!", "eth2!", "eth3!", "eth4!", "eth5!"));
}

TEST(NftInterfaces, of_named_sets) {
  EXPECT_THAT(interfaces_in("table inet t {\n set a { type ifname; elements = { \"eth0\", wlan0 } }\n"
                            " set b {\n typeof tcp dport . iif\n elements = { 22 . eth1,\n 23 . eth2 }\n }\n"
                            " map c { type iface_index : verdict; elements = { eth3 : drop } }\n"
                            " set d { type inet_service; elements = { ssh, http } }\n}"),
              ElementsAre("eth0", "wlan0", "eth1!", "eth2!", "eth3!"));
}

TEST(NftInterfaces, none_of_what_only_looks_like_one) {
  EXPECT_THAT(interfaces_of("fib saddr . iif oif missing drop\nfib daddr . iif type != local drop\n"
                            "iifname @names accept # iifname eth0\nlog prefix \"iif eth1\"\ntcp dport @iif accept\n"
                            "iifname \"a-name-that-is-too-long\" accept\niifname"),
              IsEmpty());
}

}  // namespace
}  // namespace tunstack::test::nft_interfaces_test
