// The addresses of an interface: link-local, configured and from prefixes, with their lifetimes.
#include <gtest/gtest.h>

#include <set>

#include "tests/protocols/discovery/addresses/autoconfiguring_host.hpp"

namespace tunstack::test::autoconfiguration_test {

using namespace autoconfiguring;
namespace {

constexpr Instant never = Instant::max();

// ---- link-local ----

TEST(Autoconfiguration, SLAAC_001_link_local_address_of_the_mac_lasts_for_ever) {
  AutoconfiguringHost host(by_mac);
  EXPECT_FALSE(host.autoconfiguration.add_link_local(host.now, host.random));
  host.run_for(200'000h);
  EXPECT_EQ(host.history(), "tentative in_use");
  const auto address = host.autoconfiguration.find(link_local_of_mac);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->origin, AddressOrigin::link_local);
  EXPECT_EQ(address->length, 64);
  EXPECT_EQ(address->lifetimes, (discovery::AddressLifetimes{never, never}));
  EXPECT_EQ(name_of(host.autoconfiguration.add_link_local(host.now, host.random)), "address_held_already");
}

TEST(Autoconfiguration, SLAAC_001_link_local_address_stable_or_configured) {
  AutoconfiguringHost opaque(by_stable);
  opaque.autoconfiguration.add_link_local(opaque.now, opaque.random);
  EXPECT_TRUE(opaque.autoconfiguration.find(combine(ip6("fe80::"), stable().make(ip6("fe80::"), 0))));
  EXPECT_EQ(name_of(opaque.autoconfiguration.add_link_local(opaque.now, opaque.random)), "address_held_already");
  AutoconfiguringHost chosen({.identifiers = discovery::InterfaceIdentifier{5}});
  chosen.autoconfiguration.add_link_local(chosen.now, chosen.random);
  EXPECT_TRUE(chosen.autoconfiguration.find(ip6("fe80::5")));
}

TEST(Autoconfiguration, SLAAC_009_reserved_identifiers_are_not_formed) {
  AutoconfiguringHost host({.identifiers = discovery::InterfaceIdentifier{0xfdffffffffffffff}});
  EXPECT_EQ(name_of(host.autoconfiguration.add_link_local(host.now, host.random)), "address_no_identifier");
  EXPECT_TRUE(host.autoconfiguration.addresses().empty());
}

// ---- stable identifiers ----

TEST(Autoconfiguration, SLAAC_009_stable_addresses) {
  AutoconfiguringHost host(by_stable, 1), restarted(by_stable, 2), other({.identifiers = stable(7)});
  for (AutoconfiguringHost* each : {&host, &restarted, &other}) {
    each->autoconfiguration.on_prefix(advertised("2001:db8::"), each->now, each->random);
    each->autoconfiguration.on_prefix(advertised("2001:db8:0:1::"), each->now, each->random);
  }
  const auto addresses = host.autoconfiguration.addresses(), again = restarted.autoconfiguration.addresses();
  ASSERT_EQ(addresses.size(), 2U);
  EXPECT_EQ(addresses[0].address, again[0].address);
  EXPECT_EQ(addresses[1].address, again[1].address);
  EXPECT_NE(load_be32(addresses[0].address.octets, 12), load_be32(addresses[1].address.octets, 12));
  EXPECT_FALSE(addresses[0].address == other.autoconfiguration.addresses()[0].address);
}

TEST(Autoconfiguration, SLAAC_010_three_addresses_are_tried) {
  AutoconfiguringHost host(by_stable);
  host.autoconfiguration.add_link_local(host.now, host.random);
  std::vector<Ipv6Address> tried;
  std::set<Duration> delays;
  for (std::uint8_t counter = 0; counter < 3; ++counter) {
    host.sent.clear();
    const Instant begun = host.now;
    host.run_for(1s);
    ASSERT_EQ(host.sent.size(), 1U);
    tried.push_back(host.sent[0].due.target);
    delays.insert(host.sent[0].at - begun);
    EXPECT_EQ(tried.back(), combine(ip6("fe80::"), stable().make(ip6("fe80::"), counter)));
    host.autoconfiguration.on_advertisement(tried.back(), host.now, host.random);
  }
  EXPECT_EQ(delays.size(), 3U) << "IDGEN_DELAY is random";
  host.sent.clear();
  host.run_for(99s);
  EXPECT_TRUE(host.sent.empty());
  for (const Ipv6Address& address : tried) EXPECT_EQ(host.history(address), "tentative duplicate");
  EXPECT_FALSE(host.autoconfiguration.is_disabled()) << "DAD-007: not made of the MAC address";
  EXPECT_EQ(host.autoconfiguration.addresses()[0].state, AddressState::duplicate);
}

TEST(Autoconfiguration, SLAAC_010_the_second_succeeds_and_keeps_the_lifetimes) {
  AutoconfiguringHost host(by_stable);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 5000, 4000), host.now, host.random);
  const auto first = host.autoconfiguration.addresses()[0];
  host.run_for(1s);
  host.autoconfiguration.on_advertisement(first.address, host.now, host.random);
  host.run_for(5s);
  const auto second = host.autoconfiguration.addresses()[0];
  EXPECT_FALSE(second.address == first.address);
  EXPECT_EQ(host.history(second.address), "tentative in_use");
  EXPECT_EQ(second.lifetimes, first.lifetimes);
  EXPECT_EQ(second.origin, AddressOrigin::autoconfigured);
}

TEST(Autoconfiguration, SLAAC_010_an_identifier_in_use_here_counts_as_tried) {
  AutoconfiguringHost host(by_stable);
  const Ipv6Address prefix = ip6("2001:db8::");
  host.autoconfiguration.add_configured({combine(prefix, stable().make(prefix, 0)), 64}, host.now, host.random);
  EXPECT_FALSE(host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random));
  EXPECT_TRUE(host.autoconfiguration.find(combine(prefix, stable().make(prefix, 1))));
  AutoconfiguringHost one(by_mac);
  one.autoconfiguration.add_configured({global_of_mac, 64}, one.now, one.random);
  EXPECT_EQ(name_of(one.autoconfiguration.on_prefix(advertised("2001:db8::"), one.now, one.random)),
            "address_no_identifier");
}

// ---- prefixes and lifetimes ----

TEST(Autoconfiguration, SLAAC_003_bits_behind_the_prefix_do_not_count) {
  AutoconfiguringHost host(by_mac);
  EXPECT_FALSE(host.autoconfiguration.on_prefix(advertised("2001:db8::1:2:3:4"), host.now, host.random));
  EXPECT_FALSE(host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random));
  ASSERT_EQ(host.autoconfiguration.addresses().size(), 1U);
  EXPECT_TRUE(host.autoconfiguration.find(global_of_mac));
}

TEST(Autoconfiguration, SLAAC_002_refused_prefixes_change_nothing) {
  AutoconfiguringHost host(by_mac);
  EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(advertised("2001:db8::", 1, 2), host.now, host.random)),
            "address_prefix_preferred_after_valid");
  EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(advertised("2001:db8::", 0, 0), host.now, host.random)),
            "address_prefix_not_valid");
  EXPECT_TRUE(host.autoconfiguration.addresses().empty());
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 5000, 4000), host.now, host.random);
  const auto before = host.autoconfiguration.addresses()[0].lifetimes;
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 9000, 9001), host.now, host.random);
  EXPECT_EQ(host.autoconfiguration.addresses()[0].lifetimes, before);
}

TEST(Autoconfiguration, SLAAC_008_off_for_prefixes_but_not_for_the_link_local_address) {
  AutoconfigurationSettings settings = by_mac;
  settings.autoconfigure = false;
  AutoconfiguringHost host(settings);
  EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random)),
            "address_autoconfiguration_off");
  EXPECT_FALSE(host.autoconfiguration.add_link_local(host.now, host.random));
}

TEST(Autoconfiguration, SLAAC_004_a_short_lifetime_leaves_two_hours) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(60s);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 60, 60), host.now, host.random);
  const Instant renewed = host.now;
  EXPECT_EQ(host.autoconfiguration.find(global_of_mac)->lifetimes,
            (discovery::AddressLifetimes{renewed + 60s, renewed + 7200s}));
  host.run_for(3h);
  EXPECT_EQ(host.history(), "tentative in_use deprecated removed");
  EXPECT_EQ(host.time_of(AddressEventKind::deprecated, global_of_mac), renewed + 60s);
  EXPECT_EQ(host.time_of(AddressEventKind::removed, global_of_mac), renewed + 7200s);
}

TEST(Autoconfiguration, SLAAC_005_lifetimes_of_0_deprecate_only) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(60s);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 0, 0), host.now, host.random);
  host.run_for(0s);
  EXPECT_EQ(host.history(), "tentative in_use deprecated");
  EXPECT_EQ(host.autoconfiguration.find(global_of_mac)->state, AddressState::usable);
  EXPECT_TRUE(host.autoconfiguration.find(global_of_mac)->is_deprecated);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  EXPECT_EQ(host.autoconfiguration.next_deadline(), host.now);
  host.run_for(0s);
  EXPECT_EQ(host.history(), "tentative in_use deprecated preferred_again");
  EXPECT_FALSE(host.autoconfiguration.find(global_of_mac)->is_deprecated);
}

TEST(Autoconfiguration, SLAAC_006_never_preferred_and_in_use_all_the_same) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 5000, 0), host.now, host.random);
  host.run_for(10s);
  EXPECT_EQ(host.history(), "tentative in_use deprecated");
}

TEST(Autoconfiguration, SLAAC_007_removed_when_no_longer_valid) {
  AutoconfiguringHost host(by_mac);
  const Instant begun = host.now;
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 10, 5), host.now, host.random);
  host.run_until(begun + 10s - 1ns);
  EXPECT_TRUE(host.autoconfiguration.find(global_of_mac));
  host.run_until(begun + 10s);
  EXPECT_EQ(host.history(), "tentative in_use deprecated removed");
  EXPECT_FALSE(host.autoconfiguration.find(global_of_mac));
  EXPECT_TRUE(host.autoconfiguration.addresses().empty());
  EXPECT_EQ(host.autoconfiguration.next_deadline(), never);
}

TEST(Autoconfiguration, SLAAC_007_over_while_tentative) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 1, 1), host.now, host.random);
  host.run_for(60s);
  EXPECT_EQ(host.history(), "tentative removed");
}

TEST(Autoconfiguration, SLAAC_007_formed_again_before_the_node_heard_of_the_end) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 10, 10), host.now, host.random);
  host.run_for(5s);
  host.now += 10s;
  EXPECT_FALSE(host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random));
  host.run_for(5s);
  EXPECT_EQ(host.history(), "tentative in_use removed tentative in_use");
}

TEST(Autoconfiguration, SLAAC_003_a_duplicate_is_not_tried_again_with_each_advertisement) {
  AutoconfiguringHost host = probing_host();
  host.autoconfiguration.on_advertisement(global_of_mac, host.now, host.random);
  host.run_for(1s);
  for (int advertisement = 0; advertisement < 3; ++advertisement) {
    EXPECT_FALSE(host.autoconfiguration.on_prefix(advertised("2001:db8::", 8000, 8000), host.now, host.random));
    host.run_for(100s);
  }
  EXPECT_EQ(host.history(), "tentative duplicate");
  host.run_for(3h);
  EXPECT_EQ(host.history(), "tentative duplicate") << "the node has left its groups already";
  EXPECT_TRUE(host.autoconfiguration.addresses().empty());
}

discovery::Teller router(unsigned number, const discovery::StandingOf& standing_of = discovery::Teller{}.standing_of) {
  Ipv6Address address{{0xfe, 0x80}};
  address.octets[15] = static_cast<std::uint8_t>(number);
  return {address, standing_of};
}
PrefixInformation numbered_prefix(unsigned number) {
  PrefixInformation information = advertised("2001:db8::", 9000, 9000);
  store_be16(information.prefix.octets, 6, static_cast<std::uint16_t>(number));
  return information;
}

TEST(Autoconfiguration, SLAAC_003_one_router_has_a_share) {
  AutoconfiguringHost host(by_mac);
  for (unsigned number = 1; number < 20; ++number)
    EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(numbered_prefix(number), host.now, host.random, router(1))),
              number <= 8 ? "" : "address_share_used")
        << number;
  EXPECT_FALSE(host.autoconfiguration.on_prefix(numbered_prefix(20), host.now, host.random, router(2)));
}

TEST(Autoconfiguration, SLAAC_003_made_up_routers_do_not_keep_out_one_that_answers) {
  using discovery::Standing;
  const discovery::StandingOf standing_of = [](const IpAddress& address) {
    return address == router(99).address ? Standing::answered : Standing::unproven;
  };
  AutoconfigurationSettings settings = by_mac;
  settings.temporary = true;
  AutoconfiguringHost host(settings);
  for (unsigned number = 1; number < 100; ++number)
    host.autoconfiguration.on_prefix(numbered_prefix(number), host.now, host.random, router(number / 4, standing_of));
  host.run_for(5s);
  EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(numbered_prefix(200), host.now, host.random, router(98))),
            "address_table_full");
  EXPECT_FALSE(host.autoconfiguration.on_prefix(numbered_prefix(201), host.now, host.random, router(99, standing_of)));
  host.run_for(5s);
  for (unsigned number = 300; number < 400; ++number)
    host.autoconfiguration.on_prefix(numbered_prefix(number), host.now, host.random, router(number / 4, standing_of));
  host.run_for(5s);
  EXPECT_LE(host.autoconfiguration.addresses().size(), 32U);
  const auto formed = host.held(AddressOrigin::autoconfigured);
  EXPECT_TRUE(std::ranges::any_of(formed, [](const discovery::InterfaceAddress& address) {
    return discovery::share_prefix(address.address, numbered_prefix(201).prefix);
  })) << "nor push it out";
}

TEST(Autoconfiguration, SLAAC_003_as_many_addresses_as_there_are_places) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.add_link_local(host.now, host.random);
  const auto prefix = [](unsigned number) {
    PrefixInformation information = advertised("2001:db8::", 100, 100);
    store_be16(information.prefix.octets, 6, static_cast<std::uint16_t>(number));
    return information;
  };
  for (unsigned number = 1; number < 32; ++number)
    EXPECT_FALSE(host.autoconfiguration.on_prefix(prefix(number), host.now, host.random, router(number / 8))) << number;
  EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(prefix(40), host.now, host.random, router(9))),
            "address_table_full");
  EXPECT_FALSE(host.autoconfiguration.on_prefix(prefix(5), host.now, host.random)) << "those held go on";
  EXPECT_EQ(host.autoconfiguration.addresses().size(), 32U);
  host.run_for(101s);
  EXPECT_FALSE(host.autoconfiguration.on_prefix(prefix(40), host.now, host.random, router(9)))
      << "places are free again";
}

TEST(Autoconfiguration, SLAAC_003_the_same_address_twice) {
  AutoconfiguringHost host(by_mac);
  EXPECT_FALSE(host.autoconfiguration.add_configured({ip6("2001:db8::5"), 64}, host.now, host.random));
  EXPECT_EQ(name_of(host.autoconfiguration.add_configured({ip6("2001:db8::5"), 48}, host.now, host.random)),
            "address_held_already");
}

}  // namespace
}  // namespace tunstack::test::autoconfiguration_test
