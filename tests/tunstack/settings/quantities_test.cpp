// Times, shares and rates as lab files and settings have them.
#include "tunstack/settings/quantities.hpp"

#include <gmock/gmock.h>

namespace tunstack::test::settings_quantities_test {
namespace {

TEST(Quantities, times_have_units) {
  EXPECT_EQ(parse_time("10ms"), std::chrono::milliseconds(10));
  EXPECT_EQ(parse_time("250us"), std::chrono::microseconds(250));
  EXPECT_EQ(parse_time("1.5s"), std::chrono::milliseconds(1500));
  EXPECT_EQ(parse_time("2m"), std::chrono::minutes(2));
  EXPECT_EQ(parse_time("1h"), std::chrono::hours(1));
  EXPECT_EQ(parse_time("0s"), Duration(0));
  for (const char* const wrong : {"", "10", "s", "-1s", "10 ms", "61m", "1e3s", "10 octets", "nans"})
    EXPECT_FALSE(parse_time(wrong)) << wrong;
}

TEST(Quantities, shares_are_drawn_or_exact) {
  EXPECT_EQ(parse_share("34%"), Share(0.34));
  EXPECT_EQ(parse_share("0.5"), Share(0.5));
  EXPECT_EQ(parse_share("100%"), Share(1));
  EXPECT_EQ(parse_share("every 10th"), Share::each_of(10));
  EXPECT_EQ(parse_share("every 1st"), Share::each_of(1));
  EXPECT_EQ(parse_share("every 22nd"), Share::each_of(22));
  for (const char* const wrong : {"", "%", "101%", "1.1", "-1%", "every 0th", "every th", "every 10", "each 10th",
                                  "every -1st", "every 5000000000th"})
    EXPECT_FALSE(parse_share(wrong)) << wrong;
}

TEST(Quantities, rates_have_units) {
  EXPECT_EQ(parse_rate("64kbit/s"), 64'000U);
  EXPECT_EQ(parse_rate("1.5Mbit/s"), 1'500'000U);
  EXPECT_EQ(parse_rate("2 Gbit/s"), 2'000'000'000U);
  EXPECT_EQ(parse_rate("300bit/s"), 300U);
  for (const char* const wrong : {"", "1", "1Mbit", "0bit/s", "Mbit/s", "-1Mbit/s", "2000Gbit/s", "1MB/s"})
    EXPECT_FALSE(parse_rate(wrong)) << wrong;
}

}  // namespace
}  // namespace tunstack::test::settings_quantities_test
