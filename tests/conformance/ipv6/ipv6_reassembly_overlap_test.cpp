// Fragments that overlap, contradict each other or come twice (RFC 8200 4.5, RFC 5722 4).
#include <random>

#include "tests/conformance/ipv6/ipv6_line.hpp"

namespace tunstack::test::ipv6_reassembly_overlap_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

/// Octets [begin, end) of an echo request of 48 octets; `fill` makes them other ones.
Packet octets(std::size_t begin, std::size_t end, bool more = true, unsigned fill = 0) {
  Packet message = payload6(echo6({}, noise(40)));
  message.resize(64);
  for (std::uint8_t& octet : message) octet ^= static_cast<std::uint8_t>(fill);
  return piece6(begin, part(message, begin, end - begin), more);
}

struct SpoiltRow {
  const char* what;
  Packets spoilt;
};

/// The packet is given up silently, and so is what still comes of it until its time is over.
void expect_given_up(const std::vector<SpoiltRow>& rows) {
  for (const SpoiltRow& row : rows) {
    SCOPED_TRACE(row.what);
    Line6 line;
    EXPECT_THAT(line.send(row.spoilt), IsEmpty());
    EXPECT_EQ(line.count(Reason::fragment_overlaps) + line.count(Reason::fragment_contradicts_end), 1U);
    const Packets right = fragments6(echo6({}, noise(40)), 16);
    EXPECT_THAT(line.send(right), IsEmpty()) << "the rest of it";
    EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 3U);
    EXPECT_THAT(line.wait(60s - 1ns), IsEmpty());
    EXPECT_THAT(line.send(right), IsEmpty());
    EXPECT_THAT(line.wait(1ns), IsEmpty()) << "no error";
    EXPECT_EQ(line.count(Reason::fragment_timeout) + line.count(Reason::fragment_timeout_without_first), 0U);
    EXPECT_EQ(line.node().next_deadline(), Instant::max());
    expect_echo_reply(line.send(right), noise(40));
  }
}

TEST(Ipv6Overlap, V6_FRAG_009_overlaps) {
  expect_given_up({
      {"the example", {octets(0, 16), octets(8, 24)}},
      {"the other way round", {octets(8, 24), octets(0, 16)}},
      {"inside, with other octets", {octets(0, 32), octets(8, 16, true, 1)}},
      {"around", {octets(8, 16), octets(0, 32)}},
      {"the same place, other octets", {octets(0, 16), octets(0, 16, true, 1)}},
      {"over the last one of 5 octets", {octets(40, 45, false), octets(40, 48, true)}},
  });
}

// Only a fragment of the same offset and length is a duplicate; others overlap, though their octets are equal
// (RFC 5722 4).
TEST(Ipv6Overlap, V6_FRAG_010_equal_octets_in_other_pieces_overlap) {
  expect_given_up({
      {"inside", {octets(0, 32), octets(8, 16)}},
      {"the first octets", {octets(0, 32), octets(0, 16)}},
      {"the last octets", {octets(0, 32), octets(16, 32)}},
      {"the last octets of all", {octets(16, 48, false), octets(32, 48, false)}},
      {"two that cover a third", {octets(8, 16), octets(16, 24), octets(8, 24)}},
  });
}

TEST(Ipv6Overlap, V6_FRAG_011_contradictions_about_the_end) {
  expect_given_up({
      {"the example", {octets(16, 24, false), octets(24, 32)}},
      {"the last one, longer", {octets(32, 40, false), octets(32, 48, false)}},
      {"the last one, shorter", {octets(32, 48, false), octets(32, 40, false)}},
      {"the last one, with more behind", {octets(32, 48, false), octets(32, 48, true)}},
      {"more, then the last one", {octets(32, 48, true), octets(32, 48, false)}},
      {"far behind the end", {octets(16, 24, false), octets(40, 48)}},
      {"an end before what came", {octets(24, 32), octets(16, 24, false)}},
      {"an end in what came", {octets(24, 40), octets(24, 32, false)}},
      {"two ends side by side", {octets(16, 24, false), octets(24, 32, false)}},
      {"an octet less, in the same unit", {octets(40, 45, false), octets(40, 44, false)}},
  });
}

TEST(Ipv6Overlap, V6_FRAG_009_other_packets_are_not_affected) {
  Line6 line;
  EXPECT_THAT(line.send({octets(0, 16), octets(8, 24)}), IsEmpty());
  EXPECT_THAT(line.send(fragments6(echo6(), 16, 99)), SizeIs(1)) << "another identification";
  EXPECT_THAT(line.send(fragments6(echo6({.source = "2001:db8::7"}), 16)), SizeIs(1)) << "another source";
  EXPECT_THAT(line.send(with_headers(echo6(), {atomic()})), SizeIs(1)) << "an atomic fragment (RFC 6946 4)";
}

TEST(Ipv6Overlap, V6_FRAG_010_exact_duplicates_are_ignored) {
  Line6 line;
  const Packets parts = fragments6(echo6({}, noise(90)), 16);
  Packets twice;
  for (const Packet& part : parts) twice.insert(twice.end(), {part, part});
  expect_echo_reply(line.send(twice), noise(90));
  EXPECT_EQ(line.count(Reason::fragment_duplicate), parts.size() - 1) << "the last one came too late for it";
  std::mt19937 random(3);
  for (unsigned round = 0; round < 50; ++round) {
    Packets shuffled(parts.begin(), parts.end() - 1);
    shuffled.insert(shuffled.end(), parts.begin(), parts.end() - 1);
    std::ranges::shuffle(shuffled, random);
    Line6 fresh;
    EXPECT_THAT(fresh.send(shuffled), IsEmpty());
    expect_echo_reply(fresh.send(parts.back()), noise(90));
  }
}

TEST(Ipv6Overlap, V6_FRAG_010_duplicates_may_differ_in_what_is_not_theirs) {
  Line6 line;
  Packet again = octets(0, 16);
  again[7] = 1;  // hop limit
  again[41] = 0xff;
  EXPECT_THAT(line.send({octets(0, 16), again}), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_duplicate), 1U);
  expect_echo_reply(line.send(octets(16, 48, false)), noise(40));
}

}  // namespace
}  // namespace tunstack::test::ipv6_reassembly_overlap_test
