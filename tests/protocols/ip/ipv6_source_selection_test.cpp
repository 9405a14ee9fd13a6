// Which IPv6 address a node speaks from: RFC 6724 5, the rules that static addresses of one interface need.
#include <gtest/gtest.h>

#include "protocols/ip/local_addresses.hpp"

namespace tunstack::test::ipv6_source_selection_test {
namespace {

using Prefixes = std::vector<std::string_view>;
constexpr InterfaceId first{0};
constexpr InterfaceId second{1};

std::string source(const Prefixes& prefixes, std::string_view peer) {
  ip::LocalAddresses local;
  for (const std::string_view prefix : prefixes) local.add(first, parse_prefix(prefix).value());
  const auto address = local.source_for(first, parse_address(peer)->ipv6());
  return address ? to_text(*address) : "none";
}

struct Choice {
  std::string_view peer;
  Prefixes prefixes;
  std::string expected;
};

/// The same in whatever order the addresses were given.
void expect_choices(const std::vector<Choice>& choices) {
  for (Choice choice : choices) {
    std::ranges::sort(choice.prefixes);
    do EXPECT_EQ(source(choice.prefixes, choice.peer), choice.expected) << choice.peer << ", " << choice.prefixes[0];
    while (std::ranges::next_permutation(choice.prefixes).found);
  }
}

// RFC 6724 10.1, as far as addresses are neither deprecated nor temporary nor mobile.
TEST(Ipv6SourceSelection, V6_TX_003_the_examples_of_the_rfc) {
  expect_choices({
      {"2001:db8:1::1", {"2001:db8:3::1/64", "fe80::1/64"}, "2001:db8:3::1"},
      {"ff05::1", {"2001:db8:3::1/64", "fe80::1/64"}, "2001:db8:3::1"},
      {"2001:db8:1::1", {"2001:db8:1::1/64", "2001:db8:2::1/64"}, "2001:db8:1::1"},
      {"fe80::1", {"fe80::2/64", "2001:db8:1::1/64"}, "fe80::2"},
      {"2001:db8:1::1", {"2001:db8:1::2/64", "2001:db8:3::2/64"}, "2001:db8:1::2"},
      {"2002:c633:6401::1",
       {"2002:c633:6401::d5e3:7953:13eb:22e8/64", "2001:db8:1::2/64"},
       "2002:c633:6401:0:d5e3:7953:13eb:22e8"},
  });
}

// Rule 1: the node talks to itself from the address it talks to, though others share as long a prefix with it.
TEST(Ipv6SourceSelection, V6_TX_002_the_same_address) {
  const Prefixes prefixes = {"2001:db8::2/64", "2001:db8::3/64", "2001:db8::4/64"};
  expect_choices({{"2001:db8::2", prefixes, "2001:db8::2"},
                  {"2001:db8::3", prefixes, "2001:db8::3"},
                  {"2001:db8::4", prefixes, "2001:db8::4"}});
}

// Rule 2: the smallest scope that reaches the peer, or else the largest. Multicast has 16 scopes (RFC 4291 2.7).
TEST(Ipv6SourceSelection, V6_TX_002_scopes) {
  const Prefixes all = {"fe80::2/64", "fec0::2/64", "2001:db8::2/64"};
  expect_choices({
      {"fe80::9", all, "fe80::2"},
      {"fec0::9", all, "fec0::2"},
      {"2001:db8:9::9", all, "2001:db8::2"},
      {"fd00::9", all, "2001:db8::2"},
      {"ff01::1", all, "fe80::2"},
      {"ff02::1", all, "fe80::2"},
      {"ff03::1", all, "fec0::2"},
      {"ff05::1", all, "fec0::2"},
      {"ff08::1", all, "2001:db8::2"},
      {"ff0e::1", all, "2001:db8::2"},
      {"ff0f::1", all, "2001:db8::2"},
      {"ff15::1", all, "fec0::2"},
      {"2001:db8::9", {"fe80::2/64", "fec0::2/64"}, "fec0::2"},
      {"fec0::9", {"fe80::2/64", "2001:db8::2/64"}, "2001:db8::2"},
      {"2001:db8::9", {"fe80::2/64"}, "fe80::2"},
  });
}

// Rule 6, with the default policy table (RFC 6724 2.1). Rule 8 alone would choose otherwise in each of these.
TEST(Ipv6SourceSelection, V6_TX_003_labels) {
  expect_choices({
      {"fd00::9", {"2001:db8::2/64", "fc00::2/64"}, "fc00::2"},
      {"2001:db8::9", {"3fff::2/64", "2001:0:1::2/64"}, "3fff::2"},
      {"2001:0:9::9", {"2001:db8::2/64", "2001:0:f000::2/64"}, "2001:0:f000::2"},
      {"2001:db8::9", {"2002:1::2/64", "3000::2/64"}, "3000::2"},
      {"2002:9::9", {"2003::2/64", "2002:f000::2/64"}, "2002:f000::2"},
      {"3ffe:9::9", {"3fff::2/64", "3ffe:f000::2/64"}, "3ffe:f000::2"},
      {"f000::9", {"fd00::2/64", "2001:db8::2/64"}, "2001:db8::2"},
      {"2001:db8::9", {"3ffe::2/64", "4000::2/64"}, "4000::2"},
  });
}

// Labels count only among addresses whose scope is as good.
TEST(Ipv6SourceSelection, V6_TX_003_scope_goes_before_label_and_label_before_prefix) {
  expect_choices({
      {"fe80::9", {"2001:db8::2/64", "fe80::2/64"}, "fe80::2"},
      {"2002:1::9", {"fe80::2/64", "2001:db8::2/64"}, "2001:db8::2"},
      {"fd00:0:0:1::9", {"fd00:0:0:2::2/64", "fd00:0:0:1::2/64", "2001:db8::2/64"}, "fd00:0:0:1::2"},
  });
}

// Rule 8; bits behind the prefix of the address are no part of it (RFC 6724 2.2).
TEST(Ipv6SourceSelection, V6_TX_003_longest_prefix) {
  const Prefixes subnets = {"2001:db8:0:1::2/64", "2001:db8:0:2::2/64", "2001:db8:0:4::2/64", "2001:db8:8000::2/48"};
  expect_choices({
      {"2001:db8:0:1::9", subnets, "2001:db8:0:1::2"},
      {"2001:db8:0:2::9", subnets, "2001:db8:0:2::2"},
      {"2001:db8:0:3::9", subnets, "2001:db8:0:2::2"},
      {"2001:db8:0:7::9", subnets, "2001:db8:0:4::2"},
      {"2001:db8:8000:7::9", subnets, "2001:db8:8000::2"},
      {"2001:db8:c000::9", subnets, "2001:db8:8000::2"},
      {"2001:db8:0:1:8000::9", {"2001:db8:0:1::2/65", "2001:db8:0:1:c000::2/65"}, "2001:db8:0:1:c000::2"},
  });
  EXPECT_EQ(source({"2001:db8::1000/64", "2001:db8::9/64"}, "2001:db8::8"), "2001:db8::1000")
      << "as good as each other: the first";
  EXPECT_EQ(source({"2001:db8::9/64", "2001:db8::1000/64"}, "2001:db8::8"), "2001:db8::9");
}

// Rule 5, and V6-RX-016: neither another interface's address nor an anycast address is ever chosen.
TEST(Ipv6SourceSelection, V6_TX_003_the_interface_that_is_used) {
  ip::LocalAddresses local;
  for (const std::string_view prefix : {"fe80::2/64", "2001:db8:1::2/64"})
    local.add(first, parse_prefix(prefix).value());
  for (const std::string_view prefix : {"fe80::3/64", "2001:db8:2::3/64"})
    local.add(second, parse_prefix(prefix).value());
  for (const std::string_view peer : {"2001:db8:1::9", "2001:db8:2::9", "2001:db8:2::", "2001:db8:2::3"}) {
    EXPECT_EQ(to_text(local.source_for(first, parse_address(peer)->ipv6()).value()), "2001:db8:1::2") << peer;
    EXPECT_EQ(to_text(local.source_for(second, parse_address(peer)->ipv6()).value()), "2001:db8:2::3") << peer;
  }
  EXPECT_FALSE(local.source_for(InterfaceId{2}, parse_address("2001:db8::9")->ipv6()));
}

}  // namespace
}  // namespace tunstack::test::ipv6_source_selection_test
