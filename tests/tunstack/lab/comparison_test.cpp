// How expectations compare.
#include "tunstack/lab/comparison.hpp"

#include <gmock/gmock.h>

namespace tunstack::test::comparison_test {
namespace {

using lab::Comparison;
using lab::parse_comparison;

TEST(LabComparison, comparisons_have_a_relation_and_a_unit) {
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
}  // namespace tunstack::test::comparison_test
