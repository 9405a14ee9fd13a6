// What a program of a node sends to the node itself never leaves: the node receives it as if it came by the interface
// that has the address, and what it answers to itself likewise (RFC 1122 3.2.1.3(g)). In each test the links stay
// silent unless it says otherwise.
#include "tests/conformance/node/interfaces.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::loopback_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

/// A decision upon a packet of a node.
struct Told {
  Reason reason;  // that decided
  InterfaceId interface;
  Packet packet;
  PacketIds ids;
  std::vector<PacketIds> sent;
  bool all_loop_back;  // all that was sent
  bool arrived;
};

/// All that a node decides upon, and the errors that it hears of.
class Heard final : public Observer {
 public:
  explicit Heard(Driver& driver) : driver_(driver) { driver.observe(*this); }
  ~Heard() override { driver_.stop_observing(*this); }
  Heard(const Heard&) = delete;
  Heard& operator=(const Heard&) = delete;

  void decided(const Decision& decision) override {
    decisions.push_back({.reason = decision.withheld ? *decision.withheld : reason_of(decision.verdict),
                         .interface = decision.interface,
                         .packet = Packet(decision.packet.begin(), decision.packet.end()),
                         .ids = decision.ids,
                         .sent = {},
                         .all_loop_back = std::ranges::all_of(decision.sent, &OutgoingPacket::loops_back),
                         .arrived = decision.arrived});
    for (const OutgoingPacket& packet : decision.sent) decisions.back().sent.push_back(packet.ids);
  }
  void originated(const Origination& origination) override {
    EXPECT_EQ(origination.reason, Reason::sent_on_request);
    for (const OutgoingPacket& packet : origination.sent) {
      originated_ids.push_back(packet.ids);
      EXPECT_TRUE(packet.loops_back);
    }
  }
  void error_reported(const icmp::ErrorReport&) override { ++errors; }

  std::vector<Reason> reasons() const {
    std::vector<Reason> all;
    for (const Told& told : decisions) all.push_back(told.reason);
    return all;
  }

  std::vector<Told> decisions;
  std::vector<PacketIds> originated_ids;
  int errors = 0;

 private:
  Driver& driver_;
};

/// 192.0.2.2 and 2001:db8::2, and without a neighbor that answers.
std::vector<NodeConfig> hosts_on_links_of_each_kind() { return {host_config(), ethernet_config()}; }
/// 192.0.2.2 and 2001:db8::2 on the first link, 198.51.100.2 and 2001:db8:1::2 on the second, of either kind.
NodeConfig router(std::initializer_list<std::string_view> settings = {}, bool has_frames = false) {
  NodeConfig config =
      node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"198.51.100.2/24", "2001:db8:1::2/64"}}, settings);
  for (InterfaceConfig& interface : config.interfaces) interface.role = Role::router;
  if (has_frames)
    for (std::size_t i = 0; i < 2; ++i)
      config.interfaces[i].link_address = MacAddress{{2, 0, 0, 0, 0, std::uint8_t(i)}};
  for (const std::string_view setting : {"dad.transmits=0", "nd.gratuitous=0", "nd.adv.enable=off"})
    EXPECT_FALSE(set_option(config.options, setting).has_value()) << setting;
  return config;
}

const Packet to_itself4 = echo4({.source = "192.0.2.2"});
const Packet to_itself6 = echo6({.source = "2001:db8::2"});

void expect_nothing_leaves(Driver& node, const Packet& datagram) {
  const auto [unsent, sent] = node.send_of_program(datagram);
  EXPECT_TRUE(!unsent) << info(*unsent).name;
  EXPECT_THAT(sent, IsEmpty());
}

TEST(Loopback, PING_004_a_node_answers_itself) {
  for (const NodeConfig& config : hosts_on_links_of_each_kind()) {
    Driver host(config);
    host.run_for(3s);
    Heard heard(host);
    expect_nothing_leaves(host, to_itself4);
    expect_nothing_leaves(host, to_itself6);
    EXPECT_THAT(heard.reasons(), ElementsAre(Reason::icmp4_echo_request_for_us, Reason::icmp4_reply_unsolicited,
                                             Reason::icmp6_echo_request_for_us, Reason::icmp6_reply_unsolicited));
    EXPECT_EQ(from(heard.decisions[1].packet, 28), from(to_itself4, 28));
    EXPECT_EQ(source_of(heard.decisions[1].packet), "192.0.2.2");
    EXPECT_EQ(destination_of(heard.decisions[1].packet), "192.0.2.2");
    EXPECT_EQ(from(heard.decisions[3].packet, 48), from(to_itself6, 48));
    EXPECT_THAT(host.run_for(10s), IsEmpty()) << "nobody was asked for";
  }
}

TEST(Loopback, it_is_told_and_numbered_like_other_packets) {
  Host host;
  expect_nothing_leaves(host, to_itself4);
  EXPECT_EQ(host.count(Reason::icmp4_reply_unsolicited), 1U);
  Heard heard(host);
  expect_nothing_leaves(host, to_itself4);
  ASSERT_THAT(heard.originated_ids, SizeIs(1));
  ASSERT_THAT(heard.decisions, SizeIs(2));
  EXPECT_EQ(heard.decisions[0].ids.number, heard.originated_ids[0].number);
  ASSERT_THAT(heard.decisions[0].sent, SizeIs(1));
  EXPECT_EQ(heard.decisions[0].sent[0].cause, heard.decisions[0].ids.number);
  EXPECT_EQ(heard.decisions[1].ids.number, heard.decisions[0].sent[0].number);
  EXPECT_GT(heard.decisions[1].ids.number, heard.decisions[0].ids.number);
  EXPECT_THAT(heard.decisions, Each(Field(&Told::all_loop_back, true)));
  EXPECT_THAT(heard.decisions, Each(Field(&Told::arrived, true)));
}

TEST(Loopback, counters_have_its_messages_and_none_of_it_as_packets_of_a_link) {
  Host host;
  expect_nothing_leaves(host, to_itself4);
  expect_nothing_leaves(host, to_itself6);
  const Counters& counters = host.node().counters();
  EXPECT_EQ(counters.packets_in, 0U);
  EXPECT_EQ(counters.packets_out, 0U);
  for (const auto type : {std::uint8_t{8}, std::uint8_t{0}}) {
    EXPECT_EQ(counters.icmp4.out(type, 0), 1U);
    EXPECT_EQ(counters.icmp4.in(type, 0), 1U);
  }
  EXPECT_EQ(counters.icmp6.out(129, 0), 1U);
  EXPECT_EQ(counters.icmp6.in(129, 0), 1U);
}

TEST(Loopback, TUN_004_from_outside_an_own_source_is_refused_as_ever) {
  Host host;
  expect_nothing_leaves(host, to_itself4);
  EXPECT_SILENT(host, to_itself4, Reason::ipv4_source_is_own);
  EXPECT_SILENT(host, to_itself6, Reason::ipv6_source_is_own);
  EXPECT_SILENT(host, echo4({.destination = "127.0.0.1"}), Reason::ipv4_destination_loopback);
  const Received own{.interface = InterfaceId{0}, .bytes = to_itself4, .now = host.now(), .is_looped_back = true};
  EXPECT_TRUE(std::holds_alternative<Reply>(host.node().decide(own)));
  const Received own6{.interface = InterfaceId{0}, .bytes = to_itself6, .now = host.now(), .is_looped_back = true};
  EXPECT_TRUE(std::holds_alternative<Reply>(host.node().decide(own6)));
}

// RFC 1122 3.2.1.3(g), RFC 4291 2.5.3.
TEST(Loopback, V4_RX_012_loopback_addresses_are_the_nodes_own_within_it) {
  for (const NodeConfig& config : hosts_on_links_of_each_kind()) {
    Driver host(config);
    host.run_for(3s);
    Heard heard(host);
    expect_nothing_leaves(host, echo4({.source = "192.0.2.2", .destination = "127.0.0.1"}));
    expect_nothing_leaves(host, echo4({.source = "127.0.0.1", .destination = "127.1.2.3"}));
    expect_nothing_leaves(host, echo6({.source = "2001:db8::2", .destination = "::1"}));
    ASSERT_THAT(heard.reasons(), ElementsAre(Reason::icmp4_echo_request_for_us, Reason::icmp4_reply_unsolicited,
                                             Reason::icmp4_echo_request_for_us, Reason::icmp4_reply_unsolicited,
                                             Reason::icmp6_echo_request_for_us, Reason::icmp6_reply_unsolicited));
    EXPECT_EQ(source_of(heard.decisions[1].packet), "127.0.0.1");
    EXPECT_EQ(source_of(heard.decisions[3].packet), "127.1.2.3");
    EXPECT_EQ(destination_of(heard.decisions[3].packet), "127.0.0.1");
    EXPECT_EQ(source_of(heard.decisions[5].packet), "::1");
  }
}

// Whichever the model of end systems: it comes by the interface that has the address. A way back is looked for on links
// alone (RFC 1812 5.3.8).
TEST(Loopback, V4_RX_018_addresses_of_all_interfaces_are_answered_where_they_are) {
  for (const bool has_frames : {false, true})
    for (const std::string_view end_system : {"ip4.strong_es=on", "ip4.strong_es=off"}) {
      Driver node(router({end_system, "ip4.forward.rpf=strict", "ip6.forward.rpf=strict"}, has_frames));
      node.run_for(3s);
      Heard heard(node);
      expect_nothing_leaves(node, echo4({.source = "192.0.2.2", .destination = "198.51.100.2"}));
      expect_nothing_leaves(node, echo6({.source = "2001:db8::2", .destination = "2001:db8:1::2"}));
      ASSERT_THAT(heard.reasons(), ElementsAre(Reason::icmp4_echo_request_for_us, Reason::icmp4_reply_unsolicited,
                                               Reason::icmp6_echo_request_for_us, Reason::icmp6_reply_unsolicited));
      for (const std::size_t i : {0U, 2U}) {
        EXPECT_EQ(heard.decisions[i].interface, InterfaceId{1});
        EXPECT_EQ(heard.decisions[i + 1].interface, InterfaceId{0});
      }
    }
}

TEST(Loopback, ICMP4_TE_003_a_hop_limit_of_1_reaches_it) {
  Driver node(router());
  Heard heard(node);
  for (const unsigned hops : {1U, 0U}) {
    expect_nothing_leaves(
        node, udp4({.source = "192.0.2.2", .destination = "198.51.100.2", .ttl = hops, .identification = 0}));
    expect_nothing_leaves(node, udp6({.source = "2001:db8::2", .destination = "2001:db8:1::2", .hop_limit = hops}));
  }
  EXPECT_EQ(heard.errors, 4) << "port unreachable";
}

TEST(Loopback, ICMP4_DU_004_ICMP6_ERR_008_a_closed_port_is_reported_to_itself_and_that_is_all) {
  for (const NodeConfig& config : hosts_on_links_of_each_kind()) {
    Driver host(config);
    host.run_for(3s);
    Heard heard(host);
    expect_nothing_leaves(host, udp4({.source = "192.0.2.2", .identification = 0}));
    expect_nothing_leaves(host, udp6({.source = "2001:db8::2"}));
    ASSERT_THAT(heard.reasons(), ElementsAre(Reason::udp4_port_closed, Reason::icmp4_error_about_our_packet,
                                             Reason::udp6_port_closed, Reason::icmp6_error_about_our_packet));
    EXPECT_EQ(icmp4_type(heard.decisions[1].packet), 3U);
    EXPECT_EQ(icmp4_code(heard.decisions[1].packet), 3U);
    EXPECT_EQ(from(heard.decisions[1].packet, 28), heard.decisions[0].packet) << "quoted as it was sent";
    EXPECT_EQ(icmp6_type(heard.decisions[3].packet), 1U);
    EXPECT_EQ(heard.errors, 2);
  }
}

// What errors obey elsewhere they obey here.
TEST(Loopback, ROB_006_ICMP4_SUP_001_errors_about_own_packets_are_suppressed_and_limited) {
  Host host({"icmp4.error_rate=1", "icmp4.error_burst=1"});
  const Packet error = ipv4({.source = "192.0.2.2", .options = hex("07 02 00 00")}, icmpv4(3, 3, 0, to_itself4));
  expect_nothing_leaves(host, error);
  EXPECT_EQ(host.count(Reason::icmp4_about_icmp_error), 1U);
  for (int i = 0; i < 100; ++i) expect_nothing_leaves(host, udp4({.source = "192.0.2.2"}));
  EXPECT_EQ(host.count(Reason::udp4_port_closed), 100U);
  EXPECT_LT(host.node().counters().icmp4.out(3, 3), 20U);
}

TEST(Loopback, ROB_006_a_service_answers_and_all_comes_to_an_end) {
  Host host({"udp.echo=on", "icmp4.error_rate=unlimited"});
  Heard heard(host);
  expect_nothing_leaves(host, udp4({.source = "192.0.2.2"}, 7));
  EXPECT_THAT(heard.reasons(),
              ElementsAre(Reason::udp_echo_for_us, Reason::udp4_port_closed, Reason::icmp4_error_about_our_packet));
  const Ipv4Fields ip{.source = "192.0.2.2", .protocol = 17};
  expect_nothing_leaves(host, ipv4(ip, udp(ip, 7, 7)));
}

TEST(Loopback, a_closed_tcp_port_resets) {
  Host host;
  Heard heard(host);
  const Ipv4Fields ip{.source = "192.0.2.2", .protocol = 6};
  expect_nothing_leaves(host, ipv4(ip, tcp(ip, {})));
  ASSERT_THAT(heard.decisions, SizeIs(2));
  EXPECT_EQ(heard.decisions[1].packet.at(33) & 4, 4) << "RST";
  EXPECT_THAT(heard.decisions[1].sent, IsEmpty());
}

TEST(Loopback, PROBE_002_extended_echo_and_timestamps_are_answered) {
  Host host({"probe.enable=on"});
  Heard heard(host);
  const Packet name = hex("0008 0301 74756e30");  // tun0
  expect_nothing_leaves(host, ipv4({.source = "192.0.2.2"}, icmpv4(42, 0, 0x00050101, hex("20000000") + name)));
  expect_nothing_leaves(host, ipv4({.source = "192.0.2.2"}, icmpv4(13, 0, 0x00050001, counting(12))));
  ASSERT_THAT(heard.decisions, SizeIs(4));
  EXPECT_EQ(icmp4_type(heard.decisions[1].packet), 43U);
  EXPECT_EQ(icmp4_type(heard.decisions[3].packet), 14U);
}

// ---- fragments ----

/// Pieces of `size` octets of an echo request with `data` octets.
std::vector<Packet> pieces4(std::size_t data, std::size_t size) {
  const Packet message = from(echo4({.source = "192.0.2.2"}, counting(data)), 20);
  std::vector<Packet> pieces;
  for (std::size_t at = 0; at < message.size(); at += size) {
    const bool more = at + size < message.size();
    pieces.push_back(ipv4({.source = "192.0.2.2", .flags_and_offset = unsigned(more ? 0x2000 : 0) | unsigned(at / 8)},
                          part(message, at, std::min(size, message.size() - at))));
  }
  return pieces;
}

TEST(Loopback, V4_FRAG_001_fragments_are_put_together_and_so_are_those_of_the_answer) {
  for (const NodeConfig& config : hosts_on_links_of_each_kind()) {
    Driver host(config);
    host.run_for(3s);
    Heard heard(host);
    for (const Packet& piece : pieces4(4000, 1480)) expect_nothing_leaves(host, piece);
    std::erase_if(heard.decisions, [](const Told& told) { return told.reason == Reason::fragment_of_datagram; });
    ASSERT_THAT(heard.reasons(), ElementsAre(Reason::icmp4_echo_request_for_us, Reason::icmp4_reply_unsolicited));
    EXPECT_THAT(heard.decisions[0].sent, SizeIs(3));
    EXPECT_TRUE(heard.decisions[0].all_loop_back);
    EXPECT_EQ(from(heard.decisions[1].packet, 28), counting(4000));
  }
}

TEST(Loopback, V4_FRAG_008_an_own_datagram_that_never_came_together_is_reported_to_itself) {
  for (const NodeConfig& config : hosts_on_links_of_each_kind()) {
    Driver host(config);
    host.run_for(3s);
    Heard heard(host);
    expect_nothing_leaves(host, pieces4(4000, 1480)[0]);
    EXPECT_THAT(host.run_for(120s), IsEmpty());
    ASSERT_THAT(heard.decisions, SizeIs(3));
    EXPECT_EQ(heard.decisions[1].reason, Reason::fragment_timeout);
    EXPECT_TRUE(heard.decisions[1].all_loop_back);
    EXPECT_EQ(icmp4_type(heard.decisions[2].packet), 11U);
    EXPECT_EQ(icmp4_code(heard.decisions[2].packet), 1U);
  }
}

// Drivers listen to every node; this one has nobody.
TEST(Loopback, nobody_need_listen) {
  Node node(host_config());
  Outbox out;
  const Instant start{};
  EXPECT_TRUE(!node.send_of_program(to_itself4, start, out));
  EXPECT_TRUE(!node.send_of_program(to_itself6, start, out));
  EXPECT_TRUE(!node.send_of_program(pieces4(4000, 1480)[0], start, out));
  node.tick(start + 120s, out);
  EXPECT_THAT(out.packets(), IsEmpty());
  EXPECT_EQ(node.counters().count(Reason::icmp4_reply_unsolicited), 1U);
  EXPECT_EQ(node.counters().count(Reason::icmp6_reply_unsolicited), 1U);
  EXPECT_EQ(node.counters().icmp4.in(11, 1), 1U);
}

// ---- what does not come back ----

TEST(Loopback, an_answer_to_somebody_else_leaves) {
  Host host;
  const auto [unsent, sent] = host.send_of_program(echo4({.source = "192.0.2.77"}));
  EXPECT_TRUE(!unsent);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_of(sent[0].octets), "192.0.2.77");
  EXPECT_EQ(host.node().counters().packets_out, 1U);
}

TEST(Loopback, what_is_given_for_a_link_leaves_there_as_it_is) {
  Host host;
  EXPECT_THAT(packets_of(host.send_packet(to_itself4).sent), ElementsAre(to_itself4));
}

TEST(Loopback, a_tentative_address_is_not_answered_and_nobody_is_asked_for_it) {
  Driver host(ethernet_config({"dad.transmits=10"}));
  Heard heard(host);
  host.send_of_program(to_itself6);
  ASSERT_FALSE(heard.decisions.empty());
  EXPECT_EQ(heard.decisions[0].reason, Reason::ipv6_destination_tentative);
}

TEST(Loopback, where_the_link_is_down_there_is_nobody) {
  Host host;
  host.set_link(false);
  const auto [unsent, sent] = host.send_of_program(to_itself4);
  EXPECT_EQ(unsent, Reason::link_is_down);
  EXPECT_THAT(sent, IsEmpty());
}

// ---- bounds ----

TEST(Loopback, it_takes_no_room_of_what_leaves) {
  Host host;
  Outbox out;
  const Packet large = echo4({.source = "192.0.2.2"}, counting(60'000));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(!host.node_for_replay().send_of_program(large, host.now(), out)) << "no link says how large it may be";
    ASSERT_THAT(out.packets(), IsEmpty());
  }
  EXPECT_EQ(host.count(Reason::icmp4_reply_unsolicited), 1000U);
  EXPECT_EQ(host.count(Reason::outbox_full), 0U);
}

TEST(Loopback, what_waits_to_leave_stays_as_it_is) {
  Host host;
  Outbox out;
  const Packet waiting = echo4({.source = "192.0.2.2", .destination = "192.0.2.1"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(!host.node_for_replay().send_of_program(waiting, host.now(), out));
    EXPECT_TRUE(!host.node_for_replay().send_of_program(to_itself4, host.now(), out));
  }
  ASSERT_THAT(out.packets(), SizeIs(3));
  for (const OutgoingPacket& packet : out.packets())
    EXPECT_EQ(Packet(packet.bytes.begin(), packet.bytes.end()), waiting);
}

TEST(Loopback, without_room_it_is_told) {
  Host host;
  host.replace_outbox(Outbox(256, 4));
  EXPECT_EQ(host.send_of_program(echo4({.source = "192.0.2.2"}, counting(1000))).unsent, Reason::outbox_full);
  EXPECT_TRUE(!host.send_of_program(echo4({.source = "192.0.2.2"}, counting(150))).unsent);
  EXPECT_EQ(host.count(Reason::outbox_full), 2U) << "there is none for the answer";
}

}  // namespace
}  // namespace tunstack::test::loopback_test
