// Linked entries against plain lists.
#include "protocols/base/linked_entries.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <set>

namespace tunstack::test::linked_entries_test {
namespace {

struct Entry {
  AgeLinks by_age, of_kind;
  EntryIndex next = no_entry;
};

std::vector<EntryIndex> from_oldest(const std::vector<Entry>& entries, AgeLinks Entry::* links, const AgeList& list) {
  std::vector<EntryIndex> order;
  for (EntryIndex at = list.oldest; at != no_entry; at = (entries[at].*links).newer) order.push_back(at);
  return order;
}
std::vector<EntryIndex> from_newest(const std::vector<Entry>& entries, AgeLinks Entry::* links, const AgeList& list) {
  std::vector<EntryIndex> order;
  for (EntryIndex at = list.newest; at != no_entry; at = (entries[at].*links).older) order.push_back(at);
  return order;
}

void expect_like(const std::vector<Entry>& entries, AgeLinks Entry::* links, const AgeList& list,
                 const std::vector<EntryIndex>& model) {
  ASSERT_EQ(list.size, model.size());
  ASSERT_EQ(from_oldest(entries, links, list), model);
  ASSERT_EQ(from_newest(entries, links, list), std::vector<EntryIndex>(model.rbegin(), model.rend()));
}

// An entry is in two lists at once, and leaves them at different times.
TEST(AgeList, random_operations) {
  std::mt19937 random(1);
  std::vector<Entry> entries(12);
  AgeList by_age, of_kind;
  std::vector<EntryIndex> ages, kinds;
  const auto flip = [&](AgeLinks Entry::* links, AgeList& list, std::vector<EntryIndex>& model, EntryIndex index) {
    const auto found = std::ranges::find(model, index);
    if (found == model.end()) {
      list.append(entries, links, index);
      model.push_back(index);
    } else {
      list.unlink(entries, links, index);
      model.erase(found);
    }
  };
  for (int step = 0; step < 5000; ++step) {
    flip(&Entry::by_age, by_age, ages, static_cast<EntryIndex>(random() % 12));
    flip(&Entry::of_kind, of_kind, kinds, static_cast<EntryIndex>(random() % 12));
    expect_like(entries, &Entry::by_age, by_age, ages);
    expect_like(entries, &Entry::of_kind, of_kind, kinds);
    if (testing::Test::HasFatalFailure()) FAIL() << "step " << step;
  }
}

TEST(AgeList, every_order_of_leaving) {
  std::vector<EntryIndex> order{0, 1, 2, 3, 4};
  do {
    std::vector<Entry> entries(5);
    AgeList list;
    std::vector<EntryIndex> model{3, 1, 4, 0, 2};
    for (const EntryIndex index : model) list.append(entries, &Entry::by_age, index);
    for (const EntryIndex index : order) {
      list.unlink(entries, &Entry::by_age, index);
      std::erase(model, index);
      expect_like(entries, &Entry::by_age, list, model);
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_EQ(list.oldest, no_entry);
    EXPECT_EQ(list.newest, no_entry);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Unchain, first_middle_and_last) {
  for (EntryIndex leaves = 0; leaves < 3; ++leaves) {
    std::vector<Entry> entries(3);
    EntryIndex head = 2;
    entries[2].next = 0;
    entries[0].next = 1;
    unchain(entries, head, leaves);
    std::vector<EntryIndex> left;
    for (EntryIndex at = head; at != no_entry; at = entries[at].next) left.push_back(at);
    std::vector<EntryIndex> expected{2, 0, 1};
    std::erase(expected, leaves);
    EXPECT_EQ(left, expected);
  }
}

struct Place {
  int content = 0;
  EntryIndex next = no_entry;
};

TEST(EntryPool, ROB_001_the_lower_ones_first_and_each_once) {
  EntryPool<Place> pool(5);
  EXPECT_TRUE(pool.made().empty()) << "nothing before it is needed";
  for (EntryIndex index = 0; index < 5; ++index) {
    EXPECT_FALSE(pool.is_full());
    EXPECT_EQ(pool.take(), index);
    EXPECT_EQ(pool.size(), index + 1U);
  }
  EXPECT_TRUE(pool.is_full());
  EXPECT_TRUE(EntryPool<Place>(0).is_full());
}

TEST(EntryPool, what_was_given_back_last_is_taken_first_and_as_it_was_left) {
  EntryPool<Place> pool(5);
  for (int content = 0; content < 4; ++content) pool[pool.take()].content = content;
  pool.give(1);
  pool.give(3);
  EXPECT_EQ(pool.size(), 2U);
  EXPECT_EQ(pool.take(), 3);
  EXPECT_EQ(pool[3].content, 3);
  EXPECT_EQ(pool.take(), 1);
  EXPECT_EQ(pool[1].content, 1);
  EXPECT_EQ(pool.take(), 4) << "then a new one";
  EXPECT_EQ(pool.made().size(), 5U);
}

TEST(EntryPool, ROB_001_with_its_memory_taken_entries_stay_where_they_are) {
  EntryPool<Place> pool(1000);
  pool.reserve();
  const Place* const first = &pool[pool.take()];
  while (!pool.is_full()) pool.take();
  EXPECT_EQ(first, &pool[0]);
}

TEST(EntryPool, random_operations) {
  std::mt19937 random(1);
  EntryPool<Place> pool(20);
  std::vector<EntryIndex> model;
  for (int step = 0; step < 5000; ++step) {
    ASSERT_EQ(pool.size(), model.size());
    ASSERT_EQ(pool.is_full(), model.size() == 20);
    if (random() % 2 != 0 && !pool.is_full()) {
      const EntryIndex taken = pool.take();
      ASSERT_EQ(std::ranges::count(model, taken), 0) << "in use";
      model.push_back(taken);
      pool[taken].content = step;
    } else if (!model.empty()) {
      const auto given = model.begin() + static_cast<std::ptrdiff_t>(random() % model.size());
      pool.give(*given);
      model.erase(given);
    }
  }
  EXPECT_LE(pool.made().size(), 20U);
}

TEST(EntryPool, as_many_as_there_can_be) {
  EntryPool<Place> pool(65000);
  std::set<EntryIndex> taken;
  while (!pool.is_full()) taken.insert(pool.take());
  EXPECT_EQ(taken.size(), 65000U);
  EXPECT_FALSE(taken.contains(no_entry));
}

}  // namespace
}  // namespace tunstack::test::linked_entries_test
