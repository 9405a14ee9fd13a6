// Address conflict detection of an interface: which ARP packets are conflicts, and what becomes of its addresses.
#include "protocols/discovery/addresses/ipv4_addresses.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::ipv4_addresses_test {
namespace {

using discovery::AddressState;
using discovery::CheckedIpv4Addresses;
using discovery::Defence;
using Kind = discovery::DetectionMessage::Kind;
using EventKind = CheckedIpv4Addresses::Event::Kind;
using namespace std::chrono_literals;

constexpr Ipv4Address ours{0xc0000202}, other{0xc0000203}, peer{0xc0000201}, none{0};
constexpr MacAddress our_mac{{2, 0, 0, 0, 0, 2}}, their_mac{{2, 0, 0, 0, 0, 1}};
constexpr Instant start{100s};

std::string_view name_of(MaybeReason reason) { return reason ? info(*reason).name : ""; }

ArpPacket arp(const MacAddress& mac, Ipv4Address sender, Ipv4Address target,
              ArpOperation operation = ArpOperation::request) {
  return {operation, mac, sender, {}, target};
}

struct ConflictCase {
  const char* what;
  ArpPacket packet;
  const char* while_checked;
  const char* in_use;
};

TEST(CheckedIpv4Addresses, ARP_013_what_is_a_conflict) {
  constexpr auto sent_from = "address4_conflict";
  for (const ConflictCase& c : {
           ConflictCase{"a reply", arp(their_mac, ours, peer, ArpOperation::reply), sent_from, sent_from},
           ConflictCase{"a request for another address", arp(their_mac, ours, peer), sent_from, sent_from},
           ConflictCase{"an announcement", arp(their_mac, ours, ours), sent_from, sent_from},
           ConflictCase{"a probe", arp(their_mac, none, ours), "address4_probed_by_another", ""},
           ConflictCase{"a probe for another address", arp(their_mac, none, other), "", ""},
           ConflictCase{"a request for ours", arp(their_mac, peer, ours), "", ""},
           ConflictCase{"our probe, looped back", arp(our_mac, none, ours), "", ""},
           ConflictCase{"our announcement, looped back", arp(our_mac, ours, ours), "", ""},
       }) {
    EXPECT_EQ(name_of(discovery::conflict_in(c.packet, ours, our_mac, true)), c.while_checked) << c.what;
    EXPECT_EQ(name_of(discovery::conflict_in(c.packet, ours, our_mac, false)), c.in_use) << c.what;
  }
}

class Ipv4AddressesOfAnInterface : public testing::Test {
 protected:
  struct Sent {
    Instant at;
    Ipv4Address address;
    Kind kind;
  };
  void run_until(Instant end) {
    for (; addresses.next_deadline() <= end; work()) now = std::max(now, addresses.next_deadline());
    now = std::max(now, end);
    work();
  }
  void work() {
    while (const auto event = addresses.take_event(now, random)) events.push_back(*event);
    while (const auto due = addresses.take_due(now, random)) sent.push_back({now, due->address, due->kind});
  }
  void expect_last_event(EventKind kind, Ipv4Address address) const {
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().kind, kind);
    EXPECT_EQ(events.back().address, address);
  }

  Random random{1};
  CheckedIpv4Addresses addresses{discovery::arp_detection(), our_mac};
  Instant now = start;
  std::vector<CheckedIpv4Addresses::Event> events;
  std::vector<Sent> sent;
};

TEST_F(Ipv4AddressesOfAnInterface, ARP_012_each_is_probed_and_announced) {
  addresses.check(ours, now, random);
  addresses.check(other, now, random);
  run_until(start + 60s);
  EXPECT_EQ(events.size(), 2U);
  for (const Ipv4Address address : {ours, other}) {
    EXPECT_EQ(addresses.state_of(address), AddressState::usable);
    std::vector<Kind> kinds;
    for (const Sent& message : sent)
      if (message.address == address) kinds.push_back(message.kind);
    EXPECT_EQ(kinds, (std::vector{Kind::probe, Kind::probe, Kind::probe, Kind::announcement, Kind::announcement}));
  }
  EXPECT_EQ(addresses.next_deadline(), Instant::max());
  EXPECT_FALSE(addresses.state_of(peer));
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_012_announced_after_the_node_was_told) {
  addresses.check(ours, now, random);
  run_until(start + 1s);
  while (addresses.state_of(ours) != AddressState::usable) {
    now = addresses.next_deadline();
    while (addresses.take_due(now, random)) {
    }
  }
  EXPECT_EQ(addresses.next_deadline(), now);
  EXPECT_FALSE(addresses.take_due(now, random));
  EXPECT_EQ(addresses.take_event(now, random)->kind, EventKind::in_use);
  EXPECT_EQ(addresses.take_due(now, random)->kind, Kind::announcement);
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_013_one_is_lost_the_other_goes_on) {
  addresses.check(ours, now, random);
  addresses.check(other, now, random);
  run_until(start + 1s);
  EXPECT_EQ(name_of(addresses.on_arp(arp(their_mac, ours, peer), now)), "address4_conflict");
  EXPECT_EQ(addresses.next_deadline(), now);
  run_until(start + 2s);
  expect_last_event(EventKind::lost, ours);
  run_until(start + 60s);
  EXPECT_EQ(events.size(), 2U);
  expect_last_event(EventKind::in_use, other);
  EXPECT_EQ(addresses.state_of(ours), AddressState::duplicate);
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_013_the_period_ends_two_seconds_after_the_last_probe) {
  addresses.check(ours, now, random);
  while (sent.size() < 3) run_until(addresses.next_deadline());
  now += 2s;
  EXPECT_FALSE(addresses.on_arp(arp(their_mac, none, ours), now)) << "in use now, though nobody asked yet";
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_014_two_conflicts_five_seconds_apart) {
  addresses.check(ours, now, random);
  run_until(start + 60s);
  sent.clear();
  EXPECT_TRUE(addresses.on_arp(arp(their_mac, ours, peer), now));
  run_until(start + 65s);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].kind, Kind::announcement);
  EXPECT_EQ(sent[0].at, start + 60s);
  expect_last_event(EventKind::in_use, ours);
  EXPECT_TRUE(addresses.on_arp(arp(their_mac, ours, peer), now));
  run_until(start + 90s);
  EXPECT_EQ(sent.size(), 1U);
  expect_last_event(EventKind::lost, ours);
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_015_ten_conflicts_then_one_attempt_a_minute) {
  const auto lose = [&] {
    sent.clear();
    addresses.check(ours, now, random);
    while (sent.empty()) run_until(addresses.next_deadline());
    for (int packet = 0; packet < 3; ++packet) addresses.on_arp(arp(their_mac, ours, peer), now);
    run_until(now);
    return sent[0].at;
  };
  Instant before = lose();
  for (int conflict = 1; conflict < 10; ++conflict) {
    const Instant attempt = lose();
    EXPECT_LE(attempt - before, 1s) << conflict;
    before = attempt;
  }
  for (int conflict = 10; conflict < 15; ++conflict) {
    const Instant attempt = lose();
    EXPECT_GE(attempt - before, 59s) << conflict;
    EXPECT_LE(attempt - before, 61s) << conflict;
    before = attempt;
  }
  EXPECT_EQ(std::ranges::count(events, EventKind::lost, &CheckedIpv4Addresses::Event::kind), 15);
  addresses.check(ours, now, random);
  EXPECT_FALSE(addresses.on_arp(arp(their_mac, ours, peer), now)) << "the next attempt has not begun";
  EXPECT_EQ(addresses.state_of(ours), AddressState::tentative);
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_014_a_lost_address_is_checked_again_after_a_while) {
  auto settings = discovery::arp_detection();
  settings.retry_after = 60s;
  addresses = CheckedIpv4Addresses(settings, our_mac);
  addresses.check(ours, now, random);
  run_until(start + 1s);
  addresses.on_arp(arp(their_mac, ours, peer), now);
  run_until(start + 2s);
  expect_last_event(EventKind::lost, ours);
  EXPECT_EQ(addresses.next_deadline(), start + 61s);
  addresses.for_each_lost([&](Ipv4Address address, Instant retry_at) {
    EXPECT_EQ(address, ours);
    EXPECT_EQ(retry_at, start + 61s);
  });
  sent.clear();
  run_until(start + 61s);
  expect_last_event(EventKind::checked_again, ours);
  addresses.on_arp(arp(their_mac, ours, peer), now);
  run_until(start + 120s);
  expect_last_event(EventKind::lost, ours);
  EXPECT_TRUE(sent.empty()) << "still there";
  run_until(start + 140s);
  expect_last_event(EventKind::in_use, ours);
  EXPECT_EQ(sent.size(), 5U) << "three probes, two announcements";
}

TEST_F(Ipv4AddressesOfAnInterface, ARP_015_an_address_that_is_not_lost_is_not_checked_again) {
  addresses.check(ours, now, random);
  run_until(start + 60s);
  addresses.check(ours, now, random);
  EXPECT_EQ(addresses.state_of(ours), AddressState::usable);
}

}  // namespace
}  // namespace tunstack::test::ipv4_addresses_test
