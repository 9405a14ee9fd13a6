// Deadlines against a plain list.
#include "protocols/base/deadlines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace tunstack::test::deadlines_test {
namespace {

using namespace std::chrono_literals;

TEST(Deadlines, the_earliest_is_first) {
  Deadlines deadlines;
  EXPECT_EQ(deadlines.next(), Instant::max());
  deadlines.clear(3);
  deadlines.set(3, Instant{} + 3s);
  deadlines.set(7, Instant{} + 2s);
  deadlines.set(1, Instant{} + 2s);
  EXPECT_EQ(deadlines.next(), Instant{} + 2s);
  EXPECT_EQ(deadlines.first(), 1) << "of equal ones that of the lowest index";
  deadlines.set(1, Instant{} + 5s);
  EXPECT_EQ(deadlines.first(), 7) << "it was put off";
  deadlines.set(3, Instant{} + 1s);
  EXPECT_EQ(deadlines.first(), 3) << "it was brought forward";
  for (const EntryIndex entry : {EntryIndex{3}, EntryIndex{7}, EntryIndex{1}}) {
    EXPECT_EQ(deadlines.first(), entry);
    deadlines.clear(entry);
    deadlines.clear(entry);
  }
  EXPECT_EQ(deadlines.next(), Instant::max());
}

TEST(Deadlines, random_operations) {
  std::mt19937 random(1);
  Deadlines deadlines;
  std::map<EntryIndex, Instant> model;
  for (int i = 0; i < 20000; ++i) {
    const auto entry = static_cast<EntryIndex>(random() % 50);
    if (random() % 3 == 0) {
      deadlines.clear(entry);
      model.erase(entry);
    } else {
      const Instant at = Instant{} + 1s * (random() % 40);
      deadlines.set(entry, at);
      model[entry] = at;
    }
    // Of equal ones the first, which is that of the lowest index.
    const auto first = std::ranges::min_element(model, {}, &std::pair<const EntryIndex, Instant>::second);
    ASSERT_EQ(deadlines.next(), first == model.end() ? Instant::max() : first->second) << i;
    if (first != model.end()) {
      ASSERT_EQ(deadlines.first(), first->first) << i;
    }
  }
}

}  // namespace
}  // namespace tunstack::test::deadlines_test
