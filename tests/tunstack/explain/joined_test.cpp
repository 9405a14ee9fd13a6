// Texts out of parts and numbers.
#include "tunstack/explain/joined.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace tunstack::test::joined_test {
namespace {

TEST(Joined, texts_letters_and_numbers) {
  const std::string name = "id";
  EXPECT_EQ(joined(), "");
  EXPECT_EQ(joined(", ", name, ' ', std::uint8_t{5}, std::string_view(", seq "), -1), ", id 5, seq -1");
  EXPECT_EQ(joined(std::numeric_limits<std::int64_t>::min(), ' ', std::numeric_limits<std::uint64_t>::max()),
            "-9223372036854775808 18446744073709551615");
}

TEST(Joined, digits_fill_their_room) {
  char room[4];
  put_digits(room, 7U);
  EXPECT_EQ(std::string_view(room, 4), "0007");
  put_digits(room, 2026U);
  EXPECT_EQ(std::string_view(room, 4), "2026");
}

}  // namespace
}  // namespace tunstack::test::joined_test
