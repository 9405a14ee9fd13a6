// What each kind of option takes and refuses, asked of every row of that kind.
#include "tunstack/options/option_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tunstack/options/every_option.hpp"
#include "tunstack/options/quantity.hpp"

namespace tunstack::test::option_value_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Texts = std::vector<std::string>;

void expect_refused(const OptionRow& row, const Texts& values) {
  NodeOptions options = options_of(Profile::hardened);
  const auto before = values_of(options);
  for (const std::string& value : values) {
    EXPECT_TRUE(set(options, row.key, value)) << row.key << "='" << value << "'";
    EXPECT_EQ(values_of(options), before) << row.key << "='" << value << "'";
  }
}

void expect_taken(const OptionRow& row, const std::string& value, const std::string& written) {
  NodeOptions options = options_of(Profile::hardened);
  EXPECT_FALSE(set(options, row.key, value)) << row.key << "='" << value << "'";
  EXPECT_EQ(value_of(row, options), written) << row.key << "='" << value << "'";
}

TEST(OptionValue, flags_are_on_or_off) {
  for (const auto& [row, flag] : options_of_kind<option::Flag>()) {
    NodeOptions options;
    EXPECT_FALSE(set(options, row.key, "on")) << row.key;
    EXPECT_TRUE(*flag.slot(options)) << row.key;
    EXPECT_FALSE(set(options, row.key, "off")) << row.key;
    EXPECT_FALSE(*flag.slot(options)) << row.key;
    for (const char* word : {"yes", "true", "1"}) expect_taken(row, word, "on");
    for (const char* word : {"no", "false", "0"}) expect_taken(row, word, "off");
    expect_refused(row, {"2", "ON", "y", "on,off", "on or off"});
  }
}

TEST(OptionValue, numbers_are_taken_from_minimum_to_maximum_and_not_beyond) {
  for (const auto& [row, number] : options_of_kind<option::Number>()) {
    const std::uint64_t minimum = number.minimum, maximum = number.maximum;
    ASSERT_LT(minimum, maximum) << row.key;
    expect_taken(row, std::to_string(minimum), std::to_string(minimum));
    expect_taken(row, std::to_string(maximum), std::to_string(maximum));
    const auto is_special = [&](std::uint64_t value) {
      return std::ranges::find(number.special, value, &option::SpecialNumber::value) != number.special.end();
    };
    expect_refused(row, {"-1"});
    if (!is_special(maximum + 1)) expect_refused(row, {std::to_string(maximum + 1)});
    if (minimum > 0 && !is_special(minimum - 1)) expect_refused(row, {std::to_string(minimum - 1)});
  }
}

TEST(OptionValue, numbers_take_units_that_fit_theirs) {
  const auto set_to = [](std::string_view key, const std::string& value) {
    NodeOptions options;
    return set(options, key, value) ? "refused" : value_of(*find_option(key), options);
  };
  EXPECT_EQ(set_to("nd.adv.max", "30s"), "30");
  EXPECT_EQ(set_to("nd.adv.max", "10m"), "600");
  EXPECT_EQ(set_to("nd.adv.max", "30000ms"), "30");
  EXPECT_EQ(set_to("nd.adv.max", "30.5s"), "refused") << "no whole number of seconds";
  EXPECT_EQ(set_to("nd.adv.max", "30KiB"), "refused");
  EXPECT_EQ(set_to("nd.adv.max", "30x"), "refused");
  EXPECT_EQ(set_to("ip4.ttl", "64s"), "refused") << "hops have no other unit";
}

TEST(OptionValue, quantities) {
  using option::parse_quantity;
  EXPECT_EQ(parse_quantity("500ms", "seconds"), 0.5);
  EXPECT_EQ(parse_quantity("0.29s", "ms"), 290.0);
  EXPECT_EQ(parse_quantity("1.5m", "seconds"), 90.0);
  EXPECT_EQ(parse_quantity("1h", "seconds"), 3600.0);
  EXPECT_EQ(parse_quantity("7", "seconds"), 7.0);
  EXPECT_EQ(parse_quantity("4MiB", "KiB"), 4096.0);
  EXPECT_EQ(parse_quantity("2KiB", "octets"), 2048.0);
  for (const char* wrong : {"", "s", "-1", "+1", " 1", "1 s", "nan", "inf", "1e3", "0x10", "1S", "1MiB", "1ss"})
    EXPECT_EQ(parse_quantity(wrong, "seconds"), std::nullopt) << wrong;
}

TEST(OptionValue, special_numbers_are_taken_by_their_words_and_as_numbers) {
  std::size_t special_numbers = 0;
  for (const auto& [row, number] : options_of_kind<option::Number>())
    for (const option::SpecialNumber& special : number.special) {
      expect_taken(row, std::string(special.word), std::string(special.word));
      expect_taken(row, std::to_string(special.value), std::string(special.word));
      ++special_numbers;
    }
  EXPECT_GE(special_numbers, 10U);
}

TEST(OptionValue, each_choice_is_taken_and_means_something_of_its_own) {
  for (const auto& [row, kind] : options_of_kind<option::OneOf>()) {
    ASSERT_GE(kind.choices.size(), 2U) << row.key;
    for (const option::Choice& choice : kind.choices) {
      expect_taken(row, std::string(choice.word), std::string(choice.word));
      EXPECT_EQ(std::ranges::count(kind.choices, choice.word, &option::Choice::word), 1) << choice.word;
      EXPECT_EQ(std::ranges::count(kind.choices, choice.value, &option::Choice::value), 1) << choice.word;
    }
    expect_refused(row, {joined(words_of(kind.choices)), words_of(kind.choices)[0] + " ", "on", "default"});
  }
}

TEST(OptionValue, sets_are_taken_in_any_order_and_not_with_gaps) {
  for (const auto& [row, kind] : options_of_kind<option::SetOf>()) {
    const Texts words = words_of(kind.choices);
    ASSERT_GE(words.size(), 2U) << row.key;
    std::uint8_t bits = 0;
    for (const option::Choice& choice : kind.choices) {
      EXPECT_EQ(bits & choice.value, 0) << choice.word << " has a bit of another choice";
      bits |= choice.value;
      expect_taken(row, std::string(choice.word), std::string(choice.word));
    }
    const std::string both = words[0] + "," + words[1];
    expect_taken(row, words[1] + "," + words[0], both);
    expect_taken(row, both, both);
    expect_taken(row, joined(words), joined(words));
    expect_refused(row, {both + ",", "," + both, words[0] + ",,", words[0] + ", " + words[1], words[0] + ",nothing",
                         words[0] + "|" + words[1]});
  }
}

TEST(OptionValue, prefixes_of_the_families_of_their_row) {
  for (const auto& [row, kind] : options_of_kind<option::Prefixes>()) {
    const std::string empty(kind.empty.word);
    const Texts ipv4 = {"192.0.2.0/24", "192.0.2.0/24,198.51.100.7/32", "0.0.0.0/0"};
    const Texts ipv6 = {"2001:db8::/32", "2001:db8::/32,2001:db8:1::1/128", "::/0"};
    for (const std::string& value : ipv4)
      kind.families == option::Families::ipv6 ? expect_refused(row, {value}) : expect_taken(row, value, value);
    for (const std::string& value : ipv6)
      kind.families == option::Families::ipv4 ? expect_refused(row, {value}) : expect_taken(row, value, value);
    const std::string mixed = "192.0.2.0/24,2001:db8::/32";
    kind.families == option::Families::both ? expect_taken(row, mixed, mixed) : expect_refused(row, {mixed});
    expect_taken(row, empty, empty);
    expect_refused(row, {"192.0.2.0/33", "2001:db8::/129", "192.0.2.0/24,", ",2001:db8::/32", "nothing",
                         "192.0.2.0/24," + empty, "2001:db8::/32 ,2001:db8::/33", "example.org/24"});
  }
}

TEST(OptionValue, addresses_are_whole_and_of_the_scope_of_their_row) {
  for (const auto& [row, kind] : options_of_kind<option::Addresses>()) {
    ASSERT_EQ(kind.families, option::Families::ipv6) << row.key;
    expect_taken(row, "2001:db8::9", "2001:db8::9/128");
    expect_taken(row, "2001:db8::9/128,fe80::9", "2001:db8::9/128,fe80::9/128");
    expect_taken(row, std::string(kind.empty.word), std::string(kind.empty.word));
    expect_refused(row, {"2001:db8::/64", "192.0.2.9", "2001:db8::9,192.0.2.9", "2001:db8::9,", "nothing"});
    if (kind.scope == option::AddressScope::unicast)
      expect_refused(row, {"ff02::9", "::", "::1", "2001:db8::9,ff02::9"});
    else
      expect_taken(row, "ff02::9", "ff02::9/128");
  }
}

TEST(OptionValue, names_are_what_stands_between_commas) {
  for (const auto& [row, kind] : options_of_kind<option::Names>()) {
    NodeOptions options;
    ASSERT_FALSE(set(options, row.key, "one,two words,3")) << row.key;
    EXPECT_THAT(*kind.slot(options), ElementsAre("one", "two words", "3")) << row.key;
    ASSERT_FALSE(set(options, row.key, kind.empty.word)) << row.key;
    EXPECT_THAT(*kind.slot(options), IsEmpty()) << row.key;
    expect_refused(row, {"", ",", "one,", ",one", "one,,two"});
  }
}

TEST(OptionValue, nonsense_is_refused_and_changes_nothing) {
  for (const OptionRow& row : every_option())
    if (!std::holds_alternative<option::Names>(row.kind))  // whether a name will do is asked where it is used
      expect_refused(row, {"",       " ",  "-1",       "+1",    "4294967296", "4294967360", "18446744073709551616",
                           "ON",     "On", "on ",      " on",   "True",       "1.5",        "0x1",
                           "on|off", "|",  "rst|port", "576|8", "on=off",     "1 "});
}

TEST(OptionValue, kinds_in_words) {
  const auto kind_of_option = [](std::string_view key) -> const option::Kind& { return find_option(key)->kind; };
  EXPECT_EQ(option::kind_name(kind_of_option("mld.enable")), "flag");
  EXPECT_EQ(option::kind_name(kind_of_option("ip4.ttl")), "number");
  EXPECT_EQ(option::kind_name(kind_of_option("icmp4.quote")), "choice");
  EXPECT_EQ(option::kind_name(kind_of_option("probe.allow_kinds")), "set");
  EXPECT_EQ(option::kind_name(kind_of_option("arp.proxy")), "prefixes");
  EXPECT_EQ(option::kind_name(kind_of_option("nd.proxy")), "addresses");
  EXPECT_EQ(option::kind_name(kind_of_option("nd.adv.dnssl")), "names");
  EXPECT_EQ(option::accepted_values(kind_of_option("arp.proxy")), "IPv4 prefixes separated by commas, or none");
  EXPECT_EQ(option::accepted_values(kind_of_option("nd.proxy")), "IPv6 unicast addresses separated by commas, or none");
  EXPECT_EQ(option::accepted_values(kind_of_option("nd.adv.dnssl")), "domain names separated by commas, or none");
}

}  // namespace
}  // namespace tunstack::test::option_value_test
