// Duplicate address detection of all the addresses of an interface.
#include <gtest/gtest.h>

#include <set>

#include "tests/protocols/discovery/addresses/autoconfiguring_host.hpp"

namespace tunstack::test::address_checks_test {

using namespace autoconfiguring;
namespace {

using Kind = discovery::DetectionMessage::Kind;

constexpr Instant never = Instant::max();
const Ipv6Address peer = ip6("fe80::99");
const Ipv6Address unspecified;

TEST(AddressChecks, DAD_001_three_addresses_three_checks) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.add_link_local(host.now, host.random);
  host.autoconfiguration.add_configured({ip6("2001:db8:1::5"), 48}, host.now, host.random);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(10s);
  std::vector<Ipv6Address> probed, announced;
  std::set<discovery::Nonce> nonces;
  for (const auto& sent : host.sent) {
    (sent.due.message.kind == Kind::probe ? probed : announced).push_back(sent.due.target);
    if (sent.due.message.kind == Kind::probe) nonces.insert(sent.due.message.nonce);
  }
  for (const auto& address : {link_local_of_mac, ip6("2001:db8:1::5"), global_of_mac}) {
    EXPECT_EQ(std::ranges::count(probed, address), 1);
    EXPECT_EQ(std::ranges::count(announced, address), 1) << "ND-NA-011";
    EXPECT_EQ(host.history(address), "tentative in_use");
  }
  EXPECT_EQ(nonces.size(), 3U);
  EXPECT_EQ(host.autoconfiguration.find(ip6("2001:db8:1::5"))->length, 48);
}

TEST(AddressChecks, DAD_001_none_with_dad_transmits_0) {
  AutoconfigurationSettings settings = by_mac;
  settings.detection = discovery::nd_detection(0);
  AutoconfiguringHost host(settings);
  host.autoconfiguration.add_link_local(host.now, host.random);
  EXPECT_EQ(host.autoconfiguration.find(link_local_of_mac)->state, AddressState::usable);
  host.run_for(0s);
  EXPECT_EQ(host.history(), "tentative in_use") << "the groups are joined all the same";
  ASSERT_EQ(host.sent.size(), 1U);
  EXPECT_EQ(host.sent[0].due.message.kind, Kind::announcement);
}

// DAD-002: the groups are joined before; ND-NA-011: the address may be used before it is announced.
TEST(AddressChecks, DAD_002_nothing_is_sent_before_the_event) {
  AutoconfiguringHost host(by_mac);
  Autoconfiguration& a = host.autoconfiguration;
  a.add_link_local(host.now, host.random);
  EXPECT_EQ(a.next_deadline(), host.now);
  EXPECT_FALSE(a.take_due(host.now + 1s, host.random));
  EXPECT_EQ(a.take_event(host.now, host.random)->kind, AddressEventKind::tentative);
  EXPECT_EQ(a.take_due(host.now + 1s, host.random)->message.kind, Kind::probe);
  EXPECT_EQ(a.next_deadline(), host.now + 2s);
  EXPECT_FALSE(a.take_event(host.now + 2s - 1ns, host.random));
  EXPECT_FALSE(a.take_due(host.now + 2s, host.random)) << "usable now, but nobody was told";
  EXPECT_EQ(a.take_event(host.now + 2s, host.random)->kind, AddressEventKind::in_use);
  EXPECT_EQ(a.take_due(host.now + 2s, host.random)->message.kind, Kind::announcement);
  EXPECT_EQ(a.next_deadline(), never);
}

TEST(AddressChecks, DAD_003_ten_starts_different_delays) {
  std::set<Instant> first;
  for (unsigned seed = 0; seed < 10; ++seed) {
    AutoconfiguringHost host(by_mac, seed);
    host.autoconfiguration.add_link_local(host.now, host.random);
    host.run_for(1s);
    ASSERT_EQ(host.sent.size(), 1U);
    first.insert(host.sent[0].at);
  }
  EXPECT_EQ(first.size(), 10U);
}

TEST(AddressChecks, DAD_005_a_probe_of_another_node_means_duplicate) {
  AutoconfiguringHost host = probing_host();
  const discovery::Nonce theirs{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(name_of(host.autoconfiguration.on_solicitation(unspecified, global_of_mac, theirs, host.now, host.random)),
            "address_probed_by_another");
  host.run_for(5s);
  EXPECT_EQ(host.history(), "tentative duplicate");
  EXPECT_EQ(host.autoconfiguration.find(global_of_mac)->state, AddressState::duplicate);
  EXPECT_EQ(host.sent.size(), 1U);
  EXPECT_FALSE(host.autoconfiguration.is_disabled()) << "only the link-local address disables";
  AutoconfiguringHost without_nonce = probing_host();
  EXPECT_TRUE(without_nonce.autoconfiguration.on_solicitation(unspecified, global_of_mac, {}, without_nonce.now,
                                                              without_nonce.random));
}

TEST(AddressChecks, DAD_005_a_solicitation_with_a_unicast_source_is_ignored) {
  AutoconfiguringHost host = probing_host();
  EXPECT_EQ(name_of(host.autoconfiguration.on_solicitation(peer, global_of_mac, {}, host.now, host.random)),
            "address_resolved_while_tentative");
  host.run_for(5s);
  EXPECT_EQ(host.history(), "tentative in_use");
}

TEST(AddressChecks, DAD_006_an_advertisement_means_duplicate) {
  AutoconfiguringHost host = probing_host();
  EXPECT_EQ(name_of(host.autoconfiguration.on_advertisement(global_of_mac, host.now, host.random)),
            "address_advertised_by_another");
  host.run_for(5s);
  EXPECT_EQ(host.history(), "tentative duplicate");
}

TEST(AddressChecks, DAD_006_messages_about_other_addresses_and_those_in_use_are_treated_as_usual) {
  AutoconfiguringHost host = probing_host();
  EXPECT_FALSE(host.autoconfiguration.on_advertisement(ip6("2001:db8::1"), host.now, host.random));
  EXPECT_FALSE(host.autoconfiguration.on_solicitation(unspecified, ip6("2001:db8::1"), {}, host.now, host.random));
  host.now += 1s;  // usable now, though the node did not ask yet
  EXPECT_FALSE(host.autoconfiguration.on_advertisement(global_of_mac, host.now, host.random));
  EXPECT_FALSE(host.autoconfiguration.on_solicitation(unspecified, global_of_mac, {}, host.now, host.random));
  EXPECT_FALSE(host.autoconfiguration.on_solicitation(peer, global_of_mac, {}, host.now, host.random));
  host.run_for(1s);
  EXPECT_EQ(host.history(), "tentative in_use");
}

TEST(AddressChecks, DAD_008_our_own_probe_that_comes_back_is_no_conflict) {
  AutoconfiguringHost host = probing_host();
  const auto nonce = host.sent.at(0).due.message.nonce;
  EXPECT_EQ(name_of(host.autoconfiguration.on_solicitation(unspecified, global_of_mac, nonce, host.now, host.random)),
            "address_probe_looped_back");
  host.run_for(5s);
  EXPECT_EQ(host.history(), "tentative in_use");
  EXPECT_EQ(name_of(host.autoconfiguration.on_solicitation(unspecified, global_of_mac, nonce, host.now, host.random)),
            "address_probe_looped_back")
      << "late";
}

TEST(AddressChecks, DAD_007_the_link_local_address_of_the_mac_disables_ipv6) {
  AutoconfiguringHost host(by_mac);
  host.autoconfiguration.add_configured({ip6("2001:db8::5"), 64}, host.now, host.random);
  host.run_for(5s);
  host.autoconfiguration.add_link_local(host.now, host.random);
  host.run_for(1s);
  EXPECT_FALSE(host.autoconfiguration.is_disabled());
  host.autoconfiguration.on_advertisement(link_local_of_mac, host.now, host.random);
  host.sent.clear();
  host.run_for(99s);
  EXPECT_TRUE(host.autoconfiguration.is_disabled());
  EXPECT_EQ(host.history(link_local_of_mac), "tentative duplicate");
  EXPECT_EQ(host.history(ip6("2001:db8::5")), "tentative in_use duplicate");
  for (const auto& address : host.autoconfiguration.addresses()) EXPECT_EQ(address.state, AddressState::duplicate);
  EXPECT_TRUE(host.sent.empty());
  EXPECT_EQ(name_of(host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random)),
            "address_ipv6_disabled");
  EXPECT_EQ(name_of(host.autoconfiguration.add_configured({ip6("2001:db8::6"), 64}, host.now, host.random)),
            "address_ipv6_disabled");
}

/// `settings`, with a retry after a minute.
AutoconfigurationSettings retrying(AutoconfigurationSettings settings) {
  settings.detection.retry_after = 60s;
  return settings;
}

TEST(AddressChecks, DAD_007_ipv6_begins_anew_when_the_address_of_the_mac_is_checked_again) {
  AutoconfiguringHost host(retrying(by_mac));
  host.autoconfiguration.add_configured({ip6("2001:db8::5"), 64}, host.now, host.random);
  host.autoconfiguration.add_link_local(host.now, host.random);
  host.run_for(1s);
  host.autoconfiguration.on_advertisement(link_local_of_mac, host.now, host.random);
  host.run_for(59s);
  EXPECT_TRUE(host.autoconfiguration.is_disabled());
  EXPECT_EQ(host.autoconfiguration.next_deadline(), host.now + 1s);
  host.run_for(10s);
  EXPECT_FALSE(host.autoconfiguration.is_disabled());
  EXPECT_EQ(host.history(link_local_of_mac), "tentative duplicate tentative in_use");
  EXPECT_EQ(host.history(ip6("2001:db8::5")), "tentative duplicate tentative in_use");
}

TEST(AddressChecks, DAD_007_a_duplicate_is_checked_again_as_often_as_it_is_one) {
  AutoconfiguringHost host(retrying(by_mac));
  host.autoconfiguration.add_configured({ip6("2001:db8::5"), 64}, host.now, host.random);
  for (int check = 0; check < 5; ++check) {
    while (host.sent.empty()) host.run_for(100ms);
    host.sent.clear();
    host.autoconfiguration.on_advertisement(ip6("2001:db8::5"), host.now, host.random);
    host.run_for(59s);
    EXPECT_TRUE(host.sent.empty()) << check;
    EXPECT_EQ(host.autoconfiguration.find(ip6("2001:db8::5"))->state, AddressState::duplicate) << check;
  }
  host.run_for(5s);
  EXPECT_EQ(host.autoconfiguration.find(ip6("2001:db8::5"))->state, AddressState::usable);
}

TEST(AddressChecks, SLAAC_010_after_all_identifiers_the_first_one_again) {
  AutoconfiguringHost host(retrying(by_stable));
  host.autoconfiguration.add_link_local(host.now, host.random);
  std::vector<Ipv6Address> tried;
  for (int attempt = 0; attempt < 3; ++attempt) {
    host.run_for(1s);
    tried.push_back(host.autoconfiguration.addresses().at(0).address);
    host.autoconfiguration.on_advertisement(tried.back(), host.now, host.random);
  }
  host.run_for(70s);
  ASSERT_EQ(host.autoconfiguration.addresses().size(), 1U);
  EXPECT_EQ(host.autoconfiguration.addresses()[0].address, tried[0]);
  EXPECT_EQ(host.autoconfiguration.addresses()[0].state, AddressState::usable);
}

TEST(AddressChecks, DAD_007_a_configured_duplicate_is_given_up) {
  AutoconfiguringHost host(by_stable);
  host.autoconfiguration.add_configured({ip6("2001:db8::5"), 64}, host.now, host.random);
  host.run_for(1s);
  host.autoconfiguration.on_advertisement(ip6("2001:db8::5"), host.now, host.random);
  host.run_for(99s);
  EXPECT_EQ(host.history(), "tentative duplicate");
  EXPECT_EQ(host.sent.size(), 1U);
}

TEST(AddressChecks, DAD_009_the_retransmission_timer_of_the_link) {
  AutoconfigurationSettings settings = by_mac;
  settings.detection = discovery::nd_detection(2);
  AutoconfiguringHost host(settings);
  host.autoconfiguration.set_retransmission_timer(300ms);
  host.autoconfiguration.add_link_local(host.now, host.random);
  host.run_for(5s);
  ASSERT_EQ(host.sent.size(), 3U);
  EXPECT_EQ(host.sent[1].at, host.sent[0].at + 300ms);
  EXPECT_EQ(host.time_of(AddressEventKind::in_use, link_local_of_mac), host.sent[0].at + 600ms);
}

TEST(AddressChecks, DAD_011_optimistic_addresses) {
  AutoconfigurationSettings settings = by_mac;
  settings.detection.optimistic = true;
  AutoconfiguringHost host(settings);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.autoconfiguration.add_configured({ip6("2001:db8::5"), 64}, host.now, host.random);
  host.run_for(0s);
  EXPECT_EQ(host.history(global_of_mac), "tentative optimistic");
  EXPECT_EQ(host.history(ip6("2001:db8::5")), "tentative") << "RFC 4429 3.1: not those that people choose";
  EXPECT_FALSE(host.autoconfiguration.on_solicitation(peer, global_of_mac, {}, host.now, host.random))
      << "answered with O=0";
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 99, 0), host.now, host.random);
  host.run_for(5s);
  EXPECT_EQ(host.history(global_of_mac), "tentative optimistic deprecated in_use");
}

TEST(AddressChecks, DAD_011_an_optimistic_duplicate) {
  AutoconfigurationSettings settings = by_stable;
  settings.detection.optimistic = true;
  AutoconfiguringHost host(settings);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(500ms);
  const Ipv6Address first = host.autoconfiguration.addresses()[0].address;
  EXPECT_EQ(name_of(host.autoconfiguration.on_solicitation(unspecified, first, {}, host.now, host.random)),
            "address_probed_by_another");
  host.run_for(0s);
  EXPECT_EQ(host.history(first), "tentative optimistic duplicate");
  EXPECT_EQ(host.autoconfiguration.addresses()[0].state, AddressState::tentative) << "the next one waits";
}

TEST(AddressChecks, DAD_011_the_address_after_a_deprecated_duplicate_is_deprecated_as_well) {
  AutoconfigurationSettings settings = by_stable;
  settings.detection.optimistic = true;
  AutoconfiguringHost host(settings);
  host.autoconfiguration.on_prefix(advertised("2001:db8::", 5000, 0), host.now, host.random);
  host.run_for(500ms);
  host.autoconfiguration.on_advertisement(host.autoconfiguration.addresses()[0].address, host.now, host.random);
  host.run_for(5s);
  EXPECT_EQ(host.history(), "tentative optimistic deprecated duplicate tentative in_use deprecated");
}

}  // namespace
}  // namespace tunstack::test::address_checks_test
