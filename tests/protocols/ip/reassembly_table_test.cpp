// The table of incomplete datagrams against a plain list.
#include "protocols/ip/reassembly_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <set>

namespace tunstack::test::reassembly_table_test {
namespace {

using ip::FragmentKey;
using ip::ReassemblyTable;
using Index = ReassemblyTable::Index;

FragmentKey key6(unsigned source, unsigned destination, std::uint32_t identification) {
  Ipv6Address from{{0x20, 0x01, 0x0d, 0xb8}}, to{{0x20, 0x01, 0x0d, 0xb8, 0xff}};
  from.octets[15] = static_cast<std::uint8_t>(source);
  to.octets[15] = static_cast<std::uint8_t>(destination);
  return {from, to, identification};
}
FragmentKey key4(unsigned source, std::uint32_t identification, unsigned protocol) {
  return {Ipv4Address{0x0a000000 + source}, Ipv4Address{0xc0000202}, identification,
          static_cast<std::uint8_t>(protocol)};
}

/// What a table must hold: the keys by age, and where each of them is.
struct Model {
  struct Held {
    FragmentKey key;
    Index index;
    std::uint8_t mark;
  };
  std::list<Held> by_age;

  auto find(const FragmentKey& key) { return std::ranges::find(by_age, key, &Held::key); }
  std::size_t size_of(const IpAddress& source) const {
    return static_cast<std::size_t>(std::ranges::count(by_age, source, [](const Held& h) { return h.key.source; }));
  }
};

class Both {
 public:
  explicit Both(std::size_t capacity, std::uint64_t seed = 1)
      : random_(seed), table_(capacity, SipHashKey::draw(random_)) {}

  void add(const FragmentKey& key, std::uint8_t mark) {
    const Index made = table_.add(key);
    table_[made].ecn_seen = mark;
    for (const Model::Held& held : model_.by_age) ASSERT_NE(held.index, made) << "a place that is taken";
    model_.by_age.push_back({key, made, mark});
  }
  void remove(const FragmentKey& key) {
    const auto held = model_.find(key);
    table_.remove(held->index);
    model_.by_age.erase(held);
  }

  /// Everything that can be asked.
  void compare(const std::vector<FragmentKey>& keys, std::size_t capacity) {
    ASSERT_EQ(table_.size(), model_.by_age.size());
    ASSERT_EQ(table_.is_full(), model_.by_age.size() == capacity);
    Index at = table_.oldest();
    for (const Model::Held& held : model_.by_age) {
      ASSERT_EQ(at, held.index) << "in the order of age";
      ASSERT_EQ(table_.key_of(at), held.key);
      ASSERT_EQ(table_[at].ecn_seen, held.mark) << "what was written there";
      at = table_.newer_than(at);
    }
    ASSERT_EQ(at, ReassemblyTable::none);
    for (const FragmentKey& key : keys) {
      const auto held = model_.find(key);
      ASSERT_EQ(table_.find(key), held == model_.by_age.end() ? ReassemblyTable::none : held->index);
      const std::size_t count = model_.size_of(key.source);
      ASSERT_EQ(table_.size_of(key.source), count);
      if (count == 0) continue;
      const auto oldest =
          std::ranges::find(model_.by_age, key.source, [](const Model::Held& h) { return h.key.source; });
      ASSERT_EQ(table_.oldest_of(key.source), oldest->index);
    }
  }

  ReassemblyTable& table() { return table_; }
  Model& model() { return model_; }

 private:
  Random random_;
  ReassemblyTable table_;
  Model model_;
};

/// Adds and removes at random, the oldest ones more often, as a reassembler does.
void expect_like_model(const std::vector<FragmentKey>& keys, std::size_t capacity, unsigned seed) {
  std::mt19937 random(seed);
  Both both(capacity, seed);
  for (unsigned step = 0; step < 600; ++step) {
    const FragmentKey& key = keys[random() % keys.size()];
    const bool held = both.model().find(key) != both.model().by_age.end();
    if (held && random() % 2 == 0)
      both.remove(key);
    else if (both.table().is_full())
      both.remove(both.model().by_age.front().key);
    else if (!held)
      both.add(key, static_cast<std::uint8_t>(random()));
    both.compare(keys, capacity);
    if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", step " << step;
  }
}

std::vector<FragmentKey> some_keys() {
  std::vector<FragmentKey> keys;
  for (unsigned source = 0; source < 4; ++source)
    for (unsigned other = 0; other < 3; ++other)
      for (const std::uint32_t id : {1U, 0x00010001U}) {
        keys.push_back(key6(source, other, id));
        keys.push_back(key4(source, id, other));
      }
  return keys;
}

TEST(ReassemblyTable, V6_FRAG_016_random_operations) {
  const auto keys = some_keys();
  for (const std::size_t capacity : {1U, 2U, 3U, 8U, 33U, 64U})
    for (unsigned seed = 0; seed < 6; ++seed) expect_like_model(keys, capacity, seed);
}

// V4-FRAG-001, V6-FRAG-001: each part of a key counts, and the family too.
TEST(ReassemblyTable, V6_FRAG_001_each_part_of_a_key_counts) {
  Both both(8);
  const std::vector<FragmentKey> keys{key6(1, 1, 1), key6(2, 1, 1), key6(1, 2, 1),          key6(1, 1, 2),
                                      key4(1, 1, 0), key4(1, 1, 1), key6(1, 1, 0x80000001), key4(2, 1, 0)};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(both.table().find(keys[i]), ReassemblyTable::none);
    both.add(keys[i], static_cast<std::uint8_t>(i));
  }
  both.compare(keys, 8);
  EXPECT_TRUE(both.table().is_full());
}

// V6-FRAG-016: removed at all places of the queues: first, last and between.
TEST(ReassemblyTable, V6_FRAG_016_the_order_survives_removals) {
  std::vector<FragmentKey> keys;
  for (std::uint32_t id = 0; id < 6; ++id) keys.push_back(key6(id % 2, 0, id));
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  do {
    Both both(6);
    for (const FragmentKey& key : keys) both.add(key, 0);
    for (const std::size_t i : order) {
      both.remove(keys[i]);
      both.compare(keys, 6);
      if (testing::Test::HasFatalFailure()) return;
    }
  } while (std::ranges::next_permutation(order).found);
}

// A source is forgotten with its last datagram, and there may be as many sources as datagrams, again and again.
TEST(ReassemblyTable, V6_FRAG_016_sources_come_and_go) {
  constexpr std::size_t capacity = 16;
  Both both(capacity);
  for (unsigned round = 0; round < 20; ++round) {
    std::vector<FragmentKey> keys;
    for (unsigned i = 0; i < capacity; ++i) keys.push_back(key6(round * 11 + i, 0, 1));
    for (const FragmentKey& key : keys) both.add(key, 1);
    both.compare(keys, capacity);
    for (const FragmentKey& key : keys) both.remove(key);
    for (const FragmentKey& key : keys) EXPECT_EQ(both.table().size_of(key.source), 0U);
    both.compare(keys, capacity);
  }
}

TEST(ReassemblyTable, V6_FRAG_016_the_largest_table) {
  constexpr std::size_t capacity = 65000;
  Random random(1);
  ReassemblyTable table(capacity, SipHashKey::draw(random));
  std::set<Index> taken;
  for (std::uint32_t id = 0; id < capacity; ++id) taken.insert(table.add(key6(id % 200, 0, id)));
  EXPECT_EQ(taken.size(), capacity);
  EXPECT_FALSE(taken.contains(ReassemblyTable::none));
  EXPECT_TRUE(table.is_full());
  for (std::uint32_t id = 0; id < capacity; id += 97) {
    const Index found = table.find(key6(id % 200, 0, id));
    ASSERT_NE(found, ReassemblyTable::none);
    ASSERT_EQ(table.key_of(found), key6(id % 200, 0, id));
  }
  EXPECT_EQ(table.size_of(key6(7, 0, 0).source), 325U);
}

}  // namespace
}  // namespace tunstack::test::reassembly_table_test
