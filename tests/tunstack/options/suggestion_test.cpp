// The nearest of several words.
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
  EXPECT_EQ(nearest("rate", {"icmp4.error_burst", "error_rate", "reply_rate_of_all"}), "error_rate")
      << "6 letters, not 13";
  EXPECT_EQ(nearest("abcdef", {"bcdefa", "abcxyz"}), "bcdefa") << "one left out and one added, against three replaced";
}

TEST(Suggestion, shortest_for_no_word_at_all) { EXPECT_EQ(nearest("", {"three", "of", "many"}), "of"); }

TEST(Suggestion, first_of_equals) { EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat"); }

TEST(Suggestion, only_candidate_however_far) {
  EXPECT_EQ(nearest("xyz", {"completely different"}), "completely different");
}

}  // namespace
}  // namespace tunstack::test::suggestion_test
