// The block function against the vectors of RFC 8439.
#include "protocols/base/chacha20.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::chacha20_test {
namespace {

// RFC 8439 2.3.2: key 00 01 .. 1f, block 1, nonce 00:00:00:09:00:00:00:4a:00:00:00:00.
TEST(ChaCha20, ROB_004_the_block_of_the_rfc) {
  const ChaCha20Key key{0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c};
  const std::array<std::uint32_t, 16> expected = {
      0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
      0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
  EXPECT_EQ(chacha20_block(key, 0x0900000000000001, 0x4a000000), expected);
}

// RFC 8439 A.1, test vectors 1 and 2: all zeros, blocks 0 and 1.
TEST(ChaCha20, ROB_004_the_first_blocks_of_zeros) {
  EXPECT_EQ(chacha20_block({}, 0, 0)[0], 0xade0b876U);
  EXPECT_EQ(chacha20_block({}, 0, 0)[15], 0x8665eeb2U);
  EXPECT_EQ(chacha20_block({}, 1, 0)[0], 0xbee7079fU);
  EXPECT_EQ(chacha20_block({}, 1, 0)[15], 0x6f4d794bU);
}

TEST(ChaCha20, ROB_004_each_bit_of_the_position_counts) {
  const auto start = chacha20_block({}, 0, 0);
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_NE(chacha20_block({}, std::uint64_t{1} << bit, 0), start) << bit;
    EXPECT_NE(chacha20_block({}, 0, std::uint64_t{1} << bit), start) << bit;
    EXPECT_NE(chacha20_block({}, 0, std::uint64_t{1} << bit), chacha20_block({}, std::uint64_t{1} << bit, 0)) << bit;
  }
}

}  // namespace
}  // namespace tunstack::test::chacha20_test
