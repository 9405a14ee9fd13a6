// What options make a router tell, and which of them are refused.
#include "tunstack/node/advertised.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tunstack/options/options.hpp"

namespace tunstack::test::advertised_test {
namespace {

using testing::HasSubstr;
using Settings = std::vector<std::string>;

NodeOptions options_with(const Settings& settings) {
  NodeOptions options;
  for (const std::string& setting : settings) EXPECT_FALSE(set_option(options, setting).has_value()) << setting;
  return options;
}

InterfaceConfig interface_with(const std::vector<std::string_view>& prefixes) {
  InterfaceConfig interface{.name = "tap0", .addresses = {}, .role = Role::router};
  for (const std::string_view prefix : prefixes) interface.addresses.push_back(parse_prefix(prefix).value());
  return interface;
}
const InterfaceConfig router = interface_with({"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"});

/// What is wrong with the options, "" if nothing.
std::string fault6(const Settings& settings) {
  return fault_of(advertising_config(options_with(settings).router, router)).value_or("");
}
std::string fault4(const Settings& settings, const InterfaceConfig& interface = router) {
  return std::string(fault_of(irdp_config(options_with(settings).router4, interface)).value_or(""));
}

struct Row {
  Settings settings;
  std::string_view fault;  // a part of it; "" if there is none
};

std::string text(const Settings& settings) { return testing::PrintToString(settings); }

TEST(Advertised, ND_RA_001_values_that_are_refused) {
  for (const Row& row : {
           Row{{}, ""},
           Row{{"nd.adv.max=4"}, ""},
           Row{{"nd.adv.max=1800"}, ""},
           Row{{"nd.adv.max=4", "nd.adv.min=3"}, ""},
           Row{{"nd.adv.max=4", "nd.adv.min=4"}, "the minimum interval 4 s"},
           Row{{"nd.adv.max=100", "nd.adv.min=75"}, ""},
           Row{{"nd.adv.max=100", "nd.adv.min=76"}, "the minimum interval 76 s"},
           Row{{"nd.adv.lifetime=0"}, ""},
           Row{{"nd.adv.lifetime=600"}, ""},
           Row{{"nd.adv.lifetime=599"}, "the router lifetime 599 s"},
           Row{{"nd.adv.lifetime=9000"}, ""},
           Row{{"nd.adv.lifetime=65535"}, ""},
           Row{{"nd.adv.max=1800", "nd.adv.lifetime=1799"}, "the router lifetime 1799 s"},
           Row{{"nd.adv.reachable=3600000"}, ""},
           Row{{"nd.adv.mtu=1280"}, ""},
           Row{{"nd.adv.mtu=1500"}, ""},
           Row{{"nd.adv.mtu=1501"}, "the MTU 1501"},
           Row{{"nd.adv.pref=high"}, ""},
           Row{{"nd.adv.pref=high", "nd.adv.lifetime=0"}, "a preference other than medium"},
           Row{{"nd.adv.valid=100", "nd.adv.preferred=101"}, "preferred lifetime above its valid lifetime"},
           Row{{"nd.adv.valid=100", "nd.adv.preferred=100"}, ""},
           Row{{"nd.adv.prefixes=ff02::/16"}, "multicast"},
           Row{{"nd.adv.routes=2001:db8:9::/48,2001:db8:9::/48"}, "stands there twice"},
           Row{{"nd.adv.rdnss=ff02::53"}, "the server ff02::53"},
           Row{{"nd.adv.dnssl=a..example"}, "a..example"},
           Row{{"nd.adv.pref64=64:ff9b::/96"}, ""},
           Row{{"nd.adv.pref64=64:ff9b::/95"}, "the PREF64 64:ff9b::/95"},
       }) {
    const std::string fault = fault6(row.settings);
    EXPECT_EQ(fault.empty(), row.fault.empty()) << text(row.settings) << ": " << fault;
    EXPECT_THAT(fault, HasSubstr(row.fault)) << text(row.settings);
  }
}

TEST(Advertised, ND_RA_001_values_that_no_option_takes) {
  NodeOptions options;
  for (const std::string_view setting :
       {"nd.adv.max=3", "nd.adv.max=1801", "nd.adv.min=2", "nd.adv.reachable=3600001", "nd.adv.hop_limit=256",
        "nd.adv.lifetime=9001", "nd.adv.lifetime=65534", "nd.adv.mtu=1279", "irdp.adv.max=3", "irdp.adv.max=1801",
        "irdp.adv.min=2", "irdp.adv.lifetime=9001"})
    EXPECT_TRUE(set_option(options, setting).has_value()) << setting;
}

TEST(Advertised, ICMP4_RD_001_values_that_are_refused) {
  for (const Row& row : {
           Row{{}, ""},
           Row{{"irdp.adv.max=4"}, ""},
           Row{{"irdp.adv.max=1800"}, ""},
           Row{{"irdp.adv.max=4", "irdp.adv.min=4"}, ""},
           Row{{"irdp.adv.max=4", "irdp.adv.min=5"}, "the minimum advertisement interval"},
           Row{{"irdp.adv.min=3"}, ""},
           Row{{"irdp.adv.lifetime=600"}, ""},
           Row{{"irdp.adv.lifetime=599"}, "the advertisement lifetime"},
           Row{{"irdp.adv.lifetime=9000"}, ""},
       }) {
    const std::string fault = fault4(row.settings);
    EXPECT_EQ(fault.empty(), row.fault.empty()) << text(row.settings) << ": " << fault;
    EXPECT_THAT(fault, HasSubstr(row.fault)) << text(row.settings);
  }
}

TEST(Advertised, ICMP4_RD_005_an_address_twice_is_refused) {
  EXPECT_THAT(fault4({}, interface_with({"192.0.2.2/24", "192.0.2.2/25"})), HasSubstr("listed once"));
  EXPECT_EQ(fault4({}, interface_with({"192.0.2.2/24", "192.0.2.3/24"})), "");
}

TEST(Advertised, ND_RA_004_which_prefixes_are_told) {
  const auto told = [](const Settings& settings, const InterfaceConfig& interface) {
    std::vector<std::string> prefixes;
    for (const auto& prefix : advertising_config(options_with(settings).router, interface).prefixes)
      prefixes.push_back(to_text(IpAddress(prefix.prefix)) + "/" + std::to_string(prefix.length));
    return prefixes;
  };
  EXPECT_EQ(told({}, router), Settings{"2001:db8::2/64"}) << "neither IPv4 nor link-local";
  EXPECT_EQ(told({}, interface_with({"2001:db8::2/128", "2001:db8:1::2/127"})), Settings{"2001:db8:1::2/127"})
      << "a single address is no prefix of a link";
  EXPECT_EQ(told({"nd.adv.prefixes=2001:db8:5::/64"}, router), Settings{"2001:db8:5::/64"});
}

}  // namespace
}  // namespace tunstack::test::advertised_test
