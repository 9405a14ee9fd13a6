// ARP: what is answered, what is noted, and how often is asked.
#include "tests/support/wire.hpp"

namespace tunstack::test::arp_test {
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

const Packet own_reply = frame(
    peer_mac, own_mac, 0x0806,
    arp({.operation = 2, .sender_mac = own_mac, .sender = "192.0.2.2", .target_mac = peer_mac, .target = "192.0.2.1"}));

struct ArpRow {
  std::string what;
  Packet frame;
  Reason reason;
};

/// Each frame alone: silence, counted so, and the table stays empty.
void expect_dropped(const std::vector<ArpRow>& rows) {
  for (const ArpRow& row : rows) {
    SCOPED_TRACE(row.what);
    Wire wire({"acd.defend=off"});
    EXPECT_THAT(wire.send(row.frame), IsEmpty());
    EXPECT_EQ(wire.count(row.reason), 1U) << "not counted as " << info(row.reason).name;
    EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
    EXPECT_THAT(wire.send(arp_request()), SizeIs(1)) << "a request after it";
  }
}

std::vector<std::uint32_t> sequence_numbers(const Packets& frames) {
  std::vector<std::uint32_t> numbers;
  for (const Packet& one : frames)
    if (frame_type(one) == 0x0800) numbers.push_back(be32(content_of(one), 24));
  return numbers;
}

// ---- requests ----

TEST(Arp, ARP_001_a_request_is_answered) {
  Wire wire;
  EXPECT_THAT(wire.send(arp_request()), ElementsAre(own_reply));
  EXPECT_EQ(wire.count(Reason::arp_request_for_us), 1U);
  EXPECT_THAT(wire.send(frame(own_mac, peer_mac, 0x0806, arp())), ElementsAre(own_reply)) << "a unicast poll";
  EXPECT_THAT(wire.send(arp_request({.target_mac = hex("12 34 56 78 9a bc")})), ElementsAre(own_reply))
      << "whatever the target field holds";
}

TEST(Arp, ARP_001_every_own_address_is_answered_for) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].addresses.push_back(*parse_prefix("198.51.100.7/24"));
  Wire wire(config);
  const auto sent = wire.send(arp_request({.sender = "198.51.100.1", .target = "198.51.100.7"}));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(part(content_of(sent[0]), 14, 4), octets_of("198.51.100.7"));
  EXPECT_THAT(wire.send(arp_request()), ElementsAre(own_reply));
}

TEST(Arp, ARP_001_nobody_else_is_answered_for) {
  for (const char* target : {"192.0.2.3", "192.0.2.255", "192.0.2.0", "0.0.0.0", "255.255.255.255", "224.0.0.1",
                             "127.0.0.1", "198.51.100.2"})
    expect_dropped({{target, arp_request({.target = target}), Reason::arp_target_not_ours}});
}

// The answer goes to whom the packet says, which need not be the station that sent the frame.
TEST(Arp, ARP_001_the_reply_goes_to_the_sender_in_the_packet) {
  Wire wire;
  EXPECT_THAT(wire.send(frame(broadcast_mac, other_mac, 0x0806, arp())), ElementsAre(own_reply));
}

TEST(Arp, ARP_002_other_kinds_of_addresses) {
  const Reason reason = Reason::arp_not_for_ethernet_and_ipv4;
  expect_dropped({{"hardware 6", arp_request({.hardware = 6}), reason},
                  {"hardware 0", arp_request({.hardware = 0}), reason},
                  {"hardware 257", arp_request({.hardware = 0x0101}), reason},
                  {"IPv6", arp_request({.protocol = 0x86dd}), reason},
                  {"protocol 0x0801", arp_request({.protocol = 0x0801}), reason},
                  {"hardware size 8", arp_request({.hardware_size = 8}), reason},
                  {"hardware size 5", arp_request({.hardware_size = 5}), reason},
                  {"protocol size 16", arp_request({.protocol_size = 16}), reason},
                  {"protocol size 0", arp_request({.protocol_size = 0}), reason}});
}

TEST(Arp, ARP_002_too_short) {
  for (std::size_t size = 0; size < 28; ++size)
    expect_dropped({{std::to_string(size), part(arp_request(), 0, 14 + size), Reason::arp_too_short}});
}

TEST(Arp, ARP_017_other_operations) {
  for (const unsigned operation : {0U, 3U, 4U, 5U, 8U, 9U, 25U, 0x0100U, 0x0101U, 0xffffU})
    expect_dropped({{std::to_string(operation), arp_request({.operation = operation}), Reason::arp_operation_unknown}});
}

TEST(Arp, ARP_009_a_probe_is_answered_but_never_noted) {
  Wire wire;
  const auto sent = wire.send(arp_request({.sender = "0.0.0.0"}));
  EXPECT_THAT(sent, ElementsAre(frame(peer_mac, own_mac, 0x0806,
                                      arp({.operation = 2,
                                           .sender_mac = own_mac,
                                           .sender = "192.0.2.2",
                                           .target_mac = peer_mac,
                                           .target = "0.0.0.0"}))));
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
  wire.send(frame(own_mac, peer_mac, 0x0806, arp({.operation = 2, .sender = "0.0.0.0"})));
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
  expect_dropped(
      {{"for another", arp_request({.sender = "0.0.0.0", .target = "192.0.2.9"}), Reason::arp_target_not_ours}});
}

TEST(Arp, ARP_009_senders_that_are_no_neighbors) {
  for (const char* sender :
       {"255.255.255.255", "192.0.2.255", "192.0.2.0", "224.0.0.1", "127.0.0.1", "240.0.0.1", "0.0.0.9"})
    expect_dropped({{sender, arp_request({.sender = sender}), Reason::arp_sender_not_a_neighbor}});
  expect_dropped({{"own", arp_request({.sender = "192.0.2.2"}), Reason::arp_sender_has_own_address}});
}

TEST(Arp, ARP_010_a_group_is_no_sender) {
  for (const char* group : {"ff ff ff ff ff ff", "01 00 5e 00 00 01", "33 33 00 00 00 01", "03 00 00 00 00 01"}) {
    const Packet request = arp({.sender_mac = hex(group)});
    const Packet answer = arp({.operation = 2, .sender_mac = hex(group), .target_mac = own_mac});
    expect_dropped({{group, frame(broadcast_mac, peer_mac, 0x0806, request), Reason::arp_sender_is_group},
                    {group, frame(own_mac, peer_mac, 0x0806, answer), Reason::arp_sender_is_group}});
    Wire wire;
    wire.send(framed(echo4()));
    EXPECT_THAT(wire.send(frame(own_mac, peer_mac, 0x0806, answer)), IsEmpty()) << "to a packet that waits";
    EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::incomplete);
    wire.confirm("192.0.2.1", peer_mac);
    wire.send(frame(own_mac, peer_mac, 0x0806, answer));
    EXPECT_EQ(wire.mac_of("192.0.2.1"), "02:00:00:00:00:01");
  }
}

// ---- noting ----

TEST(Arp, ARP_003_the_target_notes_the_sender) {
  Wire wire;
  wire.send(arp_request());
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::stale);
  EXPECT_EQ(wire.mac_of("192.0.2.1"), "02:00:00:00:00:01");
  const auto sent = wire.send(framed(echo4()));
  ASSERT_THAT(sent, SizeIs(1)) << "no question first";
  EXPECT_EQ(destination_mac(sent[0]), peer_mac);
}

TEST(Arp, ARP_003_whatever_the_operation_a_known_neighbor_is_updated) {
  struct Row {
    std::string what;
    Packet frame;
  };
  const ArpFields request{.sender_mac = other_mac, .target = "192.0.2.1"};
  ArpFields answer = request;
  answer.operation = 2;
  for (const Row& row : {Row{"gratuitous request", arp_request(request)}, Row{"gratuitous reply", arp_request(answer)},
                         Row{"asks for another", arp_request({.sender_mac = other_mac, .target = "192.0.2.9"})},
                         Row{"asks for us", arp_request({.sender_mac = other_mac})},
                         Row{"answers nobody", arp_reply("192.0.2.1", other_mac)}}) {
    SCOPED_TRACE(row.what);
    Wire wire;
    wire.confirm("192.0.2.1", peer_mac);
    wire.send(row.frame);
    EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::stale) << "nobody had asked";
    const auto sent = wire.send(framed(echo4()));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(destination_mac(sent[0]), other_mac);
  }
}

// The host answers for itself alone, also to those it knows.
TEST(Arp, ARP_003_a_known_neighbor_that_asks_for_another_is_noted_only) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  EXPECT_THAT(wire.send(arp_request({.target = "192.0.2.9"})), IsEmpty());
  EXPECT_THAT(wire.send(arp_request({.target = "192.0.2.1"})), IsEmpty());
  EXPECT_EQ(wire.count(Reason::arp_sender_updated), 2U);
  EXPECT_EQ(wire.count(Reason::arp_request_for_us), 0U);
}

TEST(Arp, ARP_003_the_same_address_changes_nothing) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.send({arp_request(), arp_reply(), arp_request({.target = "192.0.2.9"})});
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
  wire.wait(90s);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::stale) << "not confirmed by what nobody asked for";
}

TEST(Arp, ARP_004_others_among_themselves_make_no_entry) {
  Wire wire;
  wire.send({arp_request({.target = "192.0.2.9"}),
             frame(broadcast_mac, peer_mac, 0x0806, arp({.operation = 2, .target = "192.0.2.9"})),
             arp_request({.target = "192.0.2.1"})});
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
  EXPECT_EQ(wire.count(Reason::arp_target_not_ours), 3U);
}

// ---- asking ----

TEST(Arp, ARP_011_the_question_is_for_everybody) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(echo4())), ElementsAre(asks_for("192.0.2.1")));
  EXPECT_EQ(wire.count(Reason::neighbor_resolution_pending), 1U);
  EXPECT_EQ(wire.count(Reason::neighbor_solicited), 1U);
  const auto sent = wire.send(arp_reply());
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_mac(sent[0]), peer_mac);
  EXPECT_EQ(icmp4_type(content_of(sent[0])), 0U);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
}

TEST(Arp, ARP_011_the_source_is_in_the_subnet_of_the_target) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].addresses.push_back(*parse_prefix("198.51.100.7/24"));
  Wire wire(config);
  const auto sent = wire.send(framed(echo4({.source = "198.51.100.1"})));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(content_of(sent[0]), arp({.sender_mac = own_mac, .sender = "198.51.100.7", .target = "198.51.100.1"}));
}

TEST(Arp, ARP_005_three_requests_a_second_apart) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(echo4())), ElementsAre(asks_for("192.0.2.1")));
  EXPECT_THAT(wire.wait(1min),
              ElementsAre(TimedFrame{1s, asks_for("192.0.2.1")}, TimedFrame{2s, asks_for("192.0.2.1")}));
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::failed);
  EXPECT_EQ(wire.count(Reason::neighbor_unreachable), 1U);
  EXPECT_THAT(wire.send(arp_request({.sender = "192.0.2.9"})), SizeIs(1));
  EXPECT_THAT(wire.send(framed(echo4())), ElementsAre(asks_for("192.0.2.1"))) << "the next packet asks anew";
}

TEST(Arp, ARP_005_traffic_does_not_make_it_more) {
  Wire wire;
  Packets sent;
  for (int i = 0; i < 60; ++i) {
    for (const Packet& one : wire.send(framed(echo4()))) sent.push_back(one);
    for (const Packet& one : frames_of(wire.wait(100ms))) sent.push_back(one);
  }
  EXPECT_THAT(sent, AllOf(SizeIs(Ge(6U)), SizeIs(Le(7U)))) << "in six seconds";
}

TEST(Arp, ARP_005_the_times_are_options) {
  Wire wire({"arp.retrans=200", "arp.requests=5"});
  wire.send(framed(echo4()));
  std::vector<Duration> times;
  for (const TimedFrame& one : wire.wait(10s)) times.push_back(one.at);
  EXPECT_THAT(times, ElementsAre(200ms, 400ms, 600ms, 800ms));
}

// Late timers do not bring requests closer together.
TEST(Arp, ARP_005_nobody_called_tick) {
  Wire wire;
  wire.send(framed(echo4()));
  wire.wait_asleep(1900ms);
  EXPECT_THAT(wire.send(arp_request({.sender = "192.0.2.9"})), SizeIs(2)) << "a reply, and the request that was due";
  EXPECT_THAT(wire.wait(5s), ElementsAre(TimedFrame{1s, asks_for("192.0.2.1")}));
}

TEST(Arp, ARP_006_the_last_three_wait) {
  Wire wire;
  for (std::uint32_t i = 1; i <= 5; ++i) wire.send(framed(echo4({}, counting(8), i)));
  EXPECT_EQ(wire.count(Reason::neighbor_queue_full), 2U);
  EXPECT_EQ(wire.count(Reason::neighbor_resolution_pending), 3U);
  EXPECT_THAT(sequence_numbers(wire.send(arp_reply())), ElementsAre(3U, 4U, 5U));
  EXPECT_THAT(sequence_numbers(wire.send(arp_reply())), IsEmpty()) << "once only";
}

TEST(Arp, ARP_006_each_neighbor_has_its_own_queue) {
  Wire wire;
  wire.send({framed(echo4({.source = "192.0.2.1"}, {}, 1)), framed(echo4({.source = "192.0.2.7"}, {}, 7))});
  EXPECT_THAT(sequence_numbers(wire.send(arp_reply("192.0.2.7", other_mac))), ElementsAre(7U));
  EXPECT_THAT(sequence_numbers(wire.send(arp_reply())), ElementsAre(1U));
}

TEST(Arp, ARP_006_any_packet_of_the_neighbor_lets_them_go) {
  Wire wire;
  wire.send(framed(echo4()));
  const auto sent = wire.send(arp_request());
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0], own_reply);
  EXPECT_EQ(icmp4_type(content_of(sent[1])), 0U);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::delay) << "it has not answered, so it will be asked";
}

// What fragments of a large reply are to the queue: packets like others.
TEST(Arp, ARP_006_fragments_wait_too) {
  Wire wire;
  const Packet whole = icmpv4(8, 0, 0x05010001, counting(3000));
  Packets fragments;
  for (std::size_t at = 0; at < whole.size(); at += 1480) {
    const std::size_t size = std::min<std::size_t>(1480, whole.size() - at);
    const unsigned more = at + size < whole.size() ? 0x2000 : 0;
    fragments.push_back(
        framed(ipv4({.flags_and_offset = more | static_cast<unsigned>(at / 8)}, part(whole, at, size))));
  }
  EXPECT_THAT(wire.send(fragments), ElementsAre(asks_for("192.0.2.1")));
  const auto sent = wire.send(arp_reply());
  ASSERT_THAT(sent, SizeIs(3));
  Packet data;
  for (const Packet& one : sent) {
    EXPECT_EQ(destination_mac(one), peer_mac);
    EXPECT_EQ((be16(content_of(one), 6) & 0x1fffU) * 8, data.size());
    data = data + from(content_of(one), 20);
  }
  EXPECT_EQ(data, icmpv4(0, 0, 0x05010001, counting(3000)));
  EXPECT_EQ(wire.node().counters().icmp4.out(0, 0), 1U) << "one message";
  EXPECT_EQ(sum_out(wire.node().counters().icmp4), 1U) << "and no other";
  EXPECT_EQ(wire.node().counters().packets_out, 4U) << "three fragments and a request";
}

TEST(Arp, ARP_007_an_entry_is_checked_by_unicast_first) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.wait(90s);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::stale);
  EXPECT_THAT(wire.send(framed(echo4())), SizeIs(1));
  const Packet poll = asks_station(peer_mac, "192.0.2.1");
  EXPECT_THAT(wire.wait(20s), ElementsAre(TimedFrame{5s, poll}, TimedFrame{6s, poll}, TimedFrame{7s, poll}));
  EXPECT_EQ(wire.count(Reason::neighbor_probed), 3U);
  EXPECT_THAT(wire.send(framed(echo4(), other_mac)), ElementsAre(asks_for("192.0.2.1"))) << "then everybody";
  const auto sent = wire.send(arp_reply("192.0.2.1", other_mac));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_mac(sent[0]), other_mac) << "it has changed its address silently";
}

TEST(Arp, ARP_007_an_answer_to_the_poll_confirms) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.wait(90s);
  wire.send(framed(echo4()));
  EXPECT_THAT(wire.wait(5s), SizeIs(1));
  EXPECT_THAT(wire.send(arp_reply()), IsEmpty());
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
  EXPECT_THAT(wire.wait(20s), IsEmpty());
}

// It is no answer, and does not stop the poll (RFC 4861 7.3.1).
TEST(Arp, ARP_007_a_request_does_not_confirm) {
  Wire wire;
  wire.introduce("192.0.2.1", peer_mac);
  wire.send(framed(echo4()));
  EXPECT_THAT(wire.wait(5s), SizeIs(1));
  wire.send(arp_request());
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::probe);
  EXPECT_THAT(wire.wait(20s), SizeIs(2));
}

TEST(Arp, ARP_007_an_answer_holds_for_a_minute) {
  Wire wire;
  wire.confirm("192.0.2.1", peer_mac);
  wire.wait(60s - 1ns);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
  wire.wait(1ns);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::stale);
}

TEST(Arp, ARP_008_a_missing_entry_is_no_error) {
  Wire wire;
  wire.send(framed(udp4()));
  for (const auto& [at, sent] : wire.wait(10s)) EXPECT_EQ(frame_type(sent), 0x0806U);
  EXPECT_EQ(wire.node().counters().icmp4.out(3, 1), 0U);
}

TEST(Arp, ARP_018_the_oldest_unused_makes_room) {
  Wire wire({"neighbors.max=16"});
  wire.confirm("192.0.2.1", peer_mac);
  for (unsigned i = 10; i < 110; ++i) {
    wire.send(arp_request({.sender = "192.0.2." + std::to_string(i)}));
    EXPECT_LE(wire.node().state().neighbors.size(), 16U);
  }
  EXPECT_EQ(wire.node().state().neighbors.size(), 16U);
  EXPECT_EQ(wire.state("192.0.2.1"), NeighborState::reachable);
  for (unsigned i = 95; i < 110; ++i) EXPECT_EQ(wire.state("192.0.2." + std::to_string(i)), NeighborState::stale) << i;
  EXPECT_EQ(wire.state("192.0.2.94"), NeighborState::none);
}

TEST(Arp, ARP_018_1024_neighbors_by_default) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].addresses[0] = *parse_prefix("10.0.0.2/8");
  Wire wire(config);
  std::vector<std::string> senders;
  for (unsigned i = 0; i < 1100; ++i)
    senders.push_back("10.1." + std::to_string(i / 200) + "." + std::to_string(i % 200));
  for (const std::string& sender : senders) wire.send(arp_request({.sender = sender, .target = "10.0.0.2"}));
  EXPECT_EQ(wire.node().state().neighbors.size(), 1024U);
  EXPECT_EQ(wire.node().state().neighbors.evicted(), 76U);
}

}  // namespace
}  // namespace tunstack::test::arp_test
