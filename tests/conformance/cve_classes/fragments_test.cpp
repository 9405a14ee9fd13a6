// Classes 7 and 8 of the vulnerabilities of other stacks (docs/threat-model.md): fragments that overlap, overrun or
// hold fragments, and floods of them.
#include <fmt/format.h>

#include <random>

#include "tests/conformance/cve_classes/hostile.hpp"

namespace tunstack::test::cve_fragments_test {
namespace {

using namespace cve_classes;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

struct Piece {
  std::size_t offset, size;
  bool more;
  std::uint8_t fill;
};

/// Of a protocol that nobody speaks, so that no checksum hides what becomes of a datagram: an error quotes it.
Packet piece4(const Piece& piece, unsigned id = 1, std::string_view source = "192.0.2.1") {
  return ipv4({.source = source,
               .protocol = 99,
               .identification = id,
               .flags_and_offset = static_cast<unsigned>(piece.offset / 8) | (piece.more ? 0x2000U : 0U)},
              Packet(piece.size, piece.fill));
}
Packet piece6(const Piece& piece, std::uint32_t id = 1, std::string_view source = "2001:db8::1") {
  return chained({.source = source, .next_header = 99}, {fragment_header(piece.offset, piece.more, id)},
                 Packet(piece.size, piece.fill));
}

std::size_t held(const Driver& node, Family family) { return node.node().reassembly(family).datagrams_held(); }
std::size_t memory(const Driver& node, Family family) { return node.node().reassembly(family).memory_used(); }

void expect_nothing_held(const Driver& node) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    EXPECT_EQ(held(node, family), 0U);
    EXPECT_EQ(memory(node, family), 0U);
  }
}

// ---- class 7: what fragments say of each other ----

// Teardrop, and every other way in which a second fragment lies over a first of 24 octets.
TEST(CveClasses, class_07_teardrop_every_overlap_of_two_fragments_V4_FRAG_011_V6_FRAG_009) {
  Target target;
  std::uint32_t id = 0;
  for (std::size_t offset = 0; offset < 24; offset += 8)
    for (std::size_t size = 0; size <= 40; ++size)
      for (const bool more : {true, false})
        for (const bool first_comes_first : {true, false}) {
          SCOPED_TRACE(testing::Message() << size << " octets at " << offset << (more ? ", more" : ""));
          const Piece first{0, 24, true, 1}, second{offset, size, more, 2};
          Packets four{piece4(first, ++id), piece4(second, id)}, six{piece6(first, id), piece6(second, id)};
          if (!first_comes_first) std::ranges::reverse(four), std::ranges::reverse(six);
          const bool makes_a_whole = offset == 0 && !more;  // of the second alone: it is no fragment
          for (const Packets& packets : {four, six})
            for (const Packet& packet : packets)
              for (const Packet& sent : target.attack(packet)) {
                const bool is_about_size = is_icmp_error(sent) && sent.at(0) >> 4 == 6 && icmp6_type(sent) == 4;
                EXPECT_TRUE(makes_a_whole || is_about_size) << "two datagrams in one";
              }
        }
  for (const Packet& end : {piece4({24, 5, false, 2}, 0x7777), piece6({24, 5, false, 2}, 0x7777)}) {
    const bool is_ipv4 = end[0] >> 4 == 4;
    target.attack(is_ipv4 ? piece4({0, 24, true, 1}, 0x7777) : piece6({0, 24, true, 1}, 0x7777));
    const Packets sent = packets_of(target.receive({end}));
    ASSERT_THAT(sent, SizeIs(1)) << "side by side they are one";
    EXPECT_EQ(from(quote_of(sent[0]), is_ipv4 ? 20 : 40), Packet(24, 1) + Packet(5, 2));
  }
  target.run_for(121s);
  expect_nothing_held(target);
  target.serve_another();
}

// Ping of death: no fragment reaches beyond what a length field can say.
TEST(CveClasses, class_07_ping_of_death_every_end_above_65535_V4_FRAG_006_V6_FRAG_006) {
  Target target;
  for (std::size_t offset = 64000; offset <= 65528; offset += 8)
    for (const std::size_t size : {8U, 64U, 512U, 1400U}) {
      const Piece piece{offset, size, false, 1};
      const std::size_t end = offset + size;
      if (end > 65535) {
        const std::size_t before4 = held(target, Family::ipv4), before6 = held(target, Family::ipv6);
        EXPECT_THAT(target.attack(piece4(piece, 0x3333)), IsEmpty());
        const Packets sent = target.attack(piece6(piece, 0x3333));
        ASSERT_THAT(sent, SizeIs(1));
        EXPECT_EQ(be32(sent[0], 44), 42U) << "the offset";
        EXPECT_EQ(held(target, Family::ipv4), before4);
        EXPECT_EQ(held(target, Family::ipv6), before6);
      }
    }
  target.serve_another();
}

// A hole is never filled by what lay in memory before, however long one waits.
TEST(CveClasses, class_07_holes_stay_holes_V4_FRAG_008_V6_FRAG_001) {
  Target target;
  std::uint32_t id = 0;
  for (std::size_t hole = 0; hole < 20; ++hole) {
    ++id;
    for (std::size_t at = 0; at < 20; ++at) {
      if (at == hole) continue;
      const Piece piece{at * 8, 8, at < 19, static_cast<std::uint8_t>(at)};
      EXPECT_THAT(target.attack(piece4(piece, id)), IsEmpty());
      EXPECT_THAT(target.attack(piece6(piece, id)), IsEmpty());
    }
  }
  EXPECT_EQ(held(target, Family::ipv4), 20U);
  for (const SentPacket& sent : target.run_for(61s)) {
    EXPECT_FALSE(tells_secrets(sent.octets));
    EXPECT_TRUE(sent.type() == 0x40b || sent.type() == 0x603) << "time exceeded";
    const std::size_t header = sent.octets[0] >> 4 == 4 ? 20 : 40;
    const Packet first = header == 20 ? piece4({0, 8, true, 0}) : piece6({0, 8, true, 0});
    EXPECT_EQ(quote_of(sent.octets).size(), first.size()) << "the first fragment, and no more";
  }
  expect_nothing_held(target);
  target.serve_another();
}

// Tiny first fragments hide the header of the upper layer from filters, not from the host.
TEST(CveClasses, class_07_tiny_first_fragments_V4_FRAG_001_V6_FRAG_007) {
  Target target;
  const Ipv4Fields ip4{.protocol = 6};
  const Ipv6Fields ip6{.next_header = 6};
  const Packet segment4 = tcp(ip4, {}), segment6 = tcp(ip6, {});
  Ipv4Fields head = ip4, tail = ip4;
  head.flags_and_offset = 0x2000;
  tail.flags_and_offset = 1;
  const Packets sent4 = packets_of(target.receive({ipv4(head, part(segment4, 0, 8)), ipv4(tail, from(segment4, 8))}));
  ASSERT_THAT(sent4, SizeIs(1));
  EXPECT_EQ(sent4[0].at(33), 0x14) << "the reset that the segment gets whole";
  const Packets sent6 = target.attack(fragment6(ip6, segment6, 0, 8));
  ASSERT_THAT(sent6, SizeIs(1)) << "RFC 7112";
  EXPECT_EQ(icmp6_type(sent6[0]) * 256 + icmp6_code(sent6[0]), 0x403U);
  EXPECT_THAT(target.attack(fragment6(ip6, segment6, 8, 20)), IsEmpty());
  target.serve_another();
}

/// A packet whose payload is a fragment, and so on: `depth` fragment headers of what is whole, or of what is not.
Packet nested(std::size_t depth, bool inner_is_whole) {
  Chain chain(depth, atomic());
  if (!inner_is_whole) chain.back() = fragment_header(0, true, 0x4444);
  return with_headers(echo6({}, counting(40)), chain);
}

// CVE-2021-24086, -24094: the packet that fragments make holds a fragment header itself.
TEST(CveClasses, class_07_fragments_inside_fragments_V6_FRAG_012_V6_FRAG_018) {
  for (std::size_t depth = 1; depth <= 40; ++depth)
    for (const bool inner_is_whole : {true, false}) {
      SCOPED_TRACE(depth);
      Target target;
      Packets sent = target.attack(nested(depth, inner_is_whole));
      EXPECT_LE(sent.size(), 1U);
      for (const Packet& fragment : fragments6(nested(depth, inner_is_whole), 48, 0x5555))
        for (const Packet& one : packets_of(target.receive({fragment}))) sent.push_back(one);
      EXPECT_LE(sent.size(), 2U);
      for (const Packet& one : sent) EXPECT_FALSE(tells_secrets(one));
      EXPECT_LE(held(target, Family::ipv6), 2U);
      target.run_for(121s);
      expect_nothing_held(target);
      target.serve_another();
    }
}

// CVE-2024-38063: options in error, then fragments with the same identification, again and again; CVE-2022-34718: ESP
// in fragments.
TEST(CveClasses, class_07_malformed_options_among_fragments_V6_EXT_007_V6_FRAG_001) {
  Target target;
  for (std::uint32_t round = 0; round < 300; ++round) {
    const Packet bad = chained({.next_header = 59}, {destination("81 03 62 61 64")}, {});
    const Packet first = chained({.next_header = 59}, {fragment_header(0, true, 0xdebac1e)}, counting(8));
    const Packet last = chained({.next_header = 59}, {fragment_header(8, false, 0xdebac1e)}, {});
    const Packet esp = chained({.next_header = 50}, {fragment_header(0, true, round)}, counting(16));
    const Packet esp_end = chained({.next_header = 50}, {fragment_header(16, false, round)}, counting(5));
    const Packets reported = target.attack(bad);
    ASSERT_THAT(reported, SizeIs(1));
    EXPECT_EQ(icmp6_type(reported[0]) * 256 + icmp6_code(reported[0]), 0x402U);
    EXPECT_THAT(target.attack(first), IsEmpty());
    EXPECT_THAT(target.attack(last), IsEmpty());
    EXPECT_THAT(target.attack(esp), IsEmpty());
    const Packets unrecognized = packets_of(target.receive({esp_end}));
    ASSERT_THAT(unrecognized, SizeIs(1));
    EXPECT_EQ(from(quote_of(unrecognized[0]), 40), counting(16) + counting(5));
  }
  for (const SentPacket& sent : target.run_for(121s)) EXPECT_FALSE(tells_secrets(sent.octets));
  expect_nothing_held(target);
  target.serve_another();
}

// Whatever fragments come: what leaves is of what came, never of what lies in memory, and everything is given back.
TEST(CveClasses, class_07_any_fragments_give_nothing_away_ROB_003) {
  for (const std::string_view overlap : {"ip4.frag.overlap=drop", "ip4.frag.overlap=first", "ip4.frag.overlap=last"}) {
    Target target({overlap});
    std::mt19937 random(7);
    for (int i = 0; i < 4000; ++i) {
      const auto offset = (random() % 8 == 0 ? 8180 + random() % 12 : random() % 12) * 8;
      const std::size_t size = random() % 4 == 0 ? random() % 100 : random() % 8 * 8;
      const Piece piece{offset, size, random() % 3 != 0, static_cast<std::uint8_t>(random() % 4)};
      const std::uint32_t id = random() % 4;
      for (const Packet& packet : {piece4(piece, id), piece6(piece, id)})
        for (const Packet& sent : packets_of(target.receive({packet}))) {
          EXPECT_FALSE(tells_secrets(sent));
          EXPECT_LE(sent.size(), 1280U);
        }
      if (i % 500 == 0) target.run_for(20s);
    }
    target.run_for(121s);
    expect_nothing_held(target);
    target.serve_another();
  }
}

// ---- class 8: memory and time ----

constexpr std::size_t pool = std::size_t{4} << 20, most_datagrams = 1024;

/// Sends a flood, and makes sure all the while that memory is bounded and another one is served.
template <class Next>
void expect_served_during(std::size_t count, const Next& next) {
  Target target;
  for (std::size_t i = 0; i < count; ++i) {
    for (const Packet& packet : next(i)) target.attack(packet);
    if (i % 100 != 99) continue;
    target.serve_another();
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      ASSERT_LE(memory(target, family), pool);
      ASSERT_LE(held(target, family), most_datagrams);
    }
  }
  target.run_for(121s);
  expect_nothing_held(target);
  target.serve_another();
}

std::string source4(std::size_t i) { return fmt::format("198.{}.{}.{}", 18 + i % 2, i / 250 % 250, i % 250 + 1); }
std::string source6(std::size_t i) { return fmt::format("2001:db8:{:x}::{:x}", i % 251, i); }

TEST(CveClasses, class_08_floods_of_one_source_V4_FRAG_018_V6_FRAG_016) {
  expect_served_during(4000, [](std::size_t i) {
    const auto id = static_cast<std::uint32_t>(i);
    return Packets{piece4({0, 1480, true, 1}, id), piece6({0, 1400, true, 1}, id), piece4({64, 8, true, 1}, id + 9999)};
  });
}

TEST(CveClasses, class_08_floods_of_many_sources_V4_FRAG_018_V6_FRAG_016) {
  expect_served_during(6000, [](std::size_t i) {
    return Packets{piece4({0, 1480, true, 1}, 1, source4(i)), piece6({0, 1400, true, 1}, 1, source6(i)),
                   piece4({65000, 8, true, 1}, 1, source4(i + 1)), piece6({65000, 8, true, 1}, 1, source6(i + 1))};
  });
}

// FragmentSmack: the smallest fragments of the largest datagrams, from behind, so that nothing ever completes.
TEST(CveClasses, class_08_smallest_fragments_from_behind_V4_FRAG_018_V6_FRAG_016) {
  expect_served_during(8000, [](std::size_t i) {
    const Piece piece{65504 - i % 8000 * 8, 8, true, 1};
    return Packets{piece4(piece, 1), piece6(piece, 1)};
  });
}

// CVE-2018-6923, CVE-2001-0710: where half of a datagram of another one waits already, one source does not push it out.
TEST(CveClasses, class_08_what_others_wait_for_stays_V4_FRAG_018_V6_FRAG_016) {
  Target target;
  const Packet request4 = icmpv4(8, 0, 1, counting(40)),
               request6 = icmpv6({.source = "2001:db8::77"}, 128, 0, 1, counting(40));
  const Ipv6Fields bystander6{.source = "2001:db8::77"};
  target.receive({ipv4({.source = "192.0.2.77", .flags_and_offset = 0x2000}, part(request4, 0, 24)),
                  fragment6(bystander6, request6, 0, 24)});
  for (std::uint32_t id = 0; id < 3000; ++id) {
    target.attack(piece4({0, 1480, true, 1}, id));
    target.attack(piece6({0, 1400, true, 1}, id));
  }
  const Packets sent =
      packets_of(target.receive({ipv4({.source = "192.0.2.77", .flags_and_offset = 3}, from(request4, 24)),
                                 fragment6(bystander6, request6, 24, request6.size())}));
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(from(sent[0], 28), counting(40));
  EXPECT_EQ(from(sent[1], 48), counting(40));
}

}  // namespace
}  // namespace tunstack::test::cve_fragments_test
