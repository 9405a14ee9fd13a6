// Times, shares, rates and comparisons as lab files have them.
#include "tunstack/lab/quantities.hpp"

#include <gmock/gmock.h>

namespace tunstack::test::lab_quantities_test {
namespace {

using lab::Comparison;
using lab::parse_comparison;
using lab::parse_rate;
using lab::parse_share;
using lab::parse_time;

TEST(LabQuantities, times_have_units) {
  EXPECT_EQ(parse_time("10ms"), std::chrono::milliseconds(10));
  EXPECT_EQ(parse_time("250us"), std::chrono::microseconds(250));
  EXPECT_EQ(parse_time("1.5s"), std::chrono::milliseconds(1500));
  EXPECT_EQ(parse_time("2m"), std::chrono::minutes(2));
  EXPECT_EQ(parse_time("1h"), std::chrono::hours(1));
  EXPECT_EQ(parse_time("0s"), Duration(0));
  for (const char* const wrong : {"", "10", "s", "-1s", "10 ms", "61m", "1e3s", "10 octets", "nans"})
    EXPECT_FALSE(parse_time(wrong)) << wrong;
}

TEST(LabQuantities, shares_are_drawn_or_exact) {
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

TEST(LabQuantities, rates_have_units) {
  EXPECT_EQ(parse_rate("64kbit/s"), 64'000U);
  EXPECT_EQ(parse_rate("1.5Mbit/s"), 1'500'000U);
  EXPECT_EQ(parse_rate("2 Gbit/s"), 2'000'000'000U);
  EXPECT_EQ(parse_rate("300bit/s"), 300U);
  for (const char* const wrong : {"", "1", "1Mbit", "0bit/s", "Mbit/s", "-1Mbit/s", "2000Gbit/s", "1MB/s"})
    EXPECT_FALSE(parse_rate(wrong)) << wrong;
}

TEST(LabQuantities, comparisons_have_a_relation_and_a_unit) {
  const auto holds = [](const char* text, double measured) { return parse_comparison(text).value().holds(measured); };
  EXPECT_TRUE(holds("3", 3));
  EXPECT_FALSE(holds("3", 4));
  EXPECT_TRUE(holds(">=1", 1));
  EXPECT_FALSE(holds("> 1", 1));
  EXPECT_TRUE(holds("< 2", 1));
  EXPECT_FALSE(holds("<2", 2));
  EXPECT_TRUE(holds("<= 34%", 0.34));
  EXPECT_FALSE(holds("<= 34%", 0.341));
  EXPECT_TRUE(holds("!= 0", 1));
  EXPECT_FALSE(holds("!= 0", 0));
  EXPECT_TRUE(holds("== 2s", 2000));
  EXPECT_TRUE(holds("true", 1));
  EXPECT_TRUE(holds("false", 0));
  EXPECT_EQ(parse_comparison("1ms")->unit, Comparison::Unit::milliseconds);
  EXPECT_EQ(parse_comparison("1%")->unit, Comparison::Unit::share);
  for (const char* const wrong : {"", ">", "=> 1", "1 2", "ms", "%", "=1"})
    EXPECT_FALSE(parse_comparison(wrong)) << wrong;
}

}  // namespace
}  // namespace tunstack::test::lab_quantities_test
