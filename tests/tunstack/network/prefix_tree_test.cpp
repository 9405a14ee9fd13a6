// Prefixes with values, put together: every address keeps the value of its longest prefix, and none gets one that had
// none. Held against a plain search over all prefixes.
#include "tunstack/network/prefix_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>

namespace tunstack::test::prefix_tree_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

using Value = PrefixTree::Value;
using Emitted = std::vector<std::pair<IpPrefix, Value>>;

Emitted aggregated(const std::vector<IpPrefix>& prefixes, const std::vector<Value>& values) {
  std::vector<PrefixTree::Leaf> leaves;
  for (std::size_t i = 0; i < prefixes.size(); ++i) leaves.push_back({prefixes[i], i});
  PrefixTree tree(std::move(leaves));
  Emitted emitted;
  for (int twice = 0; twice < 2; ++twice) {
    emitted.clear();
    tree.aggregate(values, [&](const IpPrefix& prefix, Value value) { emitted.emplace_back(prefix, value); });
  }
  return emitted;
}

/// "10.0.0.0/8 = 1" of what is emitted.
std::vector<std::string> texts(const std::vector<std::pair<std::string, Value>>& leaves) {
  std::vector<IpPrefix> prefixes;
  std::vector<Value> values;
  for (const auto& [text, value] : leaves) {
    prefixes.push_back(parse_prefix(text).value());
    values.push_back(value);
  }
  std::vector<std::string> lines;
  for (const auto& [prefix, value] : aggregated(prefixes, values))
    lines.push_back(to_text(prefix) + " = " + std::to_string(value));
  return lines;
}

TEST(PrefixTree, halves_of_one_value_make_a_whole) {
  EXPECT_THAT(texts({{"10.0.0.0/25", 1}, {"10.0.0.128/25", 1}}), ElementsAre("10.0.0.0/24 = 1"));
  EXPECT_THAT(texts({{"10.0.3.0/24", 1}, {"10.0.1.0/24", 1}, {"10.0.0.0/24", 1}, {"10.0.2.0/24", 1}}),
              ElementsAre("10.0.0.0/22 = 1"));
  EXPECT_THAT(texts({{"2001:db8::/65", 4}, {"2001:db8:0:0:8000::/65", 4}}), ElementsAre("2001:db8::/64 = 4"));
  EXPECT_THAT(texts({{"0.0.0.0/1", 1}, {"128.0.0.0/1", 1}}), ElementsAre("0.0.0.0/0 = 1"));
}

TEST(PrefixTree, others_stay_apart) {
  EXPECT_THAT(texts({}), IsEmpty());
  EXPECT_THAT(texts({{"10.0.0.0/25", 1}, {"10.0.0.128/25", 2}}),
              UnorderedElementsAre("10.0.0.0/25 = 1", "10.0.0.128/25 = 2"));
  EXPECT_THAT(texts({{"10.0.1.0/24", 1}, {"10.0.2.0/24", 1}}),
              UnorderedElementsAre("10.0.1.0/24 = 1", "10.0.2.0/24 = 1"))
      << "neighbors, but halves of nothing";
  EXPECT_THAT(texts({{"10.0.0.0/24", 1}, {"10.0.1.0/25", 1}}),
              UnorderedElementsAre("10.0.0.0/24 = 1", "10.0.1.0/25 = 1"));
}

TEST(PrefixTree, a_whole_of_several_levels_as_far_as_values_are_alike) {
  EXPECT_THAT(texts({{"10.0.0.0/24", 1}, {"10.0.1.0/24", 1}, {"10.0.2.0/24", 1}, {"10.0.3.0/24", 2}}),
              UnorderedElementsAre("10.0.0.0/23 = 1", "10.0.2.0/24 = 1", "10.0.3.0/24 = 2"));
}

TEST(PrefixTree, host_bits_do_not_count) {
  EXPECT_THAT(texts({{"10.0.0.7/25", 1}, {"10.0.0.200/25", 1}}), ElementsAre("10.0.0.0/24 = 1"));
}

TEST(PrefixTree, what_has_no_value_is_covered_by_nothing) {
  EXPECT_THAT(texts({{"10.0.0.0/24", PrefixTree::mixed}, {"10.0.1.0/24", 5}}), ElementsAre("10.0.1.0/24 = 5"));
  EXPECT_THAT(texts({{"10.0.0.0/24", PrefixTree::mixed}, {"10.0.1.0/24", PrefixTree::mixed}}), IsEmpty());
}

TEST(PrefixTree, of_equal_ones_the_first_counts) {
  EXPECT_THAT(texts({{"10.0.0.0/24", 1}, {"10.0.0.0/24", 2}}), ElementsAre("10.0.0.0/24 = 1"));
  EXPECT_THAT(texts({{"10.0.0.0/24", 1}, {"10.0.1.0/24", 1}, {"10.0.1.0/24", 2}}), ElementsAre("10.0.0.0/23 = 1"))
      << "also where it is a part of something already";
}

TEST(PrefixTree, what_its_halves_cover_has_no_say) {
  EXPECT_THAT(texts({{"10.0.0.0/23", 1}, {"10.0.0.0/24", 2}, {"10.0.1.0/24", 2}}), ElementsAre("10.0.0.0/23 = 2"));
  EXPECT_THAT(texts({{"10.0.0.0/23", 1}, {"10.0.0.0/24", 2}, {"10.0.1.0/24", PrefixTree::mixed}}),
              UnorderedElementsAre("10.0.0.0/23 = 1", "10.0.0.0/24 = 2"))
      << "where a half leads nowhere, the whole does";
}

// ---- against a plain search ----

std::optional<Value> longest_match(const Emitted& routes, const IpAddress& address) {
  std::optional<Value> found;
  int longest = -1;
  for (const auto& [prefix, value] : routes)
    if (prefix.contains(address) && prefix.length > longest) {
      longest = prefix.length;
      found = value;
    }
  return found;
}

/// An address of few that differ, so that prefixes meet: the bits that a family has at the end.
IpAddress address_of(Family family, std::uint32_t bits, unsigned width) {
  if (family == Family::ipv4) return Ipv4Address{bits << (32 - width)};
  Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8}};
  const std::uint64_t placed = std::uint64_t{bits} << (64 - width);
  for (std::size_t i = 0; i < 8; ++i) address.octets[4 + i] = static_cast<std::uint8_t>(placed >> (56 - 8 * i));
  return address;
}

class AgainstSearch : public testing::TestWithParam<Family> {
 protected:
  static constexpr unsigned width = 9;  // bits that differ

  std::mt19937 random{1};
  unsigned below(unsigned bound) { return static_cast<unsigned>(random() % bound); }

  IpPrefix prefix_of(std::uint32_t bits, unsigned length) const {
    const auto shift = static_cast<std::uint8_t>(GetParam() == Family::ipv4 ? 0 : 32);
    return network_of({address_of(GetParam(), bits, width), static_cast<std::uint8_t>(shift + length)});
  }
  /// Random prefixes, no two of them overlapping.
  std::vector<IpPrefix> disjoint() {
    std::vector<IpPrefix> all;
    const auto split = [&](auto&& self, std::uint32_t bits, unsigned length) -> void {
      if (length < width && below(100) < 85) {
        self(self, bits, length + 1);
        self(self, bits | 1U << (width - 1 - length), length + 1);
      } else if (below(100) < 85) {
        all.push_back(prefix_of(bits, length));
      }
    };
    split(split, 0, 0);
    std::ranges::shuffle(all, random);
    return all;
  }
  std::vector<IpPrefix> overlapping() {
    std::vector<IpPrefix> all;
    for (unsigned i = 0, count = below(40); i < count; ++i) all.push_back(prefix_of(below(1U << width), 5 + below(5)));
    return all;
  }
  std::vector<Value> values_for(const std::vector<IpPrefix>& prefixes) {
    std::vector<Value> values;
    const unsigned kinds = 1 + below(3);
    for (std::size_t i = 0; i < prefixes.size(); ++i)
      values.push_back(below(20) == 0 ? PrefixTree::mixed : 1 + below(kinds));
    return values;
  }
  /// As it was given: the first of equal ones.
  static Emitted routes_of(const std::vector<IpPrefix>& prefixes, const std::vector<Value>& values) {
    Emitted routes;
    std::vector<IpPrefix> seen;
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      if (std::ranges::find(seen, prefixes[i]) != seen.end()) continue;
      seen.push_back(prefixes[i]);
      if (values[i] != PrefixTree::mixed) routes.emplace_back(prefixes[i], values[i]);
    }
    return routes;
  }
  void expect_same(const std::vector<IpPrefix>& prefixes, const std::vector<Value>& values) {
    const Emitted before = routes_of(prefixes, values), after = aggregated(prefixes, values);
    for (std::size_t i = 0; i < after.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) ASSERT_NE(after[i].first, after[j].first) << "one value for a prefix";
    for (std::uint32_t bits = 0; bits < 1U << width; ++bits) {
      const IpAddress address = address_of(GetParam(), bits, width);
      ASSERT_EQ(longest_match(after, address), longest_match(before, address)) << to_text(address);
    }
  }
};

TEST_P(AgainstSearch, prefixes_that_do_not_overlap) {
  std::size_t fewer = 0;
  for (int round = 0; round < 300; ++round) {
    const auto prefixes = disjoint();
    const auto values = values_for(prefixes);
    expect_same(prefixes, values);
    fewer += aggregated(prefixes, values).size() < routes_of(prefixes, values).size();
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(fewer, 200U) << "something is put together";
}

TEST_P(AgainstSearch, no_two_that_are_left_make_a_whole) {
  for (int round = 0; round < 100; ++round) {
    const auto prefixes = disjoint();
    const auto after = aggregated(prefixes, values_for(prefixes));
    for (const auto& [one, value] : after)
      for (const auto& [other, same] : after) {
        if (one.length == 0) continue;  // nothing is half of it
        const IpPrefix whole = network_of({one.address, static_cast<std::uint8_t>(one.length - 1)});
        const bool are_halves = one != other && one.length == other.length && whole.contains(other.address);
        ASSERT_FALSE(are_halves && value == same) << to_text(one) << " and " << to_text(other);
      }
  }
}

TEST_P(AgainstSearch, prefixes_within_prefixes_and_equal_ones) {
  for (int round = 0; round < 1000; ++round) {
    const auto prefixes = overlapping();
    expect_same(prefixes, values_for(prefixes));
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(BothFamilies, AgainstSearch, testing::Values(Family::ipv4, Family::ipv6));

}  // namespace
}  // namespace tunstack::test::prefix_tree_test
