// Tables of rules: the first row that is broken decides.
#include "protocols/base/rule.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tunstack::test::rule_test {
namespace {

constexpr std::array number_rules = {
    Rule<int>{Reason::empty_read, [](const int& n) { return n < 0; }},
    Rule<int>{Reason::outbox_full, [](const int& n) { return n > 10; }},
    Rule<int>{Reason::larger_than_link_mtu, [](const int& n) { return n > 100 || n == 5; }},
};

// The result is a constant where the subject is one.
static_assert(first_broken<number_rules>(-1) == MaybeReason(Reason::empty_read));

TEST(Rules, none_is_broken) { EXPECT_FALSE(first_broken<number_rules>(7)); }

TEST(Rules, each_row_gives_its_reason) {
  EXPECT_EQ(first_broken<number_rules>(-7), MaybeReason(Reason::empty_read));
  EXPECT_EQ(first_broken<number_rules>(11), MaybeReason(Reason::outbox_full));
  EXPECT_EQ(first_broken<number_rules>(5), MaybeReason(Reason::larger_than_link_mtu));
}

TEST(Rules, the_first_of_several_wins) { EXPECT_EQ(first_broken<number_rules>(101), MaybeReason(Reason::outbox_full)); }

/// Notes which rows were asked.
struct Asked {
  int broken_row;
  std::vector<int>& rows;
  bool ask(int row) const {
    rows.push_back(row);
    return row == broken_row;
  }
};

constexpr std::array asked_rules = {
    Rule<Asked>{Reason::empty_read, [](const Asked& a) { return a.ask(0); }},
    Rule<Asked>{Reason::ip_version_unknown, [](const Asked& a) { return a.ask(1); }},
    Rule<Asked>{Reason::outbox_full, [](const Asked& a) { return a.ask(2); }},
};

// A length that was found too short must keep later rows from reading beyond it.
TEST(Rules, rows_after_the_broken_one_are_not_asked) {
  std::vector<int> rows;
  EXPECT_EQ(first_broken<asked_rules>(Asked{1, rows}), MaybeReason(Reason::ip_version_unknown));
  EXPECT_EQ(rows, (std::vector<int>{0, 1}));
  rows.clear();
  EXPECT_FALSE(first_broken<asked_rules>(Asked{-1, rows}));
  EXPECT_EQ(rows, (std::vector<int>{0, 1, 2}));
}

}  // namespace
}  // namespace tunstack::test::rule_test
