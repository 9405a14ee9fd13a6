// Texts of options stand alone: who reads English and RFCs understands each line that `tunstack options` prints,
// without the lines around it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <set>

#include "tests/tunstack/options/every_option.hpp"

namespace tunstack::test::option_texts_test {
namespace {

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char letter : text)
    if (std::isalnum(static_cast<unsigned char>(letter)))
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    else if (!words.back().empty())
      words.emplace_back();
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string first_word(std::string_view text) { return std::string(text.substr(0, text.find_first_of(" ,;"))); }

bool is_sound(std::string_view text) {
  return !text.empty() && text.size() < 160 && text.back() != '.' && text.back() != ' ' && !text.contains("  ") &&
         !text.contains('|') && !text.contains('\n');
}

/// In lower case, or a name or number: "ICMPv6", "MTU", "0.75".
bool begins_like_the_others(std::string_view text) {
  const std::string word = first_word(text);
  const bool is_capitalized = std::isupper(static_cast<unsigned char>(word[0])) && word.size() > 1 &&
                              std::ranges::all_of(word.substr(1), [](unsigned char c) { return std::islower(c); });
  return !is_capitalized;
}

/// Words that hang on a line before.
bool refers_to_another_line(std::string_view text) {
  static const std::set<std::string> anywhere = {"likewise", "these", "ditto", "aforesaid", "former", "latter"};
  static const std::set<std::string> at_the_start = {"it",  "its",  "they", "them", "their", "this",    "that", "those",
                                                     "and", "or",   "but",  "so",   "such",  "also",    "same", "other",
                                                     "the", "same", "from", "to",   "then",  "without", "more"};
  const auto words = words_in(text);
  return std::ranges::any_of(words, [](const std::string& word) { return anywhere.contains(word); }) ||
         at_the_start.contains(words.front());
}

std::vector<option::Meaning> meanings_of(const OptionRow& row) {
  auto all = option::choices_of(row.kind);
  for (const auto& special : option::special_values_of(row.kind)) all.push_back(special);
  return all;
}

TEST(OptionTexts, the_checks_find_what_they_are_for) {
  for (const std::string_view text : {"likewise of IPv6", "and random ones that change every day", "their second half",
                                      "the shortest: 3 to irdp.adv.max", "how long these hold", "it is kept"})
    EXPECT_TRUE(refers_to_another_line(text)) << text;
  EXPECT_FALSE(refers_to_another_line("time between two ARP requests for the same address"));
  EXPECT_FALSE(is_sound("answer echo requests."));
  EXPECT_FALSE(is_sound(""));
  EXPECT_FALSE(begins_like_the_others("Answer echo requests"));
  EXPECT_TRUE(begins_like_the_others("MTU of the link"));
}

TEST(OptionTexts, are_sound_and_refer_to_no_other_line) {
  std::set<std::string_view> texts;
  for (const OptionRow& row : every_option()) {
    EXPECT_TRUE(is_sound(row.text)) << row.key << ": " << row.text;
    EXPECT_TRUE(begins_like_the_others(row.text)) << row.key << ": " << row.text;
    EXPECT_FALSE(refers_to_another_line(row.text)) << row.key << ": " << row.text;
    EXPECT_TRUE(texts.insert(row.text).second) << row.key << " has the text of another option: " << row.text;
  }
}

TEST(OptionTexts, name_the_protocol_that_they_are_about) {
  const std::regex protocol("IPv4|IPv6|ICMP|ARP|MLD|IGMP|TCP|UDP|[Nn]eighbor");
  for (const OptionRow& row : every_option())
    EXPECT_TRUE(std::regex_search(std::string(row.text), protocol)) << row.key << ": " << row.text;
}

TEST(OptionTexts, of_flags_say_what_the_node_does_and_others_what_the_value_is) {
  static const std::set<std::string> verbs = {"add",     "answer", "ask",  "check",   "drop",   "follow",
                                              "forward", "form",   "mark", "query",   "repeat", "report",
                                              "run",     "send",   "set",  "solicit", "take"};
  static const std::set<std::string> questions = {"how", "whether", "who", "what", "when", "if", "which", "where"};
  for (const OptionRow& row : every_option()) {
    const std::string first = first_word(row.text);
    EXPECT_EQ(verbs.contains(first), std::holds_alternative<option::Flag>(row.kind)) << row.key << ": " << row.text;
    EXPECT_FALSE(questions.contains(first)) << row.key << ": " << row.text;
  }
}

TEST(OptionTexts, of_choices_and_special_values_too) {
  std::size_t seen = 0;
  for (const OptionRow& row : every_option())
    for (const option::Meaning& meaning : meanings_of(row)) {
      const std::string where = std::string(row.key) + "=" + meaning.value + ": " + std::string(meaning.text);
      EXPECT_TRUE(is_sound(meaning.text)) << where;
      EXPECT_TRUE(begins_like_the_others(meaning.text)) << where;
      static const std::regex backward(
          "^(it|its|they|their|and|or|but|likewise|these|ditto)\\b|\\b(likewise|ditto)\\b");
      EXPECT_FALSE(std::regex_search(std::string(meaning.text), backward)) << where;
      ++seen;
    }
  EXPECT_GE(seen, 40U);
}

TEST(OptionTexts, sources_are_sections_of_rfcs_and_decisions) {
  const std::regex source(R"(RFC \d+( [\d.]+(\([a-zA-Z]\))?)?(, RFC \d+( [\d.]+(\([a-zA-Z]\))?)?)*)");
  const std::regex decision(R"((D-\d\d)?)");
  for (const OptionRow& row : every_option()) {
    EXPECT_TRUE(std::regex_match(std::string(row.source), source)) << row.key << ": " << row.source;
    EXPECT_TRUE(std::regex_match(std::string(row.decision), decision)) << row.key << ": " << row.decision;
  }
}

TEST(OptionTexts, units_are_plurals_or_symbols) {
  for (const auto& [row, number] : options_of_kind<option::Number>())
    EXPECT_TRUE(number.unit.empty() || number.unit == "ms" || number.unit == "KiB" ||
                words_in(number.unit).front().ends_with('s'))
        << row.key << ": " << number.unit;
}

}  // namespace
}  // namespace tunstack::test::option_texts_test
