// The check of one IPv4 address, its defence, and how often another attempt is made.
#include <set>

#include "protocols/discovery/addresses/attempt_limit.hpp"
#include "tests/protocols/discovery/addresses/checked_address.hpp"

namespace tunstack::test::conflict_detection_test {

using namespace checked;
namespace {

/// In use at start + 7 s, both announcements sent, nothing due.
DuplicateDetection in_use(Defence defence, Random& random) {
  DetectionSettings settings = discovery::arp_detection(defence);
  settings.initial_delay = {};
  settings.interval = {2s, 2s};
  DuplicateDetection detection(settings, start, random);
  run(detection, random);
  return detection;
}

std::vector<Kind> kinds(const std::vector<Sent>& all) {
  std::vector<Kind> kinds;
  for (const Sent& sent : all) kinds.push_back(sent.message.kind);
  return kinds;
}

TEST(ConflictDetection, ARP_012_probes_and_announcements) {
  std::set<Duration> delays, gaps;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    DuplicateDetection detection(discovery::arp_detection(), start, random);
    const auto sent = run(detection, random);
    ASSERT_EQ(kinds(sent),
              (std::vector{Kind::probe, Kind::probe, Kind::probe, Kind::announcement, Kind::announcement}));
    delays.insert(sent[0].at - start);
    gaps.insert({sent[1].at - sent[0].at, sent[2].at - sent[1].at});
    EXPECT_EQ(sent[3].at - sent[2].at, 2s);
    EXPECT_EQ(sent[4].at - sent[3].at, 2s);
  }
  EXPECT_GE(*delays.begin(), 0s);
  EXPECT_LT(*delays.begin(), 100ms);
  EXPECT_LE(*delays.rbegin(), 1s);
  EXPECT_GT(*delays.rbegin(), 900ms);
  EXPECT_GE(*gaps.begin(), 1s);
  EXPECT_LT(*gaps.begin(), 1100ms);
  EXPECT_LE(*gaps.rbegin(), 2s);
  EXPECT_GT(*gaps.rbegin(), 1900ms);
  EXPECT_GT(gaps.size(), 390U) << "each gap is drawn anew";
}

TEST(ConflictDetection, ARP_012_in_use_with_the_first_announcement) {
  Random random(1);
  DuplicateDetection detection(discovery::arp_detection(), start, random);
  for (int probe = 0; probe < 3; ++probe) {
    EXPECT_EQ(detection.take_due(detection.next_deadline(), random)->kind, Kind::probe);
    EXPECT_EQ(detection.state(), AddressState::tentative);
  }
  const Instant last = detection.next_deadline();
  detection.advance(last - 1ns);
  EXPECT_EQ(detection.state(), AddressState::tentative);
  EXPECT_EQ(detection.take_due(last, random)->kind, Kind::announcement);
  EXPECT_EQ(detection.state(), AddressState::usable);
}

TEST(ConflictDetection, ARP_013_a_conflict_while_probing_makes_it_unusable) {
  for (const Defence defence : {Defence::never, Defence::once, Defence::always}) {
    Random random(1);
    DuplicateDetection detection(discovery::arp_detection(defence), start, random);
    detection.take_due(start + 1s, random);
    detection.on_conflict(start + 1s);
    EXPECT_EQ(detection.state(), AddressState::duplicate);
    EXPECT_EQ(detection.next_deadline(), never);
  }
}

struct DefenceCase {
  Defence defence;
  std::vector<Duration> conflicts;
  std::vector<Duration> announcements;
  AddressState state;
  const char* why;
};

TEST(ConflictDetection, ARP_014_defence) {
  using enum AddressState;
  for (const DefenceCase& c : {
           DefenceCase{Defence::never, {0s}, {}, duplicate, "given up at the first"},
           DefenceCase{Defence::once, {0s}, {0s}, usable, "one is answered"},
           DefenceCase{Defence::once, {0s, 5s}, {0s}, duplicate, "another within 10 s"},
           DefenceCase{Defence::once, {0s, 9999ms}, {0s}, duplicate, "just within 10 s"},
           DefenceCase{Defence::once, {0s, 10s}, {0s, 10s}, usable, "10 s later it is a first one again"},
           DefenceCase{Defence::once, {0s, 11s, 20s}, {0s, 11s}, duplicate, "within 10 s of the second"},
           DefenceCase{Defence::always, {0s, 5s, 9999ms}, {0s}, usable, "one announcement in 10 s"},
           DefenceCase{Defence::always, {0s, 5s, 10s, 15s, 20s}, {0s, 10s, 20s}, usable, "again each 10 s"},
       }) {
    Random random(1);
    DuplicateDetection detection = in_use(c.defence, random);
    std::vector<Duration> announced;
    for (const Duration at : c.conflicts) {
      detection.on_conflict(start + 100s + at);
      while (const auto message = detection.take_due(start + 100s + at, random)) {
        EXPECT_EQ(message->kind, Kind::announcement);
        announced.push_back(at);
      }
    }
    EXPECT_EQ(announced, c.announcements) << c.why;
    EXPECT_EQ(detection.state(), c.state) << c.why;
    EXPECT_EQ(detection.next_deadline(), never) << c.why;
  }
}

TEST(ConflictDetection, ARP_014_a_defence_between_both_announcements_takes_the_place_of_the_second) {
  Random random(1);
  DuplicateDetection detection(discovery::arp_detection(), start, random);
  while (detection.state() != AddressState::usable) detection.take_due(detection.next_deadline(), random);
  const Instant conflict = detection.next_deadline() - 1s;
  detection.on_conflict(conflict);
  EXPECT_EQ(detection.next_deadline(), conflict);
  EXPECT_TRUE(detection.take_due(conflict, random));
  EXPECT_EQ(detection.next_deadline(), never);
}

// ---- attempts ----

TEST(AttemptLimit, ARP_015_one_attempt_a_minute_after_ten_conflicts) {
  discovery::AttemptLimit limit;
  for (int conflict = 0; conflict < 10; ++conflict) {
    EXPECT_EQ(limit.take_attempt(start), start) << "attempt " << conflict;
    limit.on_conflict();
  }
  EXPECT_EQ(limit.take_attempt(start), start + 60s);
  limit.on_conflict();
  EXPECT_EQ(limit.take_attempt(start + 61s), start + 120s);
  limit.on_conflict();
  EXPECT_EQ(limit.take_attempt(start + 500s), start + 500s) << "the last one is long ago";
}

TEST(AttemptLimit, ARP_015_the_first_attempt_is_at_once_whenever_time_begins) {
  for (const Instant begin : {Instant{-1000000h}, Instant{-1ns}, Instant{}, Instant{1000000h}}) {
    discovery::AttemptLimit limit;
    for (int conflict = 0; conflict < 10; ++conflict) limit.on_conflict();
    EXPECT_EQ(limit.take_attempt(begin), begin);
    EXPECT_EQ(limit.take_attempt(begin), begin + 60s);
  }
}

}  // namespace
}  // namespace tunstack::test::conflict_detection_test
