// Fragments that overlap or disagree about the end (RFC 791 3.1 and 3.2, RFC 5722 by analogy, decision D-06).
#include <algorithm>

#include "tests/conformance/ipv4/fragments.hpp"

namespace tunstack::test::ipv4_reassembly_overlap_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* policies[] = {"ip4.frag.overlap=drop", "ip4.frag.overlap=first", "ip4.frag.overlap=last"};

/// A protocol that nobody handles: the error quotes the datagram as it was put together, and no checksum of its own
/// forbids wrong octets.
Packet piece(std::size_t begin, std::size_t end, bool more, char fill) {
  const unsigned flags_and_offset = static_cast<unsigned>(begin / 8) | (more ? 0x2000U : 0U);
  return ipv4({.protocol = 99, .flags_and_offset = flags_and_offset},
              Packet(end - begin, static_cast<std::uint8_t>(fill)));
}
constexpr bool more = true, end_of_all = false;

/// What came of the pieces, a letter for each unit of 8 octets; "-" for nothing.
std::string outcome(const char* policy, const Packets& pieces) {
  FragmentLine line({policy});
  const Packets sent = line.send(pieces);
  if (sent.empty()) return "-";
  EXPECT_THAT(sent, SizeIs(1));
  std::string units;
  for (std::size_t at = 28 + 20; at < sent[0].size(); at += 8) {
    units += static_cast<char>(sent[0][at]);
    for (std::size_t i = at; i < std::min(at + 8, sent[0].size()); ++i)
      EXPECT_EQ(sent[0][i], sent[0][at]) << "a unit of two fragments";
  }
  return units;
}

struct Row {
  Packets pieces;
  const char* drop;
  const char* first;
  const char* last;
  const char* what;
};

void expect_outcomes(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(outcome(policies[0], row.pieces), row.drop) << row.what << ", drop";
    EXPECT_EQ(outcome(policies[1], row.pieces), row.first) << row.what << ", first";
    EXPECT_EQ(outcome(policies[2], row.pieces), row.last) << row.what << ", last";
  }
}

// The last piece of each row is what completes it. Letters are fragments in the order of arrival.
TEST(Ipv4Overlap, V4_FRAG_011_octets_of_each_policy) {
  expect_outcomes({
      {{piece(0, 16, more, 'a'), piece(8, 24, more, 'b'), piece(24, 32, end_of_all, 'c')},
       "-",
       "aabc",
       "abbc",
       "the tail of what came before"},
      {{piece(8, 24, more, 'a'), piece(0, 16, more, 'b'), piece(24, 32, end_of_all, 'c')},
       "-",
       "baac",
       "bbac",
       "the head of what came before"},
      {{piece(0, 24, more, 'a'), piece(8, 16, more, 'b'), piece(24, 32, end_of_all, 'c')},
       "-",
       "aaac",
       "abac",
       "inside of what came before"},
      {{piece(8, 16, more, 'a'), piece(0, 24, more, 'b'), piece(24, 32, end_of_all, 'c')},
       "-",
       "babc",
       "bbbc",
       "around what came before"},
      {{piece(0, 8, more, 'a'), piece(16, 24, more, 'b'), piece(0, 32, more, 'c'), piece(32, 40, end_of_all, 'd')},
       "-",
       "acbcd",
       "ccccd",
       "over two and the gaps between them"},
      {{piece(0, 16, more, 'a'), piece(0, 16, more, 'b'), piece(16, 24, end_of_all, 'c')},
       "-",
       "aac",
       "bbc",
       "the same place"},
      {{piece(8, 20, end_of_all, 'a'), piece(8, 20, end_of_all, 'b'), piece(0, 8, more, 'c')},
       "-",
       "caa",
       "cbb",
       "two last ones with one end"},
      {{piece(16, 20, end_of_all, 'a'), piece(8, 20, end_of_all, 'b'), piece(0, 8, more, 'c')},
       "-",
       "cba",
       "cbb",
       "the longer one later"},
      {{piece(8, 24, more, 'a'), piece(0, 16, more, 'b'), piece(16, 32, end_of_all, 'c')},
       "-",
       "baac",
       "bbcc",
       "twice"},
      {{piece(24, 32, end_of_all, 'a'), piece(0, 24, more, 'b'), piece(0, 8, more, 'c')},
       "bbba",
       "bbba",
       "bbba",
       "complete before the overlap"},
  });
}

// Octets that are the same contradict nothing (RFC 791 3.2): routers may cut the copies of a datagram differently.
TEST(Ipv4Overlap, V4_FRAG_011_equal_octets_are_no_conflict) {
  expect_outcomes({
      {{piece(0, 16, more, 'a'), piece(8, 24, more, 'a'), piece(24, 32, end_of_all, 'c')},
       "aaac",
       "aaac",
       "aaac",
       "the tail of what came before"},
      {{piece(8, 24, more, 'a'), piece(0, 16, more, 'a'), piece(24, 32, end_of_all, 'c')},
       "aaac",
       "aaac",
       "aaac",
       "the head of what came before"},
      {{piece(0, 8, more, 'a'), piece(16, 24, more, 'a'), piece(0, 32, more, 'a'), piece(32, 40, end_of_all, 'd')},
       "aaaad",
       "aaaad",
       "aaaad",
       "over two and the gaps between them"},
      {{piece(16, 20, end_of_all, 'a'), piece(8, 20, end_of_all, 'a'), piece(0, 8, more, 'c')},
       "caa",
       "caa",
       "caa",
       "the longer last one later"},
      {{piece(0, 8, more, 'a'), piece(8, 16, more, 'b'), piece(8, 24, more, 'a'), piece(24, 32, end_of_all, 'c')},
       "-",
       "abac",
       "aaac",
       "equal but for what is there already"},
  });
}

// One octet of those that are there already, wherever they lie; the others are new.
TEST(Ipv4Overlap, V4_FRAG_011_one_octet_of_a_part_that_differs) {
  const Packet payload = echo_request(noise(5000));
  for (const std::size_t at : {0U, 1500U, 2047U, 2048U, 2399U}) {
    FragmentLine line;
    Packet differing = fragment({}, payload, 0, 3200);
    differing[20 + at] ^= 1;
    line.send({fragment({}, payload, 0, 800), fragment({}, payload, 1496, 2400), differing});
    EXPECT_EQ(line.count(Reason::fragment_overlaps), 1U) << at;
  }
  FragmentLine line;
  line.send({fragment({}, payload, 0, 800), fragment({}, payload, 1496, 2400), fragment({}, payload, 0, 3200)});
  EXPECT_EQ(line.count(Reason::fragment_overlaps), 0U);
  EXPECT_EQ(from(joined(line.send(fragment({}, payload, 3200, 5008))), 20), echo_reply(noise(5000)));
}

TEST(Ipv4Overlap, V4_FRAG_011_neighbours_do_not_overlap) {
  expect_outcomes({
      {{piece(0, 8, more, 'a'), piece(8, 16, more, 'b'), piece(16, 17, end_of_all, 'c')}, "abc", "abc", "abc", "up"},
      {{piece(16, 17, end_of_all, 'a'), piece(8, 16, more, 'b'), piece(0, 8, more, 'c')}, "cba", "cba", "cba", "down"},
      {{piece(16, 24, more, 'a'), piece(0, 8, more, 'b'), piece(24, 28, end_of_all, 'c'), piece(8, 16, more, 'd')},
       "bdac",
       "bdac",
       "bdac",
       "a gap filled exactly"},
  });
}

// The last octet counts as well as the first.
TEST(Ipv4Overlap, V4_FRAG_011_one_octet_that_differs) {
  for (const std::size_t at : {0U, 7U, 8U, 15U}) {
    FragmentLine line;
    const Packet payload = echo_request(noise(24));
    Packet differing = fragment({}, payload, 0, 16);
    differing[20 + at] ^= 1;
    EXPECT_THAT(line.send({fragment({}, payload, 0, 16), differing, fragment({}, payload, 16, 32)}), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_overlaps), 1U) << at;
    EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 1U) << at;
  }
}

// A datagram given up stays so until its time is over: whoever spoilt it cannot begin it anew.
TEST(Ipv4Overlap, V4_FRAG_011_the_key_is_remembered_until_the_timeout) {
  FragmentLine line;
  const Packet payload = echo_request(noise(24));
  const Packets good = fragments({}, payload, 8);
  EXPECT_THAT(line.send({good[0], fragment({}, noise(32, 2), 0, 8)}), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_overlaps), 1U);
  EXPECT_THAT(line.wait(60s - 1ns), IsEmpty());
  EXPECT_THAT(line.send(good), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), good.size());
  EXPECT_THAT(line.send(fragments({.identification = 2}, payload, 8)), SizeIs(1)) << "another datagram";
  EXPECT_THAT(line.wait(1ns), IsEmpty()) << "no error about a datagram that was given up";
  EXPECT_THAT(line.send(good), SizeIs(1)) << "a new one with the same identification";
}

// It was not the first fragment that was missing, so no counter and no observer may say so.
TEST(Ipv4Overlap, V4_FRAG_011_a_datagram_given_up_does_not_time_out) {
  FragmentLine line;
  EXPECT_THAT(line.send({fragment({}, noise(32, 1), 0, 8), fragment({}, noise(32, 2), 0, 8)}), IsEmpty());
  EXPECT_THAT(line.wait(60s), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_timeout), 0U);
  EXPECT_EQ(line.count(Reason::fragment_timeout_without_first), 0U);
  EXPECT_EQ(line.node().next_deadline(), Instant::max());
}

// ---- the end ----

TEST(Ipv4Overlap, V4_FRAG_013_last_fragments_with_different_ends) {
  expect_outcomes({
      {{piece(16, 24, end_of_all, 'a'), piece(24, 32, more, 'b'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "a fragment beyond the end"},
      {{piece(24, 32, more, 'a'), piece(16, 24, end_of_all, 'b'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "the same, the other way round"},
      {{piece(16, 24, end_of_all, 'a'), piece(16, 32, end_of_all, 'a'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "a later end"},
      {{piece(16, 32, end_of_all, 'a'), piece(16, 24, end_of_all, 'a'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "an earlier end"},
      {{piece(16, 24, end_of_all, 'a'), piece(24, 32, end_of_all, 'b'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "two ends side by side"},
      {{piece(16, 20, end_of_all, 'a'), piece(16, 19, end_of_all, 'a'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "an octet less"},
      {{piece(16, 20, end_of_all, 'a'), piece(16, 21, end_of_all, 'a'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "an octet more, in the same unit"},
      {{piece(16, 20, end_of_all, 'a'), piece(16, 24, more, 'a'), piece(0, 16, more, 'c')},
       "-",
       "-",
       "-",
       "more behind the end, in the same unit"},
      {{piece(8, 24, more, 'a'), piece(8, 20, end_of_all, 'a'), piece(0, 8, more, 'c')},
       "-",
       "-",
       "-",
       "an end inside of what is there"},
  });
}

TEST(Ipv4Overlap, V4_FRAG_013_contradictions_are_counted_and_final) {
  FragmentLine line;
  EXPECT_THAT(line.send({piece(16, 24, end_of_all, 'a'), piece(24, 32, more, 'b')}), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_contradicts_end), 1U);
  EXPECT_THAT(line.send({piece(0, 16, more, 'c'), piece(16, 24, end_of_all, 'a')}), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 2U);
  EXPECT_THAT(line.wait(60s), IsEmpty()) << "nor is its source told";
  EXPECT_THAT(line.send({piece(0, 16, more, 'c'), piece(16, 24, end_of_all, 'a')}), SizeIs(1));
}

TEST(Ipv4Overlap, V4_FRAG_012_exact_duplicates_of_the_last_fragment) {
  expect_outcomes({
      {{piece(16, 20, end_of_all, 'a'), piece(16, 20, end_of_all, 'a'), piece(0, 16, more, 'b')},
       "bba",
       "bba",
       "bba",
       "twice the last one"},
      {{piece(0, 16, more, 'a'), piece(0, 16, more, 'a'), piece(0, 16, more, 'a'), piece(16, 20, end_of_all, 'b')},
       "aab",
       "aab",
       "aab",
       "three times the first one"},
      {{piece(8, 16, more, 'a'), piece(8, 16, more, 'a'), piece(16, 20, end_of_all, 'b'), piece(0, 8, more, 'c')},
       "cab",
       "cab",
       "cab",
       "one in the middle"},
  });
}

}  // namespace
}  // namespace tunstack::test::ipv4_reassembly_overlap_test
