// The check of one IPv6 address: what is sent when, and what a conflict does.
#include <set>

#include "tests/protocols/discovery/addresses/checked_address.hpp"

namespace tunstack::test::duplicate_detection_test {

using namespace checked;
namespace {

/// Without a random delay.
DetectionSettings nd(unsigned probes, unsigned announcements = 1) {
  DetectionSettings settings = discovery::nd_detection(probes, 1s, announcements);
  settings.initial_delay = {};
  return settings;
}

struct ProbeCase {
  unsigned probes;
  Duration timer;
  Duration usable_after;
};

TEST(DuplicateDetection, DAD_009_usable_one_retransmission_timer_after_the_last_probe) {
  for (const ProbeCase& c : {ProbeCase{0, 1s, 0s}, ProbeCase{1, 1s, 1s}, ProbeCase{1, 250ms, 250ms},
                             ProbeCase{3, 1s, 3s}, ProbeCase{2, 400ms, 800ms}}) {
    Random random(1);
    DetectionSettings settings = discovery::nd_detection(c.probes, c.timer);
    settings.initial_delay = {};
    DuplicateDetection detection(settings, start, random);
    for (unsigned probe = 0; probe < c.probes; ++probe) {
      EXPECT_EQ(detection.next_deadline(), start + probe * c.timer);
      const auto message = detection.take_due(start + probe * c.timer, random);
      ASSERT_TRUE(message);
      EXPECT_EQ(message->kind, Kind::probe);
      EXPECT_FALSE(detection.take_due(start + (probe + 1) * c.timer - 1ns, random));
    }
    EXPECT_EQ(detection.is_being_checked(), c.probes > 0);
    detection.advance(start + c.usable_after);
    EXPECT_EQ(detection.state(), AddressState::usable) << c.probes << " probes";
  }
}

// DAD-001: dad.transmits=0 turns it off
TEST(DuplicateDetection, DAD_001_without_probes_usable_at_once_and_without_delay) {
  Random random(1);
  const DuplicateDetection detection(discovery::nd_detection(0), start, random);
  EXPECT_EQ(detection.state(), AddressState::usable);
  EXPECT_EQ(detection.next_deadline(), start);
}

TEST(DuplicateDetection, DAD_003_the_first_message_waits_up_to_a_second) {
  std::set<Instant> first;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const DuplicateDetection detection(discovery::nd_detection(), start, random);
    EXPECT_GE(detection.next_deadline(), start);
    EXPECT_LE(detection.next_deadline(), start + 1s);
    first.insert(detection.next_deadline());
  }
  EXPECT_GT(first.size(), 190U);
  EXPECT_LT(*first.begin(), start + 100ms);
  EXPECT_GT(*first.rbegin(), start + 900ms);
}

struct AdvertisementCase {
  unsigned asked_for;
  std::size_t sent;
};

TEST(DuplicateDetection, ND_NA_011_advertisements_one_second_apart_at_most_three) {
  for (const AdvertisementCase& c :
       {AdvertisementCase{0, 0}, AdvertisementCase{1, 1}, AdvertisementCase{3, 3}, AdvertisementCase{4, 3}}) {
    Random random(1);
    DuplicateDetection detection(nd(1, c.asked_for), start, random);
    detection.take_due(start, random);
    const auto sent = run(detection, random);
    ASSERT_EQ(sent.size(), c.sent);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(sent[i].message.kind, Kind::announcement);
      EXPECT_EQ(sent[i].at, start + 1s + i * 1s);
    }
    detection.advance(start + 9s);
    EXPECT_EQ(detection.state(), AddressState::usable);
    EXPECT_EQ(detection.next_deadline(), never);
  }
}

TEST(DuplicateDetection, DAD_005_a_conflict_while_tentative_ends_it) {
  for (const unsigned sent_before : {0U, 1U, 2U}) {
    Random random(1);
    DuplicateDetection detection(nd(2), start, random);
    for (unsigned probe = 0; probe < sent_before; ++probe) detection.take_due(start + probe * 1s, random);
    detection.on_conflict(start + 1500ms);
    EXPECT_EQ(detection.state(), AddressState::duplicate);
    EXPECT_EQ(detection.next_deadline(), never);
    EXPECT_FALSE(detection.take_due(start + 99s, random));
    EXPECT_EQ(detection.state(), AddressState::duplicate);
  }
}

TEST(DuplicateDetection, DAD_006_a_conflict_after_the_check_changes_nothing_in_ipv6) {
  Random random(1);
  DuplicateDetection detection(nd(1), start, random);
  run(detection, random);
  detection.on_conflict(start + 10s);
  detection.on_conflict(start + 11s);
  EXPECT_EQ(detection.state(), AddressState::usable);
  EXPECT_EQ(detection.next_deadline(), never);
}

TEST(DuplicateDetection, DAD_008_nonces_of_our_own_are_known_again) {
  Random random(1);
  DuplicateDetection detection(nd(3), start, random), other(nd(3), start, random);
  std::set<discovery::Nonce> nonces;
  for (const Sent& sent : run(other, random)) nonces.insert(sent.message.nonce);
  for (unsigned probe = 0; probe < 3; ++probe) {
    const auto message = detection.take_due(start + probe * 1s, random);
    EXPECT_TRUE(nonces.insert(message->nonce).second || probe == 3) << "another one for each solicitation";
    EXPECT_TRUE(detection.has_sent(message->nonce));
    EXPECT_FALSE(other.has_sent(message->nonce));
  }
  EXPECT_FALSE(detection.has_sent({}));
}

TEST(DuplicateDetection, DAD_008_a_nonce_counts_once_it_was_sent) {
  Random random(5), same(5);
  DuplicateDetection ahead(nd(2), start, random), behind(nd(2), start, same);
  const auto first = ahead.take_due(start, random);
  EXPECT_FALSE(behind.has_sent(first->nonce));
  behind.take_due(start, same);
  EXPECT_TRUE(behind.has_sent(first->nonce));
  const auto second = ahead.take_due(start + 1s, random);
  EXPECT_FALSE(behind.has_sent(second->nonce));
}

TEST(DuplicateDetection, DAD_011_optimistic_from_the_start_without_delay) {
  Random random(1);
  DetectionSettings settings = discovery::nd_detection(1);
  settings.optimistic = true;
  DuplicateDetection detection(settings, start, random);
  EXPECT_EQ(detection.state(), AddressState::optimistic);
  EXPECT_EQ(detection.next_deadline(), start);
  EXPECT_EQ(detection.take_due(start, random)->kind, Kind::probe);
  DuplicateDetection unlucky = detection;
  detection.advance(start + 1s);
  EXPECT_EQ(detection.state(), AddressState::usable);
  unlucky.on_conflict(start + 1s);
  EXPECT_EQ(unlucky.state(), AddressState::duplicate);
}

TEST(DuplicateDetection, DAD_009_who_comes_late_waits_as_long_all_the_same) {
  Random random(1);
  DuplicateDetection detection(nd(2), start, random);
  EXPECT_TRUE(detection.take_due(start + 30s, random));
  EXPECT_FALSE(detection.take_due(start + 30s, random));
  EXPECT_EQ(detection.next_deadline(), start + 31s);
}

}  // namespace
}  // namespace tunstack::test::duplicate_detection_test
