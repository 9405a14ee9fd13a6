// One scheme for the keys of options; keys from before it still find their options.
#include "tunstack/options/former_keys.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/tunstack/options/every_option.hpp"

namespace tunstack::test::former_keys_test {
namespace {

// Every key whose place in the scheme is another than where it was, as release 0.1.0 printed it.
constexpr std::string_view renamed[] = {"v4.ttl",
                                        "v4.strong_es",
                                        "v4.zero_broadcast",
                                        "v4.source_route",
                                        "v4.require_option",
                                        "v4.frag.overlap",
                                        "v4.frag.timeout",
                                        "v4.frag.largest",
                                        "v4.frag.memory",
                                        "v4.frag.datagrams",
                                        "v4.frag.datagrams_of_source",
                                        "pmtu4.min",
                                        "pmtu4.age",
                                        "v6.hop_limit",
                                        "v6.ext.max_headers",
                                        "v6.ext.max_options",
                                        "v6.ext.max_chain",
                                        "v6.ext.max_padding",
                                        "v6.jumbo",
                                        "v6.frag.timeout",
                                        "v6.frag.memory",
                                        "v6.frag.datagrams",
                                        "v6.frag.datagrams_of_source",
                                        "pmtu6.age",
                                        "icmp.ext",
                                        "probe",
                                        "l4.udp_echo",
                                        "l4.udp_discard",
                                        "l4.tcp_closed",
                                        "nd.neighbors",
                                        "nd.solicit_rate",
                                        "arp.retrans_ms",
                                        "arp.reachable_ms",
                                        "arp.delay_ms",
                                        "nd.retrans_ms",
                                        "nd.reachable_ms",
                                        "nd.delay_ms",
                                        "arp.acd",
                                        "arp.defend",
                                        "mld",
                                        "igmp",
                                        "nd.accept_redirects",
                                        "irdp.host",
                                        "nd.adv",
                                        "nd.adv_max",
                                        "nd.adv_min",
                                        "nd.adv_lifetime",
                                        "nd.adv_unicast",
                                        "nd.adv_hop_limit",
                                        "nd.adv_managed",
                                        "nd.adv_other",
                                        "nd.adv_pref",
                                        "nd.adv_reachable_ms",
                                        "nd.adv_retrans_ms",
                                        "nd.adv_mtu",
                                        "nd.adv_prefixes",
                                        "nd.adv_on_link",
                                        "nd.adv_autonomous",
                                        "nd.adv_valid",
                                        "nd.adv_preferred",
                                        "nd.adv_routes",
                                        "nd.adv_rdnss",
                                        "nd.adv_dnssl",
                                        "nd.adv_pref64",
                                        "irdp.adv",
                                        "irdp.adv_broadcast",
                                        "irdp.adv_max",
                                        "irdp.adv_min",
                                        "irdp.adv_lifetime",
                                        "irdp.adv_unicast",
                                        "irdp.adv_pref"};

TEST(FormerKeys, find_the_options_that_they_named) {
  std::set<const OptionRow*> found;
  for (const std::string_view key : renamed) {
    const OptionRow* const row = find_option(key);
    ASSERT_NE(row, nullptr) << key;
    EXPECT_NE(row->key, key);
    EXPECT_TRUE(found.insert(row).second) << key << " names the same option as another";
  }
  EXPECT_EQ(find_option("nd.adv_nothing"), nullptr);
  EXPECT_EQ(find_option("v4."), nullptr);
}

TEST(FormerKeys, are_no_present_keys) {
  for (const OptionRow& row : every_option()) EXPECT_EQ(option::present_key(row.key), row.key);
}

TEST(OptionKeys, no_key_is_the_beginning_of_another) {
  for (const OptionRow& row : every_option())
    for (const OptionRow& other : every_option())
      EXPECT_FALSE(other.key.starts_with(std::string(row.key) + ".")) << row.key << " and " << other.key;
}

TEST(OptionKeys, are_a_protocol_and_what_it_does_without_a_unit) {
  const std::regex scheme(
      "(ip|icmp)[46]?(\\.[a-z0-9_]+)+|(neighbors|arp|nd|dad|acd|slaac|mld|igmp|irdp|probe|udp|tcp)"
      "(\\.[a-z0-9_]+)+");
  const std::regex unit(".*_(ms|s|sec|kib|octets|bytes)");
  for (const OptionRow& row : every_option()) {
    EXPECT_TRUE(std::regex_match(std::string(row.key), scheme)) << row.key;
    EXPECT_FALSE(std::regex_match(std::string(row.key), unit)) << row.key;
  }
}

}  // namespace
}  // namespace tunstack::test::former_keys_test
