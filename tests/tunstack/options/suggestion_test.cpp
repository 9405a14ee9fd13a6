// The nearest of several words, if any is near.
#include "tunstack/options/suggestion.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::suggestion_test {
namespace {

TEST(Suggestion, one_letter_replaced_left_out_or_too_many) {
  const std::vector<std::string> words = {"options", "rules", "doctor", "up"};
  EXPECT_EQ(nearest("rolez", words), "rules");
  EXPECT_EQ(nearest("optons", words), "options");
  EXPECT_EQ(nearest("docttor", words), "doctor");
  EXPECT_EQ(nearest("doctor", words), "doctor");
}

TEST(Suggestion, counts_letters_wherever_they_are_missing) {
  EXPECT_EQ(nearest("error_rte_of_node", {"error_burst_of_node", "icmp4.error_rate_of_node", "error_rate_of_node"}),
            "error_rate_of_node");
  EXPECT_EQ(nearest("abcdef", {"bcdefa", "abcxyz"}), "bcdefa") << "one left out and one added, against three replaced";
}

TEST(Suggestion, a_third_of_the_letters_may_differ_and_no_more) {
  EXPECT_EQ(nearest("abcdef", {"abcdxy"}), "abcdxy");
  EXPECT_EQ(nearest("abcdef", {"abcxyz"}), std::nullopt);
  EXPECT_EQ(nearest("abcdefg", {"abcdxyz"}), "abcdxyz") << "rounded up";
  EXPECT_EQ(nearest("abcdefg", {"abcwxyz"}), std::nullopt);
  EXPECT_EQ(nearest("a", {"b"}), "b");
  EXPECT_EQ(nearest("a", {"bc"}), std::nullopt);
}

TEST(Suggestion, none_without_a_word_or_candidates) {
  EXPECT_EQ(nearest("", {"a", "of"}), std::nullopt);
  EXPECT_EQ(nearest("word", {}), std::nullopt);
  EXPECT_EQ(nearest("xyz", {"completely different"}), std::nullopt);
}

TEST(Suggestion, first_of_equals) { EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat"); }

TEST(Suggestion, as_a_question_or_nothing) {
  EXPECT_EQ(did_you_mean("optons", {"rules", "options"}), "did you mean options? ");
  EXPECT_EQ(did_you_mean("colour", {"rules", "options"}), "");
}

}  // namespace
}  // namespace tunstack::test::suggestion_test
