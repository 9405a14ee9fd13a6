// Redirects of both families: what a host makes of them, and that routers do not care.
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::redirect_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::IsEmpty;
using testing::SizeIs;

/// A host that knows its routers: fe80::a and 192.0.2.10.
struct Routed : Line {
  explicit Routed(std::initializer_list<std::string_view> settings = {}) : Routed(ethernet_config(settings)) {}
  explicit Routed(const NodeConfig& config) : Line(with_gateways(config, {router_a, router_a4})) { add_routers(); }

  /// A redirect about a packet that the host sent just now.
  AllSent tell(Redirect4Fields redirect) {
    for (const Sent& sent : only(echo_reply4, send(echo4({.source = redirect.redirected}))))
      redirect.identification = be16(sent.octets, 4);
    return send(redirect4(redirect));
  }
  AllSent tell(const Redirect6Fields& redirect) {
    send(echo6({.source = redirect.redirected}));
    return send(redirect6(redirect));
  }
};

// ---- IPv4 ----

TEST(Redirect4, ICMP4_RED_008_the_next_packets_go_to_the_new_gateway) {
  for (const unsigned code : {0U, 1U, 2U, 3U}) {
    Routed line;
    EXPECT_EQ(line.hop_to(far4), router_a4);
    EXPECT_THAT(line.tell(Redirect4Fields{.code = code}), IsEmpty());
    EXPECT_EQ(line.count(Reason::icmp4_redirect_accepted), 1U);
    EXPECT_EQ(line.hop_to(far4), router_b4) << "code " << code;
    EXPECT_EQ(line.hop_to("203.0.113.10"), router_a4) << "a network redirect is for that host only, code " << code;
  }
}

TEST(Redirect4, ICMP4_RED_008_about_a_packet_with_options) {
  Routed line;
  const AllSent sent = line.send(echo4({.source = far4}));
  ASSERT_FALSE(sent.empty());
  const Packet quoted = ipv4({.source = "192.0.2.2",
                              .destination = far4,
                              .identification = be16(sent.back().octets, 4),
                              .options = hex("07 04 04 00")},
                             icmpv4(0, 0, 1));
  line.send(ipv4({.source = router_a4}, icmpv4(5, 1, be32(octets_of(router_b4), 0), quoted)));
  EXPECT_EQ(line.hop_to(far4), router_b4);
}

TEST(Redirect4, ICMP4_RED_008_the_last_one_counts) {
  Routed line;
  line.tell(Redirect4Fields{});
  line.tell(Redirect4Fields{.gateway = "192.0.2.12"});
  EXPECT_EQ(line.hop_to(far4), router_b4) << "the first gateway has no say any more";
  line.tell(Redirect4Fields{.source = router_b4, .gateway = "192.0.2.12"});
  EXPECT_EQ(line.hop_to(far4), "? 192.0.2.12");
}

/// What is not said is that of a redirect that is believed.
struct Refused4 {
  const char* what;
  Redirect4Fields redirect;
  Reason reason;
};

TEST(Redirect4, ICMP4_RED_009_to_ICMP4_RED_011_those_that_are_not_believed) {
  for (const Refused4& row : {
           Refused4{"gateway off the link", {.gateway = "203.0.113.9"}, Reason::icmp4_redirect_gateway_off_link},
           Refused4{"gateway next to the link", {.gateway = "192.0.3.1"}, Reason::icmp4_redirect_gateway_off_link},
           Refused4{"ourselves", {.gateway = "192.0.2.2"}, Reason::icmp4_redirect_gateway_is_ours},
           Refused4{"broadcast", {.gateway = "192.0.2.255"}, Reason::icmp4_redirect_gateway_not_unicast},
           Refused4{"everybody", {.gateway = "255.255.255.255"}, Reason::icmp4_redirect_gateway_not_unicast},
           Refused4{"multicast", {.gateway = "224.0.0.2"}, Reason::icmp4_redirect_gateway_not_unicast},
           Refused4{"loopback", {.gateway = "127.0.0.1"}, Reason::icmp4_redirect_gateway_not_unicast},
           Refused4{"nobody", {.gateway = "0.0.0.0"}, Reason::icmp4_redirect_gateway_not_unicast},
           Refused4{"from another neighbor",
                    {.source = "192.0.2.11", .gateway = "192.0.2.12"},
                    Reason::icmp4_redirect_not_from_first_hop},
           Refused4{"from the destination", {.source = far4}, Reason::icmp4_redirect_not_from_first_hop},
           Refused4{"a foreign packet", {.quoted_source = "192.0.2.7"}, Reason::icmp4_redirect_about_foreign_packet},
           Refused4{"code 4", {.code = 4}, Reason::icmp4_redirect_code_unknown},
       }) {
    Routed line;
    EXPECT_THAT(line.tell(row.redirect), IsEmpty()) << row.what;
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_EQ(line.hop_to(far4), router_a4) << row.what;
  }
}

// Whoever is not on the path knows nothing of the identifications that are in use.
TEST(Redirect4, ICMP4_RED_011_about_packets_that_were_not_sent) {
  Routed line;
  EXPECT_THAT(line.send(redirect4()), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp4_redirect_about_packet_not_sent), 1U) << "nothing was sent there so far";
  const AllSent sent = only(echo_reply4, line.send(echo4({.source = far4})));
  ASSERT_THAT(sent, SizeIs(1));
  const unsigned identification = be16(sent[0].octets, 4);
  for (const unsigned guess : {identification + 1, identification - 2, identification ^ 0x8000})
    line.send(redirect4({.identification = guess & 0xffff}));
  EXPECT_EQ(line.count(Reason::icmp4_redirect_about_packet_not_sent), 4U);
  EXPECT_EQ(line.hop_to(far4), router_a4);
  line.send(redirect4({.identification = identification}));
  EXPECT_EQ(line.hop_to(far4), router_b4);
}

TEST(Redirect4, ICMP4_RED_009_only_to_known_gateways) {
  Routed line({"icmp.secure_redirects=on"});
  line.tell(Redirect4Fields{});
  EXPECT_EQ(line.count(Reason::icmp4_redirect_gateway_unknown), 1U);
  EXPECT_EQ(line.hop_to(far4), router_a4);
  Line knowing(with_gateways(ethernet_config({"icmp.secure_redirects=on"}), {router_a4, router_b4}));
  knowing.add_routers();
  const AllSent sent = only(echo_reply4, knowing.send(echo4({.source = far4})));
  ASSERT_THAT(sent, SizeIs(1));
  knowing.send(redirect4({.identification = be16(sent[0].octets, 4)}));
  EXPECT_EQ(knowing.hop_to(far4), router_b4);
}

TEST(Redirect4, ICMP4_RED_011_that_quotes_no_ipv4_packet) {
  Routed line;
  const Packet quoted = echo6({.source = "2001:db8::2", .destination = far6}, {});
  EXPECT_THAT(line.send(ipv4({.source = router_a4}, icmpv4(5, 1, be32(octets_of(router_b4), 0), quoted))), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp4_redirect_quotes_no_ipv4), 1U);
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

TEST(Redirect4, ICMP4_RED_011_about_destinations_without_a_gateway) {
  struct Row {
    std::string_view redirected;
    Reason reason;
  };
  for (const Row& row : {Row{"192.0.2.99", Reason::icmp4_redirect_destination_on_link},
                         Row{"192.0.2.255", Reason::icmp4_redirect_destination_not_unicast},
                         Row{"224.0.0.9", Reason::icmp4_redirect_destination_not_unicast},
                         Row{"255.255.255.255", Reason::icmp4_redirect_destination_not_unicast}}) {
    Routed line;
    line.tell(Redirect4Fields{.redirected = row.redirected});
    EXPECT_EQ(line.count(row.reason), 1U) << row.redirected;
    EXPECT_EQ(line.node().state().interfaces[0].routers.redirects4.size(), 0U);
  }
}

TEST(Redirect4, ICMP4_RED_012_ten_minutes) {
  struct Row {
    std::string_view setting;
    Duration after;
    std::string_view hop;
  };
  for (const Row& row :
       {Row{"icmp.redirect_lifetime=600", 599s, router_b4}, Row{"icmp.redirect_lifetime=600", 600s, router_a4},
        Row{"icmp.redirect_lifetime=10", 9s, router_b4}, Row{"icmp.redirect_lifetime=10", 10s, router_a4}}) {
    Routed line({row.setting});
    line.tell(Redirect4Fields{});
    line.wait(row.after);
    EXPECT_EQ(line.hop_to(far4), row.hop) << row.setting;
  }
  Routed usual;
  usual.tell(Redirect4Fields{});
  usual.wait(599s);
  EXPECT_EQ(usual.hop_to(far4), router_b4) << "600 s by default";
  usual.wait(1s);
  EXPECT_EQ(usual.hop_to(far4), router_a4);
}

TEST(Redirect4, ICMP4_RED_012_switched_off) {
  Routed line({"icmp4.accept_redirects=off"});
  line.tell(Redirect4Fields{});
  EXPECT_EQ(line.count(Reason::icmp4_redirects_off), 1U);
  EXPECT_EQ(line.hop_to(far4), router_a4);
  Routed other({"icmp6.accept_redirects=off"});
  other.tell(Redirect4Fields{});
  EXPECT_EQ(other.hop_to(far4), router_b4) << "the option of the other family";
}

TEST(Redirect4, ICMP4_RED_008_a_gateway_that_does_not_answer_is_left) {
  Routed line;
  line.tell(Redirect4Fields{.gateway = "192.0.2.12"});
  EXPECT_EQ(line.hop_to(far4), "? 192.0.2.12");
  line.wait(3s);
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

TEST(Redirect4, ICMP4_RED_008_a_gateway_that_takes_its_leave_is_left) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].configures_itself = true;
  Routed line(config);
  line.tell(Redirect4Fields{});
  line.send(irdp_advertisement({.entries = {{router_b4, 0}}, .lifetime = 1800, .source = router_b4}));
  EXPECT_EQ(line.hop_to(far4), router_b4);
  line.send(irdp_advertisement({.entries = {{router_b4, 0}}, .lifetime = 0, .source = router_b4}));
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

TEST(Redirect4, ICMP4_RED_013_a_router_does_not_care) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].role = Role::router;
  Routed line(config);
  EXPECT_THAT(line.tell(Redirect4Fields{}), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp4_redirects_off), 1U);
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

// ---- IPv6 ----

TEST(Redirect6, ND_RED_006_the_next_packets_go_to_the_target) {
  Routed line;
  EXPECT_EQ(line.hop_to(far6), router_a);
  EXPECT_THAT(line.tell(Redirect6Fields{}), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp6_redirect_accepted), 1U);
  EXPECT_EQ(line.hop_to(far6), router_b);
  EXPECT_EQ(line.hop_to("2001:db8:9::a"), router_a) << "of other destinations nothing was said";
}

TEST(Redirect6, ND_RED_006_the_address_of_the_target_is_noted) {
  Routed line;
  line.remove_station(router_b);
  line.tell(Redirect6Fields{.options = target_option(other_mac)});
  EXPECT_EQ(line.state(router_b), NeighborState::stale);
  auto sent = line.send(echo6({.source = far6}));
  ASSERT_THAT(sent, SizeIs(1)) << "without a question";
  EXPECT_EQ(sent[0].to, other_mac);
  line.add_station(router_b, mac_b);
  line.tell(Redirect6Fields{.source = router_b, .target = router_b, .options = target_option(mac_b)});
  EXPECT_EQ(to_text(line.neighbor(router_b)->mac), "02:00:00:00:00:0b") << "changed";
  EXPECT_EQ(line.state(router_b), NeighborState::stale);
}

TEST(Redirect6, ND_RED_006_an_address_that_is_known_changes_nothing) {
  Routed line;
  line.hop_to(router_b);
  ASSERT_EQ(line.state(router_b), NeighborState::reachable);
  line.tell(Redirect6Fields{.options = target_option(mac_b)});
  EXPECT_EQ(line.state(router_b), NeighborState::reachable);
  line.tell(Redirect6Fields{.redirected = "2001:db8:9::a", .options = target_option(other_mac)});
  EXPECT_EQ(line.state(router_b), NeighborState::stale);
}

TEST(Redirect6, ND_RED_007_the_destination_is_on_the_link_whatever_its_prefix) {
  Routed line;
  line.tell(Redirect6Fields{.target = far6, .redirected = far6});
  EXPECT_EQ(line.hop_to(far6), "? 2001:db8:9::9") << "asked for directly";
  line.add_station(far6, other_mac, false);
  line.wait(4s);
  line.tell(Redirect6Fields{.target = far6, .redirected = far6, .options = target_option(other_mac)});
  EXPECT_EQ(line.hop_to(far6), far6);
  EXPECT_FALSE(line.neighbor(far6)->is_router);
}

TEST(Redirect6, ND_RED_005_those_that_are_not_believed) {
  struct Row {
    const char* what;
    Redirect6Fields redirect;
    Reason reason;
  };
  for (const Row& row : {
           Row{"global source", {.source = "2001:db8::a"}, Reason::icmp6_redirect_source_not_link_local},
           Row{"from another neighbor", {.source = "fe80::c"}, Reason::icmp6_redirect_not_from_first_hop},
           Row{"from the new one", {.source = router_b}, Reason::icmp6_redirect_not_from_first_hop},
           Row{"through a router", {.hop_limit = 254}, Reason::nd_hop_limit_not_255},
           Row{"code 1", {.code = 1}, Reason::nd_code_not_0},
           Row{"an option of length 0", {.options = hex("0200 000000000000")}, Reason::nd_option_malformed},
           Row{"multicast destination", {.redirected = "ff0e::9"}, Reason::icmp6_redirect_destination_multicast},
           Row{"global target", {.target = "2001:db8::b"}, Reason::icmp6_redirect_target_invalid},
           Row{"multicast target", {.target = "ff02::2"}, Reason::icmp6_redirect_target_invalid},
           Row{"ourselves", {.target = "fe80::2"}, Reason::icmp6_redirect_target_is_ours},
       }) {
    Routed line;
    Redirect6Fields redirect = row.redirect;
    if (redirect.options.empty()) redirect.options = target_option(mac_b);
    EXPECT_THAT(line.tell(redirect), IsEmpty()) << row.what;
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_EQ(line.hop_to(far6), router_a) << row.what;
    EXPECT_EQ(line.neighbor(router_b), nullptr) << row.what << ": nothing is noted";
  }
}

/// RFC 4861 4.6.3
Packet redirected_header(const Packet& packet) { return nd_option_of(4, Packet(6) + packet); }

TEST(Redirect6, ND_RED_005_about_packets_that_were_not_sent) {
  Routed line;
  EXPECT_THAT(line.send(redirect6()), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp6_redirect_about_packet_not_sent), 1U) << "nothing was sent there so far";
  EXPECT_EQ(line.hop_to("2001:db8:9::8"), router_a);
  line.send(redirect6());
  EXPECT_EQ(line.count(Reason::icmp6_redirect_about_packet_not_sent), 2U) << "only to its neighbor";
  EXPECT_EQ(line.hop_to(far6), router_a);
  line.wait(61s);
  line.send(redirect6());
  EXPECT_EQ(line.count(Reason::icmp6_redirect_about_packet_not_sent), 3U) << "too long ago";
  EXPECT_EQ(line.hop_to(far6), router_a);
  line.wait(60s);
  line.send(redirect6());
  EXPECT_EQ(line.hop_to(far6), router_b);
}

TEST(Redirect6, ND_RED_005_the_redirected_header) {
  const auto reply = [](std::string_view source, std::string_view destination) {
    return echo6({.source = source, .destination = destination}, counting(9));
  };
  struct Row {
    const char* what;
    Packet packet;
    bool is_believed;
  };
  for (const Row& row : {
           Row{"ours", reply("2001:db8::2", far6), true},
           Row{"the start of ours", part(reply("2001:db8::2", far6), 0, 42), true},
           Row{"not told", {}, true},
           Row{"from somebody else", reply("2001:db8::7", far6), false},
           Row{"to somebody else", reply("2001:db8::2", "2001:db8:9::8"), false},
           Row{"less than a header", part(reply("2001:db8::2", far6), 0, 34), false},
           Row{"of IPv4", echo4({.source = "192.0.2.2", .destination = far4}, counting(58)), false},
       }) {
    Routed line;
    line.tell(Redirect6Fields{.options = row.packet.empty() ? Packet() : redirected_header(row.packet)});
    EXPECT_EQ(line.count(Reason::icmp6_redirect_about_foreign_packet), row.is_believed ? 0U : 1U) << row.what;
    EXPECT_EQ(line.hop_to(far6), row.is_believed ? router_b : router_a) << row.what;
  }
}

TEST(Redirect6, ND_RED_005_only_to_known_routers) {
  Routed line({"icmp.secure_redirects=on"});
  line.tell(Redirect6Fields{});
  EXPECT_EQ(line.count(Reason::icmp6_redirect_target_unknown), 1U);
  EXPECT_EQ(line.hop_to(far6), router_a);
  line.tell(Redirect6Fields{.target = far6, .redirected = far6});
  EXPECT_EQ(line.count(Reason::icmp6_redirect_target_unknown), 2U);
  Line knowing(with_gateways(ethernet_config({"icmp.secure_redirects=on"}), {router_a, router_b}));
  knowing.add_routers();
  EXPECT_EQ(knowing.hop_to(far6), router_a);
  knowing.send(redirect6());
  EXPECT_EQ(knowing.hop_to(far6), router_b);
}

TEST(Redirect6, ND_RED_005_39_octets) {
  const Ipv6Fields ip{.source = router_a, .hop_limit = 255};
  Packet targets = octets_of(router_b) + octets_of(far6);
  targets.pop_back();
  Packet message = icmpv6(ip, 137, 0, 0, targets);
  Routed line;
  line.send(ipv6(ip, message));
  EXPECT_EQ(line.count(Reason::nd_message_too_short), 1U);
  EXPECT_EQ(line.hop_to(far6), router_a);
}

TEST(Redirect6, ND_RED_005_in_fragments) {
  Routed line;
  line.send(with_headers(redirect6(), {atomic()}));
  EXPECT_EQ(line.count(Reason::icmp6_discovery_in_fragments), 1U);
  EXPECT_EQ(line.hop_to(far6), router_a);
}

TEST(Redirect6, ND_RED_008_a_target_that_is_a_router_and_one_that_becomes_a_host) {
  Routed line;
  line.tell(Redirect6Fields{.options = target_option(mac_b)});
  ASSERT_TRUE(line.neighbor(router_b)->is_router);
  EXPECT_EQ(line.hop_to(far6), router_b);
  line.send(advertisement({.source = router_b, .target = router_b, .flags = override_flag, .options = {}}));
  EXPECT_EQ(line.hop_to(far6), router_a) << "routed anew";
}

TEST(Redirect6, ND_RED_008_an_entry_that_was_there_becomes_one_of_a_router) {
  Routed line;
  line.add_station(router_b, mac_b, false);
  line.hop_to(router_b);
  ASSERT_FALSE(line.neighbor(router_b)->is_router);
  line.tell(Redirect6Fields{});
  EXPECT_TRUE(line.neighbor(router_b)->is_router);
}

TEST(Redirect6, ND_RED_008_a_neighbor_that_is_the_destination_stays_a_host) {
  Routed line;
  line.tell(Redirect6Fields{.target = far6, .redirected = far6, .options = target_option(other_mac)});
  ASSERT_NE(line.neighbor(far6), nullptr);
  EXPECT_FALSE(line.neighbor(far6)->is_router);
}

TEST(Redirect6, ND_RED_006_a_target_that_does_not_answer_is_left) {
  Routed line;
  line.tell(Redirect6Fields{.target = "fe80::c"});
  EXPECT_EQ(line.hop_to(far6), "? fe80::c");
  line.wait(3s);
  EXPECT_EQ(line.hop_to(far6), router_a);
}

// RFC 4861 6.3.5: destinations of a router that is none any more are routed anew, those of redirects too.
TEST(Redirect6, ND_RA_018_a_target_that_is_no_default_router_any_more_is_left) {
  struct Row {
    unsigned lifetime;  // told at last
    Duration after;
    std::string_view hop;
    const char* why;
  };
  for (const Row& row :
       {Row{10, 9s, router_b, "not over yet"}, Row{10, 10s, router_a, "over"}, Row{0, 0s, router_a, "at once"}}) {
    Routed line(learning_host());
    line.send(router_advertisement({.source = router_b, .flags = 0x18, .lifetime = 1800}));
    line.tell(Redirect6Fields{});
    ASSERT_EQ(line.hop_to(far6), router_b);
    line.send(router_advertisement({.source = router_b, .flags = 0x18, .lifetime = row.lifetime}));
    line.wait(row.after);
    EXPECT_EQ(line.hop_to(far6), row.hop) << row.why;
  }
}

TEST(Redirect6, ND_RA_018_a_target_that_never_was_one_stays) {
  Routed line(learning_host());
  line.tell(Redirect6Fields{});
  line.send(router_advertisement({.source = router_b, .lifetime = 0}));
  EXPECT_EQ(line.hop_to(far6), router_b) << "it may know the way to some destinations all the same";
}

TEST(Redirect6, ND_RED_006_as_long_as_those_of_ipv4) {
  struct Row {
    Duration after;
    std::string_view hop;
  };
  for (const Row& row : {Row{599s, router_b}, Row{600s, router_a}}) {
    Routed line;
    line.tell(Redirect6Fields{});
    line.wait(row.after);
    EXPECT_EQ(line.hop_to(far6), row.hop);
  }
}

TEST(Redirect6, ND_RED_010_switched_off) {
  Routed line({"icmp6.accept_redirects=off"});
  line.tell(Redirect6Fields{.options = target_option(mac_b)});
  EXPECT_EQ(line.count(Reason::icmp6_redirects_off), 1U);
  EXPECT_EQ(line.hop_to(far6), router_a);
  EXPECT_EQ(line.neighbor(router_b), nullptr);
  Routed other({"icmp4.accept_redirects=off"});
  other.tell(Redirect6Fields{});
  EXPECT_EQ(other.hop_to(far6), router_b) << "the option of the other family";
}

TEST(Redirect6, ND_RED_004_a_router_does_not_care) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].role = Role::router;
  Routed line(config);
  EXPECT_THAT(line.tell(Redirect6Fields{.options = target_option(mac_b)}), IsEmpty());
  EXPECT_EQ(line.hop_to(far6), router_a);
  EXPECT_EQ(line.neighbor(router_b), nullptr);
}

// ---- both ----

TEST(Redirects, ICMP4_RED_012_ND_RED_010_hardened_hosts_believe_none) {
  NodeConfig config = ethernet_config();
  config.options = options_of(Profile::hardened);
  for (const char* setting : {"dad.transmits=0", "nd.gratuitous=0", "mld.enable=off"})
    ASSERT_FALSE(set_option(config.options, setting).has_value());
  Routed line(config);
  line.tell(Redirect4Fields{});
  line.tell(Redirect6Fields{});
  EXPECT_EQ(line.hop_to(far4), router_a4);
  EXPECT_EQ(line.hop_to(far6), router_a);
}

TEST(Redirects, ICMP4_RED_008_ND_RED_006_on_tun_they_do_no_harm) {
  Line line(on_tun(with_gateways(ethernet_config(), {router_a, router_a4})));
  EXPECT_THAT(line.send(redirect4()), IsEmpty());
  EXPECT_THAT(line.send(redirect6({.options = target_option(mac_b)})), IsEmpty());
  EXPECT_THAT(line.send(echo4({.source = far4})), SizeIs(1));
  EXPECT_THAT(line.send(echo6({.source = far6})), SizeIs(1));
  EXPECT_EQ(line.node().state().neighbors.size(), 0U);
}

TEST(Redirects, ND_RED_006_a_flood_is_bounded_and_the_newest_stay) {
  Routed line;
  for (int i = 0; i < 1000; ++i) {
    const std::string destination = "2001:db8:77::" + std::to_string(i);
    line.tell(Redirect6Fields{.redirected = destination});
  }
  EXPECT_EQ(line.node().state().interfaces[0].routers.redirects6.size(), 256U);
  EXPECT_EQ(line.hop_to("2001:db8:77::999"), router_b);
  EXPECT_EQ(line.hop_to("2001:db8:77::1"), router_a);
}

constexpr unsigned port_unreachable4 = 0x403, port_unreachable6 = 0x601;

std::uint64_t sent_out(const IcmpCounters& counters, std::uint8_t type) {
  std::uint64_t sum = 0;
  for (unsigned code = 0; code < IcmpCounters::codes; ++code)
    sum += counters.out(type, static_cast<std::uint8_t>(code));
  return sum;
}

// Not even for neighbors that talk through it although they know a better way.
TEST(Redirects, ICMP4_RED_007_ND_RED_009_a_host_never_sends_one) {
  for (const NodeConfig& config : {ethernet_config(), on_tun(ethernet_config())}) {
    Routed line(config);
    line.add_station("192.0.2.1", peer_mac, false);
    line.add_station("2001:db8::1", peer_mac, false);
    AllSent sent;
    for (const std::string_view destination : {"192.0.2.11", "203.0.113.9", "192.0.2.2", "192.0.2.255"}) {
      for (const Sent& one : line.send(echo4({.destination = destination}))) sent.push_back(one);
      for (const Sent& one : line.send(udp4({.destination = destination}))) sent.push_back(one);
    }
    for (const std::string_view destination : {"fe80::b", "2001:db8:9::9", "2001:db8::2", "ff02::1"}) {
      for (const Sent& one : line.send(echo6({.destination = destination}))) sent.push_back(one);
      for (const Sent& one : line.send(udp6({.destination = destination}))) sent.push_back(one);
    }
    for (const Packet& packet : {redirect4(), redirect6()})
      for (const Sent& one : line.send(packet)) sent.push_back(one);
    for (const Sent& one : line.wait(1min)) sent.push_back(one);
    EXPECT_THAT(only(redirect_type4, sent), IsEmpty());
    EXPECT_THAT(only(redirect_type6, sent), IsEmpty());
    EXPECT_EQ(line.count(Reason::ipv4_destination_not_ours), 4U);
    EXPECT_EQ(line.count(Reason::ipv6_destination_not_ours), 4U);
    EXPECT_THAT(only(echo_reply4, sent), SizeIs(1)) << "it is awake";
    EXPECT_THAT(only(port_unreachable4, sent), SizeIs(1));
    EXPECT_THAT(only(echo_reply6, sent), SizeIs(2)) << "one to all nodes";
    EXPECT_THAT(only(port_unreachable6, sent), SizeIs(1));
    EXPECT_EQ(sent_out(line.node().counters().icmp4, 5), 0U);
    EXPECT_EQ(sent_out(line.node().counters().icmp6, 137), 0U);
  }
}

}  // namespace
}  // namespace tunstack::test::redirect_test
