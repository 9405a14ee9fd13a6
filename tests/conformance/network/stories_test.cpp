// What can be told of a network: the way of each packet from door to door, what passes the doors, the same again with
// the same seed, and what a copy would answer.
#include <map>
#include <set>

#include "tests/support/frames.hpp"
#include "tests/support/network_driver.hpp"
#include "tunstack/network/at_doors.hpp"
#include "tunstack/network/chain.hpp"

namespace tunstack::test::stories_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

NetworkPlan chain() { return plan_chain({3, {}}, host_config()).value(); }
Packet to_server() { return echo4({.destination = "203.0.113.3"}); }
Packet to_server6() { return echo6({.destination = "2001:db8:2::3"}); }

// ---- the way of a packet ----

/// The nodes that a packet went by, and what brought it about before that, back to the door where the first came in.
std::vector<std::string> story(const NetworkDriver& driver, const std::vector<Event>& events, PacketNumber last) {
  std::vector<std::string> nodes;
  for (bool found = true; found;) {
    found = false;
    for (const Event& event : events)
      for (const Event::Sent& sent : event.sent)
        if (!found && sent.ids.number == last) {
          if (event.kind == Event::Kind::decided) {
            EXPECT_EQ(sent.ids.cause, event.ids.number);
          }
          nodes.insert(nodes.begin(), driver.network().name(event.node));
          last = sent.ids.cause;
          found = true;
        }
  }
  return nodes;
}

TEST(Stories, events_are_joined_from_door_to_door) {
  for (const Duration delay : {0ms, 5ms}) {
    NetworkPlan plan = chain();
    for (std::size_t i = 1; i < plan.links.size(); ++i) plan.links[i].impairments.delay = delay;
    NetworkDriver driver(plan);
    driver.receive({to_server(), to_server6()});
    const auto waited = driver.run_for(1s);
    const auto left = delay == 0ms ? driver.receive({to_server(), to_server6()}) : waited;
    ASSERT_THAT(left, SizeIs(2));
    const auto events = driver.take_events();
    for (const Left& one : left)
      EXPECT_THAT(story(driver, events, one.number), ElementsAre("r1", "r2", "r3", "server", "r3", "r2", "r1"));
  }
}

TEST(Stories, each_packet_has_a_number_of_its_own) {
  NetworkDriver driver(row_of({.routers = 4}));
  for (unsigned ttl = 1; ttl < 6; ++ttl) driver.send(udp4({.destination = row_right4, .ttl = ttl}));
  std::set<PacketNumber> numbers;
  std::size_t sent = 0;
  for (const Event& event : driver.take_events())
    for (const Event::Sent& one : event.sent) {
      numbers.insert(one.ids.number);
      EXPECT_GT(one.ids.number, one.ids.cause);
      ++sent;
    }
  EXPECT_EQ(numbers.size(), sent);
}

TEST(Stories, an_error_names_the_packet_that_it_is_about) {
  NetworkDriver driver(row_of({.routers = 4}));
  const auto left = driver.send(udp4({.destination = row_right4, .ttl = 3}));
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_THAT(story(driver, driver.take_events(), left[0].number), ElementsAre("r1", "r2", "r3", "r2", "r1"));
}

TEST(Stories, what_waited_for_a_neighbor_keeps_its_cause) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside});
  draft.link("lan",
             {{"r1", {"198.51.100.1/24"}, "02:00:00:00:00:01"}, {"r2", {"198.51.100.2/24"}, "02:00:00:00:00:02"}},
             {.delay = 1ms});
  draft.link("right", {{"r2", {"203.0.113.1/24"}}, outside});
  NetworkDriver driver(draft.plan());
  driver.send(echo4({.destination = row_right4}));
  const auto left = driver.run_for(1s);
  ASSERT_THAT(left, SizeIs(1));
  const auto events = driver.take_events();
  EXPECT_THAT(story(driver, events, left[0].number), ElementsAre("r1", "r2")) << "not by way of the answer";
}

TEST(Stories, the_watcher_hears_of_each_arrival_before_it_is_decided) {
  struct Watcher final : TrafficWatcher {
    void arrives(NodeId node, const Received& received) override { heard.emplace_back(node, received.number); }
    std::vector<std::pair<NodeId, PacketNumber>> heard;
  } watcher;
  Network network(row_of({.routers = 3}));
  network.watch_traffic(&watcher);
  Outbox out;
  const Packet packet = echo4({.destination = row_right4});
  network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1s)}, out);
  ASSERT_THAT(watcher.heard, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(watcher.heard[i].first, NodeId(i));
  EXPECT_LT(watcher.heard[0].second, watcher.heard[1].second);
  Network copy(network);
  copy.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1s)}, out);
  EXPECT_THAT(watcher.heard, SizeIs(3)) << "nothing of a copy";
}

// ---- what passes the doors ----

struct Outside final : Observer {
  struct Told {
    bool is_decision;
    InterfaceId interface;
    PacketIds ids;
    std::vector<std::pair<InterfaceId, PacketIds>> sent;
  };
  void decided(const Decision& decision) override { tell({true, decision.interface, decision.ids, {}}, decision.sent); }
  void originated(const Origination& origination) override { tell({false, {}, {}, {}}, origination.sent); }
  void tell(Told one, std::span<const OutgoingPacket> sent) {
    for (const OutgoingPacket& packet : sent) {
      one.sent.emplace_back(packet.interface, packet.ids);
      octets.emplace_back(packet.bytes.begin(), packet.bytes.end());
    }
    told.push_back(std::move(one));
  }
  std::vector<Told> told;
  std::vector<Packet> octets;
};

/// A driver with somebody at its doors.
struct Watched {
  explicit Watched(const NetworkPlan& plan) : driver(plan) { driver.observe(at_doors); }
  NetworkDriver driver;
  Outside outside;
  AtDoors at_doors{driver.network(), outside};
};

TEST(Stories, at_the_doors_a_network_is_as_one_node) {
  Draft draft;  // where doors have other numbers than the interfaces there
  draft.router("r1").router("r2");
  draft.link("middle", {{"r1", {"198.51.100.0/31"}}, {"r2", {"198.51.100.1/31"}}});
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside});
  draft.link("right", {{"r2", {"203.0.113.1/24"}}, outside});
  Watched row(draft.plan());
  row.driver.send(echo4({.destination = row_right4}));
  row.driver.send(echo4({.source = row_right4}), 1);
  row.driver.send(echo4({.destination = "203.0.113.1"}));
  const auto& told = row.outside.told;
  ASSERT_THAT(told, SizeIs(6));
  EXPECT_TRUE(told[0].is_decision);
  EXPECT_EQ(told[0].interface, InterfaceId{0});
  EXPECT_THAT(told[0].sent, IsEmpty());
  EXPECT_FALSE(told[1].is_decision);
  ASSERT_THAT(told[1].sent, SizeIs(1));
  EXPECT_EQ(told[1].sent[0].first, InterfaceId{1});
  EXPECT_EQ(told[1].sent[0].second.cause, told[0].ids.number);
  EXPECT_EQ(told[2].interface, InterfaceId{1});
  EXPECT_EQ(told[3].sent.at(0).first, InterfaceId{1}) << "r1 answers by where it was asked";
  EXPECT_EQ(told[3].sent.at(0).second.cause, told[2].ids.number);
  EXPECT_EQ(told[4].interface, InterfaceId{0});
  EXPECT_EQ(told[5].sent.at(0).first, InterfaceId{0});
  EXPECT_EQ(told[5].sent.at(0).second.cause, told[4].ids.number);
}

TEST(Stories, at_the_doors_all_that_came_and_all_that_left_is_told_once) {
  NetworkPlan plan = chain();
  for (std::size_t i = 1; i < plan.links.size(); ++i) plan.links[i].impairments = {.loss = 0.1, .delay = 3ms};
  Watched watched(plan);
  std::vector<Packet> left;
  for (unsigned i = 0; i < 300; ++i) {
    for (const Left& one :
         watched.driver.send(i % 2 == 0 ? to_server() : udp4({.destination = "203.0.113.3", .ttl = i % 9})))
      left.push_back(one.octets);
    for (const Left& one : watched.driver.run_for(1ms * (i % 4))) left.push_back(one.octets);
  }
  for (const Left& one : watched.driver.run_for(1s)) left.push_back(one.octets);
  std::set<PacketNumber> came;
  for (const auto& one : watched.outside.told)
    if (one.is_decision) {
      EXPECT_TRUE(came.insert(one.ids.number).second);
    }
  EXPECT_THAT(came, SizeIs(300));
  EXPECT_EQ(watched.outside.octets, left) << "in its order";
  for (const auto& one : watched.outside.told)
    for (const auto& [door, ids] : one.sent) {
      EXPECT_EQ(door, InterfaceId{0});
      EXPECT_TRUE(came.contains(ids.cause));
    }
}

TEST(Stories, what_a_node_says_of_its_own_accord_came_in_by_no_door) {
  Draft draft;
  draft.router("r1", {"nd.adv.enable=on"}).router("r2");
  draft.link("lan", {{"r1", {"192.0.2.7/24", "2001:db8::7/64"}, "02:00:00:00:00:07"},
                     {"r2", {"192.0.2.8/24", "2001:db8::8/64"}, "02:00:00:00:00:08"},
                     outside});
  Watched watched(draft.plan());
  const auto left = watched.driver.run_for(30s);
  EXPECT_FALSE(left.empty());
  EXPECT_GT(watched.driver.node("r2").counters().packets_in, 0U);
  std::size_t sent = 0;
  for (const auto& one : watched.outside.told) {
    EXPECT_FALSE(one.is_decision) << "nothing came";
    for (const auto& out : one.sent) EXPECT_EQ(out.second.cause, 0U);
    sent += one.sent.size();
  }
  EXPECT_EQ(sent, left.size());
}

TEST(Stories, a_frame_for_all_that_comes_in_is_told_once) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("lan",
             {{"r1", {"192.0.2.7/24"}, "02:00:00:00:00:07"}, {"r2", {"192.0.2.8/24"}, "02:00:00:00:00:08"}, outside});
  Watched watched(draft.plan());
  const auto left = watched.driver.send(arp_request({.target = "192.0.2.8"}));
  EXPECT_THAT(left, SizeIs(1));
  const auto& told = watched.outside.told;
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_TRUE(told[0].is_decision && !told[1].is_decision);
  EXPECT_EQ(told[1].sent.at(0).second.cause, told[0].ids.number);
}

// ---- again ----

/// A ring with everything on its links, and an Ethernet in it.
NetworkPlan eventful(std::uint64_t seed) {
  Draft draft;
  const Impairments bad{.loss = 0.05,
                        .duplicate = 0.1,
                        .reorder = 0.1,
                        .corrupt = 0.05,
                        .delay = 4ms,
                        .jitter = 2ms,
                        .rate = 2'000'000,
                        .queue = 5};
  draft.router("r1", {"nd.adv.enable=on"}).router("r2").router("r3").host("h", {"mld.enable=on", "dad.transmits=1"});
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside}, bad);
  draft.link("r1-r2",
             {{"r1", {"198.51.100.0/31", "2001:db8:1::1/64"}}, {"r2", {"198.51.100.1/31", "2001:db8:1::2/64"}}}, bad);
  draft.link("lan",
             {{"r2", {"198.18.0.2/24", "2001:db8:5::2/64"}, "02:00:00:00:00:02"},
              {"r3", {"198.18.0.3/24", "2001:db8:5::3/64"}, "02:00:00:00:00:03"},
              {.node = "h",
               .addresses = {"198.18.0.4/24", "2001:db8:5::4/64"},
               .mac = "02:00:00:00:00:04",
               .gateways = {"198.18.0.2", "fe80::2"}}},
             bad);
  draft.link("right", {{.node = "r3", .addresses = {"203.0.113.1/24", "2001:db8:2::1/64"}, .mtu = 1300}, outside}, bad);
  return draft.plan(seed);
}
std::vector<Packet> eventful_packets() {
  return {echo4({.source = row_right4, .destination = "198.18.0.4"}),
          echo4({.destination = "198.18.0.4"}, counting(1400)),
          echo6({.destination = "2001:db8:5::4"}),
          echo4({.destination = row_right4}, counting(1450)),
          echo6({.destination = row_right6}, counting(1400)),
          udp4({.destination = row_right4, .ttl = 2}),
          udp6({.destination = "2001:db8:5::3"}),
          echo4({.destination = "198.18.0.77"}),
          echo4()};
}

struct Outcome {
  std::vector<Left> left;
  std::vector<Event> events;
};
Outcome outcome_of(std::uint64_t seed) {
  NetworkDriver driver(eventful(seed));
  Outcome all;
  const auto add = [&](const std::vector<Left>& left) { all.left.insert(all.left.end(), left.begin(), left.end()); };
  for (int i = 0; i < 100; ++i) {
    add(driver.receive(eventful_packets()));
    add(driver.run_for(7ms * (i % 5)));
  }
  add(driver.run_for(10s));
  all.events = driver.take_events();
  return all;
}

TEST(Stories, TOPO_007_the_same_seed_gives_the_same_octets_at_the_same_times) {
  const Outcome first = outcome_of(1), again = outcome_of(1), other = outcome_of(2);
  EXPECT_GT(first.left.size(), 200U);
  EXPECT_EQ(first.left, again.left);
  EXPECT_EQ(first.events, again.events);
  EXPECT_NE(first.left, other.left);
  for (const Reason reason : {Reason::link_packet_lost, Reason::link_packet_duplicated, Reason::link_packet_corrupted,
                              Reason::link_packet_overtaken, Reason::link_queue_full, Reason::icmp4_redirect_accepted})
    EXPECT_FALSE(NetworkDriver::about(first.events, reason).empty()) << info(reason).name;
}

/// Of all that left, where and when (FNV-1a).
std::uint64_t digest_of(const std::vector<Left>& left) {
  std::uint64_t digest = 0xcbf29ce484222325;
  const auto add = [&](std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) digest = (digest ^ (value >> shift & 0xff)) * 0x100000001b3;
  };
  for (const Left& one : left) {
    add(one.door);
    add(static_cast<std::uint64_t>(one.at.count()));
    for (const std::uint8_t octet : one.octets) add(octet);
  }
  return digest;
}

// One number for both compilers, g++ of what people use and clang of what sanitizers watch. What changes any octet or
// time changes it: then it is written anew.
TEST(Stories, TOPO_007_the_same_seed_gives_the_same_whoever_compiled_it) {
  EXPECT_EQ(digest_of(outcome_of(1).left), 6384236578884947682U);
}

TEST(Stories, nodes_draw_apart_and_the_first_one_as_if_it_were_alone) {
  const auto times_of_advertisements = [](std::size_t routers) {
    Draft draft;
    for (std::size_t i = 1; i <= routers; ++i) {
      const std::string name = "r" + std::to_string(i), address = "2001:db8:" + std::to_string(i) + "::1/64";
      draft.router(name, {"nd.adv.enable=on"}).link(name, {{name, {address}}, outside});
    }
    NetworkDriver driver(draft.plan());
    std::vector<std::vector<Duration>> times(routers);
    for (const Left& left : driver.run_for(1h)) times.at(left.door).push_back(left.at);
    return times;
  };
  const auto together = times_of_advertisements(3), alone = times_of_advertisements(1);
  EXPECT_GT(alone[0].size(), 3U);
  EXPECT_EQ(together[0], alone[0]);
  EXPECT_NE(together[1], together[0]);
  EXPECT_NE(together[2], together[1]);
}

// ---- copies ----

/// With their numbers.
std::vector<std::pair<PacketNumber, Packet>> answers_of(Network& network, const Packet& packet, Instant now) {
  Outbox out;
  network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, out);
  while (network.next_deadline() <= now + 1s) network.tick(network.next_deadline(), out);
  std::vector<std::pair<PacketNumber, Packet>> all;
  for (const OutgoingPacket& sent : out.packets())
    all.emplace_back(sent.ids.number, Packet(sent.bytes.begin(), sent.bytes.end()));
  return all;
}

TEST(Stories, a_copy_answers_what_the_network_would_and_changes_nothing) {
  Network asked(eventful(3)), never(eventful(3));
  std::size_t answered = 0;
  Instant now(1s);
  for (int i = 0; i < 20; ++i)
    for (const Packet& packet : eventful_packets()) {
      now += 2s;
      Network copy(asked);
      const auto expected = answers_of(copy, packet, now);
      const auto answers = answers_of(asked, packet, now);
      ASSERT_EQ(answers, expected);
      ASSERT_EQ(answers, answers_of(never, packet, now));
      ASSERT_EQ(copy.counters().by_reason, asked.counters().by_reason);
      ASSERT_EQ(copy.counters().packets_in, asked.counters().packets_in);
      ASSERT_EQ(copy.counters().packets_out, asked.counters().packets_out);
      answered += answers.size();
    }
  EXPECT_GT(answered, 80U);
}

TEST(Stories, a_copy_has_nothing_on_its_way_and_nobody_hears_of_it) {
  NetworkDriver driver(row_of({.routers = 3, .impairments = {.delay = 10ms}}));
  driver.send(echo4({.destination = row_right4}));
  driver.take_events();
  Network copy(driver.network());
  EXPECT_EQ(copy.packets_on_their_way(), 0U);
  Outbox out;
  copy.tick(Instant(1h), out);
  const Packet packet = echo4();
  copy.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1h)}, out);
  EXPECT_THAT(out.packets(), SizeIs(1));
  EXPECT_THAT(driver.take_events(), IsEmpty());
  EXPECT_THAT(driver.run_for(1s), SizeIs(1)) << "what was on its way is still";
}

TEST(Stories, a_moved_network_goes_on) {
  Network network(row_of({.routers = 3, .impairments = {.delay = 10ms}}));
  Outbox out;
  const Packet packet = echo4({.destination = row_right4});
  network.receive({.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1s)}, out);
  Network moved(std::move(network));
  moved.tick(Instant(2s), out);
  EXPECT_THAT(out.packets(), SizeIs(1));
}

// ---- what happens at doors ----

TEST(Stories, a_note_at_a_door_is_one_of_the_node_behind_it) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{"r1", {"192.0.2.2/24"}}, outside});
  draft.link("right", {{"r2", {"203.0.113.1/24"}}, outside});
  draft.link("middle", {{"r1", {"198.51.100.0/31"}}, {"r2", {"198.51.100.1/31"}}});
  NetworkDriver driver(draft.plan());
  driver.note_at_door(Reason::outbox_full, 1);
  const auto events = driver.take_events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].node, NodeId{1});
  EXPECT_EQ(events[0].interface, InterfaceId{0}) << "by its own number, not the door's";
  EXPECT_EQ(driver.count("r2", Reason::outbox_full), 1U);
}

TEST(Stories, TUN_005_news_of_a_link_are_for_the_node_behind_the_door) {
  NetworkDriver driver(row_of({.routers = 3}));
  driver.set_link(false, 1);
  EXPECT_THAT(driver.send(echo4({.source = row_right4, .destination = "203.0.113.1"}), 1), IsEmpty());
  EXPECT_EQ(driver.count("r3", Reason::link_is_down), 1U);
  EXPECT_THAT(driver.send(echo4()), SizeIs(1)) << "the other door is open";
  driver.set_link(true, 1);
  EXPECT_THAT(driver.send(echo4({.source = row_right4, .destination = "203.0.113.1"}), 1), SizeIs(1));
}

TEST(Stories, ND_RA_006_all_routers_say_farewell) {
  Draft draft;
  draft.router("r1", {"nd.adv.enable=on"}).router("r2", {"nd.adv.enable=on"});
  draft.link("left", {{"r1", {"2001:db8::2/64"}}, outside});
  draft.link("middle", {{"r1", {"2001:db8:1::1/64"}}, {"r2", {"2001:db8:1::2/64"}}});
  draft.link("right", {{"r2", {"2001:db8:2::1/64"}}, outside});
  NetworkDriver driver(draft.plan());
  driver.run_for(1min);
  const auto left = driver.shut_down();
  std::multiset<std::size_t> doors;
  for (const Left& one : left) {
    EXPECT_EQ(icmp6_type(one.octets), 134U);
    EXPECT_EQ(be16(one.octets, 46), 0U) << "no router any more";
    doors.insert(one.door);
  }
  EXPECT_THAT(doors, ElementsAre(0U, 1U));
}

TEST(Stories, nodes_have_names_and_doors) {
  const Network network(row_of({.routers = 3}));
  EXPECT_EQ(network.size(), 3U);
  EXPECT_EQ(network.doors(), 2U);
  EXPECT_FALSE(network.is_single());
  EXPECT_EQ(network.find_node("r2"), NodeId{1});
  EXPECT_EQ(network.find_node("r9"), std::nullopt);
  EXPECT_EQ(network.node_at(InterfaceId{0}), NodeId{0});
  EXPECT_EQ(network.node_at(InterfaceId{1}), NodeId{2});
  EXPECT_EQ(network.door_at(NodeId{0}, InterfaceId{0}), InterfaceId{0});
  EXPECT_EQ(network.door_at(NodeId{0}, InterfaceId{1}), std::nullopt);
  EXPECT_EQ(network.door_at(NodeId{2}, InterfaceId{1}), InterfaceId{1});
}

TEST(Stories, counters_are_those_of_all_nodes_and_packets_those_of_the_doors) {
  NetworkDriver driver(row_of({.routers = 3}));
  driver.send(echo4({.destination = row_right4}));
  driver.send(udp4({.destination = row_right4, .ttl = 2}));
  const Counters counters = driver.network().counters();
  EXPECT_EQ(counters.packets_in, 2U);
  EXPECT_EQ(counters.packets_out, 2U);
  EXPECT_EQ(counters.count(Reason::forward4_routed), 3U + 1 + 1);
  EXPECT_EQ(counters.icmp4.out(11, 0), 1U);
}

// ---- a node alone ----

TEST(Stories, a_single_node_is_as_it_is_without_a_network) {
  NodeConfig config = host_config();
  config.seed = 5;
  Network network(plan_of(config));
  Node node(config);
  EXPECT_TRUE(network.is_single());
  Outbox of_network, of_node;
  for (const Packet& packet : {echo4(), echo6(), udp4(), udp6(), echo4({.flags_and_offset = 0x2000}), Packet{}}) {
    const Received received{.interface = InterfaceId{0}, .bytes = packet, .now = Instant(1s)};
    network.receive(received, of_network);
    node.receive(received, of_node);
  }
  network.tick(Instant(2min), of_network);
  node.tick(Instant(2min), of_node);
  ASSERT_EQ(of_network.packets().size(), of_node.packets().size());
  for (std::size_t i = 0; i < of_node.packets().size(); ++i)
    EXPECT_TRUE(std::ranges::equal(of_network.packets()[i].bytes, of_node.packets()[i].bytes));
  EXPECT_EQ(network.counters().by_reason, node.counters().by_reason);
  EXPECT_EQ(network.next_deadline(), node.next_deadline());
}

}  // namespace
}  // namespace tunstack::test::stories_test
