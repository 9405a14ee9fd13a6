// Programs at nodes of a network: what leaves is what they say, by the way and from the address that their node has for
// it; they hear what arrives there, and live as long as somebody wants them.
#include "tunstack/programs/programs.hpp"

#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tests/support/packets.hpp"
#include "tests/support/planned_network.hpp"
#include "tests/tunstack/clients/at_door.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test::programs_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// left - r1 - right; a link of r1 for each.
Draft row_of_hosts(const Impairments& impairments = {}) {
  Draft draft;
  draft.host("left").router("r1").host("right");
  const auto host = [](std::string_view name, std::string_view ipv4, std::string_view ipv6, std::string_view router4,
                       std::string_view router6) {
    return End{.node = name, .addresses = {ipv4, ipv6}, .gateways = {router4, router6}};
  };
  draft.link("west",
             {host("left", "192.0.2.1/24", "2001:db8::1/64", "192.0.2.2", "2001:db8::2"),
              End{.node = "r1", .addresses = {"192.0.2.2/24", "2001:db8::2/64"}}},
             impairments);
  draft.link("east",
             {End{.node = "r1", .addresses = {"198.51.100.1/24", "2001:db8:1::1/64"}},
              host("right", "198.51.100.2/24", "2001:db8:1::2/64", "198.51.100.1", "2001:db8:1::1")},
             impairments);
  return draft;
}

Impairments delay_of(Duration delay) {
  Impairments impairments;
  impairments.delay = delay;
  return impairments;
}

NamedAddress named(const char* name, const char* address) { return {name, *parse_address(address)}; }

/// What a program of a node sent.
struct Said {
  std::string node;
  Packet packet;
  Instant at;
};

/// What arrives at a node.
struct Came {
  std::string node;
  Packet packet;
};

/// A network in virtual time with programs in it, as a closed world has them.
class World : private TrafficWatcher {
 public:
  explicit World(const NetworkPlan& plan, std::vector<NamedAddress> names = {})
      : network(plan), programs(network, std::move(names)), now(plan.start) {
    stage_.enter(programs);
    network.observe(&programs);
    network.watch_traffic(this);
    programs.on_send([this](NodeId node, Bytes packet, Instant when) {
      said.push_back({network.name(node), {packet.begin(), packet.end()}, when});
    });
    programs.on_news([this] { ++news; });
  }
  ~World() override {
    network.observe(nullptr);
    network.watch_traffic(nullptr);
  }

  Programs::Number start(const char* node, const std::string& words, std::uint64_t seed = 1) {
    return programs.start(network.find_node(node).value(), split(words), seed, now);
  }
  void act_once() {
    stage_.tick(now, out_);
    out_.clear();
  }
  void run_for(Duration duration) {
    const Instant end = now + duration;
    while (stage_.next_deadline() <= end) {
      now = std::max(now, stage_.next_deadline());
      act_once();
    }
    now = end;
  }
  /// From its start until it has printed its last line; it is ended.
  std::string run(const char* node, const std::string& words) {
    const auto number = start(node, words);
    run_for(1min);
    EXPECT_TRUE(programs.is_finished(number)) << words;
    std::string text = programs.take_text(number);
    programs.end(number);
    return text;
  }
  Instant next_deadline() const { return stage_.next_deadline(); }
  /// As if it had just arrived there.
  void hear(const char* node, const Packet& datagram) {
    programs.decided({.time = now,
                      .packet = datagram,
                      .arrived = true,
                      .verdict = Drop{Reason::udp4_port_closed},
                      .withheld = {},
                      .sent = {},
                      .node = network.find_node(node).value()});
  }

  Network network;
  Programs programs;
  Instant now;
  std::vector<Said> said;
  std::vector<Came> came;
  int news = 0;

 private:
  void arrives(NodeId node, const Received& received) override {
    came.push_back({network.name(node), {received.bytes.begin(), received.bytes.end()}});
  }

  Stage<Network> stage_{network};
  Outbox out_;
};

// ---- several at once ----

TEST(Programs, PING_001_at_two_nodes_at_once_each_hears_what_arrives_at_its_own) {
  World world(row_of_hosts(delay_of(10ms)).plan());
  // With one seed both have one identifier: what tells them apart is where it arrives.
  const auto east = world.start("left", "ping -c 3 198.51.100.2");
  const auto west = world.start("right", "ping -c 2 192.0.2.1");
  const auto near = world.start("r1", "traceroute -q 1 198.51.100.2");
  world.run_for(10s);
  for (const auto& [number, sent, hops] : {std::tuple(east, 3U, 0U), {west, 2U, 0U}, {near, 0U, 1U}}) {
    EXPECT_TRUE(world.programs.is_finished(number));
    const clients::ClientResult result = world.programs.result(number);
    EXPECT_TRUE(result.is_reached);
    EXPECT_EQ(result.duplicates + result.errors, 0U);
    EXPECT_EQ(result.hops, hops);
    if (hops == 0) {
      EXPECT_EQ(result.received, sent);
      EXPECT_NEAR(result.mean, 40, 0.1);
    }
  }
  EXPECT_THAT(world.programs.take_text(west), HasSubstr("64 bytes from 192.0.2.1: icmp_seq=2 ttl=63 time=40.0 ms\n"));
}

TEST(Programs, PING_006_at_one_node_each_hears_all_that_arrives_there) {
  World world(row_of_hosts(delay_of(10ms)).plan());
  const auto one = world.start("left", "ping -c 2 198.51.100.2", 1);
  const auto other = world.start("left", "ping -c 2 198.51.100.2", 2);
  const auto same = world.start("left", "ping -c 2 198.51.100.2", 1);
  world.run_for(10s);
  EXPECT_EQ(world.programs.result(one).duplicates, 1U) << "of the one with the same identifier, before it has all";
  EXPECT_EQ(world.programs.result(same).duplicates, 1U);
  EXPECT_EQ(world.programs.result(other).duplicates, 0U);
  for (const auto number : {one, other, same}) EXPECT_EQ(world.programs.result(number).received, 2U);
}

TEST(Programs, fragments_are_put_together_before_they_are_heard) {
  World world(row_of_hosts().plan());
  for (const auto& [node, words] :
       {std::pair("left", "ping -c 2 -s 4000 198.51.100.2"), {"right", "ping -c 2 -s 4000 2001:db8::1"}}) {
    const std::string text = world.run(node, words);
    EXPECT_THAT(text, HasSubstr("4008 bytes from "));
    EXPECT_THAT(text, HasSubstr("2 packets transmitted, 2 received, 0% packet loss")) << "each once";
  }
}

TEST(Programs, PMTU4_007_what_the_way_says_is_known_to_the_node_afterwards) {
  Draft draft = row_of_hosts();
  NetworkPlan plan = draft.plan();
  plan.nodes[draft.number_of("r1")].config.interfaces[1].mtu = 1300;
  World world(plan);
  EXPECT_THAT(world.run("left", "ping -c 1 -s 1400 -M do 198.51.100.2"), HasSubstr("(mtu = 1300)"));
  EXPECT_THAT(world.run("left", "ping -c 1 -s 1400 -M do 2001:db8:1::2"), HasSubstr("mtu=1300"));
  const NodeState& left = world.network.node(world.network.find_node("left").value()).state();
  EXPECT_EQ(left.path_mtus.to(parse_address("198.51.100.2")->ipv4(), 1500, world.now), 1300U);
  EXPECT_EQ(left.path_mtus.to(parse_address("2001:db8:1::2")->ipv6(), 1500, world.now), 1300U);
}

// ---- source addresses ----

std::string text_of(const Packet& packet, std::size_t at4, std::size_t at6) {
  return packet.at(0) >> 4 == 4 ? to_text(IpAddress(Ipv4Address::load(packet, at4)))
                                : to_text(IpAddress(Ipv6Address::load(packet, at6)));
}
std::string source_of(const Packet& packet) { return text_of(packet, 12, 8); }

struct Asked {
  const char* node;
  const char* target;
  const char* source;
};

TEST(Programs, V4_TX_012_the_source_is_that_of_the_way_to_the_target) {
  for (const Asked& asked : {
           Asked{"r1", "192.0.2.1", "192.0.2.2"},
           Asked{"r1", "198.51.100.2", "198.51.100.1"},
           Asked{"r1", "2001:db8::1", "2001:db8::2"},
           Asked{"r1", "2001:db8:1::2", "2001:db8:1::1"},
           Asked{"left", "2001:db8:1::2", "2001:db8::1"},
           Asked{"left", "fe80::2", "fe80::1"},
           Asked{"right", "fe80::1", "fe80::2"},
       }) {
    World world(row_of_hosts().plan());
    EXPECT_THAT(world.run(asked.node, std::string("ping -c 1 ") + asked.target), HasSubstr("1 received"))
        << asked.node << " to " << asked.target;
    ASSERT_THAT(world.said, SizeIs(1));
    EXPECT_EQ(source_of(world.said[0].packet), asked.source) << asked.node << " to " << asked.target;
  }
}

TEST(Programs, a_source_that_is_said_is_that) {
  World world(row_of_hosts().plan());
  EXPECT_THAT(world.run("r1", "ping -c 1 -I 192.0.2.2 198.51.100.2"), HasSubstr("1 received"));
  EXPECT_EQ(source_of(world.said.at(0).packet), "192.0.2.2");
}

TEST(Programs, PING_011_the_name_of_a_link_stands_for_its_address) {
  World world(row_of_hosts().plan());
  const auto name_of = [&](std::size_t interface) {
    return world.network.node(world.network.find_node("r1").value()).state().interfaces.at(interface).config.name;
  };
  ASSERT_NE(name_of(0), name_of(1));
  EXPECT_THAT(world.run("r1", "ping -c 1 -I " + name_of(0) + " 198.51.100.2"), HasSubstr("1 received"));
  EXPECT_EQ(source_of(world.said.at(0).packet), "192.0.2.2");
  EXPECT_THAT(world.run("r1", "ping -c 1 -I " + name_of(1) + " 198.51.100.2"), HasSubstr("1 received"));
  EXPECT_EQ(source_of(world.said.at(1).packet), "198.51.100.1");
  world.run("r1", "traceroute -q 1 -m 1 -i " + name_of(0) + " 198.51.100.2");
  EXPECT_EQ(source_of(world.said.at(2).packet), "192.0.2.2");
  for (const char* const unknown : {"ping -I nowhere 192.0.2.1", "traceroute -i nowhere 192.0.2.1"})
    EXPECT_THAT([&] { world.start("r1", unknown); },
                testing::Throws<UsageFault>(testing::Property(&UsageFault::what, HasSubstr("no link 'nowhere'"))));
}

TEST(Programs, V4_TX_003_a_source_is_an_address_of_the_node) {
  World world(row_of_hosts().plan());
  for (const char* const own : {"ping -c 1 -I 198.51.100.1 192.0.2.2", "ping -c 1 -I 127.0.0.1 198.51.100.1",
                                "ping -c 1 -I ::1 ::1", "ping -c 1 -I 2001:db8::2 2001:db8:1::2"})
    EXPECT_THAT(world.run("r1", own), HasSubstr("1 received")) << own;
  const std::size_t before = world.said.size();
  for (const char* const foreign :
       {"ping -I 192.0.2.1 198.51.100.2", "ping -I 192.0.2.77 192.0.2.1", "ping -I 127.0.0.1 198.51.100.2",
        "ping -I ::1 2001:db8:1::2", "ping -I 2001:db8::77 2001:db8:1::2", "ping -I 224.0.0.1 198.51.100.2",
        "ping -I 192.0.2.255 198.51.100.2", "traceroute -s 192.0.2.77 198.51.100.2"})
    EXPECT_THAT([&] { world.start("r1", foreign); },
                testing::Throws<UsageFault>(testing::Property(&UsageFault::what, HasSubstr("cannot be the source"))))
        << foreign;
  EXPECT_EQ(world.said.size(), before);
}

/// A router that advertises a prefix of an Ethernet, and a host that forms its address there.
NetworkPlan with_autoconfiguration() {
  Draft draft;
  draft.router("r1", {"nd.adv.enable=on", "nd.adv.max=4", "nd.adv.min=3"}).host("client");
  draft.link("lan", {End{.node = "r1", .addresses = {"2001:db8::1/64"}, .mac = "02:00:00:00:00:01"},
                     End{.node = "client", .addresses = {}, .mac = "02:00:00:00:00:02"}});
  NetworkPlan plan = draft.plan();
  plan.nodes[1].config.interfaces[0].configures_itself = true;
  plan.nodes[1].config.options.own.identifiers = IdentifierKind::eui64;
  return plan;
}

TEST(Programs, SLAAC_003_a_node_that_forms_its_address_has_it_as_soon_as_there_is_one) {
  World world(with_autoconfiguration());
  EXPECT_THROW(world.start("client", "ping 2001:db8::1"), UsageFault);
  EXPECT_TRUE(world.programs.empty()) << "what cannot begin leaves nothing behind";
  EXPECT_EQ(world.next_deadline(), world.network.next_deadline());
  world.run_for(30s);
  EXPECT_THAT(world.run("client", "ping -c 1 2001:db8::1"), HasSubstr("1 received"));
  EXPECT_EQ(source_of(world.said.at(0).packet), "2001:db8::ff:fe00:2");
  EXPECT_THROW(world.start("client", "ping 192.0.2.1"), UsageFault);
}

// ---- names ----

TEST(Programs, names_are_those_that_were_given) {
  World world(row_of_hosts().plan(),
              {named("right", "2001:db8:1::2"), named("right", "198.51.100.2"), named("r1", "192.0.2.2"),
               named("r1-again", "192.0.2.2"), named("r1", "198.51.100.1"), named("six", "2001:db8::2")});
  EXPECT_THAT(world.run("left", "ping -c 1 right"), HasSubstr("64 bytes from right (198.51.100.2): "));
  EXPECT_THAT(world.run("left", "ping -6 -c 1 right"), HasSubstr("64 bytes from right (2001:db8:1::2): "));
  EXPECT_THAT(world.run("left", "ping -c 1 six"), HasSubstr("64 bytes from six (2001:db8::2): "));
  EXPECT_THAT(world.run("left", "ping -c 1 r1-again"), HasSubstr("64 bytes from r1 (192.0.2.2): "));
  EXPECT_THAT(world.run("left", "traceroute -q 1 right"),
              AllOf(HasSubstr("\n 1  r1 (192.0.2.2)  "), HasSubstr("\n 2  right (198.51.100.2)  ")));
  for (const char* const words : {"ping nobody", "ping -4 six", "ping", "pong right", "ping right -c none"})
    EXPECT_THROW(world.start("left", words), UsageFault) << words;
  EXPECT_TRUE(world.programs.empty());
}

// ---- a program's life ----

TEST(Programs, one_that_is_interrupted_says_what_came_of_it) {
  World world(row_of_hosts(delay_of(1ms)).plan());
  const auto number = world.start("left", "ping 198.51.100.2");
  world.run_for(3500ms);
  EXPECT_THAT(world.programs.take_text(number), Not(HasSubstr("statistics")));
  EXPECT_FALSE(world.programs.is_finished(number));
  world.programs.interrupt(number, world.now);
  EXPECT_LE(world.next_deadline(), world.now) << "there are news";
  world.news = 0;
  world.act_once();
  EXPECT_EQ(world.news, 1);
  EXPECT_TRUE(world.programs.is_finished(number));
  EXPECT_THAT(
      world.programs.take_text(number),
      AllOf(HasSubstr("--- 198.51.100.2 ping statistics ---\n4 packets transmitted, 4 received, 0% packet loss"),
            Not(HasSubstr("64 bytes"))))
      << "what was taken before is not said again";
  EXPECT_EQ(world.programs.result(number).exit_status, 0);
  EXPECT_EQ(world.programs.take_text(number), "");
  world.run_for(1min);
  EXPECT_THAT(world.said, SizeIs(4)) << "it sends no more";
}

TEST(Programs, one_that_is_ended_leaves_the_others_as_they_are) {
  World world(row_of_hosts(delay_of(100ms)).plan());
  const auto one = world.start("left", "ping 198.51.100.2");
  const auto other = world.start("left", "ping -c 5 198.51.100.2", 2);
  world.run_for(2100ms);
  world.programs.end(one);  // with an answer on its way
  EXPECT_FALSE(world.programs.empty());
  world.run_for(10s);
  EXPECT_EQ(world.programs.result(other).received, 5U);
  EXPECT_THAT(world.said, SizeIs(3 + 5));
  world.programs.end(other);
  EXPECT_TRUE(world.programs.empty());
  EXPECT_EQ(world.programs.next_deadline(), Instant::max());
  EXPECT_NE(world.start("left", "ping 198.51.100.2"), other) << "who asks for an old one does not get another";
}

TEST(Programs, one_that_has_finished_is_due_no_more) {
  World world(row_of_hosts().plan());
  const auto number = world.start("left", "ping -c 1 198.51.100.2");
  EXPECT_EQ(world.programs.next_deadline(), world.now) << "at once";
  world.run_for(0s);
  EXPECT_TRUE(world.programs.is_finished(number));
  EXPECT_EQ(world.programs.next_deadline(), Instant::max());
}

// ---- bounds ----

TEST(Programs, a_flood_leaves_others_their_share) {
  World world(row_of_hosts().plan());
  const auto one = world.start("left", "ping -f 198.51.100.2");
  const auto other = world.start("right", "ping -f 192.0.2.1", 2);
  std::size_t before = 0;
  for (int i = 0; i < 10; ++i) {
    world.act_once();
    EXPECT_LE(world.programs.sent() - before, Programs::most_at_once + 1) << "each has one at once";
    EXPECT_GE(world.programs.sent() - before, Programs::most_at_once);
    before = world.programs.sent();
    EXPECT_LE(world.next_deadline(), world.now) << "the rest is due";
  }
  EXPECT_NEAR(world.programs.result(one).sent, world.programs.result(other).sent, 1);
  EXPECT_THAT(world.said, SizeIs(world.programs.sent()));
}

TEST(Programs, what_finds_no_room_at_a_door_waits_and_nothing_is_lost) {
  World world(plan_of(host_config()));
  const char* const node = world.network.name(NodeId{0}).c_str();
  const auto number = world.start(node, "ping -q -c 1000 -l 1000 -s 1400 -W 1 192.0.2.1");
  std::size_t acts = 0;
  for (; world.said.size() < 1000 && acts < 1000; ++acts) world.act_once();
  EXPECT_EQ(world.said.size(), 1000U) << "each turn has some of them leave";
  EXPECT_GT(acts, 1000 * 1428 / (std::size_t{256} << 10U)) << "more than the outbox holds";
  EXPECT_EQ(world.network.node(NodeId{0}).counters().count(Reason::outbox_full), 0U);
  EXPECT_EQ(world.programs.result(number).sent, 1000U);
}

TEST(Programs, what_arrives_when_too_much_waits_is_lost) {
  for (const std::size_t waiting : {Programs::most_waiting - 1, Programs::most_waiting}) {
    World world(row_of_hosts(delay_of(10ms)).plan());
    const auto number = world.start("left", "ping -c 1 -W 1 198.51.100.2");
    world.act_once();
    const Packet other = udp4({.source = "198.51.100.2", .destination = "192.0.2.1"});
    for (std::size_t i = 0; i < waiting; ++i) world.hear("left", other);
    world.now += 100ms;
    Outbox out;
    world.network.tick(world.now, out);
    world.act_once();
    EXPECT_EQ(world.programs.result(number).received, waiting < Programs::most_waiting ? 1U : 0U) << waiting;
  }
}

TEST(Programs, no_more_octets_wait_than_have_room) {
  const Packet large = echo4({.source = "198.51.100.2", .destination = "192.0.2.1"}, counting(59'972));
  const std::size_t fit = Programs::most_octets_waiting / large.size();
  for (const std::size_t waiting : {fit - 1, fit}) {
    World world(row_of_hosts(delay_of(10ms)).plan());
    const auto number = world.start("left", "ping -c 1 -s 56000 -M dont -W 1 198.51.100.2");
    world.act_once();
    for (std::size_t i = 0; i < waiting; ++i) world.hear("left", large);
    world.now += 100ms;
    Outbox out;
    world.network.tick(world.now, out);
    world.act_once();
    EXPECT_EQ(world.programs.result(number).received, waiting < fit ? 1U : 0U) << waiting;
  }
}

// ---- what is heard of sending ----

TEST(Programs, who_listens_hears_what_is_sent_and_nothing_else) {
  World world(row_of_hosts(delay_of(10ms)).plan());
  const Instant start = world.now;
  world.start("left", "ping -c 2 -s 2000 198.51.100.2");
  world.start("right", "ping -c 1 2001:db8::1", 2);
  world.run_for(500ms);
  ASSERT_THAT(world.said, SizeIs(3)) << "two fragments, and one from the other side";
  EXPECT_EQ(world.programs.sent(), 3U);
  for (const Said& said : world.said) EXPECT_EQ(said.at, start);
  std::vector<Packet> at_router, told;
  for (const Came& came : world.came)
    if (came.node == "r1" && (source_of(came.packet) == "192.0.2.1" || came.packet.at(40) == 128))
      at_router.push_back(came.packet);
  for (const Said& said : world.said) told.push_back(said.packet);
  EXPECT_THAT(at_router, testing::Contains(told[0]));
  EXPECT_THAT(at_router, testing::Contains(told[1]));
  EXPECT_THAT(at_router, testing::Contains(told[2]));
  EXPECT_EQ(world.said[0].node, "left");
  EXPECT_EQ(world.said[2].node, "right");
  world.run_for(10s);
  EXPECT_THAT(world.said, SizeIs(5));
  EXPECT_EQ(world.said[3].at, start + 1s);
}

TEST(Programs, who_listens_hears_it_as_the_program_said_it) {
  World world(row_of_hosts().plan());
  world.run("left", "ping -c 1 198.51.100.2");
  ASSERT_THAT(world.said, SizeIs(1));
  EXPECT_EQ(be16(world.said[0].packet, 4), 0U) << "the identification is of the node: it gives it again in a replay";
  ASSERT_FALSE(world.came.empty());
  EXPECT_NE(be16(world.came[0].packet, 4), 0U);
  Packet arrived = world.came[0].packet;
  set_be16(arrived, 4, 0);
  mend_header_checksum(arrived);
  EXPECT_EQ(arrived, world.said[0].packet);
}

}  // namespace
}  // namespace tunstack::test::programs_test
