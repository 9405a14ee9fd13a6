// The table of options as a whole, the profiles, and the faults of set_option().
#include "tunstack/options/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/tunstack/options/every_option.hpp"
#include "tests/tunstack/options/node_option_parts.hpp"

namespace tunstack::test::options_test {
namespace {

using testing::HasSubstr;
using testing::Not;

void* place_of(const OptionRow& row, NodeOptions& options) {
  return std::visit([&](const auto& kind) { return static_cast<void*>(kind.slot(options)); }, row.kind);
}

/// A value that the option takes and that is not its default.
std::string other_value(const OptionRow& row) {
  std::vector<std::string> values;
  if (std::holds_alternative<option::Flag>(row.kind)) values = {"on", "off"};
  if (const auto* number = std::get_if<option::Number>(&row.kind))
    values = {std::to_string(number->minimum + 1), std::to_string(number->maximum)};
  if (const auto* choice = std::get_if<option::OneOf>(&row.kind)) values = words_of(choice->choices);
  if (const auto* set = std::get_if<option::SetOf>(&row.kind)) values = words_of(set->choices);
  if (const auto* prefixes = std::get_if<option::Prefixes>(&row.kind))
    values = {prefixes->families == option::Families::ipv6 ? "2001:db8:9::/64" : "198.51.100.0/24"};
  if (std::holds_alternative<option::Addresses>(row.kind)) values = {"2001:db8::9/128,fe80::9/128"};
  if (std::holds_alternative<option::Names>(row.kind)) values = {"lab.example,other.example"};
  return values.front() == row.lab ? values.back() : values.front();
}

// ---- the table ----

TEST(OptionTable, keys_are_unique_and_found) {
  std::set<std::string_view> keys;
  for (const OptionRow& row : every_option()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    const OptionRow* found = find_option(row.key);
    ASSERT_TRUE(found) << row.key;
    EXPECT_EQ(found->text, row.text);
  }
  EXPECT_EQ(find_option("ip4"), nullptr);
  EXPECT_EQ(find_option("ip4.ttl "), nullptr);
  EXPECT_EQ(find_option(""), nullptr);
}

TEST(OptionTable, every_value_of_a_node_has_one_row) {
  NodeOptions options;
  // That IPv6 fragments may not overlap, and how large a packet is, no option can change (RFC 8200 4.5).
  std::set<void*> expected;
  for_each_single_value(options, [&](auto& value) { expected.insert(&value); });
  expected.erase(&options.fragments6.overlap);
  expected.erase(&options.fragments6.largest);
  // Nor that IPv4 errors have no limit by prefix.
  expected.erase(&options.ipv4_error_limits.prefix.rate);
  expected.erase(&options.ipv4_error_limits.prefix.burst);
  std::set<void*> places;
  for (const OptionRow& row : every_option())
    EXPECT_TRUE(places.insert(place_of(row, options)).second) << row.key << " has the place of another option";
  EXPECT_EQ(places, expected);
}

TEST(OptionTable, every_row_changes_its_own_value_and_no_other) {
  for (const OptionRow& row : every_option()) {
    NodeOptions options;
    const std::string other = other_value(row);
    ASSERT_NE(other, row.lab) << row.key;
    auto expected = values_of(options);
    expected[row.key] = other;
    ASSERT_FALSE(set(options, row.key, other)) << row.key;
    EXPECT_EQ(values_of(options), expected) << row.key;
  }
}

// ---- profiles ----

TEST(OptionProfiles, lab_is_what_a_node_has_by_itself) {
  NodeOptions lab = options_of(Profile::lab), own;
  std::vector<void*> values_of_lab;
  for_each_single_value(lab, [&](auto& value) { values_of_lab.push_back(&value); });
  std::size_t n = 0;
  for_each_single_value(own, [&](auto& value) {
    using Value = std::remove_reference_t<decltype(value)>;
    EXPECT_TRUE(*static_cast<Value*>(values_of_lab[n]) == value) << "value " << n << " of NodeOptions";
    ++n;
  });
  EXPECT_EQ(n, every_option().size() + 4) << "four values that no option can change";
}

TEST(OptionProfiles, have_the_values_of_their_column) {
  const NodeOptions lab = options_of(Profile::lab), hardened = options_of(Profile::hardened);
  for (const OptionRow& row : every_option()) {
    EXPECT_EQ(value_of(row, lab), row.lab) << row.key;
    EXPECT_EQ(value_of(row, hardened), row.hardened) << row.key;
  }
}

TEST(OptionProfiles, defaults_are_taken_from_any_state) {
  for (const OptionRow& row : every_option()) {
    NodeOptions options = options_of(Profile::hardened);
    EXPECT_FALSE(set(options, row.key, row.lab)) << row.key;
    EXPECT_EQ(value_of(row, options), row.lab);
    EXPECT_FALSE(set(options, row.key, row.hardened)) << row.key;
    EXPECT_EQ(value_of(row, options), row.hardened);
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

TEST(OptionFaults, key_that_resembles_none_gets_no_suggestion) {
  NodeOptions options;
  EXPECT_EQ(set_option(options, "colour=red")->remedy, "'tunstack options' lists all");
  EXPECT_EQ(set_option(options, "=on")->remedy, "'tunstack options' lists all");
}

TEST(OptionFaults, bad_value_names_what_the_option_takes_and_its_default) {
  struct Refused {
    std::string_view key, value, why, remedy;
  };
  for (const Refused& refused : {
           Refused{"ip4.ttl", "0", "ip4.ttl takes 1 to 255 hops", "leave it out for the default, 64"},
           Refused{"icmp4.reply_rate", "many",
                   "icmp4.reply_rate takes 1 to 1000000 replies per second, or unlimited (unlimited: all are sent)",
                   "leave it out for the default, unlimited"},
           Refused{"irdp.adv.pref", "-1", "irdp.adv.pref takes 0 to 2147483647", "leave it out for the default, 0"},
           Refused{"icmp4.echo", "maybe", "icmp4.echo takes on or off", "leave it out for the default, on"},
           Refused{"ip4.frag.overlap", "none", "ip4.frag.overlap takes drop, first or last",
                   "leave it out for the default, drop"},
           Refused{"probe.allow_kinds", "mac",
                   "probe.allow_kinds takes one or more of name, index and address, separated by commas",
                   "leave it out for the default, name,index,address"},
           Refused{"probe.allow_sources", "me",
                   "probe.allow_sources takes prefixes separated by commas, or any (any: every source)",
                   "leave it out for the default, any"},
           Refused{"nd.adv.rdnss", "2001:db8::/64",
                   "nd.adv.rdnss takes IPv6 addresses separated by commas, or none (none: no RDNSS option is sent)",
                   "leave it out for the default, none"},
       }) {
    NodeOptions options;
    const auto fault = set(options, refused.key, refused.value);
    ASSERT_TRUE(fault) << refused.key;
    EXPECT_EQ(fault->what, "cannot set " + std::string(refused.key) + " to '" + std::string(refused.value) + "'");
    EXPECT_EQ(fault->why, refused.why);
    EXPECT_EQ(fault->remedy, refused.remedy);
  }
}

TEST(OptionFaults, name_all_special_values) {
  NodeOptions options;
  EXPECT_THAT(set_option(options, "nd.adv.lifetime=65536")->why,
              HasSubstr("(0: not a default router; auto: three times nd.adv.max)"));
  EXPECT_THAT(set_option(options, "nd.adv.max=0")->why, Not(HasSubstr("(")));
}

TEST(OptionFaults, assignment_needs_a_key_and_a_value) {
  NodeOptions options;
  for (const std::string_view text : {"", "icmp4.echo", "on"}) {
    const auto fault = set_option(options, text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->what, "cannot set '" + std::string(text) + "'");
    EXPECT_EQ(fault->why, "an option is set as KEY=VALUE");
    EXPECT_EQ(fault->remedy, "'tunstack options' lists keys and values");
  }
  EXPECT_TRUE(set_option(options, "=on"));
  EXPECT_TRUE(set_option(options, "="));
  EXPECT_TRUE(set_option(options, " icmp4.echo=on"));
  EXPECT_TRUE(set_option(options, "icmp4.echo =on"));
  EXPECT_EQ(values_of(options), values_of(NodeOptions{}));
}

}  // namespace
}  // namespace tunstack::test::options_test
