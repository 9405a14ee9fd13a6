// Events can be joined to stories: every packet has a number, and names the packet that brought it about.
#include "tests/support/host.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::event_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Told {
  Reason reason;
  PacketIds ids = {};  // of a note, the cause alone
  std::vector<PacketIds> sent = {};
  bool arrived = true;
};

std::vector<PacketIds> ids_of(std::span<const OutgoingPacket> packets) {
  std::vector<PacketIds> ids;
  for (const OutgoingPacket& packet : packets) ids.push_back(packet.ids);
  return ids;
}

/// All that a node tells, in order.
class Log final : public Observer {
 public:
  explicit Log(Driver& driver) : driver_(driver) { driver.observe(*this); }
  ~Log() override { driver_.stop_observing(*this); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void decided(const Decision& decision) override {
    decisions.push_back({reason_of(decision.verdict), decision.ids, ids_of(decision.sent), decision.arrived});
    nodes.insert(decision.node);
  }
  void originated(const Origination& origination) override {
    originations.push_back({origination.reason, {}, ids_of(origination.sent)});
    nodes.insert(origination.node);
  }
  void noted(const Note& note) override {
    notes.push_back({note.reason, {0, note.cause}});
    nodes.insert(note.node);
  }

  std::vector<Told> decisions, originations, notes;
  std::set<NodeId> nodes;

 private:
  Driver& driver_;
};

TEST(Events, a_reply_is_caused_by_its_request) {
  Host host;
  Log log(host);
  for (const Packet& packet : {echo4(), echo6(), udp4()}) host.send(packet);
  ASSERT_THAT(log.decisions, SizeIs(3));
  PacketNumber latest = 0;
  for (const Told& told : log.decisions) {
    EXPECT_GT(told.ids.number, latest);
    EXPECT_EQ(told.ids.cause, 0U) << "it came from outside";
    EXPECT_THAT(told.sent, ElementsAre(PacketIds{told.ids.number + 1, told.ids.number}));
    latest = told.ids.number + 1;
  }
}

TEST(Events, each_fragment_of_a_reply_has_a_number) {
  NodeConfig config = host_config();
  config.interfaces[0].mtu = 1280;
  for (const Packet& request : {echo4({}, counting(1400)), echo6({}, counting(1400))}) {
    Host host(config);
    Log log(host);
    host.send(request);
    ASSERT_THAT(log.decisions, SizeIs(1));
    const PacketNumber number = log.decisions[0].ids.number;
    EXPECT_THAT(log.decisions[0].sent, ElementsAre(PacketIds{number + 1, number}, PacketIds{number + 2, number}));
  }
}

TEST(Events, a_reassembled_datagram_is_caused_by_its_last_fragment) {
  Host host;
  Log log(host);
  const Packet whole = icmpv4(8, 0, 0x00050001, counting(32));
  host.send(ipv4({.flags_and_offset = 0x2000}, part(whole, 0, 24)));
  host.send(ipv4({.flags_and_offset = 3}, from(whole, 24)));
  ASSERT_THAT(log.decisions, SizeIs(3));
  EXPECT_EQ(log.decisions[2].ids.cause, log.decisions[1].ids.number);
  EXPECT_GT(log.decisions[2].ids.number, log.decisions[1].ids.number);
  EXPECT_THAT(log.decisions[2].sent,
              ElementsAre(PacketIds{log.decisions[2].ids.number + 1, log.decisions[2].ids.number}));
}

TEST(Events, time_has_no_cause) {
  Host host;
  Log log(host);
  host.send(ipv4({.flags_and_offset = 0x2000}, icmpv4(8, 0, 1, counting(16))));
  host.run_for(60s);
  ASSERT_THAT(log.decisions, SizeIs(2));
  EXPECT_EQ(log.decisions[1].reason, Reason::fragment_timeout);
  EXPECT_EQ(log.decisions[1].ids.cause, 0U);
  EXPECT_THAT(log.decisions[1].sent,
              ElementsAre(PacketIds{log.decisions[1].ids.number + 1, log.decisions[1].ids.number}));
}

TEST(Events, a_reply_that_waited_for_its_neighbor_keeps_number_and_cause) {
  Wire wire;
  Log log(wire);
  wire.send(framed(echo4()));
  wire.send(framed(echo4({}, counting(8))));
  wire.send(arp_reply("192.0.2.1", peer_mac));
  ASSERT_THAT(log.decisions, SizeIs(3));
  const PacketNumber first = log.decisions[0].ids.number;
  const PacketNumber second = log.decisions[1].ids.number;
  ASSERT_EQ(log.originations.back().reason, Reason::neighbor_resolved);
  EXPECT_THAT(log.originations.back().sent, ElementsAre(PacketIds{first + 1, first}, PacketIds{second + 1, second}));
}

TEST(Events, so_does_one_whose_neighbor_never_answered) {
  Wire wire;
  Log log(wire);
  wire.send(framed(echo4()));
  wire.wait(10s);
  ASSERT_THAT(log.decisions, SizeIs(2));
  EXPECT_EQ(log.decisions[1].reason, Reason::neighbor_unreachable);
  EXPECT_EQ(log.decisions[1].ids, (PacketIds{log.decisions[0].ids.number + 1, log.decisions[0].ids.number}));
  EXPECT_TRUE(log.decisions[0].arrived);
  EXPECT_FALSE(log.decisions[1].arrived) << "it was made here";
}

TEST(Events, what_could_not_be_sent_of_its_own_accord_is_told) {
  Wire wire;
  wire.send(framed(echo4()));  // asks for the neighbor once
  Log log(wire);
  wire.replace_outbox(Outbox(16, 1));  // no room to ask again
  wire.wait(1s);
  EXPECT_THAT(log.originations, IsEmpty());
  std::vector<Reason> reasons;
  for (const Told& note : log.notes) reasons.push_back(note.reason);
  EXPECT_THAT(reasons, ElementsAre(Reason::neighbor_solicited, Reason::outbox_full));
}

TEST(Events, every_event_names_its_node) {
  NodeConfig config = ethernet_config();
  config.id = NodeId{7};
  Wire wire(config);
  Log log(wire);
  wire.send(framed(echo4()));
  wire.send(framed(udp4({.protocol = 99})));
  wire.wait(10s);
  wire.count_outside(Reason::outbox_full);
  EXPECT_FALSE(log.decisions.empty() || log.originations.empty() || log.notes.empty());
  EXPECT_THAT(log.nodes, ElementsAre(NodeId{7}));
}

/// What a node sends in answer to `packet`.
std::vector<Packet> answers_of(Node& node, const Packet& packet, Instant now) {
  Outbox out;
  node.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
  std::vector<Packet> sent;
  for (const OutgoingPacket& one : out.packets()) sent.emplace_back(one.bytes.begin(), one.bytes.end());
  return sent;
}

// A network holds nodes in a vector, which moves them as it grows.
TEST(Events, a_moved_node_goes_on_where_it_was) {
  const Packet whole = icmpv4(8, 0, 0x00050001, counting(32));
  const Packet first = ipv4({.flags_and_offset = 0x2000}, part(whole, 0, 24));
  const Packet last = ipv4({.flags_and_offset = 3}, from(whole, 24));
  const NodeConfig config = host_config();
  Node stays(config), goes(config);
  const Instant now = config.start;
  EXPECT_THAT(answers_of(stays, first, now), IsEmpty());
  EXPECT_THAT(answers_of(goes, first, now), IsEmpty());
  Node moved = std::move(goes);
  const auto expected = answers_of(stays, last, now);
  ASSERT_THAT(expected, SizeIs(1));
  EXPECT_EQ(answers_of(moved, last, now), expected);
  EXPECT_EQ(moved.counters().packets_in, 2U);
}

}  // namespace
}  // namespace tunstack::test::event_test
