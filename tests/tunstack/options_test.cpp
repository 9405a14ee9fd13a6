// The table of options as a whole, and what set_option takes and refuses.
#include "tunstack/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cstring>
#include <map>
#include <set>

namespace tunstack::test {
namespace {

using testing::HasSubstr;

std::vector<std::string> choices_of(const OptionRow& row) {
  std::vector<std::string> choices(1);
  for (const char letter : row.type)
    if (letter == '|')
      choices.emplace_back();
    else
      choices.back() += letter;
  return choices;
}

/// The value of an option as its row would write it.
std::string value_of(const OptionRow& row, NodeOptions options) {
  const OptionSlot slot = row.slot(options);
  if (auto* const* flag = std::get_if<bool*>(&slot)) return **flag ? "on" : "off";
  if (auto* const* number = std::get_if<std::uint32_t*>(&slot)) return std::to_string(**number);
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

bool is_number(const OptionRow& row) {
  NodeOptions options;
  return std::holds_alternative<std::uint32_t*>(row.slot(options));
}

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
    EXPECT_NE(row.key.find('.'), std::string_view::npos) << row.key;
  }
  EXPECT_GE(keys.size(), 20U);
}

// Two rows that write one value would silently undo each other.
TEST(OptionTable, every_row_changes_its_own_value_and_no_other) {
  for (const OptionRow& row : option_table()) {
    NodeOptions options;
    const std::string other = is_number(row) ? "7" : choices_of(row).at(row.lab == choices_of(row)[0] ? 1 : 0);
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
    if (is_number(row)) continue;
    for (const std::string& choice : choices_of(row)) {
      NodeOptions options;
      EXPECT_FALSE(set(options, row.key, choice)) << row.key << '=' << choice;
      EXPECT_EQ(value_of(row, options), choice) << row.key;
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
    NodeOptions options = options_of(Profile::hardened);
    const auto before = values_of(options);
    for (const std::string_view value :
         {"",       " ",  "-1",       "+1",    "4294967296", "4294967360", "99999999", "18446744073709551616",
          "ON",     "On", "on ",      " on",   "true",       "1.5",        "0x1",      "1 ",
          "on|off", "|",  "rst|port", "576|8", "on=off"}) {
      EXPECT_TRUE(set(options, row.key, value)) << row.key << "='" << value << "'";
      EXPECT_EQ(values_of(options), before) << row.key << "='" << value << "'";
    }
  }
}

// ---- values that the specification fixes ----

struct Fixed {
  std::string_view key, lab, hardened;
};

TEST(Options, have_the_defaults_of_the_decisions) {
  const auto lab = values_of(options_of(Profile::lab));
  const auto hardened = values_of(options_of(Profile::hardened));
  for (const auto& [key, lab_value, hardened_value] :
       {Fixed{"icmp4.echo_broadcast", "off", "off"}, Fixed{"icmp4.quote", "576", "576"},
        Fixed{"icmp4.echo_code", "copy", "drop"}, Fixed{"v4.zero_broadcast", "off", "off"},
        Fixed{"l4.tcp_closed", "rst", "drop"}, Fixed{"icmp6.echo_multicast", "on", "off"},
        Fixed{"icmp4.reply_rate", "0", "1000"}, Fixed{"icmp6.reply_rate", "0", "1000"}}) {
    ASSERT_TRUE(lab.contains(key)) << key;
    EXPECT_EQ(lab.at(key), lab_value) << key;
    EXPECT_EQ(hardened.at(key), hardened_value) << key;
  }
}

TEST(Options, ICMP4_RATE_001_defaults_of_the_error_limits) {
  for (const Profile profile : {Profile::lab, Profile::hardened}) {
    const NodeOptions options = options_of(profile);
    for (const icmp::ErrorLimits& limits : {options.ipv4_error_limits, options.ipv6_error_limits}) {
      EXPECT_EQ(limits.destination.rate, 10U);
      EXPECT_EQ(limits.destination.burst, 10U);
      EXPECT_EQ(limits.node.rate, 1000U);
      EXPECT_EQ(limits.node.burst, 50U);
    }
  }
}

TEST(Options, V4_TX_001_time_to_live_is_64_and_never_0) {
  NodeOptions options;
  EXPECT_EQ(options.ipv4_ttl, 64U);
  EXPECT_EQ(options.ipv6_hop_limit, 64U);
  EXPECT_TRUE(set_option(options, "v4.ttl=0"));
  EXPECT_TRUE(set_option(options, "v4.ttl=256"));
  EXPECT_TRUE(set_option(options, "v6.hop_limit=0"));
  EXPECT_FALSE(set_option(options, "v4.ttl=255"));
  EXPECT_EQ(options.ipv4_ttl, 255U);
}

TEST(Options, choices_mean_their_enumeration) {
  NodeOptions options;
  EXPECT_FALSE(set_option(options, "icmp4.quote=8"));
  EXPECT_EQ(options.ipv4_quote, icmp::Ipv4Quote::header_and_8);
  EXPECT_FALSE(set_option(options, "icmp4.echo_code=drop"));
  EXPECT_EQ(options.echo4.code, icmp::EchoCode::drop);
  EXPECT_FALSE(set_option(options, "l4.tcp_closed=port"));
  EXPECT_EQ(options.closed_tcp, transport::ClosedTcp::port);
  EXPECT_FALSE(set_option(options, "l4.tcp_closed=drop"));
  EXPECT_EQ(options.closed_tcp, transport::ClosedTcp::drop);
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
}  // namespace tunstack::test
