// The table of incomplete datagrams: keys, age, limits, and what a whole datagram says about its fragments.
#include "protocols/ip/reassembly.hpp"

#include <gtest/gtest.h>

#include "protocols/ip/ipv4_fragments.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::reassembly_test {
namespace {

using namespace std::chrono_literals;
using ip::Fragment;
using ip::FragmentKey;
using ip::Reassembler;

constexpr Instant start{};

/// Octets for a Fragment to refer to, and the Reassembler that gets it.
class Table {
 public:
  explicit Table(const ip::ReassemblyLimits& limits = {}) : reassembler_(limits, random_) {}

  /// "held", "whole", or the name of the reason against it.
  std::string add(
      const FragmentKey& key, std::size_t offset, bool more, Instant now = start,
      const auto& change = [](Fragment&) {}) {
    const Packet header(20, 0xee);
    const Packet data(8, static_cast<std::uint8_t>(offset / 8));
    Fragment fragment{.key = key, .offset = offset, .more = more, .header = header, .data = data};
    change(fragment);
    const auto added = reassembler_.add(fragment, policy, now);
    if (!added) return std::string(info(added.error().reason).name);
    if (!*added) return "held";
    whole = **added;
    bytes.assign(whole.bytes.begin(), whole.bytes.end());
    return "whole";
  }
  std::string first(const FragmentKey& key, Instant now = start) { return add(key, 0, true, now, unchanged); }
  std::string last(const FragmentKey& key, Instant now = start) { return add(key, 8, false, now, unchanged); }

  Reassembler& operator*() { return reassembler_; }
  Reassembler* operator->() { return &reassembler_; }

  ip::ReassemblyPolicy policy;
  ip::Reassembled whole;  // the last one
  Packet bytes;           // of it

 private:
  static constexpr auto unchanged = [](Fragment&) {};
  Random random_{1};
  Reassembler reassembler_;
};

FragmentKey key(std::uint32_t source, std::uint32_t identification = 1) {
  return {Ipv4Address{0x0a000000 + source}, Ipv4Address{0xc0000202}, identification, 17};
}

TEST(Reassembler, V4_FRAG_001_every_part_of_the_key_counts) {
  FragmentKey one = key(1);
  std::vector<FragmentKey> keys(5, one);
  keys[1].source = Ipv4Address{0x0a000002};
  keys[2].destination = Ipv4Address{0xc0000203};
  keys[3].identification = 2;
  keys[4].protocol = 1;
  Table table;
  for (const FragmentKey& each : keys) EXPECT_EQ(table.first(each), "held");
  EXPECT_EQ(table->datagrams_held(), 5U);
  for (const FragmentKey& each : keys) EXPECT_EQ(table.last(each), "whole");
  EXPECT_EQ(table->datagrams_held(), 0U);
  EXPECT_EQ(table->evicted(), 0U);
}

TEST(Reassembler, V4_FRAG_001_header_and_data) {
  Table table;
  EXPECT_EQ(table.last(key(1)), "held");
  EXPECT_EQ(table.first(key(1)), "whole");
  EXPECT_EQ(table.whole.header_size, 20U);
  EXPECT_EQ(table.bytes, Packet(20, 0xee) + Packet(8, 0) + Packet(8, 1));
}

TEST(Reassembler, V4_FRAG_002_identification_of_32_bits) {
  Table table;
  EXPECT_EQ(table.first(key(1, 0x00010001)), "held");
  EXPECT_EQ(table.last(key(1, 0x00000001)), "held");
  EXPECT_EQ(table.last(key(1, 0x00010001)), "whole");
}

TEST(Reassembler, V4_FRAG_020_congestion_is_told_of_the_whole) {
  for (const bool marked : {false, true}) {
    Table table;
    EXPECT_EQ(table.add(key(1), 0, true, start, [](Fragment& f) { f.ecn = 2; }), "held");
    EXPECT_EQ(table.add(key(1), 8, false, start, [=](Fragment& f) { f.ecn = marked ? 3 : 1; }), "whole");
    EXPECT_EQ(table.whole.congestion_experienced, marked);
  }
}

// A duplicate is not there twice, so its mark does not count either; an entry used again begins without marks.
TEST(Reassembler, V4_FRAG_020_marks_of_earlier_datagrams_do_not_stay) {
  Table table({.datagrams = 1});
  EXPECT_EQ(table.add(key(1), 0, true, start, [](Fragment& f) { f.ecn = 3; }), "held");
  EXPECT_EQ(table.last(key(2)), "held") << "in the place of the other one";
  EXPECT_EQ(table.first(key(2)), "whole");
  EXPECT_FALSE(table.whole.congestion_experienced);
}

// ICMP4-SUP-006: any fragment in a link-layer group frame, and only one of this datagram.
TEST(Reassembler, ICMP4_SUP_006_link_layer_group_of_any_fragment) {
  const auto in_group = [](Fragment& f) { f.link_layer_group = true; };
  const auto alone = [](Fragment&) {};
  Table table({.datagrams = 1});
  EXPECT_EQ(table.add(key(1), 0, true, start, in_group), "held");
  EXPECT_EQ(table.add(key(1), 8, false, start, alone), "whole");
  EXPECT_TRUE(table.whole.link_layer_group);
  EXPECT_EQ(table.add(key(1), 0, true, start, alone), "held");
  EXPECT_EQ(table.add(key(1), 8, false, start, in_group), "whole");
  EXPECT_TRUE(table.whole.link_layer_group);
  EXPECT_EQ(table.add(key(1), 0, true, start, alone), "held");
  EXPECT_EQ(table.add(key(1), 8, false, start, alone), "whole");
  EXPECT_FALSE(table.whole.link_layer_group);
  EXPECT_EQ(table.add(key(1), 0, true, start, alone), "held");
  EXPECT_EQ(table.add(key(1), 16, true, start, in_group), "held");
  EXPECT_TRUE(table->expire(start + 60s)->link_layer_group);
}

TEST(Reassembler, V4_FRAG_008_interface_is_that_of_the_fragment_that_came_first) {
  Table table;
  EXPECT_EQ(table.add(key(1), 8, false, start, [](Fragment& f) { f.interface = InterfaceId{3}; }), "held");
  EXPECT_EQ(table.add(key(1), 0, true, start, [](Fragment& f) { f.interface = InterfaceId{4}; }), "whole");
  EXPECT_EQ(table.whole.interface, InterfaceId{3});
  EXPECT_EQ(table.add(key(1), 0, true, start, [](Fragment& f) { f.interface = InterfaceId{5}; }), "held");
  EXPECT_EQ(table->expire(start + 60s)->interface, InterfaceId{5});
}

// What a node hands over; the mark of the link layer shows nowhere else, as groups are never sent errors anyway.
TEST(Reassembler, V4_FRAG_001_fragment_of_an_arrival) {
  const Packet packet = ipv4({.source = "192.0.2.7",
                              .protocol = 17,
                              .tos = 0x4b,
                              .identification = 0x8765,
                              .flags_and_offset = 0x2003,
                              .options = Packet(4, 1)},
                             counting(16));
  for (const bool in_group : {false, true}) {
    const Ipv4Arrival arrival{*Ipv4View::parse(packet), AddressKind::unicast, AddressKind::own, in_group,
                              InterfaceId{2}};
    const Fragment fragment = ip::fragment_of(arrival);
    EXPECT_EQ(fragment.key, (FragmentKey{Ipv4Address{0xc0000207}, Ipv4Address{0xc0000202}, 0x8765, 17}));
    EXPECT_EQ(fragment.offset, 24U);
    EXPECT_TRUE(fragment.more);
    EXPECT_EQ(fragment.ecn, 3U);
    EXPECT_EQ(Packet(fragment.header.begin(), fragment.header.end()), Packet(packet.begin(), packet.begin() + 24));
    EXPECT_EQ(Packet(fragment.data.begin(), fragment.data.end()), counting(16));
    EXPECT_EQ(fragment.interface, InterfaceId{2});
    EXPECT_EQ(fragment.link_layer_group, in_group);
  }
}

// ---- time ----

TEST(Reassembler, V4_FRAG_007_expires_in_the_order_of_arrival) {
  Table table;
  EXPECT_EQ(table->next_deadline(), Instant::max());
  EXPECT_FALSE(table->expire(Instant::max() - 1ns));
  EXPECT_EQ(table.first(key(1), start), "held");
  EXPECT_EQ(table.last(key(2), start + 1s), "held");
  EXPECT_EQ(table.first(key(3), start + 2s), "held");
  EXPECT_EQ(table.add(key(1), 16, true, start + 3s, [](Fragment&) {}), "held");
  EXPECT_EQ(table->next_deadline(), start + 60s);
  EXPECT_FALSE(table->expire(start + 60s - 1ns));
  const auto first = table->expire(start + 60s);
  ASSERT_TRUE(first);
  EXPECT_EQ(Packet(first->bytes.begin(), first->bytes.end()), Packet(20, 0xee) + Packet(8, 0));
  EXPECT_EQ(table->next_deadline(), start + 61s);
  const auto without_first = table->expire(start + 1h);
  ASSERT_TRUE(without_first);
  EXPECT_TRUE(without_first->bytes.empty());
  EXPECT_TRUE(table->expire(start + 1h));
  EXPECT_FALSE(table->expire(start + 1h));
  EXPECT_EQ(table->datagrams_held(), 0U);
}

// One in the middle completes or goes: those around it stay in order.
TEST(Reassembler, V4_FRAG_007_order_survives_removals) {
  Table table;
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(table.first(key(i), start + i * 1s), "held");
  for (const std::uint32_t i : {2U, 0U, 4U}) EXPECT_EQ(table.last(key(i), start + 10s), "whole");
  EXPECT_EQ(table->next_deadline(), start + 61s);
  EXPECT_EQ(table.first(key(5), start + 11s), "held");
  for (const auto deadline : {61s, 63s, 71s}) {
    EXPECT_EQ(table->next_deadline(), start + deadline);
    EXPECT_TRUE(table->expire(start + deadline));
  }
  EXPECT_EQ(table->next_deadline(), Instant::max());
}

// ---- limits ----

TEST(Reassembler, V4_FRAG_018_oldest_datagram_of_all_and_of_its_source) {
  Table table({.datagrams = 4, .datagrams_of_source = 2});
  EXPECT_EQ(table.first(key(1, 1)), "held");
  EXPECT_EQ(table.first(key(2, 1)), "held");
  EXPECT_EQ(table.first(key(2, 2)), "held");
  EXPECT_EQ(table.first(key(2, 3)), "held") << "instead of 1 of source 2";
  EXPECT_EQ(table->datagrams_held(), 3U);
  EXPECT_EQ(table->evicted(), 1U);
  EXPECT_EQ(table.first(key(3, 1)), "held");
  EXPECT_EQ(table.first(key(4, 1)), "held") << "instead of 1 of source 1";
  EXPECT_EQ(table->datagrams_held(), 4U);
  EXPECT_EQ(table->evicted(), 2U);
  for (const FragmentKey& each : {key(2, 2), key(2, 3), key(3, 1), key(4, 1)}) EXPECT_EQ(table.last(each), "whole");
  EXPECT_EQ(table->evicted(), 2U) << "what is complete was not evicted";
}

TEST(Reassembler, V4_FRAG_018_limits_of_one) {
  Table table({.datagrams = 1, .datagrams_of_source = 1});
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(table.first(key(i / 2, i)), "held");
    EXPECT_EQ(table->datagrams_held(), 1U);
  }
  EXPECT_EQ(table->evicted(), 99U);
  EXPECT_EQ(table.last(key(49, 99)), "whole");
}

// All sources in one bucket of the table, in pairs, with removals at all places of its chain.
TEST(Reassembler, V4_FRAG_018_many_datagrams_come_and_go) {
  Table table({.datagrams = 64, .datagrams_of_source = 64});
  for (std::uint32_t round = 0; round < 50; ++round) {
    for (std::uint32_t i = 0; i < 64; ++i) ASSERT_EQ(table.first(key(i % 5, i)), "held");
    for (std::uint32_t i = 0; i < 64; ++i) {
      const std::uint32_t id = (i * 37 + round) % 64;
      ASSERT_EQ(table.last(key(id % 5, id)), "whole") << round << ' ' << id;
    }
    ASSERT_EQ(table->datagrams_held(), 0U);
  }
  EXPECT_EQ(table->evicted(), 0U);
}

// Refused datagrams hold a key and no memory, and it is theirs until their time is over.
TEST(Reassembler, V4_FRAG_011_refused_until_the_time_is_over) {
  Table table({.kibioctets = 256, .datagrams = 8});
  EXPECT_EQ(table.first(key(1)), "held");
  EXPECT_EQ(table.add(key(1), 0, true, start + 1s, [](Fragment& f) { f.data = f.header.first(8); }),
            "fragment_overlaps");
  EXPECT_EQ(table.first(key(1), start + 2s), "fragment_of_refused_datagram");
  EXPECT_EQ(table.last(key(1), start + 60s - 1ns), "fragment_of_refused_datagram");
  EXPECT_EQ(table->datagrams_held(), 1U);
  EXPECT_EQ(table->next_deadline(), start + 60s);
  table->expire(start + 60s);
  EXPECT_EQ(table->datagrams_held(), 0U);
  EXPECT_EQ(table.first(key(1), start + 60s), "held");
  EXPECT_EQ(table.last(key(1), start + 60s), "whole");
}

// No options make the pool as small as that: one datagram alone fills it.
TEST(Reassembler, V4_FRAG_018_a_datagram_that_fills_the_pool_alone_is_given_up) {
  Table table({.kibioctets = 16});
  std::string said = "held";
  std::size_t offset = 0;
  for (; said == "held" && offset < 65000; offset += 2048)
    said = table.add(key(1), offset, true, start, [](Fragment&) {});
  EXPECT_EQ(said, "fragment_pool_exhausted");
  EXPECT_EQ(table->evicted(), 0U);
  EXPECT_EQ(table.first(key(1)), "fragment_of_refused_datagram");
  EXPECT_EQ(table.first(key(2)), "held") << "its memory is free again";
  EXPECT_EQ(table.last(key(2)), "whole");
}

// In whatever order they are refused, each is forgotten when its own time is over.
TEST(Reassembler, V4_FRAG_011_refused_ones_are_forgotten_each_in_its_time) {
  Table table({.kibioctets = 256, .datagrams = 8});
  const auto refuse = [&](const FragmentKey& refused, Instant now) {
    EXPECT_EQ(table.add(refused, 0, true, now, [](Fragment& f) { f.data = f.header.first(8); }), "fragment_overlaps");
  };
  EXPECT_EQ(table.first(key(1), start), "held");
  EXPECT_EQ(table.first(key(2), start + 10s), "held");
  EXPECT_EQ(table.first(key(3), start + 20s), "held");
  refuse(key(2), start + 21s);
  refuse(key(1), start + 22s);
  EXPECT_EQ(table->next_deadline(), start + 60s) << "that of the oldest, though it was refused last";
  EXPECT_EQ(table.last(key(1), start + 60s - 1ns), "fragment_of_refused_datagram");
  EXPECT_FALSE(table->expire(start + 60s));
  EXPECT_EQ(table.first(key(1), start + 60s), "held") << "anew";
  EXPECT_EQ(table->next_deadline(), start + 70s);
  EXPECT_EQ(table.last(key(2), start + 70s - 1ns), "fragment_of_refused_datagram");
  EXPECT_FALSE(table->expire(start + 70s));
  EXPECT_EQ(table->datagrams_held(), 2U) << "one and three";
  EXPECT_TRUE(table->expire(start + 80s));
  EXPECT_EQ(table->next_deadline(), start + 120s);
}

// Of a full table the oldest goes, refused or not.
TEST(Reassembler, V4_FRAG_018_refused_ones_make_room_too) {
  Table table({.kibioctets = 256, .datagrams = 3});
  for (unsigned id = 1; id <= 3; ++id) EXPECT_EQ(table.first(key(id), start + id * 1s), "held");
  EXPECT_EQ(table.add(key(1), 0, true, start + 4s, [](Fragment& f) { f.data = f.header.first(8); }),
            "fragment_overlaps");
  EXPECT_EQ(table.first(key(4), start + 5s), "held");
  EXPECT_EQ(table.last(key(2), start + 5s), "whole") << "the refused one went";
  EXPECT_EQ(table.last(key(3), start + 5s), "whole");
}

/// A fragment as most are: it fills a good part of its blocks.
constexpr std::size_t usual_size = 512;
void usual(Fragment& fragment) {
  static const Packet data(usual_size, 7);
  fragment.data = data;
}

// 8 blocks, of which each first fragment takes two: four fit exactly.
TEST(Reassembler, V4_FRAG_018_others_make_room_the_oldest_first) {
  Table table({.kibioctets = 16});
  const auto first = [&](unsigned id) { return table.add(key(id), 0, true, start, usual); };
  for (const unsigned id : {1U, 2U, 3U, 4U}) EXPECT_EQ(first(id), "held");
  EXPECT_EQ(table->evicted(), 0U);
  EXPECT_EQ(first(5), "held");
  EXPECT_EQ(table->evicted(), 1U);
  EXPECT_EQ(table.add(key(2), 4096, true, start, usual), "held")
      << "the one that asks does not make room for itself, though it is the oldest";
  EXPECT_EQ(table->evicted(), 2U);
  EXPECT_EQ(table->datagrams_held(), 3U);
  EXPECT_EQ(table.add(key(4), usual_size, false, start, usual), "whole") << "the third made room, not the fourth";
}

// The block of the header, if it has one, and those of the data: a sixteenth of all.
TEST(Reassembler, V4_FRAG_018_who_fills_little_pushes_nobody_out) {
  struct Row {
    std::size_t offset, size;
    bool may;
  };
  static const Packet octets(usual_size);
  for (const Row& row :
       {Row{0, 8, false}, Row{0, 2 * 128 - 20 - 4, false}, Row{0, 2 * 128 - 20 + 4, true}, Row{8, 120, false},
        Row{8, 128, true}, Row{2048 - 128, 248, false}, Row{2048 - 128, 256, true}}) {
    Table table({.kibioctets = 16});
    for (const unsigned id : {1U, 2U, 3U, 4U}) EXPECT_EQ(table.add(key(id), 0, true, start, usual), "held");
    EXPECT_EQ(table.add(key(5), row.offset, true, start, [&](Fragment& f) { f.data = Bytes(octets).first(row.size); }),
              row.may ? "held" : "fragment_pool_exhausted")
        << row.offset << ' ' << row.size;
    EXPECT_EQ(table->evicted(), row.may ? 1U : 0U);
  }
}

// Memory is made at the first fragment, also where that is one to refuse.
TEST(Reassembler, V6_FRAG_008_the_first_fragment_of_all_is_refused) {
  Random random(1);
  Reassembler reassembler({}, random);
  EXPECT_EQ(reassembler.next_deadline(), Instant::max());
  EXPECT_EQ(reassembler.datagrams_held(), 0U);
  EXPECT_EQ(reassembler.memory_used(), 0U);
  EXPECT_FALSE(reassembler.expire(start + std::chrono::hours(1)));
  const std::array<std::uint8_t, 8> octets{};
  const ip::Fragment fragment{.key = {}, .more = true, .header = octets, .data = octets};
  reassembler.refuse_later_fragments(fragment, {}, start);
  const auto later = reassembler.add(fragment, {}, start);
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().reason, Reason::fragment_of_refused_datagram);
  EXPECT_FALSE(reassembler.expire(start + std::chrono::seconds(60))) << "nobody is told of what was refused";
  EXPECT_EQ(reassembler.datagrams_held(), 0U);
}

}  // namespace
}  // namespace tunstack::test::reassembly_test
