// Temporary addresses: beside the others, with successors, never longer than their prefix.
#include <gtest/gtest.h>

#include <set>

#include "tests/protocols/discovery/addresses/autoconfiguring_host.hpp"

namespace tunstack::test::temporary_addresses_test {

using namespace autoconfiguring;
namespace {

using discovery::InterfaceAddress;

const AutoconfigurationSettings temporary{.identifiers = mac("02:74:c0:00:02:02"), .temporary = true};
constexpr auto regeneration_advance = 5s;  // 2 s + 3 tries of 1 solicitation, 1 s each

std::vector<InterfaceAddress> temporaries(const AutoconfiguringHost& host) {
  return host.held(AddressOrigin::temporary);
}

AutoconfiguringHost host_with(const PrefixInformation& information) {
  AutoconfiguringHost host(temporary);
  EXPECT_FALSE(host.autoconfiguration.on_prefix(information, host.now, host.random));
  return host;
}

TEST(TemporaryAddresses, SLAAC_011_off_by_default) {
  AutoconfiguringHost host({.identifiers = mac("02:74:c0:00:02:02")});
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  EXPECT_TRUE(temporaries(host).empty());
  EXPECT_EQ(host.autoconfiguration.addresses().size(), 1U);
}

TEST(TemporaryAddresses, SLAAC_011_one_for_each_prefix) {
  AutoconfiguringHost host(temporary);
  const Instant begun = host.now;
  for (const char* prefix : {"2001:db8::", "2001:db8:0:1::", "2001:db8::"})
    host.autoconfiguration.on_prefix(advertised(prefix), host.now, host.random);
  host.autoconfiguration.add_link_local(host.now, host.random);
  const auto made = temporaries(host);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_TRUE(discovery::share_prefix(made[0].address, ip6("2001:db8::")));
  EXPECT_TRUE(discovery::share_prefix(made[1].address, ip6("2001:db8:0:1::")));
  std::set<std::uint32_t> identifiers;
  for (const InterfaceAddress& address : host.autoconfiguration.addresses())
    identifiers.insert(load_be32(address.address.octets, 12));
  EXPECT_EQ(identifiers.size(), 3U) << "that of the MAC, and two random ones";
  for (const InterfaceAddress& address : made) {
    EXPECT_EQ(address.lifetimes.valid_until, begun + 48h);
    EXPECT_LE(address.lifetimes.preferred_until, begun + 24h);
    EXPECT_GE(address.lifetimes.preferred_until, begun + 24h * 6 / 10);
  }
  host.run_for(5s);
  EXPECT_EQ(host.history(made[0].address), "tentative in_use");
}

TEST(TemporaryAddresses, SLAAC_011_another_one_with_another_seed) {
  std::set<std::uint32_t> identifiers;
  for (unsigned seed = 0; seed < 20; ++seed) {
    AutoconfiguringHost host(temporary, seed);
    host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
    identifiers.insert(load_be32(temporaries(host)[0].address.octets, 12));
  }
  EXPECT_EQ(identifiers.size(), 20U);
}

TEST(TemporaryAddresses, SLAAC_011_the_successor_is_ready_before_the_deprecation) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::"));
  const InterfaceAddress first = temporaries(host)[0];
  const Instant ends = first.lifetimes.preferred_until;
  host.run_until(ends - regeneration_advance - 1ns);
  EXPECT_EQ(temporaries(host).size(), 1U);
  host.run_until(ends - regeneration_advance);
  ASSERT_EQ(temporaries(host).size(), 2U);
  const InterfaceAddress second = temporaries(host)[1];
  host.run_until(ends);
  EXPECT_LT(host.time_of(AddressEventKind::in_use, second.address), ends);
  EXPECT_EQ(host.time_of(AddressEventKind::deprecated, first.address), ends);
  EXPECT_EQ(second.lifetimes.valid_until, ends - regeneration_advance + 48h);
  host.run_until(first.lifetimes.valid_until);
  EXPECT_EQ(host.history(first.address), "tentative in_use deprecated removed");
}

// RFC 8981 3.5: at most one that is preferred, but for the moment of the change; and always one.
TEST(TemporaryAddresses, SLAAC_011_two_weeks) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::", infinite_lifetime, infinite_lifetime));
  std::set<std::uint32_t> identifiers;
  for (int hour = 1; hour < 14 * 24; ++hour) {
    host.run_for(1h);
    if (hour % 5 == 0) host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
    const auto held = temporaries(host);
    EXPECT_EQ(std::ranges::count(held, false, &InterfaceAddress::is_deprecated), 1) << hour;
    EXPECT_LE(held.size(), 4U);
    for (const InterfaceAddress& address : held) identifiers.insert(load_be32(address.address.octets, 12));
  }
  EXPECT_GE(identifiers.size(), 14U);
  EXPECT_LE(identifiers.size(), 24U);
}

TEST(TemporaryAddresses, SLAAC_011_not_longer_than_the_prefix) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::", 3000, 2000));
  EXPECT_EQ(temporaries(host)[0].lifetimes, (discovery::AddressLifetimes{host.now + 2000s, host.now + 3000s}));
  host.run_for(100s);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 2000, 1000), host.now, host.random);
  EXPECT_EQ(temporaries(host)[0].lifetimes, (discovery::AddressLifetimes{host.now + 1000s, host.now + 2900s}))
      << "SLAAC-004: 2900 s remain valid";
}

TEST(TemporaryAddresses, SLAAC_011_no_advertisement_takes_it_beyond_its_own_limits) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::"));
  const auto limits = temporaries(host)[0].lifetimes;
  host.run_for(1h);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 3000, 2000), host.now, host.random);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", infinite_lifetime, infinite_lifetime), host.now,
                                   host.random);
  ASSERT_EQ(temporaries(host).size(), 1U);
  EXPECT_EQ(temporaries(host)[0].lifetimes, limits);
}

TEST(TemporaryAddresses, SLAAC_011_none_that_would_be_deprecated_too_soon) {
  for (const std::uint32_t preferred : {0U, 5U})
    EXPECT_TRUE(temporaries(host_with(advertised("2001:db8::", 9000, preferred))).empty());
  EXPECT_EQ(temporaries(host_with(advertised("2001:db8::", 9000, 6))).size(), 1U);
}

struct AdvanceCase {
  unsigned dad_transmits;
  Duration retransmission_timer;
  Duration regeneration_advance;
};

// RFC 8981 3.8: 2 s, and the time of three checks
TEST(TemporaryAddresses, SLAAC_011_how_long_before_the_deprecation) {
  for (const AdvanceCase& c :
       {AdvanceCase{0, 1s, 2s}, AdvanceCase{1, 1s, 5s}, AdvanceCase{2, 1s, 8s}, AdvanceCase{1, 100ms, 2300ms}}) {
    AutoconfigurationSettings settings = temporary;
    settings.detection = discovery::nd_detection(c.dad_transmits, c.retransmission_timer);
    AutoconfiguringHost host(settings);
    host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
    const Instant ends = temporaries(host)[0].lifetimes.preferred_until;
    host.run_until(ends);
    const Ipv6Address successor = temporaries(host).at(1).address;
    EXPECT_EQ(host.time_of(AddressEventKind::tentative, successor), ends - c.regeneration_advance);
  }
}

// RFC 8981 3.5: no successor in answer to a preferred lifetime of 0, one when the prefix is preferred again.
TEST(TemporaryAddresses, SLAAC_011_a_prefix_that_is_deprecated_and_comes_back) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::"));
  const Ipv6Address first = temporaries(host)[0].address;
  host.run_for(10s);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 9000, 0), host.now, host.random);
  host.run_for(100s);
  EXPECT_EQ(temporaries(host).size(), 1U);
  EXPECT_EQ(host.history(first), "tentative in_use deprecated");
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(100s);
  EXPECT_EQ(host.history(first), "tentative in_use deprecated preferred_again");
  EXPECT_EQ(temporaries(host).size(), 1U);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 999'999, 100), host.now, host.random);
  host.run_for(99s);
  EXPECT_EQ(temporaries(host).size(), 1U) << "its successor would be deprecated as well";
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(24h);
  EXPECT_GE(temporaries(host).size(), 2U) << "sought in vain once, sought again";
}

TEST(TemporaryAddresses, SLAAC_011_duplicates_three_tries) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::"));
  const auto lifetimes = temporaries(host)[0].lifetimes;
  std::set<std::uint32_t> tried;
  for (int attempt = 0; attempt < 3; ++attempt) {
    host.run_for(1s);
    ASSERT_EQ(temporaries(host).size(), 1U);
    tried.insert(load_be32(temporaries(host)[0].address.octets, 12));
    host.autoconfiguration.on_advertisement(temporaries(host)[0].address, host.now, host.random);
  }
  EXPECT_EQ(tried.size(), 3U);
  host.run_for(1h);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(23h);
  ASSERT_EQ(temporaries(host).size(), 1U);
  EXPECT_EQ(temporaries(host)[0].state, AddressState::duplicate);
  EXPECT_EQ(temporaries(host)[0].lifetimes, lifetimes);
}

TEST(TemporaryAddresses, SLAAC_011_a_second_try_is_used) {
  AutoconfiguringHost host = host_with(advertised("2001:db8::"));
  host.run_for(1s);
  host.autoconfiguration.on_advertisement(temporaries(host)[0].address, host.now, host.random);
  host.run_for(5s);
  EXPECT_EQ(temporaries(host)[0].state, AddressState::usable);
}

TEST(TemporaryAddresses, SLAAC_011_only_as_far_as_there_are_places) {
  AutoconfigurationSettings settings = temporary;
  settings.max_addresses = 1;
  AutoconfiguringHost host(settings);
  EXPECT_FALSE(host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random));
  host.run_for(99h);
  EXPECT_TRUE(temporaries(host).empty());
}

}  // namespace
}  // namespace tunstack::test::temporary_addresses_test
