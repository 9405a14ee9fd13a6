// Neighbor solicitations that arrive and leave, and what holds for all messages of Neighbor Discovery.
#include "tests/support/wire.hpp"

namespace tunstack::test::neighbor_solicitation_test {
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct DropRow {
  std::string what;
  Packet datagram;
  Reason reason;
};

/// Each alone: silence, counted so, no entry. Then a good solicitation is answered.
void expect_dropped(const std::vector<DropRow>& rows) {
  for (const DropRow& row : rows) {
    SCOPED_TRACE(row.what);
    Wire wire;
    EXPECT_THAT(wire.send(framed(row.datagram)), IsEmpty());
    EXPECT_EQ(wire.count(row.reason), 1U) << "not counted as " << info(row.reason).name;
    EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
    EXPECT_THAT(wire.send(framed(solicitation())), SizeIs(1)) << "a good one after it";
  }
}

/// The same with another body behind the checksum.
Packet nd_message(unsigned type, const Packet& body, unsigned hop_limit = 255, unsigned code = 0) {
  const Ipv6Fields ip{.destination = "2001:db8::2", .hop_limit = hop_limit};
  return ipv6(ip, icmpv6(ip, type, code, 0, body));
}
Packet nd_body(unsigned type) {
  if (type == 133) return {};
  return type == 134 ? Packet(8) : octets_of("2001:db8::2") + (type == 137 ? octets_of("2001:db8::9") : Packet{});
}

// ---- all messages ----

TEST(NeighborDiscovery, ND_GEN_001_hop_limits_other_than_255) {
  for (unsigned type = 133; type <= 137; ++type)
    for (const unsigned hop_limit : {0U, 1U, 64U, 254U})
      expect_dropped({{std::to_string(type), nd_message(type, nd_body(type) + source_option(peer_mac), hop_limit),
                       Reason::nd_hop_limit_not_255}});
  Wire wire;
  wire.confirm("2001:db8::1", peer_mac);
  wire.send(framed(advertisement({.options = target_option(other_mac), .hop_limit = 254})));
  EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:01") << "the cache does not change";
}

TEST(NeighborDiscovery, ND_GEN_002_codes_other_than_0) {
  for (unsigned type = 133; type <= 137; ++type)
    for (const unsigned code : {1U, 128U, 255U})
      expect_dropped({{std::to_string(type), nd_message(type, nd_body(type) + source_option(peer_mac), 255, code),
                       Reason::nd_code_not_0}});
}

TEST(NeighborDiscovery, ND_GEN_002_a_wrong_checksum) {
  for (Packet datagram : {solicitation(), advertisement()}) {
    datagram[42] ^= 0x40;
    expect_dropped({{"one bit", datagram, Reason::icmp6_checksum_wrong}});
  }
}

TEST(NeighborDiscovery, ND_GEN_003_malformed_options) {
  const Packet good = source_option(peer_mac);
  struct Row {
    std::string what;
    Packet options;
  };
  for (const Row& row :
       {Row{"length 0", hex("01 00 02 00 00 00 00 01")},
        Row{"length 0 of an unknown one", hex("c8 00 00 00 00 00 00 00")},
        Row{"length 0 behind a good one", good + hex("c8 00 00 00 00 00 00 00")},
        Row{"beyond the end", hex("01 02 02 00 00 00 00 01")}, Row{"far beyond", hex("01 ff 02 00 00 00 00 01")},
        Row{"beyond the end behind a good one", good + hex("c8 02 00 00 00 00 00 00")}, Row{"one octet", hex("01")},
        Row{"two octets", hex("01 01")}, Row{"seven octets", hex("01 01 02 00 00 00 00")},
        Row{"one octet behind a good one", good + hex("00")}}) {
    expect_dropped({{row.what, solicitation({.options = row.options}), Reason::nd_option_malformed},
                    {row.what, advertisement({.options = row.options}), Reason::nd_option_malformed}});
    Wire wire;
    wire.confirm("2001:db8::1", peer_mac);
    wire.send({framed(solicitation({.options = source_option(other_mac) + row.options})),
               framed(advertisement({.options = target_option(other_mac) + row.options}))});
    EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:01") << row.what << ": all of it is dropped";
  }
}

TEST(NeighborDiscovery, ND_GEN_004_options_in_any_order_and_number) {
  const Packet source = source_option(peer_mac);
  const Packet unknown = nd_option_of(200, counting(20));
  struct Row {
    std::string what;
    Packet options;
  };
  for (const Row& row :
       {Row{"an unknown one first", unknown + source}, Row{"an unknown one last", source + unknown},
        Row{"many", unknown + unknown + nd_option_of(0, Packet(6)) + source + unknown},
        Row{"those of other messages", target_option(other_mac) + nd_option_of(3, Packet(30)) +
                                           nd_option_of(5, Packet(6)) + nd_option_of(14, Packet(6)) + source},
        Row{"twice", source + source_option(other_mac)}}) {
    SCOPED_TRACE(row.what);
    Wire wire;
    EXPECT_THAT(wire.send(framed(solicitation({.options = row.options}))),
                ElementsAre(framed_to(peer_mac, content_of(framed(own_advertisement("2001:db8::1"))))));
    EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:01");
  }
}

TEST(NeighborDiscovery, ND_GEN_005_link_layer_addresses_of_other_lengths_are_absent) {
  Packet long_option = nd_option_of(1, other_mac + Packet(8));
  ASSERT_EQ(long_option.size(), 16U);
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation({.options = long_option}))), ElementsAre(solicits("2001:db8::1")))
      << "P is asked first";
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1", peer_mac))),
              ElementsAre(framed_to(peer_mac, own_advertisement("2001:db8::1"))));
  long_option[0] = 2;
  wire.send(framed(advertisement({.flags = override_flag, .options = long_option})));
  EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:01");
  wire.send(framed(solicitation({.options = nd_option_of(1, peer_mac + Packet(8)) + source_option(other_mac)})));
  EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:77") << "the second has the right length";
}

// V4-TX-010, RFC 2464 6: no station is a group.
TEST(NeighborDiscovery, ND_GEN_005_groups_are_no_link_layer_addresses) {
  for (const char* group : {"ff ff ff ff ff ff", "33 33 00 00 00 01", "01 00 5e 00 00 01"}) {
    SCOPED_TRACE(group);
    Wire wire;
    EXPECT_THAT(wire.send(framed(solicitation({.options = source_option(hex(group))}))),
                ElementsAre(solicits("2001:db8::1")));
    EXPECT_THAT(wire.send(framed(advertisement({.options = target_option(hex(group))}))), IsEmpty());
    EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::incomplete);
    wire.confirm("2001:db8::1", peer_mac);
    wire.send(framed(advertisement({.options = target_option(hex(group))})));
    EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:01");
  }
}

TEST(NeighborDiscovery, ND_GEN_006_reserved_fields_are_ignored) {
  const Packet answer = framed_to(peer_mac, own_advertisement("2001:db8::1"));
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation({.reserved = 0xffffffff}))), ElementsAre(answer)) << "and sent as 0";
  EXPECT_THAT(wire.send(framed(echo6({.source = "2001:db8::9"}))), ElementsAre(solicits("2001:db8::9")));
  const Packet reserved = advertisement({.source = "2001:db8::9",
                                         .target = "2001:db8::9",
                                         .flags = solicited_flag | 0x1fffffff,
                                         .options = target_option(other_mac)});
  EXPECT_THAT(wire.send(framed(reserved)), SizeIs(1));
  EXPECT_EQ(wire.state("2001:db8::9"), NeighborState::reachable);
}

// A link without addresses.
TEST(NeighborDiscovery, ND_GEN_007_on_tun_a_solicitation_is_answered_without_options) {
  Host host;
  for (const Packet& options : {Packet{}, source_option(peer_mac), nd_option_of(1, Packet(14))})
    for (const char* destination : {"ff02::1:ff00:2", "2001:db8::2"}) {
      const Packet request = solicitation({.destination = destination, .options = options});
      const AdvertisementFields expected{.source = "2001:db8::2",
                                         .destination = "2001:db8::1",
                                         .target = "2001:db8::2",
                                         .flags = solicited_flag,
                                         .options = {}};
      EXPECT_THAT(host.send(request), ElementsAre(advertisement(expected)));
    }
  const Packet detection = solicitation({.source = "::", .options = {}});
  EXPECT_THAT(
      host.send(detection),
      ElementsAre(advertisement(
          {.source = "2001:db8::2", .destination = "ff02::1", .target = "2001:db8::2", .flags = 0, .options = {}})));
  EXPECT_SILENT(host, solicitation({.hop_limit = 254}), Reason::nd_hop_limit_not_255);
  EXPECT_SILENT(host, solicitation({.target = "2001:db8::3"}), Reason::nd_target_not_ours);
}

TEST(NeighborDiscovery, ND_GEN_007_on_tun_nothing_is_resolved_or_noted) {
  Host host;
  EXPECT_EQ(icmp6_type(host.answer(echo6())), 129U) << "at once";
  EXPECT_EQ(icmp4_type(host.answer(echo4())), 0U);
  EXPECT_EQ(icmp6_type(host.answer(echo6({.source = "2001:db8:9::9"}))), 129U) << "without a router";
  EXPECT_SILENT(host, advertisement(), Reason::nd_advertisement_without_entry);
  host.send(solicitation());
  EXPECT_EQ(host.node().state().neighbors.size(), 0U);
  EXPECT_EQ(host.node().next_deadline(), Instant::max());
}

TEST(NeighborDiscovery, ND_GEN_008_the_times_are_options) {
  const auto times = [](Wire&& wire) {
    wire.send(framed(echo6()));
    std::vector<Duration> all;
    for (const TimedFrame& one : wire.wait(20s)) all.push_back(one.at);
    return all;
  };
  EXPECT_THAT(times(Wire()), ElementsAre(1s, 2s));
  EXPECT_THAT(times(Wire({"nd.retrans=200", "nd.solicitations=4"})), ElementsAre(200ms, 400ms, 600ms));
  EXPECT_THAT(times(Wire({"arp.retrans=200"})), ElementsAre(1s, 2s)) << "those of ARP are others";
}

TEST(NeighborDiscovery, ND_GEN_009_three_packets_wait_for_each_and_incomplete_ones_go_first) {
  Wire wire({"neighbors.max=16", "neighbors.solicit_rate=0"});
  wire.confirm("2001:db8::1", peer_mac);
  wire.introduce("2001:db8::77", other_mac);
  for (unsigned i = 0; i < 100; ++i) {
    wire.send(framed(echo6({.source = "2001:db8::1:" + std::to_string(i)})));
    EXPECT_LE(wire.node().state().neighbors.size(), 16U);
  }
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::reachable);
  EXPECT_EQ(wire.state("2001:db8::77"), NeighborState::stale);
  EXPECT_EQ(wire.state("2001:db8::1:85"), NeighborState::none);
  EXPECT_EQ(wire.state("2001:db8::1:86"), NeighborState::incomplete) << "the oldest made room";
  EXPECT_EQ(wire.count(Reason::neighbor_evicted), 86U) << "and the packet that waited for each is counted";
}

// Who only says where it is, perhaps at many addresses, does not push out who has answered.
TEST(NeighborDiscovery, ND_GEN_009_a_flood_of_solicitations_leaves_those_in_use) {
  Wire wire({"neighbors.max=16"});
  wire.confirm("2001:db8::1", peer_mac);
  wire.wait(45s);
  EXPECT_THAT(wire.send(framed(echo6())), SizeIs(1));
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::delay);
  for (unsigned i = 0; i < 100; ++i) {
    const std::string source = "2001:db8::1:" + std::to_string(i);
    EXPECT_THAT(wire.send(framed(solicitation({.source = source, .options = source_option(other_mac)}))), SizeIs(1));
  }
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::delay);
}

// Other packets that wait do not keep one out, however many they are.
TEST(NeighborDiscovery, ND_NS_009_at_least_one_packet_waits_in_a_flood) {
  Wire wire({"neighbors.solicit_rate=0"});
  for (unsigned i = 0; i < 600; ++i) wire.send(framed(echo6({.source = "2001:db8::1:" + std::to_string(i)})));
  wire.send(framed(echo6()));
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1", peer_mac))), SizeIs(1));
  EXPECT_GT(wire.count(Reason::neighbor_queue_full), 300U);
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1:599", other_mac))), SizeIs(1));
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1:0", other_mac))), IsEmpty()) << "the oldest made room";
}

// ---- solicitations that arrive ----

TEST(NeighborSolicitation, ND_NS_001_too_short) {
  const Packet whole = octets_of("2001:db8::2");
  for (std::size_t size = 0; size < 16; ++size)
    expect_dropped({{std::to_string(size), nd_message(135, part(whole, 0, size)), Reason::nd_message_too_short}});
  Wire wire;
  EXPECT_THAT(wire.send(framed(nd_message(135, whole))), ElementsAre(solicits("2001:db8::1"))) << "24 octets";
}

TEST(NeighborSolicitation, ND_NS_001_multicast_targets) {
  for (const char* target : {"ff02::1", "ff02::1:ff00:2", "ff0e::1"})
    expect_dropped({{target, solicitation({.target = target}), Reason::nd_target_multicast}});
}

TEST(NeighborSolicitation, ND_NS_002_from_nobody) {
  const Reason not_to_group = Reason::nd_unspecified_not_to_solicited_node;
  const Reason has_address = Reason::nd_unspecified_has_link_address;
  expect_dropped(
      {{"to the host", solicitation({.source = "::", .destination = "2001:db8::2", .options = {}}), not_to_group},
       {"to all nodes", solicitation({.source = "::", .destination = "ff02::1", .options = {}}), not_to_group},
       {"with an address", solicitation({.source = "::"}), has_address},
       {"with one of another length", solicitation({.source = "::", .options = nd_option_of(1, Packet(14))}),
        has_address},
       {"behind another",
        solicitation({.source = "::", .options = nd_option_of(14, Packet(6)) + source_option(peer_mac)}),
        has_address}});
}

TEST(NeighborSolicitation, ND_NS_003_targets_of_others) {
  const Reason reason = Reason::nd_target_not_ours;
  for (const char* target : {"2001:db8::3", "2001:db8::1", "2001:db8::", "fe80::3", "::", "::1", "2001:db8:1::2"})
    expect_dropped({{target, solicitation({.target = target}), reason}});
}

TEST(NeighborSolicitation, ND_NS_003_every_own_address) {
  Wire wire;
  const auto sent = wire.send(framed(solicitation({.source = "fe80::1", .target = "fe80::2"})));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(content_of(sent[0])), "fe80::2");
  EXPECT_EQ(part(content_of(sent[0]), 48, 16), octets_of("fe80::2"));
}

TEST(NeighborSolicitation, ND_NS_004_the_sender_is_noted) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation())), ElementsAre(framed_to(peer_mac, own_advertisement("2001:db8::1"))));
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::delay) << "stale, and then it got an answer";
  EXPECT_FALSE(wire.neighbor("2001:db8::1")->is_router);
  EXPECT_THAT(wire.send(framed(solicitation({.options = source_option(other_mac)}))),
              ElementsAre(framed_to(other_mac, own_advertisement("2001:db8::1"))))
      << "the answer goes to the new address";
  EXPECT_EQ(wire.mac_of("2001:db8::1"), "02:00:00:00:00:77");
}

TEST(NeighborSolicitation, ND_NS_004_the_same_address_leaves_the_state) {
  Wire wire;
  wire.confirm("2001:db8::1", peer_mac);
  wire.send(framed(solicitation()));
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::reachable);
  EXPECT_THAT(wire.send(framed(solicitation({.options = source_option(other_mac)}))), SizeIs(1));
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::delay) << "another one is not known to be reachable";
}

TEST(NeighborSolicitation, ND_NS_004_lets_go_what_waits) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(echo6())), ElementsAre(solicits("2001:db8::1")));
  const auto sent = wire.send(framed(solicitation()));
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0], framed_to(peer_mac, own_advertisement("2001:db8::1")));
  EXPECT_EQ(icmp6_type(content_of(sent[1])), 129U);
}

TEST(NeighborSolicitation, ND_NS_005_nobody_changes_nothing) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation({.source = "::", .options = {}}))), SizeIs(1));
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
}

TEST(NeighborSolicitation, ND_NS_005_a_router_stays_one) {
  for (const Packet& mac : {peer_mac, other_mac}) {
    Wire wire;
    wire.confirm("2001:db8::1", peer_mac);
    wire.send(framed(advertisement({.flags = router_flag | solicited_flag | override_flag})));
    EXPECT_TRUE(wire.neighbor("2001:db8::1")->is_router);
    wire.send(framed(solicitation({.options = source_option(mac)})));
    EXPECT_TRUE(wire.neighbor("2001:db8::1")->is_router);
  }
}

TEST(NeighborSolicitation, ND_NS_006_without_an_address_the_sender_is_asked_first) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation({.destination = "2001:db8::2", .options = {}}))),
              ElementsAre(solicits("2001:db8::1")));
  EXPECT_EQ(wire.state("2001:db8::1"), NeighborState::incomplete);
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1", peer_mac))),
              ElementsAre(framed_to(peer_mac, own_advertisement("2001:db8::1"))));
  EXPECT_THAT(wire.send(framed(solicitation({.target = "2001:db8::3", .options = {}}))), IsEmpty());
}

// ---- solicitations that leave ----

TEST(NeighborSolicitation, ND_NS_007_the_question) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(echo6({.source = "2001:db8::12:3456"}))), ElementsAre(solicits("2001:db8::12:3456")));
  EXPECT_EQ(wire.count(Reason::neighbor_solicited), 1U);
}

TEST(NeighborSolicitation, ND_NS_007_the_source_is_that_of_the_packet) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].addresses.push_back(*parse_prefix("2001:db8::5/64"));
  Wire wire(config);
  EXPECT_THAT(wire.send(framed(echo6({.destination = "2001:db8::5"}))),
              ElementsAre(solicits("2001:db8::1", "2001:db8::5")));
  EXPECT_THAT(wire.send(framed(echo6({.source = "fe80::1", .destination = "fe80::2"}))),
              ElementsAre(solicits("fe80::1", "fe80::2")));
}

TEST(NeighborSolicitation, ND_NS_007_an_address_of_another_interface_is_no_source) {
  NodeConfig config = ethernet_config();
  InterfaceConfig elsewhere{"tun1", {*parse_prefix("2001:db8:5::5/64")}, 1500};
  config.interfaces.push_back(elsewhere);
  Wire wire(config);
  EXPECT_THAT(wire.send(framed(echo6({.destination = "2001:db8:5::5"}))), ElementsAre(solicits("2001:db8::1")));
}

TEST(NeighborSolicitation, ND_NS_008_three_a_second_apart) {
  Wire wire;
  const Packet question = solicits("2001:db8::1");
  EXPECT_THAT(wire.send(framed(echo6())), ElementsAre(question));
  EXPECT_THAT(wire.wait(1min), ElementsAre(TimedFrame{1s, question}, TimedFrame{2s, question}));
  EXPECT_EQ(wire.count(Reason::neighbor_unreachable), 1U) << "the echo reply";
  EXPECT_EQ(wire.count(Reason::neighbor_solicited), 3U);
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1", peer_mac))), IsEmpty()) << "too late";
  EXPECT_EQ(wire.count(Reason::nd_advertisement_without_entry), 1U);
  EXPECT_THAT(wire.send(framed(echo6())), ElementsAre(question)) << "anew";
}

TEST(NeighborSolicitation, ND_NS_008_every_packet_that_waited_is_counted) {
  Wire wire;
  wire.send({framed(echo6()), framed(echo6()), framed(echo6()), framed(echo6())});
  wire.wait(2999ms);
  EXPECT_EQ(wire.count(Reason::neighbor_unreachable), 0U);
  wire.wait(1ms);
  EXPECT_EQ(wire.count(Reason::neighbor_unreachable), 3U);
  EXPECT_EQ(wire.count(Reason::neighbor_queue_full), 1U);
  EXPECT_EQ(wire.node().counters().icmp6.out(129, 0), 0U);
}

TEST(NeighborSolicitation, ND_NS_009_the_last_three_wait) {
  Wire wire;
  for (std::uint32_t i = 1; i <= 5; ++i) wire.send(framed(echo6({}, counting(8), i)));
  std::vector<std::uint32_t> numbers;
  for (const Packet& one : wire.send(framed(answers("2001:db8::1", peer_mac))))
    numbers.push_back(be32(content_of(one), 44));
  EXPECT_THAT(numbers, ElementsAre(3U, 4U, 5U));
}

TEST(NeighborSolicitation, ND_NS_009_fragments_wait_too) {
  Wire wire;
  const Packet whole = echo6({}, counting(3000));
  Packets fragments;
  for (std::size_t at = 40; at < whole.size(); at += 1400) {
    const std::size_t size = std::min<std::size_t>(1400, whole.size() - at);
    Packet header = hex("3a 00 00 00 00 00 00 09");
    set_be16(header, 2, static_cast<unsigned>(at - 40) | (at + size < whole.size() ? 1U : 0U));
    fragments.push_back(framed(ipv6({.next_header = 44}, header + part(whole, at, size))));
  }
  EXPECT_THAT(wire.send(fragments), ElementsAre(solicits("2001:db8::1")));
  const auto sent = wire.send(framed(answers("2001:db8::1", peer_mac)));
  ASSERT_THAT(sent, SizeIs(3));
  Packet data;
  for (const Packet& one : sent) data = data + from(content_of(one), 48);
  const Ipv6Fields back{.source = "2001:db8::2", .destination = "2001:db8::1"};
  EXPECT_EQ(data, icmpv6(back, 129, 0, 0x05010001, counting(3000)));
  EXPECT_EQ(wire.node().counters().icmp6.out(129, 0), 1U);
  EXPECT_EQ(sum_out(wire.node().counters().icmp6), 2U) << "that and a solicitation";
}

/// The host is asked for an echo of `size` octets in fragments of 1400.
Packets echo6_in_fragments(std::size_t size, std::string_view source = "2001:db8::1") {
  const Packet whole = echo6({.source = source}, counting(size));
  Packets fragments;
  for (std::size_t at = 40; at < whole.size(); at += 1400) {
    const std::size_t part_size = std::min<std::size_t>(1400, whole.size() - at);
    Packet header = hex("3a 00 00 00 00 00 00 09");
    set_be16(header, 2, static_cast<unsigned>(at - 40) | (at + part_size < whole.size() ? 1U : 0U));
    fragments.push_back(framed(ipv6({.source = source, .next_header = 44}, header + part(whole, at, part_size))));
  }
  return fragments;
}

TEST(NeighborSolicitation, ND_NS_009_a_datagram_of_many_fragments_waits_whole) {
  constexpr std::size_t largest = 65527 - 8;
  for (const std::size_t size : {4600UL, 30000UL, largest}) {
    SCOPED_TRACE(size);
    Wire wire;
    EXPECT_THAT(wire.send(echo6_in_fragments(size)), ElementsAre(solicits("2001:db8::1")));
    EXPECT_EQ(wire.count(Reason::neighbor_resolution_pending), 1U);
    EXPECT_EQ(wire.count(Reason::neighbor_queue_full), 0U);
    Packet data;
    for (const Packet& one : wire.send(framed(answers("2001:db8::1", peer_mac))))
      data = data + from(content_of(one), 48);
    EXPECT_EQ(from(data, 8), counting(size));
  }
}

// Nothing of it leaves if something of it is lost.
TEST(NeighborSolicitation, ND_NS_009_no_part_of_a_datagram_that_made_room) {
  Wire wire;
  wire.send(echo6_in_fragments(30000));
  for (std::uint32_t i = 1; i <= 3; ++i) wire.send(framed(echo6({}, counting(8), i)));
  EXPECT_EQ(wire.count(Reason::neighbor_queue_full), 1U);
  EXPECT_THAT(wire.send(framed(answers("2001:db8::1", peer_mac))), SizeIs(3)) << "the three that came later";
}

TEST(NeighborSolicitation, ND_GEN_009_what_waits_for_one_neighbor_is_bounded_by_octets) {
  Wire wire;
  for (int i = 0; i < 3; ++i) wire.send(echo6_in_fragments(60000));
  EXPECT_EQ(wire.count(Reason::neighbor_queue_full), 1U);
  EXPECT_LE(wire.neighbor("2001:db8::1")->waiting.octets, 128U * 1024);
  EXPECT_EQ(wire.neighbor("2001:db8::1")->waiting.datagrams, 2U);
}

// ---- how many are asked for (RFC 6583 6.4) ----

std::string stranger(unsigned number) { return "2001:db8::1:" + std::to_string(number); }

TEST(NeighborSolicitation, ND_GEN_009_a_limit_of_solicitations) {
  Wire wire({"neighbors.solicit_rate=10"});
  wire.introduce("2001:db8::9", other_mac);
  wire.wait(1min);
  std::size_t asked = 0;
  for (unsigned i = 0; i < 100; ++i) asked += wire.send(framed(echo6({.source = stranger(i)}))).size();
  EXPECT_EQ(asked, 10U);
  EXPECT_EQ(wire.count(Reason::neighbor_solicitations_limited), 90U);
  EXPECT_EQ(wire.node().state().neighbors.size(), 11U) << "no entry is made for the others";
  EXPECT_THAT(wire.send(framed(echo6({.source = "2001:db8::9"}))), SizeIs(1)) << "who is known is served";
  EXPECT_THAT(wire.send(framed(solicitation({.source = stranger(99), .options = source_option(other_mac)}))), SizeIs(1))
      << "and who says where it is";
  EXPECT_THAT(wire.send(framed(echo6({.source = stranger(99)}))), SizeIs(1));
}

// All that is sent to the whole link counts, of both families: also when a neighbor is asked for again.
TEST(NeighborSolicitation, ND_GEN_009_no_more_than_the_limit_in_any_second) {
  Wire wire({"neighbors.solicit_rate=10"});
  std::vector<Duration> times;
  for (unsigned i = 0; i < 200; ++i) {
    const std::size_t before = times.size();
    const Packet request =
        i % 2 == 0 ? echo6({.source = stranger(i)}) : echo4({.source = "192.0.2." + std::to_string(10 + i)});
    times.insert(times.end(), wire.send(framed(request)).size(), 50ms * i);
    for (const TimedFrame& one : wire.wait(50ms)) times.push_back(50ms * i + one.at);
    EXPECT_LE(times.size() - before, 11U);
  }
  std::ranges::sort(times);
  for (std::size_t i = 20; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 20], 1s) << i;
  EXPECT_GE(times.size(), 100U) << "ten seconds";
  EXPECT_LE(times.size(), 110U);
  EXPECT_GT(wire.count(Reason::neighbor_solicitations_limited), 90U);
}

TEST(NeighborSolicitation, ND_GEN_009_each_link_has_its_limit) {
  NodeConfig config = ethernet_config({"neighbors.solicit_rate=1"});
  InterfaceConfig second = config.interfaces[0];
  second.name = "tap1";
  second.addresses = {*parse_prefix("2001:db8:1::2/64")};
  config.interfaces.push_back(second);
  Driver driver(config);
  EXPECT_THAT(driver.receive({framed(echo6({.source = stranger(1)}))}), SizeIs(1));
  EXPECT_THAT(driver.receive({framed(echo6({.source = stranger(2)}))}), IsEmpty());
  const Packet elsewhere = framed(echo6({.source = "2001:db8:1::1", .destination = "2001:db8:1::2"}));
  EXPECT_THAT(driver.receive({elsewhere}, InterfaceId{1}), SizeIs(1));
}

// To a group: at once, and nobody is asked. What goes to groups are answers to duplicate address detection.
TEST(NeighborSolicitation, ND_NS_010_groups_are_not_resolved) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation({.source = "::", .options = {}}))),
              ElementsAre(framed_to(hex("33 33 00 00 00 01"), own_advertisement("ff02::1", override_flag))));
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
  EXPECT_THAT(wire.wait(10s), IsEmpty());
}

// ICMP6-RATE-005: whoever used up all errors and replies still finds the host.
TEST(NeighborSolicitation, ICMP6_RATE_005_answers_are_not_limited) {
  Wire wire({"icmp6.error_rate=1", "icmp6.error_burst=1", "icmp6.error_rate_node=1", "icmp6.error_burst_node=1",
             "icmp6.reply_rate=1"});
  wire.confirm("2001:db8::1", peer_mac);
  for (int i = 0; i < 5; ++i) wire.send({framed(udp6()), framed(echo6())});
  EXPECT_THAT(wire.send({framed(udp6()), framed(echo6())}), IsEmpty()) << "the limits are reached";
  for (int i = 0; i < 100; ++i) EXPECT_THAT(wire.send(framed(solicitation())), SizeIs(1));
  EXPECT_THAT(wire.send(framed(echo6({.source = "2001:db8::9"}))), IsEmpty());
}

}  // namespace
}  // namespace tunstack::test::neighbor_solicitation_test
