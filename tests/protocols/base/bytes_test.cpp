// Bytes out of bounds end the program, in every build: the last line of defence behind the checks of views.
#include "protocols/base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

#include "protocols/base/address.hpp"
#include "protocols/base/mac_address.hpp"

namespace tunstack::test::bytes_test {
namespace {

class BytesOutOfBounds : public testing::Test {
 protected:
  std::array<std::uint8_t, 20> memory{};
  MutableBytes bytes = MutableBytes(memory).first(7);  // what lies behind is there, but not ours
};
using BytesOutOfBoundsDeathTest = BytesOutOfBounds;

TEST_F(BytesOutOfBoundsDeathTest, are_not_read) {
  EXPECT_DEATH(static_cast<void>(load_be16(bytes, 6)), "");
  EXPECT_DEATH(static_cast<void>(load_be32(bytes, 4)), "");
  EXPECT_DEATH(static_cast<void>(Ipv6Address::load(bytes, 0)), "");
  EXPECT_DEATH(static_cast<void>(MacAddress::load(bytes, 2)), "");
}

TEST_F(BytesOutOfBoundsDeathTest, are_not_written) {
  EXPECT_DEATH(store_be16(bytes, 6, 1), "");
  EXPECT_DEATH(store_be32(bytes, 4, 1), "");
  EXPECT_DEATH(store_be64(bytes, 0, 1), "");
  EXPECT_DEATH(copy_bytes(bytes, memory), "");
}

TEST_F(BytesOutOfBounds, the_last_ones_within_are_read_and_written) {
  store_be16(bytes, 5, 0x1234);
  EXPECT_EQ(load_be16(bytes, 5), 0x1234);
  EXPECT_EQ(load_be32(bytes, 3), 0x1234U);
}

}  // namespace
}  // namespace tunstack::test::bytes_test
