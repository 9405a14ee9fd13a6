// The Internet checksum against a plain one that adds word by word.
#include "protocols/base/checksum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/packets.hpp"

namespace tunstack::test::checksum_test {
namespace {

Packet random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 engine(seed);
  Packet bytes(size);
  std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(engine()); });
  return bytes;
}

Packet slice(const Packet& bytes, std::size_t from, std::size_t size) {
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

TEST(Checksum, CKSUM_001_words_are_big_endian_and_an_odd_byte_is_padded) {
  EXPECT_EQ(internet_checksum(hex("00 01 f2 03 f4 f5 f6 f7")), 0x220d);
  EXPECT_EQ(internet_checksum(hex("01 02 03")), 0xfbfd);
  EXPECT_EQ(internet_checksum(hex("80")), 0x7fff);
  EXPECT_EQ(internet_checksum({}), 0xffff);
}

// What lies around the data is random too: a byte too many or too few changes the sum.
TEST(Checksum, CKSUM_001_equals_the_plain_sum_at_every_length_and_alignment) {
  const Packet around = random_bytes(2100, 1071);
  for (const std::size_t alignment : {0U, 1U, 2U, 3U, 4U, 7U, 8U, 15U, 31U})
    for (std::size_t size = 0; size <= 2000; ++size)
      ASSERT_EQ(internet_checksum(Bytes(around).subspan(alignment, size)),
                plain_checksum(slice(around, alignment, size)))
          << size << " octets at " << alignment;
}

// 0xff makes every addition carry; from 256 octets on whole blocks of 128 are summed apart.
TEST(Checksum, CKSUM_001_equals_the_plain_sum_around_blocks_of_ones) {
  for (const std::size_t edge : {128U, 256U, 384U, 512U, 1024U, 65408U})
    for (std::size_t size = edge - 4; size <= edge + 4; ++size) {
      const Packet ones(size, 0xff);
      EXPECT_EQ(internet_checksum(ones), plain_checksum(ones)) << size << " octets";
    }
}

TEST(Checksum, CKSUM_002_65535_octets_of_ones) {
  const Packet ones(65535, 0xff);
  EXPECT_EQ(internet_checksum(ones), 0x00ff) << "32767 words of 0xffff and a last one of 0xff00";
  EXPECT_EQ(internet_checksum(Bytes(ones).first(65534)), 0x0000);
  EXPECT_TRUE(checksum_is_intact(checksum_sum(Bytes(ones).first(65534))));
}

void expect_intact_until_changed(Packet data) {
  set_be16(data, 0, 0);
  set_be16(data, 0, plain_checksum(data));
  EXPECT_TRUE(checksum_is_intact(checksum_sum(data))) << data.size() << " octets";
  for (const std::size_t at : {std::size_t{0}, data.size() / 2, data.size() - 1}) {
    data[at] ^= 0x01;
    EXPECT_FALSE(checksum_is_intact(checksum_sum(data))) << data.size() << " octets, changed at " << at;
    data[at] ^= 0x01;
  }
}

TEST(Checksum, CKSUM_002_accepts_exactly_what_sums_to_ones) {
  for (std::size_t size = 2; size <= 600; ++size) expect_intact_until_changed(random_bytes(size, 2));
  for (const std::size_t size : {1499U, 1500U, 65534U, 65535U}) expect_intact_until_changed(random_bytes(size, 3));
}

TEST(Checksum, CKSUM_002_all_zeros_are_not_intact) {
  EXPECT_FALSE(checksum_is_intact(checksum_sum(Packet(20, 0))));
  EXPECT_FALSE(checksum_is_intact(checksum_sum({})));
}

TEST(Checksum, parts_of_even_length_sum_to_the_whole) {
  const Packet data = random_bytes(701, 4);
  for (std::size_t cut = 0; cut <= 700; cut += 2) {
    const ChecksumSum first = checksum_sum(Bytes(data).first(cut));
    EXPECT_EQ(internet_checksum(Bytes(data).subspan(cut), first), plain_checksum(data)) << "cut at " << cut;
  }
}

TEST(Checksum, carries_into_a_sum_that_is_all_ones) {
  for (const std::size_t size : {1U, 2U, 7U, 8U, 16U, 32U, 256U}) {
    const Packet data = random_bytes(size, 5);
    EXPECT_EQ(internet_checksum(data, ~ChecksumSum{0}), plain_checksum(data, 0xffff)) << size << " octets";
  }
}

TEST(Checksum, fold_keeps_every_carry) {
  EXPECT_EQ(checksum_fold(0), 0x0000);
  EXPECT_EQ(checksum_fold(0xffff), 0xffff);
  EXPECT_EQ(checksum_fold(0x10000), 0x0001);
  EXPECT_EQ(checksum_fold(0xffffffffffffffff), 0xffff);
  EXPECT_EQ(checksum_fold(0x0001000100010001), 0x0004);
  EXPECT_EQ(checksum_fold(0xffff0000ffff0001), 0x0001);
}

// ---- the incremental update ----

/// An IPv4 header; its words 2 and 4 are identification, and TTL with protocol.
Packet header_with(unsigned identification, unsigned ttl_and_protocol) {
  static const Packet without = hex("45000054 00000000 00000000 c0000201 c0000202");  // read once: many are made
  Packet header = without;
  set_be16(header, 4, identification);
  set_be16(header, 8, ttl_and_protocol);
  return header;
}

void expect_update_equals_recomputation(unsigned identification, unsigned before, unsigned after) {
  const std::uint16_t checksum = plain_checksum(header_with(identification, before));
  ASSERT_EQ(checksum_update(checksum, static_cast<std::uint16_t>(before), static_cast<std::uint16_t>(after)),
            plain_checksum(header_with(identification, after)))
      << std::hex << "identification " << identification << ", " << before << " -> " << after;
}

// Going through all identifications goes through all checksums that a header can have.
TEST(ChecksumUpdate, CKSUM_003_equals_recomputation_for_every_checksum) {
  std::set<std::uint16_t> seen;
  for (unsigned identification = 0; identification <= 0xffff; ++identification) {
    seen.insert(plain_checksum(header_with(identification, 0x4001)));
    expect_update_equals_recomputation(identification, 0x4001, 0x3f01);
  }
  EXPECT_EQ(seen.size(), 65535U) << "all but 0xffff, which only zeros have";
}

TEST(ChecksumUpdate, CKSUM_003_equals_recomputation_for_every_word) {
  for (unsigned word = 0; word <= 0xffff; ++word) {
    for (const unsigned other : {0x0000U, 0x0001U, 0x4001U, 0x7fffU, 0x8000U, 0xfffeU, 0xffffU}) {
      expect_update_equals_recomputation(0x1234, word, other);
      expect_update_equals_recomputation(0x1234, other, word);
    }
  }
}

// Where RFC 1141 went wrong: a checksum that becomes 0x0000 must not be written as 0xffff, nor the other way round.
TEST(ChecksumUpdate, CKSUM_003_at_0x0000_and_beside_0xffff) {
  for (const unsigned wanted : {0x0000U, 0x0001U, 0xfffeU}) {
    unsigned identification = 0;
    while (plain_checksum(header_with(identification, 0x3f01)) != wanted) ASSERT_LE(++identification, 0xffffU);
    const std::uint16_t before = plain_checksum(header_with(identification, 0x4001));
    EXPECT_EQ(checksum_update(before, 0x4001, 0x3f01), wanted);
    EXPECT_EQ(checksum_update(static_cast<std::uint16_t>(wanted), 0x3f01, 0x4001), before);
  }
  EXPECT_EQ(checksum_update(0xdd2f, 0x5555, 0x3285), 0x0000) << "the example of RFC 1624 4";
}

// ---- pseudo-headers ----

TEST(PseudoHeader, ipv4_sums_addresses_protocol_and_length) {
  const Packet bytes = hex("c0000201 c6336402 00 11 ffe3");
  const ChecksumSum sum = pseudo_header_sum(Ipv4Address{0xc0000201}, Ipv4Address{0xc6336402}, 17, 0xffe3);
  EXPECT_EQ(checksum_finish(sum), plain_checksum(bytes));
}

TEST(PseudoHeader, CKSUM_005_ipv6_sums_addresses_next_header_and_a_32_bit_length) {
  const Packet source = hex("20010db8 00000000 00000000 0000ff01");
  const Packet destination = hex("fe80 000000000000 0123 4567 89ab cdef");
  for (const unsigned length : {0U, 8U, 64U, 0xffffU, 0x12345U}) {
    Packet tail = hex("00000000 0000003a");
    set_be32(tail, 0, length);
    const ChecksumSum sum =
        pseudo_header_sum(Ipv6Address::load(source, 0), Ipv6Address::load(destination, 0), 58, length);
    EXPECT_EQ(checksum_finish(sum), plain_checksum(source + destination + tail)) << "length " << length;
  }
}

}  // namespace
}  // namespace tunstack::test::checksum_test
