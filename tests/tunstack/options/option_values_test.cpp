// The values of options that the specification fixes, and what each value means to a node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tunstack/options/every_option.hpp"

namespace tunstack::test::option_values_test {
namespace {

// ---- defaults ----

struct Fixed {
  std::string_view key, lab, hardened;
};

// Decisions D-01 to D-30 of docs/spec and its table of constants; what they leave open is 0, off or unlimited.
constexpr Fixed fixed[] = {
    {"ip4.ttl", "64", "64"},
    {"ip4.strong_es", "off", "off"},
    {"ip4.zero_broadcast", "off", "off"},     // D-14
    {"ip4.source_route", "process", "drop"},  // D-11
    {"ip4.require_option", "none", "none"},
    {"ip4.frag.overlap", "drop", "drop"},  // D-06
    {"ip4.frag.timeout", "60", "30"},      // D-07
    {"ip4.frag.largest", "65535", "65535"},
    {"ip4.frag.memory", "4096", "4096"},
    {"ip4.frag.datagrams", "1024", "1024"},
    {"ip4.frag.datagrams_of_source", "64", "64"},
    {"ip4.pmtu.age", "600", "600"},
    {"ip6.hop_limit", "64", "64"},
    {"ip6.ext.max_headers", "8", "8"},          // D-20
    {"ip6.ext.max_options", "8", "8"},          // D-20
    {"ip6.ext.max_chain", "1280", "1280"},      // D-20
    {"ip6.ext.max_padding", "unlimited", "7"},  // D-20
    {"ip6.jumbo", "off", "off"},                // D-21
    {"ip6.frag.timeout", "60", "30"},           // D-07
    {"ip6.frag.memory", "4096", "4096"},
    {"ip6.frag.datagrams", "1024", "1024"},
    {"ip6.frag.datagrams_of_source", "64", "64"},
    {"ip6.pmtu.age", "600", "600"},
    {"icmp4.echo", "on", "on"},
    {"icmp4.echo_broadcast", "off", "off"},  // D-01
    {"icmp4.echo_code", "copy", "drop"},     // D-08
    {"icmp4.echo_df", "off", "off"},
    {"icmp4.errors", "on", "on"},
    {"icmp4.quote", "576", "576"},                // D-02
    {"icmp4.error_tos", "auto", "auto"},          // D-09
    {"icmp4.errors_inbound_ifaddr", "on", "on"},  // D-10
    {"icmp4.redirect_tos", "off", "off"},
    {"icmp4.truncated_error", "on", "on"},
    {"icmp4.timestamp", "on", "off"},  // D-05
    {"icmp4.timestamp_nonstd", "off", "off"},
    {"icmp4.mask_agent", "on", "off"},  // D-04
    {"icmp4.mask_learn", "off", "off"},
    {"icmp4.info_reply", "off", "off"},  // D-04
    {"icmp4.error_rate", "10", "10"},
    {"icmp4.error_burst", "10", "10"},
    {"icmp4.error_rate_node", "1000", "1000"},
    {"icmp4.error_burst_node", "50", "50"},
    {"icmp4.reply_rate", "unlimited", "1000"},  // D-28
    {"icmp6.echo", "on", "on"},
    {"icmp6.echo_multicast", "on", "off"},  // D-23
    {"icmp6.reflect_flowlabel", "off", "off"},
    {"icmp6.errors", "on", "on"},
    {"icmp6.unreach", "on", "on"},
    {"icmp6.error_rate", "10", "10"},
    {"icmp6.error_burst", "10", "10"},
    {"icmp6.error_rate_node", "1000", "1000"},
    {"icmp6.error_burst_node", "50", "50"},
    {"icmp6.error_rate_prefix", "100", "100"},
    {"icmp6.error_burst_prefix", "20", "20"},
    {"icmp.amplify_rate", "50", "10"},
    {"icmp6.reply_rate", "unlimited", "1000"},               // D-28
    {"icmp.extensions", "off", "off"},                       // D-22
    {"probe.enable", "off", "off"},                          // D-30
    {"probe.reply_body", "copy", "none"},                    // D-12
    {"probe.zero_checksum", "accept", "accept"},             // D-12
    {"probe.allow_sources", "any", "any"},                   // D-30
    {"probe.allow_local", "both", "local"},                  // D-30
    {"probe.allow_kinds", "name,index,address", "address"},  // D-30
    {"udp.echo", "off", "off"},
    {"udp.discard", "off", "off"},
    {"tcp.closed", "rst", "drop"},  // D-15
    {"neighbors.max", "1024", "1024"},
    {"neighbors.solicit_rate", "100", "100"},
    {"arp.retrans", "1000", "1000"},
    {"arp.reachable", "60000", "60000"},
    {"arp.delay", "5000", "5000"},
    {"arp.requests", "3", "3"},
    {"nd.retrans", "1000", "1000"},
    {"nd.reachable", "30000", "30000"},
    {"nd.delay", "5000", "5000"},
    {"nd.solicitations", "3", "3"},
    {"nd.accept_ra", "on", "on"},
    {"nd.rs_backoff", "off", "off"},
    {"nd.accept_untracked", "off", "off"},
    {"nd.min_hop_limit", "10", "64"},
    {"nd.min_prefix", "48", "64"},
    {"icmp6.accept_redirects", "on", "off"},
    {"icmp4.accept_redirects", "on", "off"},
    {"icmp.secure_redirects", "off", "on"},
    {"icmp.redirect_lifetime", "600", "600"},
    {"irdp.accept_ra", "on", "off"},
    {"irdp.adv.enable", "off", "off"},
    {"irdp.adv.broadcast", "off", "off"},
    {"irdp.adv.max", "600", "600"},
    {"irdp.adv.min", "auto", "auto"},
    {"irdp.adv.lifetime", "auto", "auto"},
    {"irdp.adv.unicast", "on", "on"},
    {"irdp.adv.pref", "0", "0"},
    {"dad.transmits", "1", "1"},
    {"dad.mode", "normal", "normal"},
    {"nd.gratuitous", "1", "1"},
    {"nd.proxy", "none", "none"},
    {"slaac.enable", "on", "on"},
    {"slaac.tempaddr", "off", "on"},
    {"slaac.iid", "stable", "stable"},
    {"slaac.secret", "none", "none"},
    {"ip4.pmtu.min", "552", "552"},
    {"acd.enable", "off", "off"},
    {"acd.defend", "always", "always"},
    {"dad.retry", "60", "60"},
    {"arp.proxy", "none", "none"},
    {"mld.enable", "on", "on"},
    {"mld.querier", "off", "off"},
    {"igmp.enable", "off", "off"},
    {"nd.adv.enable", "off", "off"},
    {"nd.adv.max", "600", "600"},
    {"nd.adv.min", "auto", "auto"},
    {"nd.adv.lifetime", "auto", "auto"},
    {"nd.adv.unicast", "off", "off"},
    {"nd.adv.hop_limit", "64", "64"},
    {"nd.adv.managed", "off", "off"},
    {"nd.adv.other", "off", "off"},
    {"nd.adv.pref", "medium", "medium"},
    {"nd.adv.reachable", "unspecified", "unspecified"},
    {"nd.adv.retrans", "unspecified", "unspecified"},
    {"nd.adv.mtu", "none", "none"},
    {"nd.adv.prefixes", "own", "own"},
    {"nd.adv.on_link", "on", "on"},
    {"nd.adv.autonomous", "on", "on"},
    {"nd.adv.valid", "2592000", "2592000"},
    {"nd.adv.preferred", "604800", "604800"},
    {"nd.adv.routes", "none", "none"},
    {"nd.adv.rdnss", "none", "none"},
    {"nd.adv.dnssl", "none", "none"},
    {"nd.adv.pref64", "none", "none"},
    {"ip4.forward.enable", "on", "on"},
    {"ip6.forward.enable", "on", "on"},
    {"ip4.forward.rpf", "off", "strict"},
    {"ip6.forward.rpf", "off", "strict"},
    {"ip4.forward.rpf_error", "off", "off"},
    {"ip6.forward.rpf_error", "off", "off"},
    {"ip4.forward.directed_broadcast", "off", "off"},
    {"ip4.forward.option.record_route", "pass", "pass"},
    {"ip4.forward.option.timestamp", "pass", "pass"},
    {"ip4.forward.option.loose_source_route", "pass", "pass"},
    {"ip4.forward.option.strict_source_route", "pass", "pass"},
    {"ip4.forward.option.router_alert", "pass", "pass"},
    {"ip4.forward.option.security", "pass", "pass"},
    {"ip4.forward.option.stream_id", "pass", "pass"},
    {"ip4.forward.option.quick_start", "pass", "pass"},
    {"ip4.forward.option.traceroute", "pass", "pass"},
    {"ip4.forward.option.experiment", "pass", "pass"},
    {"ip4.forward.option.other", "pass", "pass"},
    {"ip6.forward.hbh", "ignore", "ignore"},
    {"ip4.forward.ecmp", "flow", "flow"},
    {"ip6.forward.ecmp", "flow", "flow"},
    {"ip6.forward.icmp", "all", "rfc4890"},
    {"ip6.forward.inspect", "off", "off"},
    {"ip6.forward.parse_limit", "unlimited", "unlimited"},
    {"ip4.forward.least_precedence", "any", "any"},
};

TEST(Options, have_the_defaults_of_the_decisions) {
  EXPECT_EQ(every_option().size(), std::size(fixed)) << "a row is missing here";
  for (const Fixed& expected : fixed) {
    const OptionRow* row = find_option(expected.key);
    ASSERT_TRUE(row) << expected.key;
    EXPECT_EQ(row->lab, expected.lab) << expected.key;
    EXPECT_EQ(row->hardened, expected.hardened) << expected.key;
  }
}

TEST(Options, ICMP4_RATE_001_defaults_of_the_error_limits) {
  for (const Profile profile : {Profile::lab, Profile::hardened}) {
    const NodeOptions options = options_of(profile);
    for (const icmp::ErrorLimits& limits : {options.ipv4_error_limits, options.ipv6_error_limits}) {
      EXPECT_EQ(limits.destination.rate, 10U);
      EXPECT_EQ(limits.destination.burst, 10U);
      EXPECT_EQ(limits.node.rate, 1000U);
      EXPECT_EQ(limits.node.burst, 50U);
    }
  }
}

// ---- ranges ----

TEST(Options, V4_TX_001_time_to_live_is_64_and_never_0) {
  NodeOptions options;
  EXPECT_EQ(options.ipv4_ttl, 64U);
  EXPECT_EQ(options.ipv6_hop_limit, 64U);
  EXPECT_TRUE(set_option(options, "ip4.ttl=0"));
  EXPECT_TRUE(set_option(options, "ip4.ttl=256"));
  EXPECT_TRUE(set_option(options, "ip6.hop_limit=0"));
  EXPECT_FALSE(set_option(options, "ip4.ttl=255"));
  EXPECT_EQ(options.ipv4_ttl, 255U);
}

struct Limits {
  std::string_view accepted, refused;
};

// V4-FRAG-007, V4-FRAG-003 with RFC 1122 3.3.2, PMTU4-005: the ends of what may be chosen
TEST(Options, V4_FRAG_007_and_PMTU4_005_ranges) {
  for (const auto& [accepted, refused] :
       {Limits{"ip4.frag.timeout=1", "ip4.frag.timeout=0"}, Limits{"ip4.frag.timeout=120", "ip4.frag.timeout=121"},
        Limits{"ip4.frag.largest=576", "ip4.frag.largest=575"},
        Limits{"ip4.frag.largest=65535", "ip4.frag.largest=65536"}, Limits{"ip4.pmtu.age=300", "ip4.pmtu.age=299"},
        Limits{"ip4.require_option=255", "ip4.require_option=256"},
        Limits{"ip4.frag.datagrams=1", "ip4.frag.datagrams=0"},
        Limits{"ip4.frag.datagrams_of_source=1", "ip4.frag.datagrams_of_source=0"}}) {
    NodeOptions options;
    EXPECT_FALSE(set_option(options, accepted)) << accepted;
    EXPECT_TRUE(set_option(options, refused)) << refused;
  }
}

// ND-NA-004, ARP-016: one address each, as groups are joined for them, and prefixes.
TEST(Options, ND_NA_004_and_ARP_016_whom_a_router_can_answer_for) {
  for (const std::string_view accepted :
       {"nd.proxy=2001:db8::9", "nd.proxy=2001:db8::9/128,fe80::9", "nd.proxy=none", "arp.proxy=198.51.100.0/24",
        "arp.proxy=192.0.2.9,198.51.100.0/24", "arp.proxy=0.0.0.0/0", "arp.proxy=none"}) {
    NodeOptions options;
    EXPECT_FALSE(set_option(options, accepted)) << accepted;
  }
  for (const std::string_view refused :
       {"nd.proxy=192.0.2.9", "nd.proxy=2001:db8::9,192.0.2.9", "nd.proxy=2001:db8::/64", "nd.proxy=ff02::9",
        "nd.proxy=::", "nd.proxy=::1", "nd.proxy=any", "arp.proxy=2001:db8::9", "arp.proxy=192.0.2.9,2001:db8::9",
        "arp.proxy=192.0.2.0/33", "arp.proxy=any"}) {
    NodeOptions options;
    EXPECT_TRUE(set_option(options, refused)) << refused;
    EXPECT_TRUE(options.proxied.empty()) << refused;
  }
  NodeOptions options;
  EXPECT_EQ(set_option(options, "nd.proxy=192.0.2.9")->why,
            "nd.proxy takes IPv6 unicast addresses separated by commas, or none (none: no proxy)");
  EXPECT_EQ(set_option(options, "arp.proxy=2001:db8::9")->why,
            "arp.proxy takes IPv4 prefixes separated by commas, or none (none: no proxy)");
}

// ---- meaning ----

struct Meaning {
  std::string_view assignment;
  bool (*holds)(const NodeOptions&);
};

constexpr Meaning meanings[] = {
    {"icmp4.quote=8", [](const NodeOptions& o) { return o.ipv4_quote == icmp::Ipv4Quote::header_and_8; }},
    {"icmp4.echo_code=drop", [](const NodeOptions& o) { return o.echo4.code == icmp::EchoCode::drop; }},
    {"icmp4.echo_df=on", [](const NodeOptions& o) { return o.echo4.dont_fragment; }},
    {"icmp4.error_tos=rfc1812", [](const NodeOptions& o) { return o.ipv4_error_tos == ErrorTos::rfc1812; }},
    {"icmp4.timestamp=off", [](const NodeOptions& o) { return !o.queries.timestamp; }},
    {"icmp4.timestamp_nonstd=on", [](const NodeOptions& o) { return o.queries.timestamp_nonstandard; }},
    {"icmp4.mask_agent=off", [](const NodeOptions& o) { return !o.queries.mask_agent; }},
    {"icmp4.info_reply=on", [](const NodeOptions& o) { return o.queries.information; }},
    {"ip4.source_route=drop",
     [](const NodeOptions& o) { return o.ipv4_options.source_route == ip::SourceRoutes::drop; }},
    {"ip4.require_option=148", [](const NodeOptions& o) { return o.ipv4_options.required == 148; }},
    {"ip4.frag.overlap=first", [](const NodeOptions& o) { return o.fragments4.overlap == ip::Overlap::first; }},
    {"ip4.frag.overlap=last", [](const NodeOptions& o) { return o.fragments4.overlap == ip::Overlap::last; }},
    {"ip4.frag.timeout=15", [](const NodeOptions& o) { return o.fragments4.timeout == 15; }},
    {"ip4.frag.largest=576", [](const NodeOptions& o) { return o.fragments4.largest == 576; }},
    {"ip4.frag.memory=256", [](const NodeOptions& o) { return o.reassembly4.kibioctets == 256; }},
    {"ip4.frag.datagrams=2", [](const NodeOptions& o) { return o.reassembly4.datagrams == 2; }},
    {"ip4.frag.datagrams_of_source=2", [](const NodeOptions& o) { return o.reassembly4.datagrams_of_source == 2; }},
    {"ip4.pmtu.age=300", [](const NodeOptions& o) { return o.path_mtu_age == 300; }},
    {"icmp.extensions=on", [](const NodeOptions& o) { return o.extensions; }},
    {"probe.enable=on", [](const NodeOptions& o) { return o.probe.enabled; }},
    {"probe.reply_body=none", [](const NodeOptions& o) { return o.probe.reply_body == icmp::ProbeBody::none; }},
    {"probe.zero_checksum=reject",
     [](const NodeOptions& o) { return o.probe.zero_checksum == icmp::ZeroChecksum::reject; }},
    {"probe.allow_local=local", [](const NodeOptions& o) { return o.probe.locality == icmp::ProbeLocality::local; }},
    {"probe.allow_local=remote", [](const NodeOptions& o) { return o.probe.locality == icmp::ProbeLocality::remote; }},
    {"probe.allow_kinds=name", [](const NodeOptions& o) { return o.probe.kinds == icmp::probe_kind::name; }},
    {"probe.allow_kinds=index", [](const NodeOptions& o) { return o.probe.kinds == icmp::probe_kind::index; }},
    {"probe.allow_kinds=address", [](const NodeOptions& o) { return o.probe.kinds == icmp::probe_kind::address; }},
    {"probe.allow_kinds=address,name",
     [](const NodeOptions& o) { return o.probe.kinds == (icmp::probe_kind::address | icmp::probe_kind::name); }},
    {"probe.allow_sources=192.0.2.0/24,2001:db8::1",
     [](const NodeOptions& o) {
       return o.probe.sources.size() == 2 && o.probe.sources[0].contains(*parse_address("192.0.2.255")) &&
              !o.probe.sources[0].contains(*parse_address("192.0.3.0")) &&
              o.probe.sources[1].contains(*parse_address("2001:db8::1")) &&
              !o.probe.sources[1].contains(*parse_address("2001:db8::2"));
     }},
    {"mld.querier=on", [](const NodeOptions& o) { return o.router.queries_listeners; }},
    {"udp.echo=on", [](const NodeOptions& o) { return o.udp_services.echo && !o.udp_services.discard; }},
    {"udp.discard=on", [](const NodeOptions& o) { return o.udp_services.discard && !o.udp_services.echo; }},
    {"tcp.closed=port", [](const NodeOptions& o) { return o.closed_tcp == transport::ClosedTcp::port; }},
    {"tcp.closed=drop", [](const NodeOptions& o) { return o.closed_tcp == transport::ClosedTcp::drop; }},
};

TEST(Options, values_mean_what_their_names_say) {
  for (const Meaning& meaning : meanings) {
    NodeOptions options;
    EXPECT_FALSE(meaning.holds(options)) << meaning.assignment << " is the default";
    EXPECT_FALSE(set_option(options, meaning.assignment)) << meaning.assignment;
    EXPECT_TRUE(meaning.holds(options)) << meaning.assignment;
  }
}

}  // namespace
}  // namespace tunstack::test::option_values_test
