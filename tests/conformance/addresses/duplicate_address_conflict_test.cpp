// What becomes of duplicate IPv6 addresses (RFC 4862 5.4.5), of looped back probes, and how addresses in use are told.
#include <functional>
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::duplicate_address_conflict_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view own = "2001:db8::2";

bool is_ipv6(const Sent& sent) { return !sent.is_arp && sent.octets.at(0) >> 4 == 6; }
AllSent ipv6_in(const AllSent& all) {
  AllSent chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen), is_ipv6);
  return chosen;
}

// ---- a duplicate ----

struct AddressLog final : Observer {
  void decided(const Decision&) override {}
  void noted(const Note& change) override {
    if (change.address && change.reason != Reason::address_ipv6_disabled)
      lines.push_back(to_text(*change.address) + " " + std::string(info(change.reason).name));
  }
  std::vector<std::string> lines;
};

/// A host whose address failed just now.
struct WithDuplicate : OwnAddresses {
  explicit WithDuplicate(std::string_view target = own, const NodeConfig& config = checking_host())
      : OwnAddresses(config) {
    observe(log);
    wait_for_probe(target);
    at_once = send(claim_of_another(target));
  }
  AddressLog log;
  AllSent at_once;
};

TEST(DuplicateAddressConflict, DAD_007_a_configured_duplicate_is_not_used) {
  WithDuplicate line;
  EXPECT_THAT(line.log.lines, testing::Contains("2001:db8::2 address_duplicate"));
  EXPECT_THAT(probes_in(line.wait(1h)), testing::Not(testing::Contains(testing::ResultOf(target_of, own))));
  EXPECT_FALSE(line.answers(own));
  EXPECT_THAT(line.send(question_of_peer(own)), IsEmpty());
  EXPECT_THAT(line.send(probe_of_another(own)), IsEmpty());
  EXPECT_TRUE(line.answers("fe80::2")) << "the other address";
  EXPECT_EQ(line.source_towards(peer), "fe80::2") << "rather than the duplicate";
}

TEST(DuplicateAddressConflict, DAD_007_a_duplicate_is_checked_again) {
  WithDuplicate line(own, checking_host({"dad.retry=60"}));
  EXPECT_THAT(targets_in(line.wait(59s)), testing::Not(testing::Contains(own)));
  EXPECT_FALSE(line.answers(own));
  EXPECT_EQ(targets_in(line.wait(5s)), std::vector{std::string(own)});
  EXPECT_TRUE(line.answers(own)) << "nobody objects any more";
}

TEST(DuplicateAddressConflict, DAD_007_and_stays_one_while_somebody_has_it) {
  WithDuplicate line(own, checking_host({"dad.retry=60"}));
  for (int minute = 0; minute < 10; ++minute) {
    line.wait_for_probe_within(own, 2min);
    line.send(claim_of_another(own));
    EXPECT_FALSE(line.answers(own)) << minute;
  }
  EXPECT_EQ(line.count(Reason::address_duplicate), 11U);
}

// One forged advertisement in the first second ended IPv6 until the stack was started again.
TEST(DuplicateAddressConflict, DAD_007_ipv6_is_back_when_the_address_of_the_mac_is_nobody_elses) {
  WithDuplicate line(eui64_link_local, self_addressed_host({"dad.retry=60"}));
  EXPECT_FALSE(line.answers(eui64_link_local));
  line.wait(65s);
  EXPECT_TRUE(line.answers(eui64_link_local));
  line.add_routers();
  line.send(router_advertisement({.options = prefix_option()}));
  line.wait(5s);
  EXPECT_TRUE(line.answers(eui64_global));
}

TEST(DuplicateAddressConflict, DAD_007_its_group_is_left) {
  WithDuplicate line(own, with_addresses(checking_host({"mld.enable=on"}), {"2001:db8::2/64", "2001:db8::3/64"}));
  line.send(question_of_peer(own));
  EXPECT_EQ(line.count(Reason::frame_for_another_station), 1U);
  ASSERT_THAT(line.at_once, SizeIs(1));
  // Behind a header of hop-by-hop options: type 143, one record, CHANGE_TO_INCLUDE_MODE of the group (RFC 3810 5.2).
  const Packet& report = line.at_once[0].octets;
  EXPECT_EQ(part(report, 48, 1) + part(report, 54, 4) + from(report, 60),
            hex("8f 0001 03 00") + octets_of("ff02::1:ff00:2"));
}

/// What an interface hears that is to be silent in IPv6.
std::vector<Packet> temptations() {
  const Ipv6Fields query{.source = "fe80::1", .destination = "ff02::1", .next_header = 0, .hop_limit = 1};
  const Packet router_alert = hex("3a 00 05 02 0000 01 00");
  const Packet unknown_option = hex("3b 00 80 00 01 02 00 00");
  return {
      router_advertisement({.options = source_option(mac_a) + prefix_option()}),
      echo6({.source = "fe80::1", .destination = "ff02::1"}),
      echo6({.source = "fe80::1", .destination = eui64_link_local}),
      echo6({.destination = eui64_global}),
      solicitation({.source = "fe80::1", .destination = "ff02::1:ff00:2", .target = eui64_link_local}),
      probe_of_another(eui64_link_local),
      probe_of_another(eui64_global),
      ipv6(query, router_alert + icmpv6(query, 130, 0, 0x03e80000, Packet(16) + hex("02 7d 0000"))),
      ipv6({.source = "fe80::1", .destination = "ff02::1", .next_header = 60}, unknown_option),
      redirect6(),
  };
}
/// All that the host sends in IPv6 within hours in which it hears all that.
AllSent sent_in_ipv6(OwnAddresses& line) {
  AllSent all;
  for (int round = 0; round < 4; ++round) {
    for (const Packet& packet : temptations()) {
      for (const Sent& sent : ipv6_in(line.send(packet))) all.push_back(sent);
      for (const Sent& sent : ipv6_in(line.wait(5s))) all.push_back(sent);
    }
    for (const Sent& sent : ipv6_in(line.wait(1h))) all.push_back(sent);
  }
  return all;
}

TEST(DuplicateAddressConflict, DAD_007_the_address_of_the_mac_ends_ipv6_on_the_interface) {
  for (const std::string_view mld : {"mld.enable=off", "mld.enable=on"}) {
    WithDuplicate line(eui64_link_local, self_addressed_host({mld, "slaac.tempaddr=on"}));
    EXPECT_THAT(ipv6_in(line.at_once), IsEmpty()) << mld;
    EXPECT_THAT(sent_in_ipv6(line), IsEmpty()) << mld;
    EXPECT_EQ(line.count(Reason::address_duplicate), 1U);
    line.add_station("192.0.2.1", peer_mac);
    EXPECT_THAT(only(echo_reply4, line.send(echo4())), SizeIs(1)) << "IPv4 goes on";
  }
}

// The same if somebody configured it, or if the identifiers of others are made otherwise.
TEST(DuplicateAddressConflict, DAD_007_the_address_of_the_mac_ends_ipv6_whoever_made_it) {
  const NodeConfig config =
      with_addresses(checking_host({"slaac.iid=stable"}), {"192.0.2.2/24", "2001:db8::2/64", "fe80::ff:fe00:2/64"});
  WithDuplicate line(eui64_link_local, config);
  EXPECT_THAT(sent_in_ipv6(line), IsEmpty());
  line.add_station("192.0.2.1", peer_mac);
  EXPECT_THAT(only(echo_reply4, line.send(echo4())), SizeIs(1)) << "IPv4 goes on";
  const NodeConfig chosen = with_addresses(checking_host(), {"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"});
  WithDuplicate other("fe80::2", chosen);
  other.wait(5s);
  EXPECT_TRUE(other.answers(own)) << "a duplicate of an address that says nothing of the MAC";
}

// With nothing said against the address, the same is answered.
TEST(DuplicateAddressConflict, DAD_007_what_is_heard_then_is_answered_otherwise) {
  OwnAddresses line(self_addressed_host({"mld.enable=on"}));
  line.wait(1min);
  std::set<unsigned> types;
  for (const Sent& sent : sent_in_ipv6(line))
    if (sent.octets.at(6) == 58) types.insert(sent.type());
  for (const unsigned type : {0x604U, echo_reply6, neighbor_question, 0x600U + 136})
    EXPECT_TRUE(types.contains(type)) << type;
}

TEST(DuplicateAddressConflict, DAD_007_a_stable_identifier_gives_way_to_the_next_one) {
  OwnAddresses line(self_addressed_host({"slaac.iid=stable"}));
  const std::string first = line.wait_for_any_probe();
  line.send(claim_of_another(first));
  const std::string second = line.wait_for_any_probe();
  line.wait(1s);
  EXPECT_TRUE(second.starts_with("fe80::")) << second;
  EXPECT_NE(first, second);
  EXPECT_FALSE(line.answers(first));
  EXPECT_TRUE(line.answers(second));
}

// ---- what comes back ----

/// A link that brings back each frame, perhaps changed, `later` than it was sent.
void wait_on_loop(Wire& wire, Duration duration, Duration later, const std::function<Packet(Packet)>& change) {
  std::vector<std::pair<Duration, Packet>> on_the_way;
  for (Duration passed{}; passed < duration; passed += 1ms) {
    for (const TimedFrame& sent : wire.wait(1ms)) on_the_way.emplace_back(passed + later, change(sent.frame));
    for (const auto& [due, frame] : on_the_way)
      if (due == passed) {
        EXPECT_THAT(wire.send(frame), IsEmpty());
      }
  }
}

TEST(DuplicateAddressConflict, DAD_008_our_own_probes_come_back) {
  const struct {
    const char* what;
    Duration later;
    std::function<Packet(Packet)> change;
    bool is_usable;
  } rows[] = {
      {"as they were", 0s, [](Packet frame) { return frame; }, true},
      {"late, when the next one was sent", 1500ms, [](Packet frame) { return frame; }, true},
      {"from another station", 0s, [](Packet frame) { return part(frame, 0, 6) + other_mac + from(frame, 12); }, true},
      {"with the nonce of another node", 0s,
       [](const Packet& frame) { return framed(probe_of_another(own, nonce_option(part(frame, 0, 6)))); }, false},
      {"without a nonce", 0s, [](const Packet&) { return framed(probe_of_another(own)); }, false},
  };
  for (const auto& row : rows) {
    Wire wire(with_addresses(checking_host({"dad.transmits=3"}), {"2001:db8::2/64"}));
    wait_on_loop(wire, 2900ms, row.later, row.change);
    wire.wait(2s);
    wire.send(framed(question_of_peer(own)));
    EXPECT_EQ(wire.send(framed(echo6())).size(), row.is_usable ? 1U : 0U) << row.what;
    EXPECT_EQ(wire.count(Reason::address_probe_looped_back) > 0, row.is_usable) << row.what;
  }
}

// ---- in use ----

TEST(DuplicateAddressConflict, DAD_010_the_check_of_another_node) {
  struct Row {
    Role role;
    std::string_view target;
    std::uint32_t flags;
  };
  for (const Row& row : {Row{Role::host, own, override_flag}, Row{Role::host, "fe80::2", override_flag},
                         Row{Role::router, own, override_flag | router_flag}}) {
    NodeConfig config = checking_host();
    config.interfaces[0].role = row.role;
    OwnAddresses line(config);
    line.wait(5s);
    const auto sent = line.send(probe_of_another(row.target, nonce_option(hex("01 02 03 04 05 06"))));
    ASSERT_THAT(sent, SizeIs(1)) << row.target;
    EXPECT_EQ(sent[0].to, hex("33 33 00 00 00 01"));
    EXPECT_EQ(sent[0].octets, advertisement({.source = row.target,
                                             .destination = "ff02::1",
                                             .target = row.target,
                                             .flags = row.flags,
                                             .options = target_option(own_mac)}));
    EXPECT_TRUE(line.answers(row.target)) << "it is kept";
  }
}

TEST(DuplicateAddressConflict, DAD_010_of_an_address_made_of_a_prefix) {
  OwnAddresses line(autoconfiguring_host());
  line.send(router_advertisement({.options = prefix_option()}));
  line.wait(5s);
  const auto sent = line.send(probe_of_another(eui64_global));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_of(sent[0].octets), "ff02::1");
  EXPECT_EQ(be32(sent[0].octets, 44), override_flag);
}

/// The advertisement to all nodes about a new address.
Packet announcement(std::string_view address, std::uint32_t flags = override_flag) {
  return advertisement({.source = address,
                        .destination = "ff02::1",
                        .target = address,
                        .flags = flags,
                        .options = target_option(own_mac)});
}

TEST(DuplicateAddressConflict, ND_NA_011_announced_one_second_apart) {
  struct Row {
    std::string_view announcements, transmits;
    Role role;
    std::vector<Duration> at;  // since the address is used
  };
  for (const Row& row : {
           Row{"nd.gratuitous=0", "dad.transmits=1", Role::host, {}},
           Row{"nd.gratuitous=1", "dad.transmits=1", Role::host, {0s}},
           Row{"nd.gratuitous=3", "dad.transmits=1", Role::host, {0s, 1s, 2s}},
           Row{"nd.gratuitous=3", "dad.transmits=0", Role::host, {0s, 1s, 2s}},
           Row{"nd.gratuitous=1", "dad.transmits=1", Role::router, {0s}},
       }) {
    NodeConfig config = with_addresses(checking_host({row.announcements, row.transmits}), {"2001:db8::2/64"});
    config.interfaces[0].role = row.role;
    const auto sent = OwnAddresses(config).wait(1h);
    const auto probes = probes_in(sent);
    const Duration used_from = probes.empty() ? Duration{} : probes[0].at + 1s;
    const AllSent announced = only(0x600 + 136, sent);
    std::vector<Duration> times = times_of(announced);
    for (Duration& time : times) time -= used_from;
    EXPECT_EQ(times, row.at) << row.announcements;
    EXPECT_EQ(announced.size() + probes.size(), sent.size());
    const std::uint32_t flags = override_flag | (row.role == Role::router ? router_flag : 0);
    for (const Sent& one : announced) EXPECT_EQ(one.octets, announcement(own, flags));
  }
}

TEST(DuplicateAddressConflict, ND_NA_011_one_by_default_and_none_of_a_duplicate) {
  NodeConfig config = checking_host();
  config.options = with_settings(host_config(), {"mld.enable=off"}).options;
  WithDuplicate line(own, config);
  const auto announced = only(0x600 + 136, line.wait(59s));
  ASSERT_THAT(announced, SizeIs(1));
  EXPECT_EQ(announced[0].octets, announcement("fe80::2"));
}

TEST(DuplicateAddressConflict, ND_NA_011_an_address_that_a_prefix_gives) {
  OwnAddresses line(autoconfiguring_host({"nd.gratuitous=1"}));
  line.wait(20s);
  line.send(router_advertisement({.options = prefix_option()}));
  const auto announced = only(0x600 + 136, line.wait(10s));
  ASSERT_THAT(announced, SizeIs(1));
  EXPECT_EQ(announced[0].octets, announcement(eui64_global));
}

}  // namespace
}  // namespace tunstack::test::duplicate_address_conflict_test
