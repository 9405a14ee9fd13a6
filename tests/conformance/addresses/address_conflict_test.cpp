// IPv4 addresses that are probed, announced and defended by ARP (RFC 5227).
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::address_conflict_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

constexpr std::string_view own = "192.0.2.2";

NodeConfig conflict_config(std::initializer_list<std::string_view> settings, std::uint64_t seed = 1) {
  return with_seed(with_addresses(ethernet_config(settings), {"192.0.2.2/24"}), seed);
}

/// What is broadcast about an address: who asks, and for what.
Packet broadcast_arp(std::string_view sender, std::string_view target) {
  return arp_request({.sender_mac = own_mac, .sender = sender, .target = target});
}
const Packet probe = broadcast_arp("0.0.0.0", own);
const Packet announcement = broadcast_arp(own, own);

std::vector<Duration> times_of(const std::vector<TimedFrame>& sent) {
  std::vector<Duration> times;
  for (const TimedFrame& one : sent) times.push_back(one.at);
  return times;
}

/// Somebody else sends from the address, in a request of its own.
Packet conflict(std::string_view address = own) {
  return arp_request({.sender_mac = other_mac, .sender = address, .target = "192.0.2.9"});
}
/// An answer of the host to P, whose link-layer address is known or asked for by ARP.
bool is_used(Wire& wire) {
  wire.send(arp_request({.target = own}));
  return wire.send(framed(echo4())).size() == 1;
}

// ---- before use ----

TEST(AddressConflict, ARP_012_three_probes_and_two_announcements) {
  std::set<Duration> delays, gaps;
  for_seeds(10, [&](std::uint64_t seed) {
    Wire wire(conflict_config({"acd.enable=on"}, seed));
    const auto sent = wire.wait(1h);
    ASSERT_THAT(frames_of(sent), ElementsAre(probe, probe, probe, announcement, announcement));
    const auto at = times_of(sent);
    EXPECT_THAT(at[0], AllOf(Ge(0s), Le(1s))) << "PROBE_WAIT";
    EXPECT_THAT(at[1] - at[0], AllOf(Ge(1s), Le(2s))) << "PROBE_MIN, PROBE_MAX";
    EXPECT_THAT(at[2] - at[1], AllOf(Ge(1s), Le(2s)));
    EXPECT_EQ(at[3] - at[2], 2s) << "ANNOUNCE_WAIT";
    EXPECT_EQ(at[4] - at[3], 2s) << "ANNOUNCE_INTERVAL";
    delays.insert(at[0]);
    gaps.insert({at[1] - at[0], at[2] - at[1]});
  });
  EXPECT_THAT(delays, SizeIs(10)) << "drawn anew";
  EXPECT_THAT(gaps, SizeIs(20));
}

TEST(AddressConflict, ARP_012_not_used_until_the_first_announcement) {
  const std::vector<Duration> at = times_of(Wire(conflict_config({"acd.enable=on"})).wait(1h));
  ASSERT_THAT(at, SizeIs(5));
  const struct {
    const char* what;
    Packet frame;
  } rows[] = {
      {"request", arp_request({.target = own})},
      {"echo request", framed(echo4())},
      {"closed port", framed(udp4())},
      {"echo request to all", framed(echo4({.destination = "192.0.2.255"}))},
      {"probe of P, for another address", arp_request({.sender = "0.0.0.0", .target = "192.0.2.9"})},
  };
  for (const Duration moment : {Duration{}, at[0], at[1], at[2], at[3] - 1ns})
    for (const auto& row : rows) {
      Wire wire(conflict_config({"acd.enable=on", "icmp4.echo_broadcast=on"}));
      wire.wait(moment);
      EXPECT_THAT(wire.send(row.frame), IsEmpty()) << row.what << " after " << moment.count() << " ns";
      wire.wait(at[3] - moment);
      EXPECT_TRUE(is_used(wire)) << row.what << " after " << moment.count() << " ns";
    }
}

TEST(AddressConflict, ARP_012_each_address_and_only_if_wanted) {
  Wire two(with_addresses(conflict_config({"acd.enable=on"}), {"192.0.2.2/24", "192.0.2.3/24"}));
  const Packets sent = frames_of(two.wait(1h));
  EXPECT_EQ(std::ranges::count(sent, probe), 3);
  EXPECT_EQ(std::ranges::count(sent, broadcast_arp("0.0.0.0", "192.0.2.3")), 3);
  EXPECT_EQ(std::ranges::count(sent, broadcast_arp("192.0.2.3", "192.0.2.3")), 2);
  EXPECT_THAT(sent, SizeIs(10));
  Wire unchecked(conflict_config({}));
  EXPECT_TRUE(is_used(unchecked));
  EXPECT_THAT(unchecked.wait(1h), SizeIs(Le(3))) << "unicast requests to P at most";
}

TEST(AddressConflict, ARP_013_what_is_a_conflict_while_probing) {
  const std::vector<Duration> at = times_of(Wire(conflict_config({"acd.enable=on"})).wait(1h));
  ASSERT_THAT(at, SizeIs(5));
  const auto reply = [](const ArpFields& fields) { return frame(own_mac, fields.sender_mac, 0x0806, arp(fields)); };
  const struct {
    const char* what;
    Packet frame;
    bool is_conflict;
  } rows[] = {
      {"answered", reply({.operation = 2, .sender_mac = other_mac, .sender = own, .target = "0.0.0.0"}), true},
      {"somebody asks from it", conflict(), true},
      {"announced", arp_request({.sender_mac = other_mac, .sender = own, .target = own}), true},
      {"announced by a reply",
       frame(broadcast_mac, other_mac, 0x0806,
             arp({.operation = 2, .sender_mac = other_mac, .sender = own, .target = own})),
       true},
      {"probed by another", arp_request({.sender_mac = other_mac, .sender = "0.0.0.0", .target = own}), true},
      {"our probe comes back", probe, false},
      {"P asks for it", arp_request({.target = own}), false},
      {"another address is probed", arp_request({.sender_mac = other_mac, .sender = "0.0.0.0", .target = "192.0.2.9"}),
       false},
      {"another address is answered for",
       reply({.operation = 2, .sender_mac = other_mac, .sender = "192.0.2.9", .target = "0.0.0.0"}), false},
      {"a hardware type that is not Ethernet",
       arp_request({.sender_mac = other_mac, .sender = own, .target = own, .hardware = 2}), false},
  };
  for (const Duration moment : {Duration{}, at[0], at[1], at[2], at[3] - 1ns})
    for (const auto& row : rows) {
      Wire wire(conflict_config({"acd.enable=on"}));
      wire.wait(moment);
      EXPECT_THAT(wire.send(row.frame), IsEmpty()) << row.what;
      const Packets later = frames_of(wire.wait(1h));
      EXPECT_EQ(later.empty(), row.is_conflict) << row.what << " after " << moment.count() << " ns";
      EXPECT_EQ(is_used(wire), !row.is_conflict) << row.what << " after " << moment.count() << " ns";
      EXPECT_EQ(wire.count(Reason::address4_lost), row.is_conflict ? 1U : 0U) << row.what << ": reported";
      EXPECT_EQ(wire.neighbor(own), nullptr) << row.what;
    }
}

TEST(AddressConflict, ARP_013_the_other_address_goes_on) {
  Wire wire(with_addresses(conflict_config({"acd.enable=on"}), {"192.0.2.3/24", "192.0.2.2/24"}));
  wire.wait(1100ms);
  wire.send(conflict("192.0.2.3"));
  const Packets sent = frames_of(wire.wait(1h));
  EXPECT_THAT(sent, testing::Contains(announcement).Times(2));
  EXPECT_THAT(sent, testing::Not(testing::Contains(broadcast_arp("192.0.2.3", "192.0.2.3"))));
  EXPECT_TRUE(is_used(wire));
  EXPECT_THAT(wire.send(arp_request({.target = "192.0.2.3"})), IsEmpty());
}

TEST(AddressConflict, ARP_015_lost_addresses_are_not_tried_again_if_not_wanted) {
  NodeConfig config = conflict_config({"acd.enable=on"});
  std::vector<std::string> addresses;
  for (int i = 0; i < 12; ++i) addresses.push_back("192.0.2." + std::to_string(20 + i));
  config.interfaces[0].addresses.clear();
  for (const auto& address : addresses) config.interfaces[0].addresses.push_back(parse_prefix(address + "/24").value());
  Wire wire(config);
  wire.wait(1s);
  for (const auto& address : addresses) wire.send(conflict(address));
  EXPECT_EQ(wire.count(Reason::address4_lost), 12U);
  EXPECT_THAT(wire.wait(24h), IsEmpty());
}

// ---- in use ----

struct Defended {
  std::vector<Duration> announced;  // since the first conflict
  bool is_kept;
};
Defended defended(std::string_view mode, const std::vector<Duration>& conflicts, std::string_view acd) {
  Wire wire(conflict_config({acd, mode}));
  wire.wait(1min);
  Defended result{{}, true};
  Duration now{};
  const auto note = [&](const Packet& frame, Duration at) {
    EXPECT_EQ(frame, announcement);
    result.announced.push_back(at);
  };
  for (const Duration due : conflicts) {
    for (const TimedFrame& sent : wire.wait(due - now)) note(sent.frame, now + sent.at);
    now = due;
    for (const Packet& frame : wire.send(conflict())) note(frame, now);
  }
  for (const TimedFrame& sent : wire.wait(1h)) note(sent.frame, now + sent.at);
  result.is_kept = is_used(wire);
  return result;
}

TEST(AddressConflict, ARP_014_defence) {
  using Times = std::vector<Duration>;
  struct Row {
    std::string_view mode;
    Times conflicts, announced;
    bool is_kept;
    const char* why;
  };
  for (const Row& row : {
           Row{"acd.defend=once", {0s}, {0s}, true, "defended"},
           Row{"acd.defend=once", {0s, 5s}, {0s}, false, "two within 10 s"},
           Row{"acd.defend=once", {0s, 9999ms}, {0s}, false, "still within"},
           Row{"acd.defend=once", {0s, 10s}, {0s, 10s}, true, "not any more"},
           Row{"acd.defend=once", {0s, 10s, 15s}, {0s, 10s}, false, "10 s from the last conflict"},
           Row{"acd.defend=never", {0s}, {}, false, "(a) of RFC 5227 2.4"},
           Row{"acd.defend=always", {0s, 5s}, {0s}, true, "(c): one announcement in 10 s"},
           Row{"acd.defend=always", {0s, 5s, 10s, 12s, 20s}, {0s, 10s, 20s}, true, "and one in the next"},
           Row{"acd.defend=off", {0s, 1s, 20s}, {}, true, "not looked at"},
       })
    for (const std::string_view acd : {"acd.enable=on", "acd.enable=off"}) {
      const Defended result = defended(row.mode, row.conflicts, acd);
      EXPECT_EQ(result.announced, row.announced) << row.mode << ": " << row.why << ", " << acd;
      EXPECT_EQ(result.is_kept, row.is_kept) << row.mode << ": " << row.why << ", " << acd;
    }
}

TEST(AddressConflict, ARP_014_always_is_the_default) {
  EXPECT_EQ(options_of(Profile::lab).own.defence, discovery::Defence::always);
  EXPECT_EQ(options_of(Profile::hardened).own.defence, discovery::Defence::always);
}

// The finding: two forged packets took the address away until the stack was started again.
TEST(AddressConflict, ARP_014_forged_packets_do_not_take_the_address_away) {
  Wire wire(conflict_config({}));
  std::size_t announced = 0;
  for (int i = 0; i < 1000; ++i) {
    announced += wire.send(conflict()).size();
    announced += wire.wait(100ms).size();
  }
  EXPECT_EQ(announced, 10U) << "in 100 s";
  EXPECT_EQ(wire.count(Reason::address4_lost), 0U);
  EXPECT_TRUE(is_used(wire));
}

// ---- after it was lost ----

TEST(AddressConflict, ARP_014_a_lost_address_is_checked_again) {
  for (const std::string_view mode : {"acd.defend=once", "acd.defend=never"}) {
    Wire wire(conflict_config({mode, "acd.enable=on", "dad.retry=60"}));
    wire.wait(1min);
    wire.send(conflict());
    wire.send(conflict());
    EXPECT_EQ(wire.count(Reason::address4_lost), 1U) << mode;
    EXPECT_THAT(wire.wait(59s), IsEmpty()) << mode;
    EXPECT_FALSE(is_used(wire)) << mode;
    EXPECT_THAT(frames_of(wire.wait(10s)), ElementsAre(probe, probe, probe, announcement, announcement)) << mode;
    EXPECT_TRUE(is_used(wire)) << mode;
    EXPECT_EQ(wire.count(Reason::address_tentative), 1U) << mode;
  }
}

TEST(AddressConflict, ARP_014_and_stays_lost_while_somebody_has_it) {
  Wire wire(conflict_config({"acd.enable=on", "acd.defend=once", "dad.retry=60"}));
  const Packet answer = frame(own_mac, other_mac, 0x0806,
                              arp({.operation = 2, .sender_mac = other_mac, .sender = own, .target = "0.0.0.0"}));
  std::size_t probes = 0;
  for (int second = 0; second < 3600; ++second)
    for (const TimedFrame& sent : wire.wait(1s)) {
      ASSERT_EQ(sent.frame, probe);
      ++probes;
      wire.send(answer);
    }
  EXPECT_THAT(probes, AllOf(Ge(30U), Le(61U))) << "one a minute";
  EXPECT_FALSE(is_used(wire));
  wire.wait(2min);
  EXPECT_TRUE(is_used(wire)) << "it has gone";
}

TEST(AddressConflict, ARP_014_without_checks_it_is_used_again_after_a_while) {
  Wire wire(conflict_config({"acd.enable=off", "acd.defend=never", "dad.retry=60"}));
  wire.send(conflict());
  wire.wait(59s);
  EXPECT_FALSE(is_used(wire));
  wire.wait(2s);
  EXPECT_TRUE(is_used(wire));
}

TEST(AddressConflict, ARP_014_what_is_no_conflict_in_use) {
  const struct {
    const char* what;
    Packet frame;
    bool is_answered;
  } rows[] = {
      {"our announcement comes back", announcement, false},
      {"P asks for it", arp_request({.target = own}), true},
      {"probed by another", arp_request({.sender_mac = other_mac, .sender = "0.0.0.0", .target = own}), true},
      {"another address is announced", conflict("192.0.2.9"), false},
  };
  for (const auto& row : rows) {
    Wire wire(conflict_config({"acd.defend=never"}));
    wire.wait(1min);
    const Packets sent = wire.send(row.frame);
    EXPECT_EQ(sent.size(), row.is_answered ? 1U : 0U) << row.what;
    for (const Packet& frame : sent) EXPECT_EQ(be16(frame, 20), 2) << row.what << ": a reply, no announcement";
    EXPECT_TRUE(is_used(wire)) << row.what;
  }
}

TEST(AddressConflict, ARP_014_a_lost_address_is_not_used_from_then_on) {
  Wire wire(with_addresses(conflict_config({"acd.defend=never", "icmp4.echo_broadcast=on"}),
                           {"192.0.2.2/24", "192.0.2.3/24"}));
  wire.confirm("192.0.2.1", peer_mac);
  wire.send(conflict());
  EXPECT_THAT(wire.send(framed(echo4())), IsEmpty());
  EXPECT_THAT(wire.send(framed(udp4())), IsEmpty());
  EXPECT_THAT(wire.send(arp_request({.target = own})), IsEmpty());
  const Packets sent = wire.send(framed(echo4({.destination = "192.0.2.255"})));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(content_of(sent[0])), "192.0.2.3");
}

// Those that wait for a neighbor's link-layer address included (RFC 5227 2.4(a): "immediately cease").
TEST(AddressConflict, ARP_014_nor_for_packets_that_wait) {
  Wire wire(conflict_config({"acd.defend=never"}));
  EXPECT_THAT(wire.send(framed(echo4())), ElementsAre(asks_for("192.0.2.1")));
  wire.send(conflict());
  EXPECT_THAT(wire.send(arp_reply()), IsEmpty());
  EXPECT_EQ(wire.count(Reason::address_removed_while_waiting), 1U);
}

}  // namespace
}  // namespace tunstack::test::address_conflict_test
