// How one decision looks: on one line or two, and in color.
#include "tunstack/explain/decision_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tunstack::test::decision_line_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const DecisionLine dropped{.time = 1.5,
                           .mark = '<',
                           .subject = "192.0.2.1 > 192.0.2.2  ICMP echo request",
                           .verdict = "drop",
                           .why = "a_reason  RFC 792: something is wrong"};
const std::string one_line = "1.500000 < 192.0.2.1 > 192.0.2.2  ICMP echo request" + std::string(76 - 40, ' ') +
                             "  drop   a_reason  RFC 792: something is wrong";

TEST(DecisionLine, is_one_line_where_nobody_counts_columns) {
  EXPECT_EQ(laid_out(dropped, {}), one_line);
  EXPECT_EQ(laid_out(dropped, {.width = one_line.size()}), one_line);
}

TEST(DecisionLine, has_its_verdict_on_an_indented_second_line_where_it_does_not_fit) {
  EXPECT_EQ(laid_out(dropped, {.width = one_line.size() - 1}),
            "1.500000 < 192.0.2.1 > 192.0.2.2  ICMP echo request\n"
            "        drop   a_reason  RFC 792: something is wrong");
}

TEST(DecisionLine, counts_letters_and_not_octets) {
  DecisionLine line = dropped;
  line.why = "\u00e9\u00e9\u00e9";
  const std::size_t width = one_line.size() - dropped.why.size() + 3;
  EXPECT_THAT(laid_out(line, {.width = width}), Not(HasSubstr("\n")));
  EXPECT_THAT(laid_out(line, {.width = width - 1}), HasSubstr("\n"));
}

TEST(DecisionLine, colors_the_verdict_alone) {
  const auto with = [](std::string_view verdict) {
    DecisionLine line = dropped;
    line.verdict = verdict;
    return laid_out(line, {.color = true});
  };
  for (const auto& [verdict, shown] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"drop", "\x1b[31mdrop \x1b[0m  a_reason"},
                                                                            {"error", "\x1b[33merror\x1b[0m  a_reason"},
                                                                            {"reply", "\x1b[32mreply\x1b[0m  a_reason"},
                                                                            {"take", "\x1b[32mtake \x1b[0m  a_reason"},
                                                                            {"hold", "\x1b[36mhold \x1b[0m  a_reason"},
                                                                            {"send", "\x1b[34msend \x1b[0m  a_reason"},
                                                                            {"own", "  own    a_reason"}})
    EXPECT_THAT(with(verdict), HasSubstr(shown)) << verdict;
  EXPECT_THAT(with("own"), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace tunstack::test::decision_line_test
