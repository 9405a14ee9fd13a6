// Stepping over the options of an IPv4 header.
#include "protocols/wire/ipv4_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::ipv4_options_test {
namespace {

/// An option as a reader tells it.
struct Found {
  std::size_t offset;
  Packet bytes;
  bool operator==(const Found&) const = default;
};

struct Walk {
  std::vector<Found> options;
  std::optional<std::size_t> bad_length_at;
};

Walk walk(const Packet& area) {
  Walk result;
  Ipv4OptionReader reader(area);
  while (const auto option = reader.next())
    result.options.push_back({option->offset, {option->bytes.begin(), option->bytes.end()}});
  result.bad_length_at = reader.bad_length_at();
  return result;
}

TEST(Ipv4OptionReader, V4_OPT_001_single_octets) {
  for (const char* area : {"", "00", "01", "01 01 01 01", "01 00 07 03", "00 ff ff ff", "00 07 00 00"}) {
    const Walk result = walk(hex(area));
    EXPECT_TRUE(result.options.empty()) << area;
    EXPECT_EQ(result.bad_length_at, std::nullopt) << area;
  }
}

TEST(Ipv4OptionReader, V4_OPT_002_options_in_turn_with_their_offsets) {
  const Walk result = walk(hex("01 07 03 04 de 02 01 01 44 04 05 00 00 83"));
  ASSERT_EQ(result.options.size(), 3U);
  EXPECT_EQ(result.options[0], (Found{1, hex("07 03 04")}));
  EXPECT_EQ(result.options[1], (Found{4, hex("de 02")}));
  EXPECT_EQ(result.options[2], (Found{8, hex("44 04 05 00")}));
  EXPECT_EQ(result.bad_length_at, std::nullopt);
}

TEST(Ipv4OptionReader, V4_OPT_002_an_option_may_fill_the_area) {
  for (std::size_t size = 2; size <= 40; ++size) {
    Packet area(size, 7);
    area[1] = static_cast<std::uint8_t>(size);
    EXPECT_EQ(walk(area).options, std::vector{(Found{0, area})}) << size;
    EXPECT_EQ(walk(area).bad_length_at, std::nullopt) << size;
  }
}

TEST(Ipv4OptionReader, V4_OPT_003_lengths_that_cannot_be_right) {
  for (std::size_t before = 0; before <= 38; ++before)
    for (unsigned length = 0; length <= 255; ++length) {
      Packet area(40, 0);
      std::fill_n(area.begin(), before, std::uint8_t{1});
      area[before] = 222;
      area[before + 1] = static_cast<std::uint8_t>(length);
      const bool is_right = length >= 2 && before + length <= 40;
      EXPECT_EQ(walk(area).options.size(), is_right ? 1U : 0U) << before << " before, length " << length;
      EXPECT_EQ(walk(area).bad_length_at, is_right ? std::nullopt : std::optional(before + 1))
          << before << ' ' << length;
    }
}

TEST(Ipv4OptionReader, V4_OPT_003_a_type_without_room_for_a_length) {
  EXPECT_EQ(walk(hex("07")).bad_length_at, 0U);
  EXPECT_EQ(walk(hex("01 01 01 83")).bad_length_at, 3U);
  EXPECT_EQ(walk(hex("de 03 00 ff")).bad_length_at, 3U);
  EXPECT_EQ(walk(hex("de 03 00 ff")).options.size(), 1U);
}

// What was read before an error stays; nothing comes after it, however often one asks.
TEST(Ipv4OptionReader, V4_OPT_002_an_end_is_an_end) {
  for (const char* text : {"de 03 07 44 00 07 03 04", "de 03 07 00 44 04 05 00"}) {
    const Packet area = hex(text);
    Ipv4OptionReader reader(area);
    EXPECT_TRUE(reader.next().has_value());
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(reader.next().has_value()) << text;
  }
}

// RFC 791 3.1: the copied flag is the first bit of the type.
TEST(Ipv4OptionType, V4_TX_008_copied_flag) {
  for (const std::uint8_t type : hex("00 01 07 0f 44 52 7f")) EXPECT_FALSE(ipv4_option::is_copied(type)) << int{type};
  for (const std::uint8_t type : hex("80 82 83 88 89 94 de ff")) EXPECT_TRUE(ipv4_option::is_copied(type)) << int{type};
}

}  // namespace
}  // namespace tunstack::test::ipv4_options_test
