// When answers are given that wait, and how many can.
#include "protocols/discovery/neighbors/delayed_answers.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace tunstack::test::delayed_answers_test {
namespace {

using namespace std::chrono_literals;
using discovery::DelayedAnswers;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant start{1h};

DelayedAnswers::Answer answer(unsigned target, unsigned solicitor = 1) {
  DelayedAnswers::Answer made{{{0x20, 1, 0x0d, 0xb8}}, {{0xfe, 0x80}}};
  made.target.octets[15] = static_cast<std::uint8_t>(target);
  made.solicitor.octets[15] = static_cast<std::uint8_t>(solicitor);
  return made;
}

/// The last octets of the targets of all that is due, in the order of giving.
std::vector<unsigned> targets_due(DelayedAnswers& answers, Instant now) {
  std::vector<unsigned> targets;
  while (const auto due = answers.take_due(now)) targets.push_back(due->target.octets[15]);
  return targets;
}

TEST(DelayedAnswers, ND_NA_004_delays_are_random_between_0_and_1_s) {
  Duration shortest = 2s, longest = 0s, sum = 0s;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Random random(seed);
    DelayedAnswers answers;
    ASSERT_TRUE(answers.add(answer(7), start, random));
    const Duration delay = answers.next_deadline() - start;
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
    sum += delay;
  }
  EXPECT_GE(shortest, 0s);
  EXPECT_LT(shortest, 20ms);
  EXPECT_LE(longest, 1s);
  EXPECT_GT(longest, 980ms);
  EXPECT_GT(sum, 450s);
  EXPECT_LT(sum, 550s);
}

TEST(DelayedAnswers, ND_NA_004_each_is_given_once_when_it_is_due) {
  Random random(1);
  DelayedAnswers answers;
  EXPECT_EQ(answers.next_deadline(), Instant::max());
  EXPECT_THAT(targets_due(answers, start), IsEmpty());
  answers.add(answer(7), start, random);
  const Instant due = answers.next_deadline();
  EXPECT_THAT(targets_due(answers, due - 1ns), IsEmpty());
  EXPECT_THAT(targets_due(answers, due), ElementsAre(7U));
  EXPECT_EQ(answers.next_deadline(), Instant::max());
  EXPECT_THAT(targets_due(answers, due + 1h), IsEmpty());
}

TEST(DelayedAnswers, ND_NA_004_the_earliest_first) {
  Random random(1);
  DelayedAnswers answers;
  for (unsigned target = 1; target <= 20; ++target) answers.add(answer(target), start, random);
  Instant last = start;
  for (unsigned i = 0; i < 20; ++i) {
    const Instant due = answers.next_deadline();
    EXPECT_GE(due, last);
    EXPECT_TRUE(answers.take_due(due).has_value()) << i;
    last = due;
  }
  EXPECT_EQ(answers.next_deadline(), Instant::max());
}

TEST(DelayedAnswers, ND_NA_004_one_for_each_target_and_solicitor) {
  Random random(1);
  DelayedAnswers answers;
  answers.add(answer(7, 1), start, random);
  const Instant due = answers.next_deadline();
  for (unsigned i = 0; i < 100; ++i) EXPECT_TRUE(answers.add(answer(7, 1), start, random)) << "it will be answered";
  EXPECT_EQ(answers.next_deadline(), due) << "who asks often is not answered sooner";
  answers.add(answer(7, 2), start, random);
  answers.add(answer(8, 1), start, random);
  EXPECT_THAT(targets_due(answers, start + 1s), testing::UnorderedElementsAre(7U, 7U, 8U));
  answers.add(answer(7, 1), start + 2s, random);
  EXPECT_THAT(targets_due(answers, start + 3s), ElementsAre(7U)) << "asked anew";
}

TEST(DelayedAnswers, ND_NA_004_64_wait_at_most) {
  Random random(1);
  DelayedAnswers answers;
  for (unsigned target = 0; target < 64; ++target) EXPECT_TRUE(answers.add(answer(target), start, random)) << target;
  EXPECT_FALSE(answers.add(answer(64), start, random));
  EXPECT_TRUE(answers.add(answer(63), start, random)) << "waits already";
  ASSERT_TRUE(answers.take_due(start + 1s));
  EXPECT_TRUE(answers.add(answer(64), start + 1s, random)) << "a place is free";
  EXPECT_EQ(targets_due(answers, start + 2s).size(), 64U);
}

}  // namespace
}  // namespace tunstack::test::delayed_answers_test
