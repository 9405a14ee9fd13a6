// Options and roles of a node that runs: afterwards it is as one that was made with them, or it says beforehand that
// this cannot be.
#include "tests/support/frames.hpp"
#include "tests/support/router_messages.hpp"
#include "tunstack/options/effect.hpp"
#include "tunstack/options/option_value.hpp"

namespace tunstack::test::change_test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr unsigned advertisement4 = 0x400 + 9, advertisement6 = 0x600 + 134, neighbor_advertisement = 0x600 + 136;

// ---- every row ----

/// Values that the option takes, of which one at least is not its default.
std::vector<std::string> values_of(const option::Kind& kind) {
  if (std::holds_alternative<option::Flag>(kind)) return {"on", "off"};
  if (const auto* number = std::get_if<option::Number>(&kind))
    return {std::to_string(number->minimum), std::to_string(number->maximum)};
  if (std::holds_alternative<option::Prefixes>(kind)) {
    const bool is_ipv6 = std::get<option::Prefixes>(kind).families == option::Families::ipv6;
    return {is_ipv6 ? "2001:db8:9::/64" : "198.51.100.0/24"};
  }
  if (std::holds_alternative<option::Addresses>(kind)) return {"2001:db8::9/128"};
  if (std::holds_alternative<option::Names>(kind)) return {"lab.example"};
  std::vector<std::string> words;
  for (const option::Meaning& choice : option::choices_of(kind)) words.push_back(choice.value);
  return words;
}

template <class Each>
void for_each_other_value(const Each& each) {
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      for (const std::string& value : values_of(row.kind)) {
        NodeOptions options = host_config().options;
        const std::string before = option::value_text(row.kind, options);
        if (value == before || !option::assign(row.kind, options, value)) continue;
        each(row, value);
      }
}

TEST(Change, every_value_is_printed_as_it_is_set) {
  for (const Profile profile : {Profile::lab, Profile::hardened}) {
    const NodeOptions options = options_of(profile);
    for (const OptionArea& area : option_areas())
      for (const OptionRow& row : area.rows)
        EXPECT_EQ(option::value_text(row.kind, options), profile == Profile::lab ? row.lab : row.hardened) << row.key;
  }
  for_each_other_value([](const OptionRow& row, const std::string& value) {
    NodeOptions options;
    ASSERT_TRUE(option::assign(row.kind, options, value));
    const std::string printed = option::value_text(row.kind, options);
    NodeOptions again;
    EXPECT_TRUE(option::assign(row.kind, again, printed)) << row.key << "=" << printed;
    EXPECT_EQ(option::value_text(row.kind, again), printed) << row.key;
    EXPECT_NE(printed, option::value_text(row.kind, host_config().options)) << row.key;
  });
}

std::vector<Packet> representative_datagrams() {
  const Packet echo = icmpv4(8, 0, 0x05010001, counting(2000));
  return {echo4(),
          echo6(),
          ipv4({}, icmpv4(8, 5, 0x00050001, counting(8))),
          echo4({.destination = "192.0.2.255"}),
          echo6({.destination = "ff02::1"}),
          echo4({.options = hex("83 07 04 c0000202 00")}),
          echo4({.options = hex("07 0b 04 00000000 00000000 00")}),
          echo4({.destination = "0.0.0.0"}),
          udp4({}, 7, counting(9)),
          udp6({}, 9, counting(9)),
          udp4(),
          ipv4({.protocol = 6}, tcp(Ipv4Fields{.protocol = 6}, {}, counting(5))),
          ipv4({}, icmpv4(13, 0, 0x00050001, counting(12))),
          ipv4({}, icmpv4(15, 0, 0x00050001, {})),
          ipv4({}, icmpv4(17, 0, 0x00050001, counting(4))),
          ipv4({}, icmpv4(42, 0, 0x00050001, hex("20 00 00 00 00 08 02 01 00 00 00 01"))),
          ipv4({.identification = 9, .flags_and_offset = 0x2000}, part(echo, 0, 1000)),
          ipv4({}, icmpv4(5, 1, 0xc0000201, echo4({.source = "192.0.2.2", .destination = "198.51.100.1"}))),
          solicitation(),
          router_messages::router_advertisement(),
          router_messages::router_solicitation(),
          ipv6({.next_header = 0}, hex("3a00 0104 00000000") + icmpv6({}, 128, 0, 0x00050001, counting(8)))};
}

using Decisions = std::vector<std::string>;
Decisions decisions_of(const Driver& driver, bool in_frames) {
  Decisions all;
  for (const Packet& datagram : representative_datagrams()) {
    const Verdict verdict = driver.decide(in_frames ? framed(datagram) : datagram);
    all.push_back(std::to_string(verdict.index()) + " " + std::string(info(reason_of(verdict)).name));
  }
  return all;
}
std::set<unsigned> types_in(const std::vector<SentPacket>& sent) {
  std::set<unsigned> types;
  for (const SentPacket& one : sent) types.insert(one.type());
  return types;
}

std::vector<NodeConfig> kinds_of_nodes() {
  NodeConfig host = ethernet_config({"mld.enable=on", "dad.transmits=1"});
  host.interfaces[0].configures_itself = true;
  NodeConfig router = ethernet_config({"nd.adv.enable=on", "irdp.adv.enable=on", "mld.enable=on"});
  router.interfaces[0].role = Role::router;
  return {host_config(), host, router};
}

/// Combinations that no router may advertise are refused where options are set.
bool is_bounded_by_others(std::string_view key) { return key.starts_with("nd.adv_") || key.starts_with("irdp.adv_"); }

TEST(Change, every_row_is_fixed_or_makes_the_node_one_that_was_made_with_it) {
  for (const NodeConfig& config : kinds_of_nodes())
    for_each_other_value([&](const OptionRow& row, const std::string& value) {
      if (is_bounded_by_others(row.key)) return;
      SCOPED_TRACE(std::string(row.key) + "=" + value);
      const bool in_frames = config.interfaces[0].link_address.has_value();
      Host changed(config);
      changed.run_for(60s);
      const Decisions before = decisions_of(changed, in_frames);
      NodeOptions options = changed.node().state().options;
      ASSERT_TRUE(option::assign(row.kind, options, value));
      if (option::value_text(row.kind, options) == option::value_text(row.kind, changed.node().state().options)) return;
      if (option::effect_of(row) == option::Effect::at_start) {
        const auto [fixed, sent] = changed.change(options);
        EXPECT_EQ(fixed, &row);
        EXPECT_THAT(sent, IsEmpty());
        EXPECT_EQ(decisions_of(changed, in_frames), before);
        return;
      }
      const auto [fixed, farewell] = changed.change(options);
      EXPECT_EQ(fixed, nullptr);
      EXPECT_EQ(option::value_text(row.kind, changed.node().state().options), option::value_text(row.kind, options));
      NodeConfig with_it = config;
      with_it.options = options;
      Host made(with_it);
      const auto of_made = types_in(made.run_for(20s));
      const auto of_changed = types_in(changed.run_for(20s));
      if (option::effect_of(row) == option::Effect::with_links) {
        EXPECT_EQ(of_changed, of_made);
      }
      EXPECT_EQ(decisions_of(changed, in_frames), decisions_of(made, in_frames));
    });
}

// ---- some of them, as they are seen from outside ----

void change(Host& host, std::string_view assignment) {
  NodeOptions options = host.node().state().options;
  ASSERT_FALSE(set_option(options, assignment).has_value()) << assignment;
  ASSERT_EQ(host.change(options).fixed, nullptr) << assignment;
}

TEST(Change, V4_TX_001_the_next_reply_has_the_new_ttl_and_state_is_kept) {
  Host host(ethernet_config());
  host.receive({arp_request()});
  change(host, "ip4.ttl=9");
  EXPECT_EQ(host.answer(framed(echo4())).at(8), 9);
  EXPECT_EQ(host.count(Reason::options_changed), 1U);
  change(host, "icmp4.echo=off");
  EXPECT_THAT(host.send(framed(echo4())), IsEmpty());
  EXPECT_NE(host.neighbor("192.0.2.1"), nullptr) << "neighbors are known still";
}

TEST(Change, ICMP4_RATE_002_a_limit_counts_from_then_on) {
  Host host({"icmp4.error_rate=1", "icmp4.error_burst=1"});
  EXPECT_THAT(host.send(udp4()), SizeIs(1));
  EXPECT_THAT(host.send(udp4()), IsEmpty());
  change(host, "icmp4.error_rate=0");
  for (int i = 0; i < 20; ++i) EXPECT_THAT(host.send(udp4()), SizeIs(1));
}

TEST(Change, ND_RA_006_ICMP4_RD_009_who_stops_advertising_says_so) {
  NodeConfig config = ethernet_config({"nd.adv.enable=on", "irdp.adv.enable=on"});
  config.interfaces[0].role = Role::router;
  Host router(config);
  router.run_for(60s);
  NodeOptions options = router.node().state().options;
  options.router.advertises = options.router4.advertises = false;
  const auto [fixed, sent] = router.change(options);
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0].type(), advertisement6);
  EXPECT_EQ(be16(sent[0].octets, 46), 0U) << "router lifetime";
  EXPECT_EQ(sent[1].type(), advertisement4);
  EXPECT_EQ(be16(sent[1].octets, 26), 0U) << "lifetime";
  EXPECT_THAT(types_in(router.run_for(1h)), Not(Contains(advertisement6)));
  change(router, "nd.adv.enable=on");
  EXPECT_THAT(types_in(router.run_for(1s)), Contains(advertisement6));
}

TEST(Change, ND_RA_001_a_router_that_goes_on_advertising_withdraws_nothing) {
  NodeConfig config = ethernet_config({"nd.adv.enable=on"});
  config.interfaces[0].role = Role::router;
  Host router(config);
  router.run_for(60s);
  change(router, "nd.adv.pref=high");
  EXPECT_EQ(router.count(Reason::router_final_advertisement_sent), 0U);
  const auto sent = router.run_for(1s);
  ASSERT_THAT(types_in(sent), Contains(advertisement6));
  for (const SentPacket& one : sent)
    if (one.type() == advertisement6) {
      EXPECT_EQ(one.octets.at(45) & 0x18, 0x08);
    }
}

TEST(Change, MLD_011_a_querier_begins_to_ask) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].role = Role::router;
  Host router(config);
  router.run_for(600s);
  EXPECT_EQ(router.count(Reason::mld_query_sent), 0U);
  change(router, "mld.querier=on");
  router.run_for(1s);
  EXPECT_EQ(router.count(Reason::mld_query_sent), 1U);
  change(router, "mld.querier=off");
  router.run_for(600s);
  EXPECT_EQ(router.count(Reason::mld_query_sent), 1U);
}

// ---- roles ----

TEST(Role, ND_RA_006_ND_RA_007_a_former_router_withdraws_itself_and_leaves_the_groups_of_routers) {
  NodeConfig config = ethernet_config({"nd.adv.enable=on", "irdp.adv.enable=on", "mld.enable=on", "nd.gratuitous=1"});
  config.interfaces[0].role = Role::router;
  Host node(config);
  node.run_for(60s);
  const auto sent = node.set_role(Role::host);
  EXPECT_EQ(node.count(Reason::router_final_advertisement_sent), 1U);
  EXPECT_EQ(node.count(Reason::irdp_final_advertisement_sent), 1U);
  EXPECT_EQ(node.count(Reason::role_changed), 1U);
  const auto is_leave = [](const SentPacket& one) {
    const bool is_report = !one.is_arp && one.octets.size() > 48 && one.octets.at(6) == 0 && one.octets.at(48) == 143;
    if (!is_report) return false;
    const Packet group = octets_of("ff02::2");
    const auto at = std::search(one.octets.begin(), one.octets.end(), group.begin(), group.end());
    return at != one.octets.end() && *(at - 4) == 3;  // CHANGE_TO_INCLUDE_MODE, of no source
  };
  EXPECT_EQ(std::ranges::count_if(sent, is_leave), 1);
  std::vector<SentPacket> later = node.run_for(10s);
  later.insert(later.begin(), sent.begin(), sent.end());
  bool is_announced = false;
  for (const SentPacket& one : later)
    if (one.type() == neighbor_advertisement) {
      is_announced = true;
      EXPECT_EQ(one.octets.at(44) & 0x80, 0) << "R";
    }
  EXPECT_TRUE(is_announced);
  EXPECT_EQ(node.decide(framed(router_messages::router_solicitation())).index(), Verdict(Drop{}).index());
  EXPECT_EQ(reason_of(node.decide(framed(echo6({.destination = "ff02::2"})))), Reason::frame_for_another_station);
  EXPECT_THAT(types_in(node.run_for(1h)), Not(Contains(advertisement6)));
}

TEST(Role, ND_RA_001_a_host_that_becomes_a_router_advertises_and_joins_the_groups_of_routers) {
  Host node(ethernet_config({"nd.adv.enable=on", "nd.gratuitous=1"}));
  EXPECT_THAT(types_in(node.run_for(1h)), Not(Contains(advertisement6)));
  node.set_role(Role::router);
  const auto sent = node.run_for(10s);
  EXPECT_THAT(types_in(sent), Contains(advertisement6));
  EXPECT_EQ(node.node().state().interfaces[0].config.role, Role::router);
  EXPECT_EQ(reason_of(node.decide(framed(echo6({.destination = "ff02::2"})))), Reason::icmp6_echo_request_for_us);
  EXPECT_THAT(node.set_role(Role::router), IsEmpty()) << "it is one already";
  EXPECT_EQ(node.count(Reason::role_changed), 1U);
}

TEST(Role, ND_RS_001_a_router_that_becomes_a_host_asks_for_routers) {
  NodeConfig config = ethernet_config();
  config.interfaces[0].role = Role::router;
  config.interfaces[0].configures_itself = true;
  Host node(config);
  constexpr unsigned router_solicitation = 0x600 + 133;
  EXPECT_THAT(types_in(node.run_for(60s)), Not(Contains(router_solicitation)));
  node.set_role(Role::host);
  EXPECT_THAT(types_in(node.run_for(2s)), Contains(router_solicitation));
}

}  // namespace
}  // namespace tunstack::test::change_test
