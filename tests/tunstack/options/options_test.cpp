// The table of options as a whole, and what set_option takes and refuses.
#include "tunstack/options/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cstring>
#include <map>
#include <set>

namespace tunstack::test::options_test {
namespace {

using testing::HasSubstr;

/// "a|b|c" or, of a set, "a|b|c, one or more".
std::vector<std::string> choices_of(const OptionRow& row) {
  std::vector<std::string> choices(1);
  for (const char letter : row.type.substr(0, row.type.find(',')))
    if (letter == '|')
      choices.emplace_back();
    else
      choices.back() += letter;
  return choices;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ",") + part;
  return all;
}

std::string text_of_set(const OptionRow& row, unsigned bits) {
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < 8; ++i)
    if (bits & 1U << i) chosen.push_back(choices_of(row).at(i));
  return joined(chosen);
}

/// What stands for an empty list: "any" of "any, or PREFIX,PREFIX...".
std::string empty_word(const OptionRow& row) { return std::string(row.type.substr(0, row.type.find(','))); }

std::string text_of(const OptionRow& row, const std::vector<IpPrefix>& prefixes) {
  std::vector<std::string> parts;
  for (const IpPrefix& prefix : prefixes) parts.push_back(to_text(prefix));
  return prefixes.empty() ? empty_word(row) : joined(parts);
}

/// The value of an option as its row would write it.
std::string value_of(const OptionRow& row, NodeOptions options) {
  const OptionSlot slot = row.slot(options);
  if (auto* const* flag = std::get_if<bool*>(&slot)) return **flag ? "on" : "off";
  if (auto* const* number = std::get_if<std::uint32_t*>(&slot)) return std::to_string(**number);
  if (const auto* set = std::get_if<SetSlot>(&slot)) return text_of_set(row, *set->bits);
  if (auto* const* prefixes = std::get_if<std::vector<IpPrefix>*>(&slot)) return text_of(row, **prefixes);
  if (auto* const* names = std::get_if<std::vector<std::string>*>(&slot))
    return (*names)->empty() ? empty_word(row) : joined(**names);
  std::uint8_t index = 0;
  std::memcpy(&index, std::get<ChoiceSlot>(slot).value, 1);
  return choices_of(row).at(index);
}

std::map<std::string_view, std::string> values_of(const NodeOptions& options) {
  std::map<std::string_view, std::string> values;
  for (const OptionRow& row : option_table()) values[row.key] = value_of(row, options);
  return values;
}

std::optional<OptionFault> set(NodeOptions& options, std::string_view key, std::string_view value) {
  return set_option(options, std::string(key) + "=" + std::string(value));
}

template <class Slot>
bool has_slot(const OptionRow& row) {
  NodeOptions options;
  return std::holds_alternative<Slot>(row.slot(options));
}

bool is_number(const OptionRow& row) { return has_slot<std::uint32_t*>(row); }
bool is_set(const OptionRow& row) { return has_slot<SetSlot>(row); }
bool is_prefixes(const OptionRow& row) { return has_slot<std::vector<IpPrefix>*>(row); }
bool takes_ipv6_alone(const OptionRow& row) { return row.type.contains("IPv6"); }
bool takes_hosts(const OptionRow& row) { return row.type.contains("ADDRESS"); }
bool is_names(const OptionRow& row) { return has_slot<std::vector<std::string>*>(row); }

struct Range {
  std::uint64_t minimum = 0, maximum = 0;
};

/// "1..255 hops"
Range range_of(const OptionRow& row) {
  Range range;
  const char* end = row.type.data() + row.type.size();
  const char* dots = std::from_chars(row.type.data(), end, range.minimum).ptr;
  std::from_chars(dots + 2, end, range.maximum);
  return range;
}

/// A value that the option takes and that is not its default.
std::string other_value(const OptionRow& row) {
  if (is_prefixes(row) && takes_hosts(row)) return "2001:db8::9/128,fe80::9/128";
  if (is_prefixes(row)) return takes_ipv6_alone(row) ? "2001:db8:9::/64" : "198.51.100.0/24";
  if (is_names(row)) return "lab.example,other.example";
  if (is_number(row)) {
    const std::string other = std::to_string(range_of(row).minimum + 1);
    return row.lab == other ? std::to_string(range_of(row).maximum) : other;
  }
  const auto choices = choices_of(row);
  return row.lab == choices[0] ? choices.at(1) : choices[0];
}

TEST(OptionTable, defaults_are_those_of_the_structures) {
  for (const OptionRow& row : option_table()) EXPECT_EQ(value_of(row, NodeOptions{}), row.lab) << row.key;
}

TEST(OptionTable, profiles_have_the_values_of_their_column) {
  for (const OptionRow& row : option_table()) {
    EXPECT_EQ(value_of(row, options_of(Profile::lab)), row.lab) << row.key;
    EXPECT_EQ(value_of(row, options_of(Profile::hardened)), row.hardened) << row.key;
  }
}

TEST(OptionTable, keys_are_unique_and_rows_complete) {
  std::set<std::string_view> keys;
  for (const OptionRow& row : option_table()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    EXPECT_FALSE(row.source.empty()) << row.key;
    EXPECT_FALSE(row.text.empty()) << row.key;
    EXPECT_TRUE(row.key.find('.') != std::string_view::npos || row.key == "probe" || row.key == "igmp" ||
                row.key == "mld")
        << row.key;
  }
  EXPECT_GE(keys.size(), 20U);
}

// Two rows that write one value would silently undo each other.
TEST(OptionTable, every_row_changes_its_own_value_and_no_other) {
  for (const OptionRow& row : option_table()) {
    NodeOptions options;
    const std::string other = other_value(row);
    ASSERT_NE(other, row.lab) << row.key;
    auto expected = values_of(options);
    expected[row.key] = other;
    ASSERT_FALSE(set(options, row.key, other)) << row.key;
    EXPECT_EQ(values_of(options), expected) << row.key;
  }
}

TEST(OptionTable, rows_take_their_defaults_from_any_state) {
  for (const OptionRow& row : option_table()) {
    NodeOptions options = options_of(Profile::hardened);
    EXPECT_FALSE(set(options, row.key, row.lab)) << row.key;
    EXPECT_EQ(value_of(row, options), row.lab);
    EXPECT_FALSE(set(options, row.key, row.hardened)) << row.key;
    EXPECT_EQ(value_of(row, options), row.hardened);
  }
}

TEST(OptionTable, choices_are_all_taken) {
  for (const OptionRow& row : option_table()) {
    if (is_number(row) || is_prefixes(row)) continue;
    for (const std::string& choice : choices_of(row)) {
      NodeOptions options;
      EXPECT_FALSE(set(options, row.key, choice)) << row.key << '=' << choice;
      EXPECT_EQ(value_of(row, options), choice) << row.key;
    }
  }
}

TEST(OptionTable, sets_are_taken_in_any_order_and_not_with_gaps) {
  for (const OptionRow& row : option_table()) {
    if (!is_set(row)) continue;
    const auto choices = choices_of(row);
    ASSERT_GE(choices.size(), 2U) << row.key;
    const std::string both = choices[0] + "," + choices[1];
    NodeOptions options;
    EXPECT_FALSE(set(options, row.key, choices[1] + "," + choices[0])) << row.key;
    EXPECT_EQ(value_of(row, options), both) << row.key;
    EXPECT_FALSE(set(options, row.key, joined(choices))) << row.key;
    EXPECT_EQ(value_of(row, options), joined(choices)) << row.key;
    EXPECT_FALSE(set(options, row.key, both)) << "what is not named is no longer in it";
    EXPECT_EQ(value_of(row, options), both) << row.key;
    for (const std::string& value : {both + ",", "," + both, choices[0] + ",,", choices[0] + ", " + choices[1],
                                     choices[0] + ",nothing", choices[0] + "|" + choices[1]}) {
      EXPECT_TRUE(set(options, row.key, value)) << row.key << "='" << value << "'";
      EXPECT_EQ(value_of(row, options), both) << row.key << "='" << value << "'";
    }
  }
}

TEST(OptionTable, prefixes_of_ipv6_alone) {
  for (const OptionRow& row : option_table()) {
    if (!is_prefixes(row) || !takes_ipv6_alone(row) || takes_hosts(row)) continue;
    NodeOptions options;
    EXPECT_FALSE(set(options, row.key, "2001:db8::/32,2001:db8:1::/48")) << row.key;
    for (const std::string_view value : {"192.0.2.0/24", "2001:db8::/32,192.0.2.1", "2001:db8::/129", "nothing"})
      EXPECT_TRUE(set(options, row.key, value)) << row.key << "='" << value << "'";
    EXPECT_EQ(value_of(row, options), "2001:db8::/32,2001:db8:1::/48");
    EXPECT_FALSE(set(options, row.key, empty_word(row))) << row.key;
    EXPECT_EQ(value_of(row, options), empty_word(row));
  }
}

TEST(OptionTable, prefixes_of_both_families_are_taken_and_nothing_else) {
  for (const OptionRow& row : option_table()) {
    if (!is_prefixes(row) || takes_ipv6_alone(row) || row.type.contains("IPv4")) continue;
    NodeOptions options;
    for (const std::string& value :
         {std::string("192.0.2.0/24"), std::string("192.0.2.0/24,2001:db8::/32,198.51.100.7/32"), empty_word(row)}) {
      EXPECT_FALSE(set(options, row.key, value)) << row.key << "='" << value << "'";
      EXPECT_EQ(value_of(row, options), value);
    }
    EXPECT_FALSE(set(options, row.key, "2001:db8::/32"));
    for (const std::string& value :
         std::vector<std::string>{"192.0.2.0/33", "2001:db8::/129", "192.0.2.0/24,", ",192.0.2.0/24", "nothing",
                                  "192.0.2.0/24," + empty_word(row), "192.0.2.0/24 ,192.0.2.0/25", "example.org/24"}) {
      EXPECT_TRUE(set(options, row.key, value)) << row.key << "='" << value << "'";
      EXPECT_EQ(value_of(row, options), "2001:db8::/32") << row.key << "='" << value << "'";
    }
  }
}

TEST(OptionTable, numbers_are_taken_from_minimum_to_maximum_and_not_beyond) {
  for (const OptionRow& row : option_table()) {
    if (!is_number(row)) continue;
    const auto [minimum, maximum] = range_of(row);
    ASSERT_LT(minimum, maximum) << row.key;
    NodeOptions options;
    EXPECT_FALSE(set(options, row.key, std::to_string(minimum))) << row.key;
    EXPECT_FALSE(set(options, row.key, std::to_string(maximum))) << row.key;
    EXPECT_EQ(value_of(row, options), std::to_string(maximum)) << row.key;
    EXPECT_TRUE(set(options, row.key, std::to_string(maximum + 1))) << row.key;
    if (minimum == 0) continue;
    EXPECT_TRUE(set(options, row.key, std::to_string(minimum - 1))) << row.key;
  }
}

TEST(OptionTable, nonsense_is_refused_and_changes_nothing) {
  for (const OptionRow& row : option_table()) {
    if (is_names(row)) continue;  // whether a name will do is asked where it is used
    NodeOptions options = options_of(Profile::hardened);
    const auto before = values_of(options);
    for (const std::string_view value :
         {"",       " ",  "-1",       "+1",    "4294967296", "4294967360", "99999999999", "18446744073709551616",
          "ON",     "On", "on ",      " on",   "true",       "1.5",        "0x1",         "1 ",
          "on|off", "|",  "rst|port", "576|8", "on=off"}) {
      EXPECT_TRUE(set(options, row.key, value)) << row.key << "='" << value << "'";
      EXPECT_EQ(values_of(options), before) << row.key << "='" << value << "'";
    }
  }
}

// ---- faults ----

TEST(OptionFaults, unknown_key_suggests_the_nearest) {
  NodeOptions options;
  const auto fault = set_option(options, "icmp4.ecko=off");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->what, "unknown option 'icmp4.ecko'");
  EXPECT_EQ(fault->why, "no option has this key");
  EXPECT_EQ(fault->remedy, "did you mean icmp4.echo? 'tunstack options' lists all");
  EXPECT_EQ(values_of(options), values_of(NodeOptions{}));
  EXPECT_THAT(set_option(options, "icmp6.replyrate=1")->remedy, HasSubstr("did you mean icmp6.reply_rate?"));
  EXPECT_THAT(set_option(options, "V4.TTL=1")->what, HasSubstr("unknown option 'V4.TTL'"));
}

TEST(OptionFaults, bad_value_names_what_the_option_takes_and_its_default) {
  NodeOptions options;
  const auto fault = set_option(options, "v4.ttl=0");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->what, "cannot set v4.ttl to '0'");
  EXPECT_EQ(fault->why, "v4.ttl takes 1..255 hops");
  EXPECT_EQ(fault->remedy, "leave it out for the default, 64");
}

TEST(OptionFaults, assignment_needs_a_key_and_a_value) {
  NodeOptions options;
  for (const std::string_view text : {"", "icmp4.echo", "on"}) {
    const auto fault = set_option(options, text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->what, "cannot set '" + std::string(text) + "'");
    EXPECT_EQ(fault->why, "an option is set as KEY=VALUE");
  }
  EXPECT_TRUE(set_option(options, "=on"));
  EXPECT_TRUE(set_option(options, "="));
  EXPECT_TRUE(set_option(options, " icmp4.echo=on"));
  EXPECT_TRUE(set_option(options, "icmp4.echo =on"));
  EXPECT_EQ(values_of(options), values_of(NodeOptions{}));
}

}  // namespace
}  // namespace tunstack::test::options_test
