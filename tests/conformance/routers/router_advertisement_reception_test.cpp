// What a host believes of router advertisements: default routers, prefixes, and the values of the link.
#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::router_advertisement_reception_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

/// From a router that tells its link-layer address too.
Packet from_a(RouterAdvertisementFields fields = {}) {
  fields.options = source_option(mac_a) + fields.options;
  return router_advertisement(fields);
}
Packet from_b(RouterAdvertisementFields fields = {}) {
  fields.source = router_b;
  fields.options = source_option(mac_b) + fields.options;
  return router_advertisement(fields);
}

/// A host whose start is over, and two routers that have not said anything yet.
struct Listening : Line {
  explicit Listening(std::initializer_list<std::string_view> settings = {}) : Listening(learning_host(settings)) {}
  explicit Listening(const NodeConfig& config) : Line(config) {
    add_routers();
    wait(20s);
  }
};

constexpr std::string_view in_prefix = "2001:db8:1::9";  // of prefix_option()

// ---- which ----

TEST(RouterAdvertisementReception, ND_RA_011_those_that_are_not_valid) {
  const Ipv6Fields ip{.source = router_a, .destination = "ff02::1", .hop_limit = 255};
  struct Row {
    const char* what;
    Packet packet;
    Reason reason;
  };
  const Row rows[] = {
      {"global source", router_advertisement({.source = "2001:db8::a", .hop_limit = 33, .options = prefix_option()}),
       Reason::router_advertisement_source_not_link_local},
      {"15 octets",
       [&] {
         Packet message = hex("86 00 0000 21 00 0708 00000000 000000");
         set_be16(message, 2,
                  plain_checksum(octets_of(router_a) + octets_of("ff02::1") + hex("0000000f 0000003a") + message +
                                 Packet(1)));
         return ipv6(ip, message);
       }(),
       Reason::nd_message_too_short},
      {"through a router", from_a({.hop_limit = 33, .options = prefix_option(), .ip_hop_limit = 254}),
       Reason::nd_hop_limit_not_255},
      {"code 1", from_a({.hop_limit = 33, .options = prefix_option(), .code = 1}), Reason::nd_code_not_0},
      {"an option of length 0", from_a({.hop_limit = 33, .options = prefix_option() + hex("0500 000000000500")}),
       Reason::nd_option_malformed},
  };
  for (const Row& row : rows) {
    Listening line;
    EXPECT_THAT(line.send(row.packet), IsEmpty()) << row.what;
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_EQ(line.node().state().neighbors.size(), 0U) << row.what;
    EXPECT_EQ(line.hop_to(far6), "") << row.what;
    EXPECT_EQ(line.hop_to(in_prefix), "") << row.what;
    EXPECT_EQ(line.reply6().at(7), 64) << row.what;
  }
}

TEST(RouterAdvertisementReception, ND_RA_011_to_all_nodes_or_to_us) {
  for (const std::string_view destination : {"ff02::1", "fe80::2"}) {
    Listening line;
    line.send(from_a({.destination = destination}));
    EXPECT_EQ(line.hop_to(far6), router_a) << destination;
  }
}

// ---- default routers ----

TEST(RouterAdvertisementReception, ND_RA_012_lifetimes_of_a_default_router) {
  Listening line;
  EXPECT_EQ(line.hop_to(far6), "") << "no router";
  line.send(from_a({.lifetime = 10}));
  EXPECT_EQ(line.hop_to(far6), router_a);
  line.wait(9s);
  line.send(from_a({.lifetime = 10}));
  line.wait(9s);
  EXPECT_EQ(line.hop_to(far6), router_a) << "renewed";
  line.send(from_a({.lifetime = 0}));
  EXPECT_EQ(line.hop_to(far6), "") << "at once";
}

TEST(RouterAdvertisementReception, ND_RA_012_what_else_is_told_counts_all_the_same) {
  Listening line;
  line.send(from_a({.hop_limit = 33, .lifetime = 0, .options = prefix_option() + mtu_option(1400)}));
  EXPECT_EQ(line.hop_to(far6), "");
  EXPECT_EQ(line.hop_to(in_prefix), "? 2001:db8:1::9") << "the prefix is on the link";
  EXPECT_EQ(line.reply6().at(7), 33);
}

TEST(RouterAdvertisementReception, ND_RA_018_the_end_of_a_lifetime) {
  struct Row {
    unsigned lifetime;
    Duration after;
    std::string_view hop;
    const char* why;
  };
  for (const Row& row : {
           Row{10, 9999ms, router_a, "not over yet"},
           Row{10, 10s, router_b, "the other one"},
           Row{65535, 65534s, router_a, "the longest there is"},
           Row{65535, 65535s, router_b, "65535 is no infinity here"},
       }) {
    Listening line;
    line.send(from_a({.flags = 0x08, .lifetime = row.lifetime}));
    line.send(from_b({.lifetime = 10}));
    ASSERT_EQ(line.hop_to(far6), router_a);
    line.wait(row.after - 1s);
    line.send(from_b({.lifetime = 10}));
    line.wait(1s);
    EXPECT_EQ(line.hop_to(far6), row.hop) << row.why;
  }
}

TEST(RouterAdvertisementReception, ND_RA_018_without_another_one) {
  Listening line;
  line.send(from_a({.lifetime = 10}));
  line.wait(10s);
  EXPECT_EQ(line.hop_to(far6), "");
  EXPECT_EQ(line.count(Reason::no_route), 1U);
}

TEST(RouterAdvertisementReception, ND_RA_019_the_preferred_one) {
  struct Row {
    unsigned a, b;
    std::string_view hop;
  };
  for (const Row& row : {Row{0x08, 0x00, router_a}, Row{0x00, 0x08, router_b}, Row{0x18, 0x00, router_b},
                         Row{0x00, 0x18, router_a}, Row{0x10, 0x18, router_a}, Row{0x10, 0x08, router_b}}) {
    Listening line;
    line.send(from_a({.flags = row.a}));
    line.send(from_b({.flags = row.b}));
    EXPECT_EQ(line.hop_to(far6), row.hop) << row.a << " and " << row.b;
  }
}

TEST(RouterAdvertisementReception, ND_RA_019_a_configured_gateway_comes_before_all_that_advertise_themselves) {
  Listening line(with_gateways(learning_host(), {router_a}));
  line.send(from_b({.flags = 0x08}));
  EXPECT_EQ(line.hop_to(far6), router_a) << "although the other one prefers itself";
  line.send(from_a({.lifetime = 0}));
  EXPECT_EQ(line.hop_to(far6), router_a) << "nor is it told away";
}

TEST(RouterAdvertisementReception, ND_RA_019_a_new_preference_counts) {
  Listening line;
  line.send(from_a({.flags = 0x08}));
  line.send(from_b());
  EXPECT_EQ(line.hop_to(far6), router_a);
  line.send(from_a({.flags = 0x18}));
  EXPECT_EQ(line.hop_to(far6), router_b);
}

TEST(RouterAdvertisementReception, ND_RA_019_reachable_before_preferred) {
  Listening line;
  line.remove_station(router_a);
  line.send(router_advertisement({.flags = 0x08}));
  line.send(from_b());
  EXPECT_EQ(line.hop_to(far6), "? fe80::a") << "nothing is known of it yet";
  line.wait(3s);
  EXPECT_EQ(line.hop_to(far6), router_b);
}

TEST(RouterAdvertisementReception, ND_RA_019_none_reachable_then_each_is_tried) {
  Line line(learning_host());
  line.wait(20s);
  for (const std::string_view router : {"fe80::a", "fe80::b", "fe80::c"})
    line.send(router_advertisement({.source = router}));
  std::vector<std::string> tried;
  for (int i = 0; i < 6; ++i) {
    tried.push_back(line.hop_to(far6));
    line.wait(4s);
  }
  EXPECT_THAT(tried, ElementsAre("? fe80::a", "? fe80::b", "? fe80::c", "? fe80::a", "? fe80::b", "? fe80::c"));
}

// The first one stops to answer while traffic goes on.
TEST(RouterAdvertisementReception, ND_NUD_008_another_router_within_ten_seconds) {
  Listening line;
  line.send(from_a({.flags = 0x08}));
  line.send(from_b());
  line.hop_to(far6);
  line.remove_station(router_a);
  line.add_station("fe80::dead", mac_a);  // packets still go to where it was
  Duration left{};
  for (; left < 1min && line.hop_to(far6) == "fe80::dead"; left += 100ms) line.wait(100ms);
  EXPECT_EQ(line.hop_to(far6), router_b);
  EXPECT_GE(left, 7s) << "not before three questions";
  EXPECT_LE(left, 10s);
  EXPECT_EQ(line.state(router_a), NeighborState::failed);
}

TEST(RouterAdvertisementReception, ND_NA_010_a_router_that_becomes_a_host) {
  Listening line;
  line.send(from_a({.flags = 0x08}));
  line.send(from_b());
  ASSERT_EQ(line.hop_to(far6), router_a);
  line.send(advertisement({.source = router_a, .target = router_a, .flags = 0, .options = {}}));
  EXPECT_EQ(line.hop_to(far6), router_b) << "at once, although it is preferred and answers";
  line.send(advertisement({.source = router_b, .target = router_b, .flags = override_flag, .options = {}}));
  EXPECT_EQ(line.hop_to(far6), "") << "none is left";
  line.send(from_a());
  EXPECT_EQ(line.hop_to(far6), router_a) << "it is one again";
}

TEST(RouterAdvertisementReception, ND_NA_010_a_router_that_stays_one) {
  Listening line;
  line.send(from_a());
  line.send(advertisement({.source = router_a, .target = router_a, .flags = router_flag, .options = {}}));
  EXPECT_EQ(line.hop_to(far6), router_a);
}

TEST(RouterAdvertisementReception, ND_RA_015_its_address_is_noted) {
  Listening line;
  line.remove_station(router_a);
  line.send(from_a());
  ASSERT_NE(line.neighbor(router_a), nullptr);
  EXPECT_EQ(line.state(router_a), NeighborState::stale);
  EXPECT_TRUE(line.neighbor(router_a)->is_router);
  const auto sent = line.send(echo6({.source = far6}));
  ASSERT_THAT(sent, SizeIs(1)) << "traffic without a question";
  EXPECT_EQ(sent[0].to, mac_a);
  line.send(router_advertisement({.options = source_option(other_mac)}));
  EXPECT_EQ(to_text(line.neighbor(router_a)->mac), "02:00:00:00:00:77") << "it has another one now";
  EXPECT_EQ(line.state(router_a), NeighborState::stale);
}

TEST(RouterAdvertisementReception, ND_RA_015_what_waits_for_the_router_goes) {
  Listening line;
  line.remove_station(router_a);
  line.send(router_advertisement());
  EXPECT_EQ(line.hop_to(far6), "? fe80::a");
  const auto sent = line.send(from_a());
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to, mac_a);
  EXPECT_EQ(destination_of(sent[0].octets), far6);
}

TEST(RouterAdvertisementReception, ND_RA_015_without_it_only_the_flag_of_an_entry_is_set) {
  Listening line;
  line.send(router_advertisement());
  EXPECT_EQ(line.neighbor(router_a), nullptr) << "no entry is made";
  line.add_station(router_a, mac_a, false);
  line.hop_to(router_a);
  ASSERT_NE(line.neighbor(router_a), nullptr);
  EXPECT_FALSE(line.neighbor(router_a)->is_router);
  const auto state = line.state(router_a);
  line.send(router_advertisement());
  EXPECT_TRUE(line.neighbor(router_a)->is_router);
  EXPECT_EQ(line.state(router_a), state);
}

// ---- values of the link ----

TEST(RouterAdvertisementReception, V6_TX_001_ND_RA_013_ND_RA_014_the_hop_limit) {
  for (const NodeConfig& config : {learning_host({"ip6.hop_limit=70"}), on_tun(learning_host({"ip6.hop_limit=70"}))}) {
    Listening line(config);
    EXPECT_EQ(line.reply6().at(7), 70) << "as configured";
    line.send(from_a({.hop_limit = 33}));
    EXPECT_EQ(line.reply6().at(7), 33);
    line.send(from_a({.hop_limit = 0}));
    EXPECT_EQ(line.reply6().at(7), 33) << "0 says nothing";
    line.send(from_b({.hop_limit = 255}));
    EXPECT_EQ(line.reply6().at(7), 255) << "the last one counts";
  }
}

TEST(RouterAdvertisementReception, V6_TX_001_of_errors_too) {
  Listening line(on_tun(learning_host()));
  line.send(from_a({.hop_limit = 33}));
  const auto sent = line.send(udp6());
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(icmp6_type(sent[0].octets), 1U);
  EXPECT_EQ(sent[0].octets.at(7), 33);
}

TEST(RouterAdvertisementReception, V6_TX_001_of_that_link_only) {
  NodeConfig config = on_tun(learning_host());
  config.interfaces.push_back({.name = "tun1",
                               .addresses = {parse_prefix("2001:db8:5::2/64").value()},
                               .mtu = 1500,
                               .configures_itself = true});
  Line line(config);
  line.wait(20s);
  line.send(from_a({.hop_limit = 33, .options = mtu_option(1280)}));
  const Packet echo = echo6({.source = "2001:db8:5::1", .destination = "2001:db8:5::2"}, counting(1400));
  const AllSent sent = line.receive({echo}, InterfaceId{1});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].octets.at(7), 64);
}

/// Times of the solicitations of somebody who is not there.
std::vector<Duration> questions_about_nobody(Line& line) {
  auto sent = line.send(echo6({.source = "2001:db8::99"}));
  for (const Sent& later : line.wait(1min)) sent.push_back(later);
  AllSent questions = only(neighbor_question, sent);
  std::erase_if(questions, [](const Sent& q) { return part(q.octets, 48, 16) != octets_of("2001:db8::99"); });
  return times_of(questions);
}

TEST(RouterAdvertisementReception, ND_RA_013_ND_RA_014_the_retransmit_time) {
  Listening line;
  EXPECT_THAT(questions_about_nobody(line), ElementsAre(0s, 1s, 2s));
  line.send(from_a({.retransmit = 2000}));
  EXPECT_THAT(questions_about_nobody(line), ElementsAre(0s, 2s, 4s));
  line.send(from_a({.retransmit = 0}));
  EXPECT_THAT(questions_about_nobody(line), ElementsAre(0s, 2s, 4s)) << "0 says nothing";
}

/// How long a neighbor stays reachable after it answered.
Duration reachable_for(Line& line) {
  line.add_station("2001:db8::99", other_mac, false);
  line.hop_to("2001:db8::99");
  Duration passed{};
  while (line.state("2001:db8::99") == NeighborState::reachable && passed < 3h) {
    line.wait(100ms);
    passed += 100ms;
  }
  return passed;
}

TEST(RouterAdvertisementReception, ND_RA_013_ND_RA_014_the_reachable_time) {
  struct Row {
    std::uint32_t told;
    Duration least, most;
    const char* why;
  };
  std::vector<Duration> drawn;
  for_seeds(5, [&](std::uint64_t seed) {
    for (const Row& row : {Row{0, 15s, 45100ms, "its own 30 s"}, Row{10'000, 5s, 15100ms, "10 s"},
                           Row{200'000, 100s, 300100ms, "200 s"}}) {
      Listening line(with_seed(learning_host(), seed));
      line.send(from_a({.reachable = row.told}));
      const Duration time = reachable_for(line);
      EXPECT_GE(time, row.least) << row.why;
      EXPECT_LE(time, row.most) << row.why;
      if (row.told == 200'000) drawn.push_back(time);
    }
  });
  EXPECT_GT(*std::ranges::max_element(drawn) - *std::ranges::min_element(drawn), 10s) << "random";
}

TEST(RouterAdvertisementReception, ND_RA_013_zero_leaves_the_reachable_time) {
  Listening line;
  line.send(from_a({.reachable = 1000}));
  line.send(from_a({.reachable = 0}));
  EXPECT_LE(reachable_for(line), 1600ms);
}

/// The largest packet that the host sends to P.
std::size_t largest_sent(Line& line) {
  std::size_t largest = 0;
  for (const Sent& sent : line.send(echo6({}, counting(1452)))) largest = std::max(largest, sent.octets.size());
  return largest;
}

TEST(RouterAdvertisementReception, ND_RA_016_V6_TX_009_the_mtu) {
  struct Row {
    std::uint32_t told;
    std::size_t largest;
    const char* why;
  };
  for (const Row& row : {
           Row{1400, 1400, "told"},
           Row{1280, 1280, "the least there is"},
           Row{1279, 1500, "below the least"},
           Row{1200, 1500, "below the least"},
           Row{0, 1500, "none"},
           Row{1500, 1500, "its own"},
           Row{1501, 1500, "above its own"},
           Row{9000, 1500, "above its own"},
           Row{0x10000 + 1400, 1500, "32 bits of it"},
       })
    for (const NodeConfig& config : {learning_host(), on_tun(learning_host())}) {
      Listening line(config);
      line.reply6();
      line.send(from_a({.options = mtu_option(row.told)}));
      EXPECT_EQ(largest_sent(line), row.largest) << row.told << ": " << row.why;
    }
}

TEST(RouterAdvertisementReception, ND_RA_016_it_may_rise_again) {
  Listening line(on_tun(learning_host()));
  line.send(from_a({.options = mtu_option(1300)}));
  line.send(from_a());
  EXPECT_EQ(largest_sent(line), 1296U) << "nothing told, nothing changed; fragments are multiples of 8";
  line.send(from_a({.options = mtu_option(1500)}));
  EXPECT_EQ(largest_sent(line), 1500U);
}

TEST(RouterAdvertisementReception, ND_RA_016_ipv4_does_not_care) {
  Listening line(on_tun(learning_host()));
  line.send(from_a({.options = mtu_option(1280)}));
  const auto sent = line.send(echo4({}, counting(1472)));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].octets.size(), 1500U);
}

// ---- prefixes ----

TEST(RouterAdvertisementReception, ND_RA_017_ND_RA_022_which_prefixes_are_on_the_link) {
  struct Row {
    PrefixFields told;
    std::string_view destination;
    std::string_view hop;
    const char* why;
  };
  for (const Row& row : {
           Row{{}, in_prefix, "? 2001:db8:1::9", "L and A"},
           Row{{.flags = 0x80}, in_prefix, "? 2001:db8:1::9", "L"},
           Row{{.flags = 0x40}, in_prefix, router_a, "A says nothing about the link"},
           Row{{.flags = 0x00}, in_prefix, router_a, "neither"},
           Row{{}, "2001:db8:2::9", router_a, "another prefix"},
           Row{{.valid = 0, .preferred = 0}, in_prefix, router_a, "valid for no time"},
           Row{{.length = 48}, "2001:db8:1:7::9", "? 2001:db8:1:7::9", "as short as is believed"},
           Row{{.length = 47}, in_prefix, router_a, "shorter"},
           Row{{.length = 0}, far6, router_a, "everything"},
           Row{{.prefix = in_prefix, .length = 128}, in_prefix, "? 2001:db8:1::9", "one address"},
           Row{{.prefix = in_prefix, .length = 129}, in_prefix, router_a, "longer than an address"},
           Row{{.prefix = in_prefix, .length = 136}, in_prefix, router_a, "longer than an address"},
           Row{{.length = 255}, in_prefix, router_a, "longer than an address"},
           Row{{.prefix = "2001:db8:1::ffff"}, in_prefix, "? 2001:db8:1::9", "bits beyond do not count"},
           Row{{.valid = 100, .preferred = 200}, in_prefix, "? 2001:db8:1::9", "only the address use is ignored"},
       }) {
    Listening line;
    line.send(from_a({.options = prefix_option(row.told)}));
    EXPECT_EQ(line.hop_to(row.destination), row.hop) << row.why;
  }
}

TEST(RouterAdvertisementReception, ND_RA_017_short_prefixes) {
  Listening line;
  line.send(from_a({.options = prefix_option({.prefix = "::", .length = 0}) + prefix_option({.length = 1})}));
  EXPECT_EQ(line.count(Reason::router_prefix_too_short), 2U);
  EXPECT_EQ(line.hop_to(far6), router_a);
  Listening trusting({"nd.min_prefix=0"});
  trusting.send(from_a({.options = prefix_option({.length = 0})}));
  EXPECT_EQ(trusting.hop_to(far6), "? 2001:db8:9::9") << "everything is on the link";
  trusting.send(from_a({.options = prefix_option({.length = 0, .valid = 0})}));
  EXPECT_EQ(trusting.hop_to("2001:db8:9::8"), router_a);
}

TEST(RouterAdvertisementReception, ND_RA_017_how_long) {
  struct Row {
    std::uint32_t valid;
    Duration after;
    std::string_view hop;
    const char* why;
  };
  for (const Row& row : {
           Row{100, 99s, "? 2001:db8:1::9", "not over yet"},
           Row{100, 100s, router_a, "over"},
           Row{0xfffffffe, 1200h, "? 2001:db8:1::9", "long"},
           Row{0xffffffff, 1200h, "? 2001:db8:1::9", "for ever"},
       }) {
    Listening line;
    line.send(from_a({.options = prefix_option({.valid = row.valid})}));
    line.wait(row.after);
    line.send(from_a());
    EXPECT_EQ(line.hop_to(in_prefix), row.hop) << row.why;
  }
}

TEST(RouterAdvertisementReception, ND_RA_017_renewed_and_removed) {
  Listening line;
  line.send(from_a({.options = prefix_option({.valid = 100})}));
  line.wait(90s);
  line.send(from_a({.options = prefix_option({.valid = 100})}));
  line.wait(90s);
  EXPECT_EQ(line.hop_to(in_prefix), "? 2001:db8:1::9");
  line.send(from_a({.options = prefix_option({.flags = 0x40, .valid = 0})}));
  EXPECT_EQ(line.hop_to(in_prefix), "") << "L=0 says nothing about it; the question was asked before";
  EXPECT_EQ(line.state(in_prefix), NeighborState::incomplete);
  line.send(from_a({.options = prefix_option({.valid = 0})}));
  EXPECT_EQ(line.hop_to(in_prefix), router_a);
}

TEST(RouterAdvertisementReception, ND_RA_017_the_link_local_prefix_is_not_to_be_told) {
  Listening line;
  line.send(from_a({.options = prefix_option({.prefix = "fe80::", .length = 10, .valid = 0})}));
  EXPECT_EQ(line.hop_to("fe80::99"), "? fe80::99");
  line.send(from_a({.options = prefix_option({.prefix = "fe80:0:0:1::", .length = 64, .valid = 10})}));
  EXPECT_THAT(line.node().state().interfaces[0].routers.routing.prefixes.prefixes(), SizeIs(4)) << "none but its own";
  line.wait(1h);
  EXPECT_EQ(line.hop_to("fe80::98"), "? fe80::98");
}

TEST(RouterAdvertisementReception, ND_RA_017_what_is_configured_stays) {
  Listening line;
  line.send(from_a({.options = prefix_option({.prefix = "2001:db8::", .valid = 0})}));
  EXPECT_EQ(line.hop_to("2001:db8::99"), "? 2001:db8::99");
}

TEST(RouterAdvertisementReception, ND_RA_017_options_of_another_size_are_none) {
  Listening line;
  Packet long_option = prefix_option() + Packet(8);
  long_option[1] = 5;
  line.send(from_a({.options = long_option}));
  EXPECT_EQ(line.hop_to(in_prefix), router_a);
}

TEST(RouterAdvertisementReception, ND_RA_020_one_router_does_not_undo_another) {
  Listening line;
  line.send(from_a({.hop_limit = 33, .retransmit = 2000, .options = prefix_option() + mtu_option(1400)}));
  line.send(from_b({.lifetime = 0, .options = prefix_option({.prefix = "2001:db8:2::"})}));
  line.send(from_a());
  EXPECT_EQ(line.hop_to(in_prefix), "? 2001:db8:1::9") << "the prefix stays";
  EXPECT_EQ(line.hop_to("2001:db8:2::9"), "? 2001:db8:2::9");
  EXPECT_EQ(line.hop_to(far6), router_a) << "the router stays";
  EXPECT_EQ(line.reply6().at(7), 33);
  EXPECT_EQ(largest_sent(line), 1400U);
  EXPECT_THAT(questions_about_nobody(line), ElementsAre(0s, 2s, 4s));
}

TEST(RouterAdvertisementReception, ND_RA_010_what_a_host_does_not_use_does_no_harm) {
  Listening line;
  const Packet options = hex("18 02 30 00 00000708 2001 0db8 0009 0000") + hex("19 03 0000 00000708") +
                         octets_of("2001:db8::53") + hex("1f 03 0000 00000708 01 61 07 6578616d706c65 00 0000000000") +
                         hex("26 02 0708 0064 ff9b 0000 0000 0000 0000") + hex("fd 01 000000000000");
  line.send(from_a({.options = options + prefix_option()}));
  EXPECT_EQ(line.count(Reason::router_advertisement_accepted), 1U);
  EXPECT_EQ(line.hop_to(in_prefix), "? 2001:db8:1::9");
}

TEST(RouterAdvertisementReception, ND_RA_014_forged_values) {
  struct Row {
    const char* what;
    RouterAdvertisementFields told;
    Reason reason;
  };
  for (const Row& row : {
           Row{"one hop", {.hop_limit = 1}, Reason::router_hop_limit_too_low},
           Row{"nine hops", {.hop_limit = 9}, Reason::router_hop_limit_too_low},
           Row{"asks without a break", {.retransmit = 1}, Reason::router_retransmit_time_out_of_bounds},
           Row{"99 ms", {.retransmit = 99}, Reason::router_retransmit_time_out_of_bounds},
           Row{"never asks again", {.retransmit = 0xffffffff}, Reason::router_retransmit_time_out_of_bounds},
           Row{"60001 ms", {.retransmit = 60'001}, Reason::router_retransmit_time_out_of_bounds},
           Row{"always asks", {.reachable = 1}, Reason::router_reachable_time_out_of_bounds},
           Row{"999 ms", {.reachable = 999}, Reason::router_reachable_time_out_of_bounds},
           Row{"2^32 ms", {.reachable = 0xffffffff}, Reason::router_reachable_time_out_of_bounds},
           Row{"2/3 of it", {.reachable = 0xaaaaaaab}, Reason::router_reachable_time_out_of_bounds},
           Row{"an hour and 1 ms", {.reachable = 3'600'001}, Reason::router_reachable_time_out_of_bounds},
       }) {
    Listening line;
    RouterAdvertisementFields told = row.told;
    told.options = prefix_option();
    line.send(from_a(told));
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_EQ(line.reply6().at(7), 64) << row.what;
    EXPECT_THAT(questions_about_nobody(line), ElementsAre(0s, 1s, 2s)) << row.what;
    EXPECT_LE(reachable_for(line), 45100ms) << row.what;
    EXPECT_EQ(line.hop_to(in_prefix), "? 2001:db8:1::9") << row.what << ": the rest counts";
    EXPECT_EQ(line.hop_to(far6), router_a) << row.what << ": the rest counts";
  }
}

TEST(RouterAdvertisementReception, ND_RA_014_as_far_as_values_are_believed) {
  Listening line;
  line.send(from_a({.hop_limit = 10, .reachable = 3'600'000, .retransmit = 60'000}));
  EXPECT_EQ(line.reply6().at(7), 10);
  EXPECT_THAT(questions_about_nobody(line), ElementsAre(0s, 60s));
  EXPECT_GE(line.node().state().interfaces[0].routers.routing.link.reachable_time(), 30min);
  line.send(from_a({.reachable = 1000, .retransmit = 100}));
  EXPECT_THAT(line.node().state().interfaces[0].routers.routing.link.reachable_time(), AllOf(Ge(500ms), Le(1500ms)));
  EXPECT_EQ(line.node().state().interfaces[0].routers.routing.link.values().retransmit_time, 100ms);
}

TEST(RouterAdvertisementReception, ND_RA_014_nd_min_hop_limit) {
  Listening line({"nd.min_hop_limit=33"});
  line.send(from_a({.hop_limit = 32}));
  EXPECT_EQ(line.reply6().at(7), 64);
  line.send(from_a({.hop_limit = 33}));
  EXPECT_EQ(line.reply6().at(7), 33);
}

// ---- forged routers ----

std::string forged(int number) { return "fe80::5:" + std::to_string(number); }
/// From a router that somebody makes up, who says best of himself and all on the link.
Packet forgery(int number, const Packet& options = {}) {
  const std::string source = forged(number);
  return router_advertisement(
      {.source = source, .flags = 0x08, .lifetime = 65535, .options = source_option(other_mac) + options});
}

TEST(RouterAdvertisementReception, ND_RA_019_forged_routers_do_not_push_out_one_that_answered) {
  Listening line;
  line.send(from_a({.flags = 0x18}));
  ASSERT_EQ(line.hop_to(far6), router_a);
  line.wait(6s);  // it was told where the router is, and asks whether that holds
  for (int i = 0; i < 200; ++i) line.send(forgery(i));
  const discovery::RouterList& list = line.node().state().interfaces[0].routers.routing.routers;
  EXPECT_NE(list.find(parse_address(router_a).value()), nullptr);
  EXPECT_EQ(list.routers().size(), 16U);
  EXPECT_EQ(line.count(Reason::router_list_full), 185U);
}

TEST(RouterAdvertisementReception, ND_RA_019_nor_one_that_was_there_first) {
  Listening line;
  line.send(from_a({.flags = 0x18}));
  for (int i = 0; i < 200; ++i) line.send(forgery(i));
  EXPECT_NE(line.node().state().interfaces[0].routers.routing.routers.find(parse_address(router_a).value()), nullptr);
}

TEST(RouterAdvertisementReception, ND_RA_019_nor_keep_out_one_that_comes_later) {
  Listening line;
  for (int i = 0; i < 16; ++i) line.send(router_advertisement({.source = forged(i), .flags = 0x08}));
  line.send(from_a());
  EXPECT_EQ(line.count(Reason::router_list_full), 1U);
  line.hop_to(far6);
  line.wait(4s);  // nobody answers at the first of them
  line.send(from_a());
  EXPECT_NE(line.node().state().interfaces[0].routers.routing.routers.find(parse_address(router_a).value()), nullptr);
}

TEST(RouterAdvertisementReception, ND_RA_019_who_says_unasked_that_it_answers_proves_nothing) {
  Listening line;
  line.send(from_a({.flags = 0x18}));  // of which nothing is known either
  for (int i = 0; i < 32; ++i) {
    const std::string source = forged(i);
    line.send(forgery(i));
    line.send(advertisement({.source = source,
                             .destination = "fe80::2",
                             .target = source,
                             .flags = router_flag | solicited_flag | override_flag,
                             .options = target_option(other_mac)}));
    line.send(forgery(i));
  }
  EXPECT_NE(line.node().state().interfaces[0].routers.routing.routers.find(parse_address(router_a).value()), nullptr);
}

// What one router may give is all that is looked at: 45 prefixes cost no more than 8.
TEST(RouterAdvertisementReception, ND_RA_017_prefixes_of_one_message_beyond_the_share_do_not_count) {
  Listening line;
  const auto prefixes = [&] { return line.node().state().interfaces[0].routers.routing.prefixes.prefixes().size(); };
  const std::size_t before = prefixes();
  Packet options;
  for (int i = 0; i < 40; ++i)
    options = options + prefix_option({.prefix = "2001:db8:" + std::to_string(100 + i) + "::"});
  line.send(from_a({.options = options + mtu_option(1400)}));
  EXPECT_EQ(prefixes(), before + 8);
  EXPECT_EQ(line.count(Reason::router_prefix_share_used), 1U);
  EXPECT_EQ(line.count(Reason::address_share_used), 0U) << "nor are there addresses to be refused";
  EXPECT_EQ(line.node().state().interfaces[0].mtu(Family::ipv6), 1400U) << "the other options do";
}

TEST(RouterAdvertisementReception, ND_RA_017_forged_prefixes_do_not_keep_out_those_of_a_router_that_answers) {
  Listening line;
  line.send(from_a());
  line.hop_to(far6);
  line.wait(6s);
  for (int i = 0; i < 8; ++i) {
    for (const int half : {0, 5}) {
      Packet options;
      for (int j = half; j < half + 5; ++j) {
        const std::string prefix = "2001:db8:" + std::to_string(100 + i * 10 + j) + "::";
        options = options + prefix_option({.prefix = prefix, .valid = 0xffffffff, .preferred = 0xffffffff});
      }
      line.send(forgery(i, options));
    }
  }
  EXPECT_EQ(line.count(Reason::router_prefix_share_used), 8U) << "two beyond the share of each of the first four";
  EXPECT_EQ(line.count(Reason::router_prefix_list_full), 40U);
  EXPECT_GE(line.count(Reason::address_share_used), 1U);
  EXPECT_GE(line.count(Reason::address_table_full), 1U);
  line.send(from_a({.options = prefix_option()}));
  EXPECT_EQ(line.hop_to(in_prefix), "? 2001:db8:1::9");
  line.wait(5s);
  EXPECT_TRUE(std::ranges::any_of(line.node().state().interfaces[0].addresses.ipv6->addresses(), [](const auto& own) {
    return parse_prefix("2001:db8:1::/64")->contains(IpAddress(own.address));
  })) << "it gives an address too";
}

TEST(RouterAdvertisementReception, ND_RA_019_a_flood_of_routers_leaves_room) {
  Listening line;
  line.send(from_a({.flags = 0x08}));
  for (int i = 0; i < 200; ++i) {
    const std::string source = "fe80::5:" + std::to_string(i);
    line.send(router_advertisement({.source = source, .options = prefix_option()}));
  }
  EXPECT_EQ(line.hop_to(far6), router_a);
  EXPECT_EQ(line.node().state().interfaces[0].routers.routing.routers.routers().size(), 16U)
      << "at least 2, and not without end";
}

}  // namespace
}  // namespace tunstack::test::router_advertisement_reception_test
