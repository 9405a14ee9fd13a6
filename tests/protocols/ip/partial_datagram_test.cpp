// The holes of one datagram, against a plain map of octets.
#include "protocols/ip/partial_datagram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "tests/support/packets.hpp"

namespace tunstack::test::partial_datagram_test {
namespace {

using ip::BlockPool;
using ip::Fragment;
using ip::Overlap;
using ip::PartialDatagram;

constexpr std::size_t pool_octets = 64 * BlockPool::block_size;

/// A datagram with a pool of its own, whose blocks must all come back.
class Datagram {
 public:
  explicit Datagram(Overlap policy = Overlap::drop) : policy_(policy) {}
  ~Datagram() {
    data_.release(pool_);
    EXPECT_EQ(pool_.available(), pool_octets / BlockPool::block_size) << "blocks got lost, or came back twice";
  }

  /// "" if the fragment was taken, else the name of the reason.
  std::string add(std::size_t offset, const Packet& data, bool more, const Packet& header = Packet(20, 0xee)) {
    Fragment fragment;
    fragment.offset = offset;
    fragment.more = more;
    fragment.header = header;
    fragment.data = data;
    const std::size_t before = pool_.available();
    const std::size_t needed = data_.blocks_for(fragment);
    const auto refused = data_.add(fragment, policy_, pool_);
    EXPECT_LE(before - pool_.available(), needed) << "more than was asked for";
    if (!refused) return "";
    EXPECT_EQ(pool_.available(), before) << "a refused fragment takes nothing";
    return std::string(info(refused->reason).name);
  }

  Packet read(std::size_t data_size) const {
    Packet to(data_.header_size() + data_size);
    data_.read(to, pool_);
    return to;
  }
  PartialDatagram& data() { return data_; }
  BlockPool& pool() { return pool_; }

 private:
  Overlap policy_;
  BlockPool pool_{pool_octets};
  PartialDatagram data_;
};

Packet filled(std::size_t size, char fill) { return Packet(size, static_cast<std::uint8_t>(fill)); }

TEST(BlockPool, V4_FRAG_018_gives_each_block_once) {
  BlockPool pool(3 * BlockPool::block_size + 2047);
  ASSERT_EQ(pool.available(), 3U) << "part of a block is none";
  std::array<BlockPool::Index, 3> blocks{};
  for (BlockPool::Index& block : blocks) {
    block = pool.take();
    std::fill_n(pool.at(block), BlockPool::block_size, static_cast<std::uint8_t>(block + 1));
  }
  EXPECT_EQ(pool.available(), 0U);
  for (const BlockPool::Index block : blocks) {
    EXPECT_EQ(*pool.at(block), block + 1) << "nobody else wrote there";
    EXPECT_EQ(pool.at(block)[BlockPool::block_size - 1], block + 1);
  }
  pool.give(blocks[1]);
  EXPECT_EQ(pool.available(), 1U);
  EXPECT_EQ(pool.take(), blocks[1]);
}

// Indices have 16 bits and one of them means none.
TEST(BlockPool, V4_FRAG_018_no_more_blocks_than_there_are_indices) {
  EXPECT_EQ(BlockPool(65536UL * BlockPool::block_size).available(), 65535U);
}

// ---- which units are there ----

/// Everything that can be asked of a set, against plain bits.
void expect_equal(const ip::UnitSet& set, const std::vector<bool>& bits, std::mt19937& random) {
  ASSERT_EQ(set.count(0, bits.size()), static_cast<std::size_t>(std::ranges::count(bits, true)));
  for (int i = 0; i < 20; ++i) {
    const std::size_t first = random() % bits.size();
    const std::size_t past = first + random() % (bits.size() - first + 1);
    const auto begin = bits.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = bits.begin() + static_cast<std::ptrdiff_t>(past);
    ASSERT_EQ(set.count(first, past), static_cast<std::size_t>(std::count(begin, end, true))) << first << ' ' << past;
    ASSERT_EQ(set.has(first), bits[first]) << first;
  }
}

// V6-FRAG-016: ranges within a word of 64 units, over its borders and over many words.
TEST(UnitSet, V6_FRAG_016_random_ranges) {
  std::mt19937 random(9);
  ip::UnitSet set;  // cleared and used again: what was there before must not come back
  for (const std::size_t units : {1U, 63U, 64U, 65U, 200U, 1000U, 8192U})
    for (int round = 0; round < 20; ++round) {
      std::vector<bool> bits(units);
      set.clear();
      ASSERT_EQ(set.count(0, units), 0U);
      for (int step = 0; step < 30; ++step) {
        const std::size_t first = random() % units;
        const std::size_t past = std::min(units, first + 1 + random() % (step % 3 == 0 ? units : 70));
        set.add(first, past);
        std::fill(bits.begin() + static_cast<std::ptrdiff_t>(first), bits.begin() + static_cast<std::ptrdiff_t>(past),
                  true);
        expect_equal(set, bits, random);
        if (testing::Test::HasFatalFailure()) FAIL() << units << " units, step " << step;
      }
    }
}

TEST(UnitSet, V6_FRAG_016_borders_of_words) {
  for (const std::size_t border : {64U, 128U, 8128U})
    for (std::size_t first = border - 2; first <= border + 1; ++first)
      for (std::size_t past = first + 1; past <= border + 3; ++past) {
        ip::UnitSet set;
        set.add(first, past);
        for (std::size_t unit = border - 4; unit < border + 6; ++unit)
          ASSERT_EQ(set.has(unit), unit >= first && unit < past) << unit;
        ASSERT_EQ(set.count(0, 8192), past - first);
        set.add(first, past);
        ASSERT_EQ(set.count(0, 8192), past - first) << "what is there already does not count again";
      }
  ip::UnitSet all;
  all.add(0, 8192);
  EXPECT_EQ(all.count(0, 8192), 8192U);
  EXPECT_TRUE(all.has(8191));
}

// ---- a datagram ----

// What came in its order lies in one piece, however often blocks were given back before; anything else is copied.
TEST(PartialDatagram, V4_FRAG_001_in_one_piece_where_it_lies) {
  const Packet whole = Packet(20, 0xee) + filled(2000, 'a') + filled(2000, 'b') + filled(500, 'c');
  BlockPool pool(pool_octets);
  PartialDatagram data;
  const auto add = [&](std::size_t offset, std::size_t size, bool more) {
    Fragment fragment;
    fragment.offset = offset;
    fragment.more = more;
    fragment.header = Bytes(whole).first(20);
    fragment.data = Bytes(whole).subspan(20 + offset, size);
    EXPECT_FALSE(data.add(fragment, Overlap::drop, pool));
  };
  const BlockPool::Index other = pool.take();
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(round);
    data.clear();
    add(0, 2000, true), add(2000, 2000, true), add(4000, 500, false);
    const auto piece = data.in_one_piece(pool);
    ASSERT_TRUE(piece);
    EXPECT_EQ(Packet(piece->begin(), piece->end()), whole);
    data.release(pool);

    data.clear();
    add(2000, 2000, true), add(0, 2000, true), add(4000, 500, false);
    EXPECT_FALSE(data.in_one_piece(pool)) << "a block was taken before the one of the header";
    Packet copied(whole.size());
    data.read(copied, pool);
    EXPECT_EQ(copied, whole);
    data.release(pool);
    if (round == 1) pool.give(other);
  }
}

TEST(PartialDatagram, V4_FRAG_001_complete_once_first_last_and_all_between_are_there) {
  Datagram datagram;
  EXPECT_FALSE(datagram.data().is_complete());
  EXPECT_EQ(datagram.add(8, filled(8, 'b'), true), "");
  EXPECT_FALSE(datagram.data().has_first());
  EXPECT_EQ(datagram.add(16, filled(3, 'c'), false), "");
  EXPECT_FALSE(datagram.data().is_complete());
  EXPECT_EQ(datagram.add(0, filled(8, 'a'), true, counting(24)), "");
  EXPECT_TRUE(datagram.data().has_first());
  EXPECT_TRUE(datagram.data().is_complete());
  EXPECT_EQ(datagram.data().header_size(), 24U);
  EXPECT_EQ(datagram.data().first_size(), 8U);
  EXPECT_EQ(datagram.data().size(), 19U);
  EXPECT_EQ(datagram.read(19), counting(24) + filled(8, 'a') + filled(8, 'b') + filled(3, 'c'));
  EXPECT_EQ(datagram.read(5), counting(24) + filled(5, 'a')) << "less, if less is asked for";
}

TEST(PartialDatagram, V4_FRAG_001_clear_begins_anew) {
  Datagram datagram;
  EXPECT_EQ(datagram.add(0, filled(16, 'a'), true), "");
  EXPECT_EQ(datagram.add(16, filled(5, 'b'), false), "");
  datagram.data().release(datagram.pool());
  datagram.data().clear();
  EXPECT_FALSE(datagram.data().has_first());
  EXPECT_FALSE(datagram.data().is_complete());
  EXPECT_EQ(datagram.add(0, filled(8, 'c'), true), "");
  EXPECT_EQ(datagram.add(40, filled(5, 'd'), false), "") << "another end than before";
  EXPECT_FALSE(datagram.data().is_complete());
  EXPECT_EQ(datagram.add(8, filled(32, 'e'), true), "");
  EXPECT_EQ(datagram.read(45), Packet(20, 0xee) + filled(8, 'c') + filled(32, 'e') + filled(5, 'd'));
}

// V4-FRAG-015: with octets that come twice too, the header is that of the fragment that came first.
TEST(PartialDatagram, V4_FRAG_015_only_the_first_fragment_brings_the_header) {
  for (const Overlap policy : {Overlap::first, Overlap::last}) {
    Datagram datagram(policy);
    EXPECT_EQ(datagram.add(8, filled(8, 'a'), true, Packet(20, 1)), "");
    EXPECT_FALSE(datagram.data().has_first());
    EXPECT_EQ(datagram.add(0, filled(8, 'b'), true, Packet(60, 2)), "");
    EXPECT_EQ(datagram.add(0, filled(16, 'c'), true, Packet(20, 3)), "");
    EXPECT_EQ(datagram.read(0), Packet(60, 2));
    EXPECT_EQ(datagram.data().first_size(), 8U);
  }
}

// Blocks begin at multiples of 2048: at, before and behind their borders, and over several at once.
TEST(PartialDatagram, V4_FRAG_003_borders_of_blocks) {
  const Packet all = counting(65535);
  for (const std::size_t cut : {2040U, 2048U, 2056U, 4096U, 61440U, 65528U})
    for (const bool last_first : {false, true}) {
      Datagram datagram;
      const Packet head(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut));
      const Packet tail(all.begin() + static_cast<std::ptrdiff_t>(cut), all.end());
      for (const bool is_last : {last_first, !last_first})
        EXPECT_EQ(is_last ? datagram.add(cut, tail, false) : datagram.add(0, head, true), "");
      EXPECT_TRUE(datagram.data().is_complete());
      EXPECT_EQ(datagram.read(65535), Packet(20, 0xee) + all) << cut;
      EXPECT_LE(datagram.pool().available(), 64U - 33U);
      EXPECT_GE(datagram.pool().available(), 64U - 34U) << "32 blocks of data and one for the header";
    }
}

TEST(PartialDatagram, V4_FRAG_012_what_is_there_already_and_equal) {
  for (const Overlap policy : {Overlap::drop, Overlap::first, Overlap::last}) {
    Datagram datagram(policy);
    EXPECT_EQ(datagram.add(0, filled(16, 'a'), true), "");
    EXPECT_EQ(datagram.add(0, filled(16, 'a'), true), "fragment_duplicate");
    EXPECT_EQ(datagram.add(32, filled(5, 'c'), false), "");
    EXPECT_EQ(datagram.add(32, filled(5, 'c'), false), "fragment_duplicate");
    EXPECT_FALSE(datagram.data().is_complete());
    EXPECT_EQ(datagram.add(16, filled(16, 'b'), true), "");
    EXPECT_TRUE(datagram.data().is_complete());
  }
}

// Equality is compared in each block that a fragment reaches.
TEST(PartialDatagram, V4_FRAG_011_one_octet_differs_somewhere) {
  for (const std::size_t at : {0U, 2047U, 2048U, 4095U, 4096U, 4999U}) {
    Datagram datagram;
    Packet data = filled(5000, 'a');
    EXPECT_EQ(datagram.add(0, data, true), "");
    data[at] = 'b';
    EXPECT_EQ(datagram.add(0, data, true), "fragment_overlaps") << at;
  }
}

TEST(PartialDatagram, V4_FRAG_013_ends_that_contradict) {
  const struct {
    std::size_t offset, size;
    bool more;
    const char* expected;
    const char* what;
  } rows[] = {
      {24, 8, true, "fragment_contradicts_end", "begins at the end"},
      {16, 16, true, "fragment_contradicts_end", "goes beyond the end"},
      {65520, 8, true, "fragment_contradicts_end", "far beyond"},
      {0, 16, false, "fragment_contradicts_end", "an earlier end"},
      {16, 7, false, "fragment_contradicts_end", "one octet less"},
      {24, 1, false, "fragment_contradicts_end", "one octet more"},
      {16, 8, false, "fragment_duplicate", "the same end again"},
      {8, 8, true, "", "up to the last fragment"},
  };
  for (const Overlap policy : {Overlap::drop, Overlap::first, Overlap::last})
    for (const auto& row : rows) {
      Datagram datagram(policy);
      EXPECT_EQ(datagram.add(16, filled(8, 'a'), false), "");
      EXPECT_EQ(datagram.add(row.offset, filled(row.size, 'a'), row.more), row.expected) << row.what;
    }
  Datagram datagram;
  EXPECT_EQ(datagram.add(16, filled(8, 'a'), true), "");
  EXPECT_EQ(datagram.add(8, filled(8, 'a'), false), "fragment_contradicts_end") << "something is behind it already";
  EXPECT_EQ(datagram.add(8, filled(8, 'b'), true), "") << "a refused fragment left nothing";
}

// ---- against a plain map ----

/// What RFC 791 3.2 and the policies say, octet by octet.
struct Reference {
  Overlap policy;
  std::map<std::size_t, std::uint8_t> octets = {};
  std::size_t reached = 0;
  std::optional<std::size_t> end = std::nullopt;

  std::string add(std::size_t offset, const Packet& data, bool more) {
    const std::size_t past = offset + data.size();
    if (end ? past > *end || (!more && past != *end) : !more && past < reached) return "fragment_contradicts_end";
    std::size_t present = 0, equal = 0;
    for (std::size_t i = 0; i < data.size(); ++i)
      if (const auto octet = octets.find(offset + i); octet != octets.end()) {
        ++present;
        equal += octet->second == data[i];
      }
    if (equal == data.size()) return "fragment_duplicate";
    if (present > equal && policy == Overlap::drop) return "fragment_overlaps";
    for (std::size_t i = 0; i < data.size(); ++i)
      if (policy == Overlap::last)
        octets[offset + i] = data[i];
      else
        octets.emplace(offset + i, data[i]);
    reached = std::max(reached, past);
    if (!more) end = past;
    return "";
  }
  bool is_complete() const { return end && octets.size() == *end; }
  /// Something follows, says one fragment, and another that ends in the same place says no. Nobody wrote down what
  /// then.
  bool is_ambiguous(std::size_t past, bool more) const { return end ? more && past == *end : !more && past == reached; }
};

/// Fragments of few and of many units, dense enough to overlap, touch and leave gaps.
void expect_like_reference(Overlap policy, std::size_t units, std::size_t longest, unsigned seed) {
  std::mt19937 random(seed);
  Datagram datagram(policy);
  Reference reference{policy};
  for (int step = 0; step < 60 && !reference.is_complete(); ++step) {
    const std::size_t offset = random() % units * 8;
    const bool more = random() % 8 != 0;
    const std::size_t size = (1 + random() % longest) * 8 - (more ? 0 : random() % 8);
    if (offset + size > 65535 || reference.is_ambiguous(offset + size, more)) continue;
    const Packet data = filled(size, static_cast<char>('a' + random() % 2));
    ASSERT_EQ(datagram.add(offset, data, more), reference.add(offset, data, more))
        << "seed " << seed << ", step " << step << ", offset " << offset << ", size " << size;
    ASSERT_EQ(datagram.data().is_complete(), reference.is_complete()) << "seed " << seed << ", step " << step;
  }
  if (!reference.is_complete()) return;
  ASSERT_EQ(datagram.data().size(), *reference.end);
  Packet expected(20, 0xee);
  for (const auto& [offset, octet] : reference.octets) expected.push_back(octet);
  ASSERT_EQ(datagram.read(*reference.end), expected) << "seed " << seed;
}

TEST(PartialDatagram, V4_FRAG_011_random_fragments_under_each_policy) {
  for (const Overlap policy : {Overlap::drop, Overlap::first, Overlap::last})
    for (unsigned seed = 0; seed < 150; ++seed) {
      expect_like_reference(policy, 8, 3, seed);
      expect_like_reference(policy, 40, 8, seed);
      if (seed < 8) expect_like_reference(policy, 1200, 500, seed);
    }
}

}  // namespace
}  // namespace tunstack::test::partial_datagram_test
