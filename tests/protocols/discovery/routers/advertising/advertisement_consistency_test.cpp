// What another router tells differently, field by field.
#include "protocols/discovery/routers/advertising/advertisement_consistency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "protocols/discovery/routers/advertising/advertisement_parts.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::advertisement_consistency_test {
namespace {

using discovery::AdvertisingConfig;
using testing::ElementsAre;
using testing::IsEmpty;

Ipv6Address address(std::string_view text) { return parse_address(text)->ipv6(); }

AdvertisingConfig ours() {
  AdvertisingConfig config{.hop_limit = 64, .reachable_time = 30'000, .retransmit_time = 1000, .mtu = 1400};
  config.prefixes = {{address("2001:db8:1::"), 64}, {address("2001:db8:2::1"), 64}};
  return config;
}

/// What a router with the configuration `theirs` sends.
Packet advertisement(const AdvertisingConfig& theirs) {
  const discovery::AdvertisementParts parts(theirs, MacAddress{{2, 0, 0, 0, 0, 9}}, 1500);
  Packet message(parts.part(0, false).size(), 0);
  parts.part(0, false).write(message);
  return message;
}

std::vector<std::string_view> names_of(const discovery::Inconsistencies& broken) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < broken.size(); ++i)
    if (broken[i]) names.push_back(info(discovery::consistency_rules[i].reason).name);
  return names;
}

std::vector<std::string_view> differences(const std::function<void(AdvertisingConfig&)>& change) {
  AdvertisingConfig theirs = ours();
  change(theirs);
  return names_of(discovery::inconsistencies(ours(), advertisement(theirs)));
}
using C = AdvertisingConfig;

TEST(AdvertisementConsistency, ND_RA_008_who_tells_the_same_agrees) {
  EXPECT_THAT(differences([](C&) {}), IsEmpty());
}

TEST(AdvertisementConsistency, ND_RA_008_each_field) {
  EXPECT_THAT(differences([](C& c) { c.hop_limit = 63; }), ElementsAre("advertised_hop_limit_differs"));
  EXPECT_THAT(differences([](C& c) { c.managed = true; }), ElementsAre("advertised_managed_flag_differs"));
  EXPECT_THAT(differences([](C& c) { c.other = true; }), ElementsAre("advertised_other_flag_differs"));
  EXPECT_THAT(differences([](C& c) { c.reachable_time = 1; }), ElementsAre("advertised_reachable_time_differs"));
  EXPECT_THAT(differences([](C& c) { c.retransmit_time = 1; }), ElementsAre("advertised_retransmit_time_differs"));
  EXPECT_THAT(differences([](C& c) { c.mtu = 1500; }), ElementsAre("advertised_mtu_differs"));
  EXPECT_THAT(differences([](C& c) { c.prefixes[0].valid -= 1; }), ElementsAre("advertised_valid_lifetime_differs"));
  EXPECT_THAT(differences([](C& c) { c.prefixes[1].preferred -= 1; }),
              ElementsAre("advertised_preferred_lifetime_differs"));
}

TEST(AdvertisementConsistency, ND_RA_008_all_at_once) {
  EXPECT_THAT(differences([](C& c) {
                c = {.hop_limit = 1, .managed = true, .other = true, .reachable_time = 1, .retransmit_time = 1};
                c.mtu = 1280;
                c.prefixes = {{address("2001:db8:2::"), 64, true, true, 2, 1}};
              }),
              testing::SizeIs(discovery::consistency_rules.size()));
}

// RFC 4861 6.2.7: "some routers might leave some fields as unspecified".
TEST(AdvertisementConsistency, ND_RA_008_what_one_leaves_unspecified_does_not_differ) {
  EXPECT_THAT(differences([](C& c) { c.hop_limit = 0; }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.reachable_time = 0; }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.retransmit_time = 0; }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.mtu.reset(); }), IsEmpty());
  const AdvertisingConfig silent{.hop_limit = 0};
  EXPECT_THAT(names_of(discovery::inconsistencies(silent, advertisement(ours()))), IsEmpty());
}

TEST(AdvertisementConsistency, ND_RA_008_routers_may_tell_other_prefixes_and_be_of_other_use) {
  EXPECT_THAT(differences([](C& c) { c.prefixes.clear(); }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.prefixes = {{address("2001:db8:3::"), 64, true, true, 2, 1}}; }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.prefixes = {{address("2001:db8:1::"), 63, true, true, 2, 1}}; }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.router_lifetime = std::chrono::seconds(0); }), IsEmpty());
  EXPECT_THAT(differences([](C& c) { c.preference = RouterPreference::high; }), IsEmpty());
}

// Host bits of either side say nothing, and options of a wrong size are none.
TEST(AdvertisementConsistency, ND_RA_008_prefixes_as_they_may_arrive) {
  const Packet header = hex("86 00 0000 40 00 0708 00007530 000003e8");
  const auto told = [&](std::string_view options) {
    return names_of(discovery::inconsistencies(ours(), header + hex(options)));
  };
  const std::string prefix = "00000000 20010db8000200000000000000000063";
  EXPECT_THAT(told("0304 40c0 00000001 00093a80" + prefix), ElementsAre("advertised_valid_lifetime_differs"));
  EXPECT_THAT(told("c801 000000000000 0304 40c0 00278d00 00000001" + prefix),
              ElementsAre("advertised_preferred_lifetime_differs"));
  EXPECT_THAT(told("0305 40c0 00000001 00000001" + prefix + "0000000000000000"), IsEmpty());
  EXPECT_THAT(told("0502 0000 00000500 0000000000000000"), IsEmpty());
  EXPECT_THAT(told("0404 40c0 00000001 00000001" + prefix), IsEmpty()) << "an option of another type";
}

TEST(AdvertisementConsistency, ND_RA_008_every_row_cites_its_requirement) {
  for (const auto& rule : discovery::consistency_rules) {
    EXPECT_EQ(info(rule.reason).requirement, "ND-RA-008");
    EXPECT_EQ(info(rule.reason).area, "advertising");
  }
}

}  // namespace
}  // namespace tunstack::test::advertisement_consistency_test
