// Neighbor advertisements: the answers of the host, and what those of others change.
#include "tests/support/wire.hpp"

namespace tunstack::test::neighbor_advertisement_test {
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view peer = "2001:db8::1";

/// What P is to the host before something arrives.
enum class Before : std::uint8_t { incomplete, reachable, stale, delay, probe };
constexpr std::array<std::string_view, 5> names_before{"incomplete", "reachable", "stale", "delay", "probe"};

/// P with peer_mac, but for incomplete.
void bring_to(Wire& wire, Before before) {
  if (before == Before::incomplete) {
    wire.send(framed(echo6()));
    return;
  }
  if (before == Before::reachable) return wire.confirm(peer, peer_mac);
  wire.introduce(peer, peer_mac);
  if (before == Before::stale) return;
  wire.send(framed(echo6()));
  if (before == Before::probe) wire.wait(5s);
}

constexpr Before all_before[] = {Before::incomplete, Before::reachable, Before::stale, Before::delay, Before::probe};
constexpr Before all_known[] = {Before::reachable, Before::stale, Before::delay, Before::probe};

NeighborState state_of(Before before) {
  return static_cast<NeighborState>(static_cast<int>(before) + 1);  // RFC 8335 numbers them so
}

// ---- answers ----

TEST(NeighborAdvertisement, ND_NA_001_the_answer_to_a_unicast_source) {
  Wire wire;
  const auto sent = wire.send(framed(solicitation()));
  EXPECT_THAT(sent, ElementsAre(framed_to(peer_mac, own_advertisement(peer, 0x60000000))));
  EXPECT_EQ(content_of(sent[0]).at(7), 255) << "hop limit";
}

TEST(NeighborAdvertisement, ND_NA_002_the_option_is_there_for_unicast_and_multicast) {
  for (const char* destination : {"ff02::1:ff00:2", "2001:db8::2", "ff02::1"}) {
    Wire wire;
    EXPECT_THAT(wire.send(framed(solicitation({.destination = destination}))),
                ElementsAre(framed_to(peer_mac, own_advertisement(peer))))
        << destination;
  }
}

TEST(NeighborAdvertisement, ND_NA_003_the_answer_to_nobody) {
  Wire wire;
  EXPECT_THAT(wire.send(framed(solicitation({.source = "::", .options = {}}))),
              ElementsAre(framed_to(hex("33 33 00 00 00 01"), own_advertisement("ff02::1", 0x20000000))));
  EXPECT_THAT(
      wire.send(framed(solicitation({.source = "::", .target = "fe80::2", .options = nd_option_of(14, counting(6))}))),
      SizeIs(1))
      << "RFC 7527: with a nonce";
}

// ---- advertisements that are refused ----

TEST(NeighborAdvertisement, ND_NA_005_malformed) {
  struct Row {
    std::string what;
    Packet datagram;
    Reason reason;
  };
  const Ipv6Fields ip{.hop_limit = 255};
  std::vector<Row> rows{
      {"multicast target", advertisement({.target = "ff02::1", .options = target_option(other_mac)}),
       Reason::nd_target_multicast},
      {"answers a group", advertisement({.destination = "ff02::1", .options = target_option(other_mac)}),
       Reason::nd_solicited_advertisement_to_group},
      {"own address", advertisement({.target = "2001:db8::2", .options = target_option(other_mac)}),
       Reason::nd_advertisement_of_own_address}};
  for (std::size_t size = 0; size < 16; ++size)
    rows.push_back({"octets " + std::to_string(size),
                    ipv6(ip, icmpv6(ip, 136, 0, 0x60000000, part(octets_of(peer), 0, size))),
                    Reason::nd_message_too_short});
  for (const Row& row : rows)
    for (const Before before : all_before) {
      SCOPED_TRACE(row.what);
      Wire wire;
      bring_to(wire, before);
      const std::string mac = wire.mac_of(peer);
      EXPECT_THAT(wire.send(framed(row.datagram)), IsEmpty());
      EXPECT_EQ(wire.count(row.reason), 1U);
      EXPECT_EQ(wire.state(peer), state_of(before));
      EXPECT_EQ(wire.mac_of(peer), mac);
    }
}

TEST(NeighborAdvertisement, ND_NA_005_an_unsolicited_one_may_go_to_a_group) {
  Wire wire;
  wire.confirm(peer, peer_mac);
  wire.send(
      framed(advertisement({.destination = "ff02::1", .flags = override_flag, .options = target_option(other_mac)})));
  EXPECT_EQ(wire.mac_of(peer), "02:00:00:00:00:77");
}

TEST(NeighborAdvertisement, ND_NA_006_no_entry_is_made) {
  Wire wire;
  for (const std::uint32_t flags : {0U, 0x20000000U, 0x40000000U, 0x60000000U, 0xe0000000U})
    EXPECT_THAT(wire.send(framed(advertisement({.flags = flags}))), IsEmpty());
  EXPECT_EQ(wire.node().state().neighbors.size(), 0U);
  EXPECT_EQ(wire.count(Reason::nd_advertisement_without_entry), 5U);
}

// The target counts, not who sent it.
TEST(NeighborAdvertisement, ND_NA_006_the_source_does_not_matter) {
  Wire wire;
  wire.send(framed(echo6()));
  EXPECT_THAT(wire.send(framed(advertisement({.source = "fe80::1"}))), SizeIs(1));
  EXPECT_EQ(wire.state(peer), NeighborState::reachable);
  EXPECT_EQ(wire.state("fe80::1"), NeighborState::none);
}

// ---- 7.2.5 ----

TEST(NeighborAdvertisement, ND_NA_007_to_an_incomplete_entry) {
  struct Row {
    std::uint32_t flags;
    NeighborState state;  // what waits goes out, which makes a stale entry a delayed one
  };
  for (const Row& row : {Row{0x00000000, NeighborState::delay}, Row{0x20000000, NeighborState::delay},
                         Row{0x40000000, NeighborState::reachable}, Row{0x60000000, NeighborState::reachable}})
    for (const bool is_router : {false, true}) {
      SCOPED_TRACE(row.flags);
      Wire wire;
      wire.send({framed(echo6({}, {}, 1)), framed(echo6({}, {}, 2))});
      const auto sent = wire.send(framed(advertisement({.flags = row.flags | (is_router ? router_flag : 0)})));
      ASSERT_THAT(sent, SizeIs(2));
      for (std::uint32_t i = 0; i < 2; ++i) {
        EXPECT_EQ(destination_mac(sent[i]), peer_mac);
        EXPECT_EQ(be32(content_of(sent[i]), 44), i + 1) << "in their order";
      }
      EXPECT_EQ(wire.state(peer), row.state);
      EXPECT_EQ(wire.neighbor(peer)->is_router, is_router);
      EXPECT_EQ(wire.count(Reason::neighbor_resolved), 1U);
    }
}

TEST(NeighborAdvertisement, ND_NA_007_without_an_address_it_is_of_no_use) {
  for (const Packet& options : {Packet{}, source_option(peer_mac), nd_option_of(2, peer_mac + Packet(8))}) {
    Wire wire;
    wire.send(framed(echo6()));
    EXPECT_THAT(wire.send(framed(advertisement({.flags = 0xe0000000, .options = options}))), IsEmpty());
    EXPECT_EQ(wire.state(peer), NeighborState::incomplete);
    EXPECT_THAT(wire.wait(10s), SizeIs(2)) << "the host goes on asking";
  }
}

struct NewsRow {
  std::string what;
  std::uint32_t flags;
  Packet options;
  bool changes_mac;
  std::optional<NeighborState> state;  // of all states, or nothing if they stay as they are
};

/// What follows from an advertisement in each state in which an address is known.
void expect_news(const std::vector<NewsRow>& rows) {
  for (const NewsRow& row : rows)
    for (const Before before : all_known) {
      SCOPED_TRACE(row.what + " to " + std::string(names_before[static_cast<std::size_t>(before)]));
      Wire wire;
      bring_to(wire, before);
      EXPECT_THAT(wire.send(framed(advertisement({.flags = row.flags, .options = row.options}))), IsEmpty());
      EXPECT_EQ(wire.state(peer), row.state.value_or(state_of(before)));
      const Packet& expected = row.changes_mac ? other_mac : peer_mac;
      const auto sent = wire.send(framed(echo6()));
      ASSERT_THAT(sent, SizeIs(1)) << "traffic goes on";
      EXPECT_EQ(destination_mac(sent[0]), expected);
    }
}

TEST(NeighborAdvertisement, ND_NA_008_another_address_that_does_not_override) {
  for (const std::uint32_t flags : {0U, solicited_flag}) {
    for (const Before before : {Before::stale, Before::delay, Before::probe}) {
      Wire wire;
      bring_to(wire, before);
      wire.send(framed(advertisement({.flags = flags, .options = target_option(other_mac)})));
      EXPECT_EQ(wire.state(peer), state_of(before));
      EXPECT_EQ(wire.mac_of(peer), "02:00:00:00:00:01");
    }
    Wire wire;
    wire.confirm(peer, peer_mac);
    wire.send(framed(advertisement({.flags = flags, .options = target_option(other_mac)})));
    EXPECT_EQ(wire.state(peer), NeighborState::stale);
    EXPECT_EQ(destination_mac(wire.send(framed(echo6())).at(0)), peer_mac) << "still to the old one";
    EXPECT_THAT(wire.wait(5s), ElementsAre(TimedFrame{5s, solicits_station(peer_mac, peer)})) << "which is asked";
  }
}

// Nor does it change anything else (RFC 4861 7.2.5 I).
TEST(NeighborAdvertisement, ND_NA_008_the_router_flag_stays) {
  for (const Before before : all_known)
    for (const std::uint32_t flags : {0U, solicited_flag}) {
      Wire wire;
      bring_to(wire, before);
      wire.send(framed(advertisement({.flags = flags | router_flag, .options = target_option(other_mac)})));
      EXPECT_FALSE(wire.neighbor(peer)->is_router) << names_before[static_cast<std::size_t>(before)];
    }
}

TEST(NeighborAdvertisement, ND_NA_009_solicited) {
  const auto reachable = NeighborState::reachable;
  expect_news({{"overrides", 0x60000000, target_option(other_mac), true, reachable},
               {"overrides with the same", 0x60000000, target_option(peer_mac), false, reachable},
               {"the same", 0x40000000, target_option(peer_mac), false, reachable},
               {"no option", 0x40000000, {}, false, reachable},
               {"no option, overrides", 0x60000000, {}, false, reachable}});
}

TEST(NeighborAdvertisement, ND_NA_009_unsolicited) {
  expect_news({{"overrides", 0x20000000, target_option(other_mac), true, NeighborState::stale},
               {"overrides with the same", 0x20000000, target_option(peer_mac), false, {}},
               {"the same", 0x00000000, target_option(peer_mac), false, {}},
               {"no option", 0x00000000, {}, false, {}},
               {"no option, overrides", 0x20000000, {}, false, {}}});
}

TEST(NeighborAdvertisement, ND_NA_009_the_router_flag_is_copied) {
  for (const Before before : all_known)
    for (const std::uint32_t flags : {0U, override_flag, solicited_flag, solicited_flag | override_flag})
      for (const Packet& options : {Packet{}, target_option(peer_mac)}) {
        Wire wire;
        bring_to(wire, before);
        wire.send(framed(advertisement({.flags = flags | router_flag, .options = options})));
        EXPECT_TRUE(wire.neighbor(peer)->is_router) << flags;
        wire.send(framed(advertisement({.flags = flags, .options = options})));
        EXPECT_FALSE(wire.neighbor(peer)->is_router) << flags;
      }
}

// The neighbor that moved in silence and answered the probe from elsewhere.
TEST(NeighborAdvertisement, ND_NA_009_a_probe_is_answered_from_another_address) {
  Wire wire;
  bring_to(wire, Before::probe);
  wire.send(framed(answers(peer, other_mac)));
  EXPECT_EQ(wire.state(peer), NeighborState::reachable);
  EXPECT_THAT(wire.wait(14s), IsEmpty()) << "no more probes";
  EXPECT_EQ(destination_mac(wire.send(framed(echo6())).at(0)), other_mac);
}

}  // namespace
}  // namespace tunstack::test::neighbor_advertisement_test
