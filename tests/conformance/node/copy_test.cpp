// A copy of a node answers what the node would, to the octet; and whoever asks it changes nothing of the node: not its
// state, counters, randomness or deadlines, and nobody who listens to the node hears of it.
#include "tests/support/frames.hpp"
#include "tests/support/router_messages.hpp"

namespace tunstack::test::copy_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::Not;

/// All that a node says to some packets, one after the other, and while time passes.
using Octets = std::vector<std::pair<Packet, Instant>>;
Octets answers_of(Node& node, const std::vector<Packet>& packets, Instant now) {
  Outbox out;
  Octets all;
  const auto collect = [&] {
    for (const OutgoingPacket& packet : out.packets())
      all.emplace_back(Packet(packet.bytes.begin(), packet.bytes.end()), now);
    out.clear();
  };
  for (const Packet& packet : packets) {
    node.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
    collect();
    now += 7ms;
  }
  for (const Instant end = now + 100s; node.next_deadline() <= end;) {
    now = std::max(now, node.next_deadline());
    node.tick(now, out);
    collect();
  }
  return all;
}

class Silence final : public Observer {
 public:
  void decided(const Decision&) override { ADD_FAILURE() << "told of a copy"; }
  void originated(const Origination&) override { ADD_FAILURE() << "told of a copy"; }
  void noted(const Note&) override { ADD_FAILURE() << "told of a copy"; }
};

class Count final : public Observer {
 public:
  void decided(const Decision&) override { ++decisions; }
  int decisions = 0;
};

struct Case {
  std::string_view name;
  NodeConfig config;
  std::vector<Packet> before;  // makes every table that the kind of node can have
  std::vector<Packet> question;
};

Packet fragment4(unsigned identification, unsigned flags_and_offset, const Packet& data) {
  return ipv4({.identification = identification, .flags_and_offset = flags_and_offset}, data);
}

std::vector<Case> cases() {
  const Packet echo = icmpv4(8, 0, 0x05010001, counting(3000));
  const std::vector<Packet> datagrams{
      echo4(),
      echo6(),
      echo6({}, counting(1300)),
      echo4({}, counting(3000)),
      udp4(),
      udp6(),
      fragment4(9, 0x2000, part(echo, 0, 1000)),
      fragment4(10, 0x2000, part(echo, 0, 1400)),
      ipv6({.next_header = 44}, hex("3a000001 00000007") + counting(48)),
      ipv4({}, icmpv4(3, 4, 1300, echo4({.source = "192.0.2.2", .destination = "192.0.2.1"}, counting(1400)))),
  };
  std::vector<Packet> question = datagrams;
  question.push_back(fragment4(10, 175, from(echo, 1400)));
  question.push_back(fragment4(9, 125, from(echo, 1000)));
  std::vector<Packet> frames, asked;
  for (const Packet& datagram : datagrams) frames.push_back(framed(datagram));
  frames.push_back(framed(solicitation()));
  for (const Packet& datagram : question) asked.push_back(framed(datagram));
  asked.push_back(arp_request());
  asked.push_back(arp_reply());
  asked.push_back(framed(answers("2001:db8::1", peer_mac)));

  NodeConfig router =
      ethernet_config({"nd.adv.enable=on", "irdp.adv.enable=on", "mld.enable=on", "mld.querier=on", "igmp.enable=on"});
  router.interfaces[0].role = Role::router;
  NodeConfig learner = ethernet_config({"dad.transmits=2", "mld.enable=on", "slaac.tempaddr=on"});
  learner.interfaces[0].configures_itself = true;
  return {{"host", host_config(), datagrams, question},
          {"host on Ethernet", ethernet_config(), frames, asked},
          {"router", router, frames, asked},
          {"host that configures itself", learner, frames, asked}};
}

TEST(Copy, ROB_004_a_copy_answers_the_same_octets_at_the_same_times) {
  for (const auto& [name, config, before, question] : cases()) {
    SCOPED_TRACE(name);
    Node node(config);
    answers_of(node, before, config.start);
    Node copy = node;
    const Octets of_copy = answers_of(copy, question, config.start + 101s);
    EXPECT_THAT(of_copy, Not(IsEmpty()));
    EXPECT_EQ(of_copy, answers_of(node, question, config.start + 101s));
    EXPECT_EQ(copy.counters().by_reason, node.counters().by_reason);
  }
}

TEST(Copy, ROB_004_whoever_asks_a_copy_changes_nothing_of_the_node) {
  for (const auto& [name, config, before, question] : cases()) {
    SCOPED_TRACE(name);
    Node node(config);
    Node unasked(config);
    Outbox out;
    Instant now = config.start;
    for (const Packet& packet : before)
      for (Node* const each : {&node, &unasked}) {
        each->receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
        out.clear();
      }
    Silence silence;
    node.observe(&silence);
    const Counters counters = node.counters();
    const Instant deadline = node.next_deadline();
    {
      Node copy = node;
      Count count;
      copy.observe(&count);
      answers_of(copy, question, now);
      copy.send_packet(InterfaceId{0}, question.back(), now, out);
      out.clear();
      EXPECT_GT(count.decisions, 0);
    }
    EXPECT_EQ(node.counters().by_reason, counters.by_reason);
    EXPECT_EQ(node.counters().packets_out, counters.packets_out);
    EXPECT_EQ(node.next_deadline(), deadline);
    node.observe(nullptr);
    EXPECT_EQ(answers_of(node, question, now), answers_of(unasked, question, now)) << "also what is drawn at random";
    EXPECT_EQ(node.counters().by_reason, unasked.counters().by_reason);
  }
}

TEST(Copy, a_copy_outlives_the_node) {
  const NodeConfig config = ethernet_config();
  std::optional<Node> node(config);
  answers_of(*node, {framed(echo4({}, counting(2000))), framed(echo6({}, counting(1400)))}, config.start);
  Node copy = *node;
  node.reset();
  EXPECT_THAT(answers_of(copy, {framed(echo4()), arp_reply(), framed(echo6())}, config.start + 101s), Not(IsEmpty()));
}

}  // namespace
}  // namespace tunstack::test::copy_test
