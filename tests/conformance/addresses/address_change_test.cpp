// Addresses that are added to a node while it runs, and taken from it: the others stay as they are, and afterwards it
// is as one that was made so.
#include "tests/conformance/addresses/own_addresses.hpp"
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::address_change_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

bool answers_echo_to(Line& line, std::string_view address) {
  const bool is_ipv6 = address.find(':') != std::string_view::npos;
  const Packet request = is_ipv6 ? echo6({.destination = address}) : echo4({.destination = address});
  const AllSent replies = only(is_ipv6 ? echo_reply6 : echo_reply4, line.send(request));
  return replies.size() == 1 && source_of(replies[0].octets) == address;
}

Packet question_for(std::string_view address) { return arp_request({.target = address}); }
std::size_t arp_packets_in(const AllSent& all) {
  return static_cast<std::size_t>(std::ranges::count_if(all, &Sent::is_arp));
}

// ---- used and not used ----

TEST(AddressChange, V4_RX_006_on_TUN_a_new_address_is_used_at_once_and_one_taken_away_no_more) {
  Line line{on_tun(host_config())};
  EXPECT_FALSE(answers_echo_to(line, "192.0.2.9"));
  EXPECT_FALSE(line.set_addresses({"192.0.2.2/24", "192.0.2.9/24", "2001:db8::9/64", "fe80::2/64"}).refused);
  EXPECT_TRUE(answers_echo_to(line, "192.0.2.9"));
  EXPECT_TRUE(answers_echo_to(line, "192.0.2.2"));
  EXPECT_TRUE(answers_echo_to(line, "2001:db8::9"));
  EXPECT_FALSE(answers_echo_to(line, "2001:db8::2"));
  EXPECT_EQ(reason_of(line.decide(echo6())), Reason::ipv6_destination_not_ours);
  EXPECT_EQ(line.count(Reason::address_added), 2U);
  EXPECT_EQ(line.count(Reason::address_taken_away), 1U);
  EXPECT_FALSE(line.set_addresses({"192.0.2.2/24", "192.0.2.9/24", "2001:db8::9/64", "fe80::2/64"}).refused);
  EXPECT_EQ(line.count(Reason::address_added), 2U) << "they were there already";
}

TEST(AddressChange, ARP_012_DAD_001_a_new_address_is_checked_while_the_others_are_used) {
  Line line(with_settings(checking_host(), {"acd.enable=on"}));
  line.add_station("192.0.2.1", peer_mac, false);
  line.add_station(peer, peer_mac, false);
  line.wait(20s);
  line.set_addresses({"192.0.2.2/24", "192.0.2.9/24", "2001:db8::2/64", "2001:db8::9/64", "fe80::2/64"});
  EXPECT_THAT(line.send(question_of_peer("2001:db8::9")), IsEmpty()) << "tentative";
  EXPECT_THAT(targets_in(line.wait(1s)), ElementsAre("2001:db8::9")) << "and no other one";
  for (const std::string_view address : {"192.0.2.2", "2001:db8::2"}) EXPECT_TRUE(answers_echo_to(line, address));
  for (const std::string_view address : {"192.0.2.9", "2001:db8::9"}) EXPECT_FALSE(answers_echo_to(line, address));
  line.wait(10s);
  EXPECT_EQ(line.count(Reason::address4_probed), 6U);
  EXPECT_EQ(line.count(Reason::address4_announced), 4U);
  for (const std::string_view address : {"192.0.2.2", "2001:db8::2", "192.0.2.9", "2001:db8::9"})
    EXPECT_TRUE(answers_echo_to(line, address)) << address;
}

TEST(AddressChange, ARP_013_ARP_014_who_is_taken_away_is_neither_checked_again_nor_defended) {
  Line line(with_settings(checking_host(), {"acd.enable=on", "dad.retry=60"}));
  line.wait(20s);
  line.set_addresses({"192.0.2.2/24", "192.0.2.9/24", "192.0.2.8/24", "2001:db8::2/64", "fe80::2/64"});
  line.wait(1500ms);
  line.receive({arp_request({.sender_mac = other_mac, .sender = "192.0.2.9", .target = "192.0.2.9"})});
  EXPECT_EQ(line.count(Reason::address4_lost), 1U);
  line.wait(10s);
  EXPECT_THAT(line.receive({question_for("192.0.2.8")}), SizeIs(1));
  line.set_addresses({"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"});
  const AllSent answer =
      line.receive({arp_request({.sender_mac = other_mac, .sender = "192.0.2.8", .target = "192.0.2.8"})});
  EXPECT_EQ(arp_packets_in(answer), 0U) << "nothing is defended";
  EXPECT_EQ(arp_packets_in(line.wait(1h)), 0U) << "nothing is checked again";
  EXPECT_THAT(line.receive({question_for("192.0.2.8")}), IsEmpty());
}

TEST(AddressChange, DAD_007_a_duplicate_that_is_taken_away_is_not_checked_again) {
  Line line(checking_host({"dad.retry=60"}));
  line.wait(5s);
  line.set_addresses({"2001:db8::2/64", "2001:db8::9/64", "fe80::2/64"});
  line.send(claim_of_another("2001:db8::9"));
  EXPECT_EQ(line.count(Reason::address_duplicate), 1U);
  EXPECT_THAT(targets_in(line.wait(61s)), ElementsAre("2001:db8::9"));
  line.send(claim_of_another("2001:db8::9"));
  line.set_addresses({"2001:db8::2/64", "fe80::2/64"});
  EXPECT_THAT(targets_in(line.wait(1h)), IsEmpty());
}

TEST(AddressChange, SLAAC_003_what_the_interface_cannot_hold_is_refused_and_the_rest_is_there) {
  Line line(autoconfiguring_host());
  line.send(router_advertisement({.options = prefix_option()}));
  line.wait(5s);
  const auto [refused, sent] =
      line.set_addresses({"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64", "2001:db8:1::ff:fe00:2/64", "192.0.2.9/24"});
  EXPECT_EQ(refused, MaybeReason(Reason::address_held_already));
  EXPECT_THAT(line.receive({question_for("192.0.2.9")}), SizeIs(1));
}

TEST(AddressChange, V4_TX_003_another_prefix_length_is_another_subnet) {
  Line line(ethernet_config());
  line.add_station("192.0.2.200", other_mac, false);
  EXPECT_EQ(line.hop_to("192.0.2.200"), "192.0.2.200");
  line.set_addresses({"192.0.2.2/25", "2001:db8::2/64", "fe80::2/64"});
  EXPECT_EQ(line.hop_to("192.0.2.200"), "") << "no way leads out of the subnet";
  EXPECT_EQ(reason_of(line.decide(framed(echo4({.destination = "192.0.2.127"})))), Reason::icmp4_echo_to_group);
}

// ---- what is known stays ----

TEST(AddressChange, ND_RA_020_SLAAC_001_neighbors_routers_and_other_addresses_are_not_touched) {
  OwnAddresses host(autoconfiguring_host());
  host.add_routers();
  host.send(router_advertisement({.options = prefix_option()}));
  host.wait(5s);
  EXPECT_TRUE(host.answers(eui64_global));
  EXPECT_EQ(host.hop_to(far6), router_a);
  host.set_addresses({"192.0.2.2/24", "2001:db8::2/64", "2001:db8::9/64", "fe80::2/64"});
  EXPECT_TRUE(host.answers(eui64_global));
  EXPECT_EQ(host.hop_to(far6), router_a);
  EXPECT_NE(host.neighbor(router_a), nullptr);
}

TEST(AddressChange, SLAAC_009_who_configures_itself_makes_a_link_local_address_when_no_other_is_left) {
  Line line(autoconfiguring_host());
  line.wait(5s);
  line.set_addresses({"192.0.2.2/24"});
  EXPECT_THAT(targets_in(line.wait(5s)), ElementsAre(eui64_link_local));
}

// ---- groups ----

NodeConfig telling_host() { return group_wire::telling(ethernet_config()); }

std::vector<std::string> reports_in(const AllSent& at_once, const AllSent& later) {
  std::vector<std::string> texts;
  for (const AllSent& all : {at_once, later})
    for (const Sent& one : all)
      if (const auto text = one.is_arp ? std::nullopt : group_wire::group_message_text(one.octets))
        texts.push_back(*text);
  return texts;
}
bool is_in_group(const Line& line, const NodeConfig& config, std::string_view group) {
  const Packet datagram = echo6({.destination = group});
  const Verdict verdict = line.decide(config.interfaces[0].link_address ? framed(datagram) : datagram);
  return std::holds_alternative<Reply>(verdict);
}

TEST(AddressChange, MLD_001_SLAAC_007_the_groups_of_an_address_come_and_go_with_it) {
  for (const NodeConfig& config : {telling_host(), on_tun(telling_host())}) {
    Line line(config);
    line.wait(1min);
    const AllSent joined = line.set_addresses({"2001:db8::2/64", "2001:db8::9/64", "fe80::2/64"}).sent;
    EXPECT_THAT(reports_in(joined, line.wait(10s)), Contains(HasSubstr("TO_EX ff02::1:ff00:9")));
    EXPECT_TRUE(is_in_group(line, config, "ff02::1:ff00:9"));
    const AllSent left = line.set_addresses({"2001:db8::2/64", "fe80::2/64"}).sent;
    EXPECT_THAT(reports_in(left, line.wait(10s)), Contains(HasSubstr("TO_IN ff02::1:ff00:9")));
    EXPECT_FALSE(is_in_group(line, config, "ff02::1:ff00:9"));
  }
}

TEST(AddressChange, MLD_001_a_group_that_another_address_needs_is_not_left) {
  Line line(telling_host());
  line.wait(1min);
  const AllSent sent = line.set_addresses({"fe80::2/64"}).sent;
  EXPECT_THAT(reports_in(sent, line.wait(1min)), Not(Contains(HasSubstr("ff02::1:ff00:2"))));
  EXPECT_TRUE(is_in_group(line, telling_host(), "ff02::1:ff00:2"));
}

TEST(AddressChange, V4_RX_006_without_an_address_of_a_family_its_groups_are_nobodys) {
  Line line{on_tun(host_config())};
  line.set_addresses({"192.0.2.2/24"});
  EXPECT_EQ(reason_of(line.decide(echo6({.destination = "ff02::1"}))), Reason::ipv6_group_not_joined);
  line.set_addresses({"2001:db8::2/64", "fe80::2/64"});
  EXPECT_EQ(reason_of(line.decide(echo4({.destination = "224.0.0.1"}))), Reason::ipv4_destination_not_ours);
  EXPECT_TRUE(answers_echo_to(line, "2001:db8::2"));
}

// ---- routers ----

NodeConfig advertising_router(std::initializer_list<std::string_view> settings = {"nd.adv.enable=on"}) {
  return with_settings(router_config(), settings);
}
AllSent advertisements_in(const AllSent& all) { return only(advertisement_type6, all); }
unsigned lifetime_of(const Sent& advertisement) { return be16(advertisement.octets, 46); }

/// "PREFIX valid preferred" of each.
std::vector<std::string> prefixes_of(const Sent& advertisement) {
  std::vector<std::string> prefixes;
  const Packet& octets = advertisement.octets;
  for (std::size_t at = 56; at + 2 <= octets.size(); at += std::size_t{8} * octets[at + 1])
    if (octets[at] == 3)
      prefixes.push_back(to_text(IpAddress(Ipv6Address::load(octets, at + 16))) + " " +
                         std::to_string(be32(octets, at + 4)) + " " + std::to_string(be32(octets, at + 8)));
  return prefixes;
}

TEST(AddressChange, ND_RA_023_another_link_local_address_is_another_router) {
  for (const NodeConfig& config :
       {advertising_router(), with_settings(advertising_router(), {"dad.transmits=1"}), on_tun(advertising_router())}) {
    Line router(config);
    router.wait(1min);
    const AllSent farewell =
        advertisements_in(router.set_addresses({"192.0.2.2/24", "2001:db8::2/64", "fe80::9/64"}).sent);
    ASSERT_THAT(farewell, SizeIs(1));
    EXPECT_EQ(source_of(farewell[0].octets), "fe80::2");
    EXPECT_EQ(lifetime_of(farewell[0]), 0U);
    const AllSent later = advertisements_in(router.wait(1min));
    ASSERT_THAT(later, SizeIs(testing::Ge(3U)));
    EXPECT_GE(later[0].at, 3s) << "MIN_DELAY_BETWEEN_RAS";
    EXPECT_LE(later[0].at, 3500ms);
    for (const Sent& one : later) {
      EXPECT_EQ(source_of(one.octets), "fe80::9");
      EXPECT_EQ(lifetime_of(one), 1800U);
    }
    EXPECT_EQ(router.count(Reason::router_final_advertisement_sent), 1U);
  }
}

TEST(AddressChange, ND_RA_023_a_router_whose_link_local_address_stays_withdraws_nothing) {
  Line router(advertising_router());
  router.wait(1min);
  router.set_addresses({"192.0.2.2/24", "192.0.2.9/24", "2001:db8::2/64", "2001:db8::9/64", "fe80::2/64"});
  router.wait(1min);
  EXPECT_EQ(router.count(Reason::router_final_advertisement_sent), 0U);
}

TEST(AddressChange, ND_RA_003_a_router_without_a_link_local_address_waits_until_it_has_one) {
  Line router(with_settings(advertising_router(), {"dad.transmits=2"}));
  const AllSent sent = advertisements_in(router.wait(10s));
  ASSERT_THAT(sent, Not(IsEmpty()));
  EXPECT_GE(sent[0].at, 2s) << "two checks of a second each";
  EXPECT_LE(sent[0].at, 3500ms) << "a random second before, and half a second behind them";
  EXPECT_EQ(source_of(sent[0].octets), "fe80::2");
  router.set_addresses({"192.0.2.2/24", "2001:db8::2/64"});
  EXPECT_THAT(advertisements_in(router.wait(1h)), IsEmpty());
  EXPECT_THAT(router.send(router_solicitation()), IsEmpty());
  EXPECT_THAT(advertisements_in(router.wait(1h)), IsEmpty());
  router.set_addresses({"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"});
  EXPECT_THAT(advertisements_in(router.wait(10s)), Not(IsEmpty()));
}

TEST(AddressChange, ND_RA_004_the_prefix_of_a_new_address_is_advertised_and_a_former_one_withdrawn) {
  for (const NodeConfig& config : {advertising_router(), on_tun(advertising_router())}) {
    Line router(config);
    EXPECT_THAT(prefixes_of(advertisements_in(router.wait(1min)).at(0)), ElementsAre("2001:db8:: 2592000 604800"));
    router.set_addresses({"192.0.2.2/24", "2001:db8:1::2/64", "fe80::2/64"});
    const AllSent sent = advertisements_in(router.wait(1h));
    ASSERT_THAT(sent, Not(IsEmpty()));
    EXPECT_LE(sent[0].at, 500ms);
    for (const Sent& one : sent)
      EXPECT_THAT(prefixes_of(one), ElementsAre("2001:db8:1:: 2592000 604800", "2001:db8:: 0 0"));
    router.set_addresses({"192.0.2.2/24", "2001:db8::7/64", "fe80::2/64"});
    EXPECT_THAT(prefixes_of(advertisements_in(router.wait(1h)).at(0)),
                ElementsAre("2001:db8:: 2592000 604800", "2001:db8:1:: 0 0"));
  }
}

TEST(AddressChange, ND_RA_002_however_often_addresses_change_advertisements_keep_their_distance) {
  Line router(advertising_router());
  router.wait(1min);
  std::vector<Duration> times;
  Duration passed{};
  for (int i = 0; i < 50; ++i) {
    if (i % 2 == 0)
      router.set_addresses({"2001:db8::2/64", "2001:db8:7::2/64", "fe80::2/64"});
    else
      router.set_addresses({"2001:db8::2/64", "fe80::2/64"});
    for (const Sent& one : advertisements_in(router.wait(700ms))) times.push_back(passed + one.at);
    passed += 700ms;
  }
  ASSERT_GT(times.size(), 3U);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 1], 3s);
}

TEST(AddressChange,
     ICMP4_RD_005_ICMP4_RD_009_an_address_that_goes_is_withdrawn_and_a_new_one_is_listed_when_it_is_used) {
  for (const bool checks : {false, true}) {
    Line router(with_settings(advertising_router({"irdp.adv.enable=on"}), {checks ? "acd.enable=on" : "acd.enable=off"}));
    router.wait(1min);
    const AllSent sent = only(advertisement_type4, router.set_addresses({"192.0.2.9/24", "fe80::2/64"}).sent);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(from(sent[0].octets, 20), icmpv4(9, 0, 0x01020000, octets_of("192.0.2.2") + Packet(4)));
    const AllSent later = only(advertisement_type4, router.wait(1min));
    ASSERT_THAT(later, Not(IsEmpty()));
    if (checks) {
      EXPECT_GE(later[0].at, 4s) << "when it is used";
    }
    for (const Sent& one : later) {
      EXPECT_EQ(source_of(one.octets), "192.0.2.9");
      EXPECT_EQ(from(one.octets, 20), icmpv4(9, 0, 0x01020708, octets_of("192.0.2.9") + Packet(4)));
    }
  }
}

TEST(AddressChange, ND_NA_004_an_anycast_address_that_is_gone_is_not_answered_for) {
  Line router(router_config());
  const auto ask = [&] {
    router.send(question_of_peer("2001:db8::"));
    router.set_addresses({"192.0.2.2/24", "fe80::2/64"});
    router.wait(5s);
  };
  ask();
  EXPECT_EQ(router.count(Reason::nd_solicitation_answer_delayed), 1U);
  EXPECT_EQ(router.count(Reason::nd_delayed_advertisement_sent), 0U);
}

// ---- as one that was made so ----

std::vector<std::string> decisions_of(const Line& line, bool in_frames) {
  std::vector<std::string> all;
  for (const std::string_view address : {"192.0.2.2", "192.0.2.9", "198.51.100.2", "198.51.100.255", "224.0.0.1"})
    for (const Packet& datagram : {echo4({.destination = address}), udp4({.destination = address})}) {
      const Verdict verdict = line.decide(in_frames ? framed(datagram) : datagram);
      all.push_back(std::string(address) + " " + std::string(info(reason_of(verdict)).name));
    }
  for (const std::string_view address : {"2001:db8::2", "2001:db8::9", "2001:db8::", "2001:db8:1::9",
                                         "2001:db8:1::", "fe80::2", "fe80::9", "ff02::1", "ff02::2", "ff02::1:ff00:9"})
    for (const Packet& datagram :
         {echo6({.destination = address}), udp6({.destination = address}), question_of_peer(address)}) {
      const Verdict verdict = line.decide(in_frames ? framed(datagram) : datagram);
      all.push_back(std::string(address) + " " + std::string(info(reason_of(verdict)).name));
    }
  return all;
}

TEST(AddressChange, ND_RA_023_afterwards_a_node_is_as_one_that_was_made_so) {
  const std::initializer_list<std::string_view> lists[] = {
      {"192.0.2.9/24", "198.51.100.2/24", "2001:db8:1::9/64", "fe80::9/64"},
      {"192.0.2.2/32", "2001:db8::2/128", "fe80::2/64"},
      {"192.0.2.2/24"},
      {"2001:db8::9/127", "fe80::9/64"},
      {"fe80::2/64"}};
  const NodeConfig kinds[] = {
      host_config(), on_tun(router_config({"nd.adv.enable=on", "irdp.adv.enable=on"})), checking_host({"acd.enable=on", "mld.enable=on"}),
      with_settings(router_config(), {"nd.adv.enable=on", "irdp.adv.enable=on", "dad.transmits=1"}), autoconfiguring_host()};
  for (const NodeConfig& kind : kinds)
    for (const auto& list : lists)
      for (const bool is_down : {false, true}) {
        const bool in_frames = kind.interfaces[0].link_address.has_value();
        Line changed(kind);
        changed.wait(30s);
        if (is_down) changed.set_link(false);
        changed.set_addresses(list);
        if (is_down) changed.set_link(true);
        changed.wait(30s);
        Line made(with_addresses(kind, list));
        made.wait(60s);
        EXPECT_EQ(decisions_of(changed, in_frames), decisions_of(made, in_frames)) << *list.begin();
        EXPECT_EQ(changed.node().state().interfaces[0].config.addresses,
                  made.node().state().interfaces[0].config.addresses);
      }
}

}  // namespace
}  // namespace tunstack::test::address_change_test
