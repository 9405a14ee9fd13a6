// A router that advertises its IPv4 addresses (RFC 1256 4): when, what, to whom.
#include "tests/conformance/routers/router_timing.hpp"

namespace tunstack::test::irdp_advertising_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

AllSent advertisements_in(const AllSent& all) { return only(advertisement_type4, all); }
AllSent advertised(const NodeConfig& config, Duration time) {
  Line line(config);
  return advertisements_in(line.wait(time));
}
/// The ICMP message of the first one.
Packet first_message(const NodeConfig& config) {
  const AllSent sent = advertised(config, 2s);
  return sent.empty() ? Packet() : from(sent[0].octets, 20);
}
/// One entry of preference 0 for 30 minutes.
const Packet usual = icmpv4(9, 0, 0x01020708, octets_of("192.0.2.2") + Packet(4));

// ---- when ----

TEST(IrdpAdvertising, ICMP4_RD_001_off_by_default_and_for_hosts) {
  for (const NodeConfig& config : {router_config(), on_tun(router_config()), learning_host({"irdp.adv.enable=on"})}) {
    Line line(config);
    EXPECT_THAT(advertisements_in(line.wait(1h)), IsEmpty());
    EXPECT_THAT(line.send(irdp_solicitation("192.0.2.1", "192.0.2.2")), IsEmpty());
    EXPECT_THAT(advertisements_in(line.wait(1h)), IsEmpty());
    EXPECT_THAT(line.shut_down(), IsEmpty());
  }
}

TEST(IrdpAdvertising, ICMP4_RD_002_random_intervals) {
  struct Row {
    std::string_view max, min;
    Duration least, most;
    const char* why;
  };
  for (const Row& row : {
           Row{"irdp.adv.max=6", "irdp.adv.min=4", 4s, 6s, "as said"},
           Row{"irdp.adv.max=12", "irdp.adv.min=3", 3s, 12s, "as said"},
           Row{"irdp.adv.max=8", "irdp.adv.min=0", 6s, 8s, "0.75 of it"},
           Row{"irdp.adv.max=4", "irdp.adv.min=0", 3s, 4s, "the shortest there is"},
       })
    for (const NodeConfig& config : {router_config({"irdp.adv.enable=on", row.max, row.min}),
                                     on_tun(router_config({"irdp.adv.enable=on", row.max, row.min}))})
      expect_random_within(gaps_of(advertised(config, 10min)), row.least, row.most, row.why);
}

TEST(IrdpAdvertising, ICMP4_RD_003_the_first_come_soon) {
  for_seeds(10, [](std::uint64_t seed) {
    const AllSent sent = advertised(with_seed(router_config({"irdp.adv.enable=on"}), seed), 2h);
    ASSERT_THAT(sent, SizeIs(Ge(6U)));
    EXPECT_LE(sent[0].at, 2s);
    const auto gaps = gaps_of(sent);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(gaps[i], 16s);
    for (std::size_t i = 3; i < gaps.size(); ++i) {
      EXPECT_GE(gaps[i], 450s) << "0.75 of 600 s";
      EXPECT_LE(gaps[i], 600s);
    }
  });
}

// ---- what ----

TEST(IrdpAdvertising, ICMP4_RD_004_the_message) {
  for (const NodeConfig& config :
       {router_config({"irdp.adv.enable=on"}), on_tun(router_config({"irdp.adv.enable=on"}))}) {
    const AllSent sent = advertised(config, 2s);
    ASSERT_THAT(sent, SizeIs(1));
    const Packet& packet = sent[0].octets;
    EXPECT_EQ(source_of(packet), "192.0.2.2");
    EXPECT_EQ(destination_of(packet), "224.0.0.1");
    EXPECT_EQ(packet.at(8), 1) << "TTL";
    EXPECT_EQ(be16(packet, 2), packet.size());
    EXPECT_EQ(from(packet, 20), usual);
  }
  EXPECT_EQ(advertised(router_config({"irdp.adv.enable=on"}), 2s).at(0).to, hex("01 00 5e 00 00 01"));
}

TEST(IrdpAdvertising, ICMP4_RD_001_ICMP4_RD_004_to_everybody_on_request) {
  const AllSent sent = advertised(router_config({"irdp.adv.enable=on", "irdp.adv.broadcast=on"}), 2s);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_of(sent[0].octets), "255.255.255.255");
  EXPECT_EQ(sent[0].to, broadcast_mac);
  EXPECT_EQ(sent[0].octets.at(8), 1) << "TTL";
  EXPECT_EQ(from(sent[0].octets, 20), usual);
}

TEST(IrdpAdvertising, ICMP4_RD_001_lifetime_and_preference) {
  struct Row {
    std::initializer_list<std::string_view> settings;
    std::string_view head;  // number of addresses to the lifetime
    std::string_view preference;
  };
  const Row rows[] = {
      {{"irdp.adv.enable=on", "irdp.adv.max=100"}, "01 02 012c", "00000000"},
      {{"irdp.adv.enable=on", "irdp.adv.lifetime=9000"}, "01 02 2328", "00000000"},
      {{"irdp.adv.enable=on", "irdp.adv.max=1800", "irdp.adv.lifetime=1800"}, "01 02 0708", "00000000"},
      {{"irdp.adv.enable=on", "irdp.adv.pref=5"}, "01 02 0708", "00000005"},
      {{"irdp.adv.enable=on", "irdp.adv.pref=2147483647"}, "01 02 0708", "7fffffff"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(from(first_message(router_config(row.settings)), 4),
              hex(row.head) + octets_of("192.0.2.2") + hex(row.preference))
        << *(row.settings.end() - 1);
}

TEST(IrdpAdvertising, ICMP4_RD_005_each_address_of_the_interface_once) {
  NodeConfig config =
      with_addresses(router_config({"irdp.adv.enable=on"}), {"192.0.2.2/24", "198.51.100.2/25", "fe80::2/64"});
  config.interfaces.push_back({.name = "tun1", .addresses = {parse_prefix("203.0.113.2/24").value()}});
  EXPECT_EQ(first_message(config),
            icmpv4(9, 0, 0x02020708, octets_of("192.0.2.2") + Packet(4) + octets_of("198.51.100.2") + Packet(4)));
}

TEST(IrdpAdvertising, ICMP4_RD_005_without_an_address_nothing_is_said) {
  Line line(with_addresses(router_config({"irdp.adv.enable=on"}), {"2001:db8::2/64", "fe80::2/64"}));
  EXPECT_THAT(line.wait(1h), IsEmpty());
  EXPECT_THAT(line.shut_down(), IsEmpty());
}

// ---- to whom ----

Line started_router(std::initializer_list<std::string_view> settings = {"irdp.adv.enable=on"}, std::uint64_t seed = 1) {
  return Line(with_seed(router_config(settings), seed));
}

TEST(IrdpAdvertising, ICMP4_RD_006_an_answer_to_who_asks) {
  std::vector<Duration> delays;
  for_seeds(20, [&](std::uint64_t seed) {
    Line line = started_router({"irdp.adv.enable=on"}, seed);
    line.add_station("192.0.2.1", peer_mac);
    line.wait(100s);
    EXPECT_THAT(line.send(irdp_solicitation()), IsEmpty());
    const AllSent sent = advertisements_in(line.wait(2s));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(destination_of(sent[0].octets), "192.0.2.1");
    EXPECT_EQ(source_of(sent[0].octets), "192.0.2.2");
    EXPECT_EQ(sent[0].to, peer_mac);
    EXPECT_EQ(sent[0].octets.at(8), 64) << "TTL 1 is for groups";
    EXPECT_EQ(from(sent[0].octets, 20), usual);
    delays.push_back(sent[0].at);
  });
  EXPECT_THAT(delays, AllOf(Contains(Le(500ms)), Contains(Ge(1500ms)))) << "random";
}

TEST(IrdpAdvertising, ICMP4_RD_006_to_all_if_the_source_is_nobody_or_as_configured) {
  struct Row {
    std::string_view setting, source;
  };
  for (const Row& row : {Row{"irdp.adv.unicast=on", "0.0.0.0"}, Row{"irdp.adv.unicast=off", "0.0.0.0"},
                         Row{"irdp.adv.unicast=off", "192.0.2.1"}})
    for (const NodeConfig& config : {router_config({"irdp.adv.enable=on", row.setting}),
                                     on_tun(router_config({"irdp.adv.enable=on", row.setting}))}) {
      Line line(config);
      line.wait(100s);
      line.send(irdp_solicitation(row.source));
      const AllSent sent = line.wait(2s);
      ASSERT_THAT(sent, SizeIs(1)) << row.setting << " " << row.source;
      EXPECT_EQ(destination_of(sent[0].octets), "224.0.0.1");
      EXPECT_EQ(sent[0].octets.at(8), 1);
    }
}

TEST(IrdpAdvertising, ICMP4_RD_007_an_answer_to_all_is_the_advertisement_that_was_due) {
  for_seeds(10, [](std::uint64_t seed) {
    Line line = started_router({"irdp.adv.enable=on", "irdp.adv.max=20", "irdp.adv.min=20"}, seed);
    line.wait(100s);
    Duration since_last{};
    while (advertisements_in(line.wait(100ms)).empty()) {
    }
    line.wait(10s);
    line.send(irdp_solicitation("0.0.0.0"));
    const AllSent answer = line.wait(2s);
    ASSERT_THAT(answer, SizeIs(1));
    since_last = 2s - answer[0].at;
    const AllSent next = line.wait(20s);
    ASSERT_THAT(next, SizeIs(1));
    EXPECT_EQ(next[0].at + since_last, 20s) << "the timer began anew";
  });
}

TEST(IrdpAdvertising, ICMP4_RD_007_many_who_ask_get_few_answers) {
  for_seeds(10, [](std::uint64_t seed) {
    Line line = started_router({"irdp.adv.enable=on"}, seed);
    line.wait(100s);
    AllSent sent;
    for (int i = 0; i < 100; ++i) {
      line.send(irdp_solicitation("0.0.0.0"));
      for (Sent one : advertisements_in(line.wait(100ms))) {
        one.at += i * 100ms;
        sent.push_back(one);
      }
    }
    EXPECT_THAT(gaps_of(sent), Each(Ge(2s)));
    EXPECT_THAT(sent, SizeIs(AllOf(Ge(2U), Le(6U))));
  });
}

TEST(IrdpAdvertising, ICMP4_RD_007_one_answer_for_one_who_asks_often) {
  Line line = started_router();
  line.add_station("192.0.2.1", peer_mac);
  line.wait(100s);
  for (int i = 0; i < 10; ++i) line.send(irdp_solicitation());
  EXPECT_THAT(advertisements_in(line.wait(10s)), SizeIs(1));
}

TEST(IrdpAdvertising, ICMP4_RD_008_solicitations_that_are_not_valid) {
  Packet bad_checksum = irdp_solicitation();
  bad_checksum[23] ^= 1;
  Packet of_7_octets = hex("0a 00 0000 000000");
  set_be16(of_7_octets, 2, plain_checksum(of_7_octets + Packet(1)));
  struct Row {
    const char* what;
    Packet packet;
    Reason reason;
  };
  const Row rows[] = {
      {"code 1", irdp_solicitation("192.0.2.1", "224.0.0.2", 1), Reason::irdp_solicitation_code_not_0},
      {"code 1 from nobody", irdp_solicitation("0.0.0.0", "224.0.0.2", 1), Reason::irdp_solicitation_code_not_0},
      {"from another subnet", irdp_solicitation("203.0.113.5"), Reason::irdp_solicitation_source_off_link},
      {"from next to the subnet", irdp_solicitation("192.0.3.0"), Reason::irdp_solicitation_source_off_link},
      {"from 0.0.0.1", irdp_solicitation("0.0.0.1"), Reason::irdp_solicitation_source_off_link},
      {"a wrong checksum", bad_checksum, Reason::icmp4_checksum_wrong},
      {"7 octets", ipv4({.destination = "224.0.0.2", .ttl = 1}, of_7_octets), Reason::icmp4_too_short},
  };
  for (const Row& row : rows) {
    Line line = started_router();
    line.add_station("192.0.2.1", peer_mac);
    line.wait(100s);
    EXPECT_THAT(line.send(row.packet), IsEmpty()) << row.what;
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_THAT(line.wait(10s), IsEmpty()) << row.what;
  }
}

TEST(IrdpAdvertising, ICMP4_RD_008_octets_beyond_and_reserved_ones_do_not_count) {
  Line line = started_router();
  line.wait(100s);
  line.send(ipv4({.source = "0.0.0.0", .destination = "224.0.0.2"}, icmpv4(10, 0, 0xffffffff, Packet(8))));
  EXPECT_THAT(advertisements_in(line.wait(2s)), SizeIs(1));
}

TEST(IrdpAdvertising, ICMP4_RD_010_where_it_listens) {
  for (const std::string_view destination : {"224.0.0.2", "255.255.255.255", "192.0.2.2", "192.0.2.255"})
    for (const NodeConfig& config :
         {router_config({"irdp.adv.enable=on"}), on_tun(router_config({"irdp.adv.enable=on"}))}) {
      Line line(config);
      line.add_station("192.0.2.1", peer_mac);
      line.wait(100s);
      line.send(irdp_solicitation("192.0.2.1", destination));
      EXPECT_THAT(advertisements_in(line.wait(2s)), SizeIs(1)) << destination;
    }
}

TEST(IrdpAdvertising, V4_RX_011_who_does_not_know_its_address_may_ask_for_routers_but_nothing_else) {
  for (const unsigned type : {0U, 3U, 5U, 8U, 9U, 11U, 13U, 15U, 18U}) {
    Line line = started_router();
    line.send(ipv4({.source = "0.0.0.0"}, icmpv4(type, 0, 0, Packet(28))));
    EXPECT_EQ(line.count(Reason::ipv4_source_this_network), 1U) << type;
  }
  Line line = started_router();
  line.send(irdp_solicitation("0.0.0.0"));
  EXPECT_EQ(line.count(Reason::irdp_solicitation_accepted), 1U);
  line.send(ipv4({.source = "0.0.0.0", .protocol = 17}, Packet{10, 0, 0, 0, 0, 8, 0, 0}));
  line.send(ipv4({.source = "0.0.0.0", .flags_and_offset = 0x2000}, icmpv4(10, 0, 0)));
  EXPECT_EQ(line.count(Reason::ipv4_source_this_network), 2U) << "no UDP, and no fragment";
}

TEST(IrdpAdvertising, ICMP4_RD_011_what_others_advertise_is_not_used) {
  for (const NodeConfig& config : {router_config({"irdp.adv.enable=on"}), router_config()}) {
    Line line(config);
    line.add_routers();
    line.wait(100s);
    EXPECT_THAT(line.send(irdp_advertisement({.entries = {{router_a4, 0x7fffffff}}})), IsEmpty());
    EXPECT_EQ(line.count(Reason::irdp_advertisement_to_router), 1U);
    EXPECT_EQ(line.hop_to(far4), "");
  }
}

TEST(IrdpAdvertising, ICMP4_RD_011_its_own_gateway_stays) {
  Line line(with_gateways(router_config({"irdp.adv.enable=on"}), {router_b4}));
  line.add_routers();
  line.send(irdp_advertisement({.entries = {{router_a4, 0x7fffffff}}}));
  EXPECT_EQ(line.hop_to(far4), router_b4);
}

// ---- the end ----

TEST(IrdpAdvertising, ICMP4_RD_009_the_last_one) {
  for (const NodeConfig& config :
       {router_config({"irdp.adv.enable=on"}), on_tun(router_config({"irdp.adv.enable=on"}))}) {
    Line line(config);
    line.wait(100s);
    line.send(irdp_solicitation());
    const AllSent sent = line.shut_down();
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(destination_of(sent[0].octets), "224.0.0.1");
    EXPECT_EQ(from(sent[0].octets, 20), icmpv4(9, 0, 0x01020000, octets_of("192.0.2.2") + Packet(4)));
    EXPECT_THAT(line.wait(1h), IsEmpty()) << "it was the last one";
    line.send(irdp_solicitation());
    EXPECT_EQ(line.count(Reason::irdp_not_advertised_here), 1U);
    EXPECT_THAT(line.wait(1h), IsEmpty());
  }
}

}  // namespace
}  // namespace tunstack::test::irdp_advertising_test
