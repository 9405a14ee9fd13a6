// A router that advertises itself by IPv6: when, what, to whom, and what it makes of other routers.
#include "tests/conformance/routers/router_timing.hpp"

namespace tunstack::test::router_advertising_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

AllSent advertisements_in(const AllSent& all) { return only(advertisement_type6, all); }

/// The advertisements of a router within `time` of its start.
AllSent advertised(const NodeConfig& config, Duration time) {
  Line line(config);
  return advertisements_in(line.wait(time));
}
/// The first one.
Packet first_advertisement(const NodeConfig& config) {
  const AllSent sent = advertised(config, 500ms);
  return sent.empty() ? Packet() : sent[0].octets;
}
NodeConfig router_of_prefix_1(std::initializer_list<std::string_view> settings) {
  return with_addresses(router_config(settings), {"2001:db8:1::2/64", "fe80::2/64"});
}

/// What a router says that nobody told anything but to advertise: hop limit 64, three times 600 s.
RouterAdvertisementFields usual(const Packet& options = {}) {
  return {.source = "fe80::2", .hop_limit = 64, .lifetime = 1800, .options = options};
}
const Packet own_prefix = prefix_option({.prefix = "2001:db8:1::"});

// ---- when ----

TEST(RouterAdvertising, ND_RA_001_off_by_default) {
  for (const NodeConfig& config : {router_config(), on_tun(router_config()), router_config({"nd.adv.max=4"})})
    EXPECT_THAT(advertised(config, 1h), IsEmpty());
}

TEST(RouterAdvertising, ND_RA_021_a_host_never_advertises) {
  for (const NodeConfig& config : {learning_host({"nd.adv.enable=on"}), on_tun(learning_host({"nd.adv.enable=on"}))}) {
    Line line(config);
    EXPECT_THAT(advertisements_in(line.wait(1h)), IsEmpty());
    EXPECT_THAT(line.send(router_solicitation()), IsEmpty());
    EXPECT_THAT(advertisements_in(line.wait(1h)), IsEmpty());
    EXPECT_THAT(advertisements_in(line.shut_down()), IsEmpty());
  }
}

TEST(RouterAdvertising, ND_RA_002_random_intervals) {
  struct Row {
    std::string_view max, min;
    Duration least, most;
    const char* why;
  };
  for (const Row& row : {
           Row{"nd.adv.max=8", "nd.adv.min=4", 4s, 8s, "as said"},
           Row{"nd.adv.max=8", "nd.adv.min=0", 6s, 8s, "0.75 of what is below 9 s (D-16)"},
           Row{"nd.adv.max=4", "nd.adv.min=0", 3s, 4s, "the shortest there is"},
           Row{"nd.adv.max=9", "nd.adv.min=0", 3s, 9s, "0.33 of it is below 3 s"},
           Row{"nd.adv.max=16", "nd.adv.min=0", 5280ms, 16s, "0.33 of it"},
       })
    for (const NodeConfig& config : {router_config({"nd.adv.enable=on", row.max, row.min}),
                                     on_tun(router_config({"nd.adv.enable=on", row.max, row.min}))})
      expect_random_within(gaps_of(advertised(config, 10min)), row.least, row.most, row.why);
}

TEST(RouterAdvertising, ND_RA_002_the_first_three_come_soon) {
  for_seeds(10, [](std::uint64_t seed) {
    const AllSent sent = advertised(with_seed(router_config({"nd.adv.enable=on"}), seed), 1h);
    ASSERT_THAT(sent, SizeIs(Ge(6U)));
    EXPECT_LE(sent[0].at, 500ms);
    const auto gaps = gaps_of(sent);
    EXPECT_EQ(gaps[0], 16s);
    EXPECT_EQ(gaps[1], 16s);
    for (std::size_t i = 2; i < gaps.size(); ++i) {
      EXPECT_GE(gaps[i], 198s) << "0.33 of 600 s";
      EXPECT_LE(gaps[i], 600s);
    }
  });
}

// ---- what ----

TEST(RouterAdvertising, ND_RA_003_as_it_is_without_settings) {
  const NodeConfig config = router_of_prefix_1({"nd.adv.enable=on"});
  EXPECT_EQ(first_advertisement(config), router_advertisement(usual(source_option(own_mac) + own_prefix)));
  EXPECT_EQ(first_advertisement(on_tun(config)), router_advertisement(usual(own_prefix))) << "a link without addresses";
}

TEST(RouterAdvertising, ND_RA_003_every_field_is_as_configured) {
  const NodeConfig config = router_of_prefix_1(
      {"nd.adv.enable=on", "nd.adv.max=100", "nd.adv.lifetime=5000", "nd.adv.hop_limit=33", "nd.adv.managed=on",
       "nd.adv.other=on", "nd.adv.reachable=3600000", "nd.adv.retrans=4294967295", "nd.adv.mtu=1400"});
  const Packet options = source_option(own_mac) + mtu_option(1400) + own_prefix;
  EXPECT_EQ(first_advertisement(config), router_advertisement({.source = "fe80::2",
                                                               .hop_limit = 33,
                                                               .flags = 0xc0,
                                                               .lifetime = 5000,
                                                               .reachable = 3'600'000,
                                                               .retransmit = 0xffffffff,
                                                               .options = options}));
}

TEST(RouterAdvertising, ND_RA_003_one_flag_at_a_time) {
  struct Row {
    std::string_view setting;
    unsigned flags;
  };
  for (const Row& row : {Row{"nd.adv.managed=on", 0x80}, Row{"nd.adv.other=on", 0x40}, Row{"nd.adv.pref=high", 0x08},
                         Row{"nd.adv.pref=low", 0x18}, Row{"nd.adv.pref=medium", 0}})
    EXPECT_EQ(first_advertisement(router_config({"nd.adv.enable=on", row.setting})).at(45), row.flags) << row.setting;
}

TEST(RouterAdvertising, ND_RA_003_a_frame_to_all_nodes) {
  const AllSent sent = advertised(router_config({"nd.adv.enable=on"}), 500ms);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to, hex("33 33 00 00 00 01"));
}

TEST(RouterAdvertising, ND_RA_003_without_a_link_local_address_of_its_own_nothing_is_said) {
  NodeConfig config = with_addresses(router_config({"nd.adv.enable=on"}), {"192.0.2.2/24"});
  config.interfaces[0].configures_itself = false;
  EXPECT_THAT(advertised(config, 1h), IsEmpty());
}

TEST(RouterAdvertising, ND_RA_004_prefixes) {
  struct Row {
    std::initializer_list<std::string_view> settings;
    Packet told;
  };
  const Row rows[] = {
      {{"nd.adv.enable=on"}, own_prefix},
      {{"nd.adv.enable=on", "nd.adv.on_link=off"}, prefix_option({.flags = 0x40})},
      {{"nd.adv.enable=on", "nd.adv.autonomous=off"}, prefix_option({.flags = 0x80})},
      {{"nd.adv.enable=on", "nd.adv.valid=4294967295", "nd.adv.preferred=4294967295"},
       prefix_option({.valid = 0xffffffff, .preferred = 0xffffffff})},
      {{"nd.adv.enable=on", "nd.adv.valid=7200", "nd.adv.preferred=3600"},
       prefix_option({.valid = 7200, .preferred = 3600})},
      {{"nd.adv.enable=on", "nd.adv.prefixes=2001:db8:ffff:ffff:ffff::/36"},
       prefix_option({.prefix = "2001:db8:f000::", .length = 36})},
      {{"nd.adv.enable=on", "nd.adv.prefixes=2001:db8:2::/64,fd00::/48"},
       prefix_option({.prefix = "2001:db8:2::"}) + prefix_option({.prefix = "fd00::", .length = 48})},
      {{"nd.adv.enable=on", "nd.adv.prefixes=fe80::/64,fe80::/10,2001:db8:2::/64"},
       prefix_option({.prefix = "2001:db8:2::"})},
      {{"nd.adv.enable=on", "nd.adv.prefixes=2001:db8:2::/64,2001:db8:2::1/64,2001:db8:2::/48"},
       prefix_option({.prefix = "2001:db8:2::"}) + prefix_option({.prefix = "2001:db8:2::", .length = 48})},
  };
  for (const Row& row : rows) {
    const Packet packet = first_advertisement(router_of_prefix_1(row.settings));
    EXPECT_EQ(from(packet, 56), source_option(own_mac) + row.told) << *(row.settings.end() - 1);
  }
}

TEST(RouterAdvertising, ND_RA_004_two_addresses_of_one_prefix_are_told_once) {
  const NodeConfig config =
      with_addresses(router_config({"nd.adv.enable=on"}), {"2001:db8:1::2/64", "2001:db8:1::3/64", "fe80::2/64"});
  EXPECT_EQ(first_advertisement(config), router_advertisement(usual(source_option(own_mac) + own_prefix)));
}

/// "2001:db8:1::/64" to "2001:db8:50::/64", as a setting and as options.
std::string fifty_prefixes() {
  std::string text = "nd.adv.prefixes=2001:db8:1::/64";
  for (int i = 2; i <= 50; ++i) text += ",2001:db8:" + std::to_string(i) + "::/64";
  return text;
}
std::vector<Packet> fifty_options() {
  std::vector<Packet> options;
  for (int i = 1; i <= 50; ++i) options.push_back(prefix_option({.prefix = "2001:db8:" + std::to_string(i) + "::"}));
  return options;
}

TEST(RouterAdvertising, ND_RA_005_divided_over_several) {
  NodeConfig config = router_config({"nd.adv.enable=on", "nd.adv.mtu=1280", fifty_prefixes()});
  config.interfaces[0].mtu = 1280;
  const AllSent sent = advertised(config, 500ms);
  std::vector<Packet> told;
  for (const Sent& one : sent) {
    EXPECT_LE(one.octets.size(), 1280U);
    EXPECT_EQ(part(one.octets, 40, 2), hex("86 00"));
    EXPECT_EQ(part(one.octets, 44, 12), hex("40 00 0708 00000000 00000000"));
    EXPECT_EQ(part(one.octets, 56, 8), source_option(own_mac));
    std::size_t at = 64;
    if (&one == &sent[0]) {
      EXPECT_EQ(part(one.octets, at, 8), mtu_option(1280));
      at += 8;
    }
    for (; at < one.octets.size(); at += 32) told.push_back(part(one.octets, at, 32));
  }
  EXPECT_THAT(sent, SizeIs(2)) << "as few as possible";
  EXPECT_EQ(told, fifty_options()) << "each prefix once";
}

TEST(RouterAdvertising, ND_RA_005_answers_and_last_words_are_whole_too) {
  NodeConfig config = router_config({"nd.adv.enable=on", fifty_prefixes()});
  config.interfaces[0].mtu = 1280;
  Line line(config);
  line.wait(5s);
  line.send(router_solicitation());
  EXPECT_THAT(advertisements_in(line.wait(1s)), SizeIs(2));
  EXPECT_THAT(advertisements_in(line.shut_down()), SizeIs(2));
}

TEST(RouterAdvertising, ND_RA_009_routes) {
  const auto told = [](std::initializer_list<std::string_view> settings) {
    return from(first_advertisement(router_of_prefix_1(settings)), 56 + 8 + 32);
  };
  EXPECT_EQ(told({"nd.adv.enable=on", "nd.adv.routes=2001:db8:9::/48"}),
            hex("18 02 30 00 00000708 2001 0db8 0009 0000"));
  EXPECT_EQ(told({"nd.adv.enable=on", "nd.adv.pref=high", "nd.adv.max=10", "nd.adv.routes=::/0,2001:db8:9::1/128"}),
            hex("18 01 00 08 0000001e") + hex("18 03 80 08 0000001e") + octets_of("2001:db8:9::1"));
  EXPECT_EQ(told({"nd.adv.enable=on", "nd.adv.lifetime=0", "nd.adv.routes=2001:db8:9::/48"}),
            hex("18 02 30 00 00000708 2001 0db8 0009 0000"))
      << "who is no default router may know a way all the same";
}

TEST(RouterAdvertising, ND_RA_010_servers_names_and_translators) {
  const auto told = [](std::initializer_list<std::string_view> settings) {
    return from(first_advertisement(router_of_prefix_1(settings)), 56 + 8 + 32);
  };
  EXPECT_EQ(told({"nd.adv.enable=on", "nd.adv.rdnss=2001:db8::53,2001:db8::54"}),
            hex("19 05 0000 00000708") + octets_of("2001:db8::53") + octets_of("2001:db8::54"));
  EXPECT_EQ(told({"nd.adv.enable=on", "nd.adv.dnssl=a.example"}),
            hex("1f 03 0000 00000708 01 61 07 6578616d706c65 00 0000000000"));
  EXPECT_EQ(told({"nd.adv.enable=on", "nd.adv.pref64=64:ff9b::/96"}), hex("26 02 0708 0064 ff9b 0000 0000 0000 0000"))
      << "225 times 8 s, length code 0";
}

// ---- to whom ----

TEST(RouterAdvertising, ND_RS_006_an_answer_to_all_within_half_a_second) {
  for_seeds(20, [](std::uint64_t seed) {
    Line line(with_seed(router_config({"nd.adv.enable=on"}), seed));
    line.wait(5s);
    EXPECT_THAT(line.send(router_solicitation({.options = source_option(peer_mac)})), IsEmpty()) << "not at once";
    const AllSent sent = advertisements_in(line.wait(500ms));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(destination_of(sent[0].octets), "ff02::1");
    EXPECT_EQ(source_of(sent[0].octets), "fe80::2");
    EXPECT_EQ(sent[0].octets.at(7), 255);
    EXPECT_EQ(be16(sent[0].octets, 46), 1800) << "an advertisement like the others";
  });
}

TEST(RouterAdvertising, ND_RS_006_the_delay_is_random) {
  std::vector<Duration> delays;
  for_seeds(20, [&](std::uint64_t seed) {
    Line line(with_seed(router_config({"nd.adv.enable=on"}), seed));
    line.wait(5s);
    line.send(router_solicitation());
    for (const Sent& sent : line.wait(500ms)) delays.push_back(sent.at);
  });
  EXPECT_THAT(delays, AllOf(SizeIs(20), Contains(Le(125ms)), Contains(Ge(375ms))));
}

TEST(RouterAdvertising, ND_RS_006_multicasts_are_three_seconds_apart) {
  for_seeds(5, [](std::uint64_t seed) {
    Line line(with_seed(router_config({"nd.adv.enable=on"}), seed));
    AllSent sent = advertisements_in(line.wait(1s));
    ASSERT_THAT(sent, SizeIs(1)) << "the first of all";
    Duration since = 1s;
    for (int i = 0; i < 300; ++i, since += 100ms) {
      line.send(router_solicitation({.source = i % 2 == 0 ? "fe80::1" : "::"}));
      for (Sent one : advertisements_in(line.wait(100ms))) {
        one.at += since;
        sent.push_back(one);
      }
    }
    EXPECT_THAT(gaps_of(sent), Each(AllOf(Ge(3s), Le(3500ms))));
    EXPECT_THAT(sent, SizeIs(AllOf(Ge(9U), Le(11U))));
  });
}

TEST(RouterAdvertising, ND_RS_006_by_unicast_if_wanted) {
  Line line(router_config({"nd.adv.enable=on", "nd.adv.unicast=on"}));
  line.wait(5s);
  line.send(router_solicitation({.options = source_option(peer_mac)}));
  const AllSent sent = line.wait(500ms);
  ASSERT_THAT(sent, SizeIs(1)) << "and nobody is asked for the address of the host";
  EXPECT_EQ(sent[0].to, peer_mac);
  EXPECT_EQ(destination_of(sent[0].octets), "fe80::1");
  EXPECT_EQ(source_of(sent[0].octets), "fe80::2");
  EXPECT_EQ(sent[0].octets.at(7), 255);
  line.send(router_solicitation({.source = "::"}));
  const AllSent to_nobody = advertisements_in(line.wait(500ms));
  ASSERT_THAT(to_nobody, SizeIs(1));
  EXPECT_EQ(destination_of(to_nobody[0].octets), "ff02::1") << ":: cannot be answered alone";
}

TEST(RouterAdvertising, ND_RS_006_by_unicast_from_the_link_local_address_to_any_source) {
  Line line(router_config({"nd.adv.enable=on", "nd.adv.unicast=on"}));
  line.add_station("2001:db8::1", peer_mac, false);
  line.wait(5s);
  line.send(router_solicitation({.source = "2001:db8::1"}));
  const AllSent sent = advertisements_in(line.wait(500ms));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to, peer_mac);
  EXPECT_EQ(source_of(sent[0].octets), "fe80::2");
}

TEST(RouterAdvertising, ND_RS_006_a_multicast_is_the_answer_for_all_who_wait) {
  std::size_t alone = 0;
  for_seeds(20, [&](std::uint64_t seed) {
    Line line(with_seed(router_config({"nd.adv.enable=on", "nd.adv.unicast=on"}), seed));
    line.wait(5s);
    line.send(router_solicitation({.options = source_option(peer_mac)}));
    line.send(router_solicitation({.source = "::"}));
    const AllSent sent = advertisements_in(line.wait(1s));
    ASSERT_THAT(sent, SizeIs(AllOf(Ge(1U), Le(2U))));
    EXPECT_EQ(destination_of(sent.back().octets), "ff02::1") << "nothing follows it";
    alone += sent.size() == 1;
  });
  EXPECT_GT(alone, 0U);
}

TEST(RouterAdvertising, ND_RS_006_on_tun_and_to_its_own_address) {
  for (const std::string_view destination : {"ff02::2", "fe80::2"}) {
    Line line(on_tun(router_config({"nd.adv.enable=on"})));
    line.wait(5s);
    line.send(router_solicitation({.destination = destination}));
    EXPECT_THAT(advertisements_in(line.wait(500ms)), SizeIs(1)) << destination;
  }
}

// RS-004: nobody is answered, and nobody noted.
TEST(RouterAdvertising, ND_RS_004_solicitations_that_are_not_valid) {
  struct Row {
    const char* what;
    Packet packet;
    Reason reason;
  };
  const Row rows[] = {
      {"from :: with an address", router_solicitation({.source = "::", .options = source_option(peer_mac)}),
       Reason::router_solicitation_unspecified_has_link_address},
      {"through a router", router_solicitation({.options = source_option(peer_mac), .hop_limit = 254}),
       Reason::nd_hop_limit_not_255},
      {"code 1", router_solicitation({.options = source_option(peer_mac), .code = 1}), Reason::nd_code_not_0},
      {"an option of length 0", router_solicitation({.options = hex("0100 020000000001")}),
       Reason::nd_option_malformed},
  };
  for (const Row& row : rows) {
    Line line(router_config({"nd.adv.enable=on"}));
    line.wait(100s);
    EXPECT_THAT(line.send(row.packet), IsEmpty()) << row.what;
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_THAT(line.wait(3s), IsEmpty()) << row.what;
    EXPECT_EQ(line.node().state().neighbors.size(), 0U) << row.what;
  }
}

TEST(RouterAdvertising, ND_RS_004_too_short) {
  const Ipv6Fields ip{.source = "fe80::1", .destination = "ff02::2", .hop_limit = 255};
  Packet message = icmpv6(ip, 133, 0, 0);
  message.resize(7);
  set_be16(message, 2, 0);
  const Packet pseudo = octets_of("fe80::1") + octets_of("ff02::2") + hex("00000007 0000003a");
  set_be16(message, 2, plain_checksum(pseudo + message));
  Line line(router_config({"nd.adv.enable=on"}));
  line.wait(100s);
  EXPECT_THAT(line.send(ipv6(ip, message)), IsEmpty());
  EXPECT_EQ(line.count(Reason::icmp6_checksum_wrong), 0U);
  EXPECT_EQ(line.count(Reason::router_solicitation_accepted), 0U);
  EXPECT_THAT(line.wait(3s), IsEmpty());
}

TEST(RouterAdvertising, ND_RS_007_the_sender_is_noted) {
  Line line(router_config({"nd.adv.enable=on"}));
  line.wait(100s);
  line.send(router_solicitation());
  EXPECT_EQ(line.neighbor("fe80::1"), nullptr) << "without its address there is nothing to note";
  line.send(router_solicitation({.source = "::"}));
  EXPECT_EQ(line.node().state().neighbors.size(), 0U);
  line.send(router_solicitation({.options = source_option(peer_mac)}));
  ASSERT_NE(line.neighbor("fe80::1"), nullptr);
  EXPECT_EQ(line.state("fe80::1"), NeighborState::stale);
  EXPECT_EQ(to_text(line.neighbor("fe80::1")->mac), "02:00:00:00:00:01");
  line.send(router_solicitation({.options = source_option(other_mac)}));
  EXPECT_EQ(to_text(line.neighbor("fe80::1")->mac), "02:00:00:00:00:77");
}

TEST(RouterAdvertising, ND_RS_007_who_asks_for_routers_is_none) {
  for (const Packet& options : {source_option(mac_a), Packet()}) {
    Line line(router_config({"nd.adv.enable=on"}));
    line.add_routers();
    line.wait(100s);
    line.hop_to(router_a);
    ASSERT_NE(line.neighbor(router_a), nullptr);
    ASSERT_TRUE(line.neighbor(router_a)->is_router);
    line.send(router_solicitation({.source = router_a, .options = options}));
    EXPECT_FALSE(line.neighbor(router_a)->is_router) << options.size() << " octets of options";
  }
}

TEST(RouterAdvertising, ND_RS_005_a_router_that_does_not_advertise_stays_silent) {
  Line line(router_config());
  EXPECT_THAT(line.send(router_solicitation({.options = source_option(peer_mac)})), IsEmpty());
  EXPECT_THAT(line.wait(10s), IsEmpty());
  EXPECT_EQ(line.count(Reason::router_solicitation_to_no_advertiser), 1U);
}

// ---- the end ----

TEST(RouterAdvertising, ND_RA_006_last_words) {
  for (const NodeConfig& config : {router_of_prefix_1({"nd.adv.enable=on", "nd.adv.pref=high"}),
                                   on_tun(router_of_prefix_1({"nd.adv.enable=on", "nd.adv.pref=high"}))}) {
    Line line(config);
    line.wait(5s);
    AllSent sent = advertisements_in(line.shut_down());
    ASSERT_THAT(sent, SizeIs(1)) << "the first at once";
    const Packet& last = sent[0].octets;
    EXPECT_EQ(destination_of(last), "ff02::1");
    EXPECT_EQ(part(last, 45, 3), hex("00 0000")) << "lifetime 0 needs medium preference";
    EXPECT_EQ(from(last, last.size() - 32), own_prefix) << "what else was told stays true";
    EXPECT_THAT(times_of(advertisements_in(line.wait(1h))), ElementsAre(3s, 6s)) << "three in all";
    line.send(router_solicitation());
    EXPECT_THAT(line.wait(1h), IsEmpty());
  }
}

TEST(RouterAdvertising, ND_RA_006_routes_end_too) {
  Line line(router_of_prefix_1({"nd.adv.enable=on", "nd.adv.routes=2001:db8:9::/48"}));
  line.wait(5s);
  const AllSent sent = advertisements_in(line.shut_down());
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(from(sent[0].octets, sent[0].octets.size() - 16), hex("18 02 30 00 00000000 2001 0db8 0009 0000"));
}

TEST(RouterAdvertising, ND_RA_006_what_was_never_said_is_not_withdrawn) {
  Line silent(router_config());
  EXPECT_THAT(silent.shut_down(), IsEmpty());
  Line new_one(router_config({"nd.adv.enable=on"}));
  EXPECT_THAT(new_one.shut_down(), IsEmpty());
  EXPECT_THAT(new_one.wait(1h), IsEmpty());
}

TEST(RouterAdvertising, ND_RA_007_no_default_router) {
  const Packet packet = first_advertisement(router_of_prefix_1({"nd.adv.enable=on", "nd.adv.lifetime=0"}));
  EXPECT_EQ(packet,
            router_advertisement(
                {.source = "fe80::2", .hop_limit = 64, .lifetime = 0, .options = source_option(own_mac) + own_prefix}));
}

// ---- others ----

TEST(RouterAdvertising, ND_RA_008_differences_are_named) {
  const Packet its_own = prefix_option({.prefix = "2001:db8:1::"});
  struct Row {
    RouterAdvertisementFields told;
    Reason reason;
  };
  const Row rows[] = {
      {{.hop_limit = 64, .options = its_own}, Reason::advertisement_agrees_with_ours},
      {{.hop_limit = 0, .options = {}}, Reason::advertisement_agrees_with_ours},
      {{.hop_limit = 64, .lifetime = 9000}, Reason::advertisement_agrees_with_ours},
      {{.hop_limit = 63}, Reason::advertised_hop_limit_differs},
      {{.flags = 0x80}, Reason::advertised_managed_flag_differs},
      {{.flags = 0x40}, Reason::advertised_other_flag_differs},
      {{.reachable = 1000}, Reason::advertised_reachable_time_differs},
      {{.retransmit = 1000}, Reason::advertised_retransmit_time_differs},
      {{.options = mtu_option(1300)}, Reason::advertised_mtu_differs},
      {{.options = prefix_option({.valid = 1'000'000})}, Reason::advertised_valid_lifetime_differs},
      {{.options = prefix_option({.preferred = 1})}, Reason::advertised_preferred_lifetime_differs},
      {{.options = prefix_option({.prefix = "2001:db8:2::", .valid = 1})}, Reason::advertisement_agrees_with_ours},
  };
  for (const Row& row : rows) {
    Line line(
        router_of_prefix_1({"nd.adv.enable=on", "nd.adv.mtu=1400", "nd.adv.reachable=2000", "nd.adv.retrans=2000"}));
    line.wait(100s);
    EXPECT_THAT(line.send(router_advertisement(row.told)), IsEmpty());
    EXPECT_EQ(line.count(row.reason), 1U) << info(row.reason).name;
  }
}

TEST(RouterAdvertising, ND_RA_008_SLAAC_008_and_nothing_else_changes) {
  for (const NodeConfig& config : {router_config({"nd.adv.enable=on"}), router_config(), on_tun(router_config())}) {
    Line line(config);
    line.wait(40s);
    const Packet before = line.reply6(1400);
    ASSERT_EQ(before.size(), 1448U);
    const Packet options = source_option(mac_a) + mtu_option(1280) + prefix_option();
    EXPECT_THAT(line.send(router_advertisement(
                    {.hop_limit = 33, .flags = 0xc0, .reachable = 1000, .retransmit = 1000, .options = options})),
                IsEmpty());
    EXPECT_EQ(line.reply6(1400), before) << "neither hop limit nor MTU";
    EXPECT_EQ(line.neighbor(router_a), nullptr);
    const std::string_view everywhere = config.interfaces[0].link_address ? "" : "somebody else";
    EXPECT_EQ(line.hop_to(far6), everywhere) << "no default router";
    EXPECT_EQ(line.hop_to("2001:db8:1::1"), everywhere) << "no prefix";
    EXPECT_EQ(line.node().state().addresses.kind_on(InterfaceId{0}, parse_address("2001:db8:1::2").value().ipv6()),
              AddressKind::unicast)
        << "no address from a prefix";
  }
}

TEST(RouterAdvertising, ND_RS_001_a_router_asks_nobody) {
  Line line(router_config());
  EXPECT_THAT(line.wait(1h), IsEmpty());
}

}  // namespace
}  // namespace tunstack::test::router_advertising_test
