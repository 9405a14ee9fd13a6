// What people ask a running node to do: packets sent as they are, other options, and a copy that is asked.
#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tests/tunstack/options/every_option.hpp"
#include "tunstack/options/option_value.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test::on_request_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NodeOptions with(const NodeOptions& before, std::string_view setting) {
  NodeOptions options = before;
  EXPECT_FALSE(set_option(options, setting).has_value()) << setting;
  return options;
}

struct Sending {
  MaybeReason withheld;
  std::vector<Packet> sent = {};
};

Sending send(Host& host, const Packet& packet) {
  Outbox out;
  Sending sending{host.node_for_replay().send_datagram(InterfaceId{0}, packet, host.now(), out)};
  for (const OutgoingPacket& left : out.packets()) sending.sent.emplace_back(left.bytes.begin(), left.bytes.end());
  return sending;
}

void change(Host& host, const NodeOptions& options) {
  Outbox out;
  host.node_for_replay().change_options(options, host.now(), out);
}

// ---- packets ----

TEST(OnRequest, a_datagram_leaves_as_it_is_and_is_told) {
  Host host;
  Packet broken = echo4({.source = "198.51.100.7"});
  broken[1] = 0x55;
  broken.back() ^= 1;
  EXPECT_THAT(send(host, broken).sent, ElementsAre(broken));
  EXPECT_EQ(host.count(Reason::sent_on_request), 1U);
  EXPECT_EQ(host.node().counters().packets_out, 1U);
}

TEST(OnRequest, what_cannot_leave_is_not_sent) {
  Host host;
  EXPECT_EQ(send(host, Packet(1501, 0x45)).withheld, Reason::larger_than_link_mtu);
  EXPECT_EQ(send(host, {}).withheld, Reason::empty_read);
  EXPECT_EQ(send(host, Packet(1500, 0x45)).withheld, MaybeReason());
  host.set_link(false);
  EXPECT_EQ(send(host, echo4()).withheld, Reason::link_is_down);
  EXPECT_EQ(host.count(Reason::sent_on_request), 1U);
}

// ---- options ----

TEST(OnRequest, options_are_others_from_now_on) {
  Host host;
  EXPECT_EQ(host.send(echo4()).size(), 1U);
  change(host, with(host.node().state().options, "icmp4.echo=off"));
  EXPECT_THAT(host.send(echo4()), IsEmpty());
  change(host, with(host.node().state().options, "icmp4.echo=on"));
  EXPECT_EQ(host.send(echo4()).size(), 1U);
  EXPECT_EQ(host.count(Reason::options_changed), 2U);
}

/// What is read at the start stays; every other option is as if the node had been made with it.
TEST(OnRequest, every_option_that_is_not_read_at_the_start_is_changed) {
  std::size_t changed = 0;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) {
      Host host;
      NodeOptions other = options_of(Profile::hardened);
      const std::string before = option::value_text(row.kind, host.node().state().options);
      change(host, other);
      const std::string expected = option::is_read_at_start(row.kind) ? before : std::string(row.hardened);
      EXPECT_EQ(option::value_text(row.kind, host.node().state().options), expected) << row.key;
      changed += expected != before;
    }
  EXPECT_GT(changed, 10U);
}

/// The same packets, to a node that is told later and to one that was made so.
TEST(OnRequest, a_node_told_later_answers_as_one_made_so) {
  const std::vector<Packet> packets{echo4(),
                                    echo6(),
                                    udp4(),
                                    echo4({.destination = "192.0.2.255"}),
                                    icmpv4(13, 0, 0, counting(12)),
                                    icmpv4(17, 0, 0, counting(4)),
                                    icmpv4(15, 0, 0, {})};
  for (const char* setting : {"icmp4.echo=off", "icmp6.echo=off", "icmp4.timestamp=off", "icmp4.echo_broadcast=on",
                              "l4.udp_closed=drop", "icmp4.quote=8"}) {
    NodeOptions options;
    if (set_option(options, setting)) continue;  // a key of another name
    Host later, made({setting});
    change(later, options);
    for (const Packet& packet : packets) {
      const auto verdict = [&](Host& host) { return reason_of(host.decide(packet)); };
      EXPECT_EQ(verdict(later), verdict(made)) << setting;
      EXPECT_EQ(later.send(packet).size(), made.send(packet).size()) << setting;
    }
  }
}

// ---- a copy ----

TEST(OnRequest, a_copy_answers_as_the_node_would_and_leaves_it_alone) {
  Host host({"icmp4.error_rate=10"});
  const Packet fragment = ipv4({.flags_and_offset = 0x2000}, part(icmpv4(8, 0, 0x05010001, counting(2960)), 0, 1480));
  host.send(fragment);
  for (int i = 0; i < 5; ++i) host.send(udp4());
  Node copy = host.node();
  copy.observe(nullptr);
  const auto counters = host.node().counters().by_reason;
  Outbox out;
  std::vector<Packet> answers;
  for (int i = 0; i < 50; ++i) copy.receive({InterfaceId{0}, udp4(), host.now()}, out);
  for (const OutgoingPacket& packet : out.packets()) answers.emplace_back(packet.bytes.begin(), packet.bytes.end());
  EXPECT_EQ(copy.reassembly(Family::ipv4).datagrams_held(), 1U);
  EXPECT_EQ(host.node().counters().by_reason, counters);
  std::vector<Packet> own;
  for (int i = 0; i < 50; ++i)
    for (const Packet& packet : host.send(udp4())) own.push_back(packet);
  EXPECT_EQ(own, answers) << "limits, identifications and randomness too";
  EXPECT_LT(own.size(), 50U);
}

TEST(OnRequest, a_copy_has_memory_of_its_own) {
  Host host;
  const Packet message = icmpv4(8, 0, 0x05010001, counting(2960));
  host.send(ipv4({.flags_and_offset = 0x2000}, part(message, 0, 1480)));
  Node copy = host.node();
  copy.observe(nullptr);
  Outbox out;
  copy.receive({InterfaceId{0}, ipv4({.flags_and_offset = 185}, from(message, 1480)), host.now()}, out);
  EXPECT_EQ(copy.reassembly(Family::ipv4).datagrams_held(), 0U);
  EXPECT_EQ(out.packets().size(), 3U) << "the reply, in fragments";
  EXPECT_EQ(host.node().reassembly(Family::ipv4).datagrams_held(), 1U);
  EXPECT_EQ(host.send(ipv4({.flags_and_offset = 185}, from(message, 1480))).size(), 3U);
}

}  // namespace
}  // namespace tunstack::test::on_request_test
