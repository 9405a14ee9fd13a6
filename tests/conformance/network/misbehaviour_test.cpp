// Nodes that do wrong on purpose: what leaves is wrong in that one way, it is told with the rule that it breaks, and
// nothing else changes.
#include <algorithm>

#include "tests/support/frames.hpp"
#include "tests/support/host.hpp"
#include "tests/support/network_driver.hpp"
#include "tunstack/network/chain.hpp"

namespace tunstack::test::misbehaviour_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view server4 = "203.0.113.3", server6 = "2001:db8:2::3";
constexpr std::size_t r1 = 0, r2 = 1, r3 = 2, server = 3;

/// Three routers and a server behind a link with an MTU of 1300; one of them does wrong.
NetworkPlan chain_where(std::size_t node, Misdeed misdeed, std::uint32_t number = 1) {
  NetworkPlan plan = plan_chain({3, 1300}, host_config()).value();
  plan.nodes.at(node).misbehaviour.emplace().set(misdeed, number);
  return plan;
}

Packet echo_with_ttl(unsigned ttl) { return echo4({.destination = server4, .ttl = ttl}); }
Packet echo6_with_hops(unsigned hops) { return echo6({.destination = server6, .hop_limit = hops}); }
Packet too_big4() { return echo4({.destination = server4, .flags_and_offset = 0x4000U}, counting(1472)); }
Packet too_big6() { return echo6({.destination = server6}, counting(1452)); }

TEST(Misbehaviour, TOPO_001_each_misdeed_has_its_row_at_its_place) {
  for (std::size_t i = 0; i < misdeed_rows().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(misdeed_rows()[i].misdeed), i);
    EXPECT_EQ(find_misdeed(misdeed_rows()[i].name), &misdeed_rows()[i]);
  }
  EXPECT_EQ(find_misdeed("kind"), nullptr);
}

TEST(Misbehaviour, TOPO_001_a_silent_router_tells_nobody_and_forwards) {
  NetworkDriver driver(chain_where(r2, Misdeed::silent));
  EXPECT_THAT(driver.send(echo_with_ttl(2)), IsEmpty());
  EXPECT_THAT(driver.send(echo6_with_hops(2)), IsEmpty());
  EXPECT_EQ(driver.count("r2", Reason::misbehave_silent), 2U);
  EXPECT_EQ(source_of(driver.one_out(echo_with_ttl(1), 0, 0)), "192.0.2.2");
  EXPECT_THAT(driver.send(echo_with_ttl(64)), SizeIs(1));
  EXPECT_THAT(driver.send(echo4({.destination = "198.51.100.1"})), SizeIs(1)) << "it answers for itself";
}

TEST(Misbehaviour, TOPO_001_a_black_hole_tells_of_everything_but_what_is_too_big) {
  NetworkDriver driver(chain_where(r3, Misdeed::pmtu_black_hole));
  EXPECT_THAT(driver.send(too_big4()), IsEmpty());
  EXPECT_THAT(driver.send(too_big6()), IsEmpty());
  EXPECT_EQ(driver.count("r3", Reason::misbehave_pmtu_black_hole), 2U);
  EXPECT_EQ(icmp4_type(driver.one_out(echo_with_ttl(3), 0, 0)), 11U);
}

TEST(Misbehaviour, TOPO_001_a_wrong_mtu_is_told_in_both_families) {
  NetworkDriver driver(chain_where(r3, Misdeed::wrong_mtu, 68));
  const Packet error = driver.one_out(too_big4(), 0, 0);
  EXPECT_EQ(icmp4_code(error), 4U);
  EXPECT_EQ(be16(error, 26), 68U);
  const Packet error6 = driver.one_out(too_big6(), 0, 0);
  EXPECT_EQ(icmp6_type(error6), 2U);
  EXPECT_EQ(be32(error6, 44), 68U);
  EXPECT_EQ(driver.count("r3", Reason::misbehave_wrong_mtu), 2U);
  EXPECT_EQ(icmp4_type(driver.one_out(echo_with_ttl(3), 0, 0)), 11U) << "no MTU in other errors";
  EXPECT_EQ(driver.count("r3", Reason::misbehave_wrong_mtu), 2U);
}

TEST(Misbehaviour, TOPO_001_a_wrong_checksum_is_in_messages_of_its_own_alone) {
  NetworkDriver driver(chain_where(r2, Misdeed::bad_checksum));
  EXPECT_FALSE(checksums_are_right(driver.one_out(echo_with_ttl(2), 0, 0)));
  EXPECT_FALSE(checksums_are_right(driver.one_out(echo6_with_hops(2), 0, 0)));
  EXPECT_TRUE(checksums_are_right(driver.one_out(echo_with_ttl(64), 0, 0)));
  EXPECT_EQ(driver.count("r2", Reason::misbehave_bad_checksum), 2U);
}

TEST(Misbehaviour, TOPO_001_a_quote_is_cut_short) {
  NetworkDriver driver(chain_where(r2, Misdeed::truncated_quote, 20));
  EXPECT_THAT(driver.one_out(echo_with_ttl(2), 0, 0), SizeIs(20 + 8 + 20));
  EXPECT_THAT(driver.one_out(echo6_with_hops(2), 0, 0), SizeIs(40 + 8 + 20));
  EXPECT_EQ(driver.count("r2", Reason::misbehave_truncated_quote), 2U);
}

TEST(Misbehaviour, TOPO_001_a_quote_has_other_ports) {
  NetworkDriver driver(chain_where(r2, Misdeed::altered_quote));
  const Packet error = driver.one_out(echo_with_ttl(2), 0, 0);
  EXPECT_EQ(error.at(28 + 20), 8U ^ 0xffU) << "the type of the echo request";
  EXPECT_EQ(error.at(28 + 16), 203) << "the quoted header is as it was";
  const Packet error6 = driver.one_out(echo6_with_hops(2), 0, 0);
  EXPECT_EQ(error6.at(48 + 40), 128U ^ 0xffU);
  EXPECT_EQ(driver.count("r2", Reason::misbehave_altered_quote), 2U);
}

TEST(Misbehaviour, TOPO_001_an_error_comes_from_whom_it_is_about) {
  NetworkDriver driver(chain_where(r2, Misdeed::wrong_source));
  EXPECT_EQ(source_of(driver.one_out(echo_with_ttl(2), 0, 0)), server4);
  EXPECT_EQ(source_of(driver.one_out(echo6_with_hops(2), 0, 0)), server6);
  EXPECT_EQ(driver.count("r2", Reason::misbehave_wrong_source), 2U);
}

TEST(Misbehaviour, TOPO_001_hops_are_kept_taken_twice_or_not_reported) {
  NetworkDriver keeps(chain_where(r2, Misdeed::keeps_ttl));
  EXPECT_EQ(source_of(keeps.one_out(echo_with_ttl(2), 0, 0)), "198.51.100.5") << "r3, not r2";
  EXPECT_EQ(keeps.one_out(echo_with_ttl(64), 0, 0).at(8), 64 - 2) << "the reply loses one hop less";
  EXPECT_EQ(keeps.one_out(echo6_with_hops(64), 0, 0).at(7), 64 - 2);
  EXPECT_GT(keeps.count("r2", Reason::misbehave_keeps_ttl), 0U);

  NetworkDriver by_two(chain_where(r2, Misdeed::ttl_by_two));
  EXPECT_EQ(by_two.one_out(echo_with_ttl(64), 0, 0).at(8), 64 - 4);
  EXPECT_EQ(source_of(by_two.one_out(echo_with_ttl(3), 0, 0)), "198.51.100.3") << "r2 once more";
  EXPECT_GT(by_two.count("r2", Reason::misbehave_ttl_by_two), 0U);

  NetworkDriver forwards(chain_where(r2, Misdeed::forwards_ttl_1));
  EXPECT_EQ(source_of(forwards.one_out(echo_with_ttl(2), 0, 0)), "198.51.100.5") << "r3";
  EXPECT_EQ(forwards.one_out(echo_with_ttl(64), 0, 0).at(8), 64 - 3);
  EXPECT_EQ(forwards.count("r2", Reason::misbehave_forwards_ttl_1), 1U);
}

TEST(Misbehaviour, TOPO_001_an_error_begets_an_error) {
  NetworkDriver driver(chain_where(r1, Misdeed::error_about_error));
  const auto left = driver.send(echo_with_ttl(2));
  ASSERT_THAT(left, SizeIs(1)) << "that of r2 gets through; the other one goes to r2";
  EXPECT_EQ(driver.count("r1", Reason::misbehave_error_about_error), 1U);
  EXPECT_THAT(driver.send(echo_with_ttl(64)), SizeIs(1)) << "nothing is said about a reply";
}

TEST(Misbehaviour, TOPO_001_what_is_for_everybody_is_answered) {
  NetworkDriver driver(chain_where(r1, Misdeed::answers_broadcast));
  EXPECT_EQ(icmp4_type(driver.one_out(echo4({.destination = "255.255.255.255"}), 0, 0)), 0U);
  EXPECT_EQ(driver.count("r1", Reason::misbehave_answers_broadcast), 1U);
}

TEST(Misbehaviour, TOPO_001_replies_come_several_times_and_altered) {
  NetworkDriver often(chain_where(server, Misdeed::duplicate_replies, 3));
  const auto left = often.send(echo_with_ttl(64));
  ASSERT_THAT(left, SizeIs(4));
  EXPECT_NE(left[0].number, left[1].number);
  for (const Left& one : left) EXPECT_EQ(icmp4_type(one.octets), 0U);
  EXPECT_EQ(often.count("server", Reason::misbehave_duplicate_replies), 1U);

  NetworkDriver altered(chain_where(server, Misdeed::altered_replies));
  const Packet reply = altered.one_out(echo_with_ttl(64), 0, 0);
  EXPECT_EQ(reply.back(), echo_with_ttl(64).back() ^ 0xffU);
  EXPECT_EQ(altered.count("server", Reason::misbehave_altered_replies), 1U);
}

TEST(Misbehaviour, TOPO_001_each_datagram_is_redirected) {
  NetworkDriver driver(chain_where(r1, Misdeed::redirect_storm, 2));
  const auto left = driver.send(echo_with_ttl(64));
  ASSERT_THAT(left, SizeIs(3));
  std::size_t redirects = 0;
  for (const Left& one : left) redirects += icmp4_type(one.octets) == 5 ? 1U : 0U;
  EXPECT_EQ(redirects, 2U);
  const auto left6 = driver.send(echo6_with_hops(64));
  ASSERT_THAT(left6, SizeIs(3));
  EXPECT_GT(driver.count("r1", Reason::misbehave_redirect_storm), 0U);
}

TEST(Misbehaviour, TOPO_001_redirects_lead_to_nobody) {
  NetworkPlan plan = chain_where(r1, Misdeed::redirect_storm, 1);
  plan.nodes[r1].misbehaviour->set(Misdeed::wrong_redirects, 1);
  NetworkDriver driver(plan);
  const auto left = driver.send(echo_with_ttl(64));
  ASSERT_THAT(left, SizeIs(2));
  const Packet& redirect = left[icmp4_type(left[0].octets) == 5 ? 0U : 1U].octets;
  EXPECT_EQ(icmp4_type(redirect), 5U);
  EXPECT_EQ(be32(redirect, 24), 0xc00002faU) << "192.0.2.250";
  EXPECT_EQ(driver.count("r1", Reason::misbehave_wrong_redirects), 2U) << "one about the reply goes to the server";
}

TEST(Misbehaviour, TOPO_001_discovery_says_too_many_hops_a_wrong_prefix_and_whose_an_address_is) {
  NetworkDriver hops(chain_where(r1, Misdeed::advertisement_hop_limit_64));
  const Packet solicits = solicitation({.destination = "2001:db8::2", .options = {}});
  const Packet advertisement = hops.one_out(solicits, 0, 0);
  EXPECT_EQ(icmp6_type(advertisement), 136U);
  EXPECT_EQ(advertisement.at(7), 64);
  EXPECT_EQ(hops.count("r1", Reason::misbehave_advertisement_hop_limit_64), 1U);

  NetworkDriver claims(chain_where(r1, Misdeed::address_conflict));
  const std::string group = solicited_node("2001:db8::77");
  const Packet asks = solicitation({.source = "::", .destination = group, .target = "2001:db8::77", .options = {}});
  const Packet claim = claims.one_out(asks, 0, 0);
  EXPECT_EQ(icmp6_type(claim), 136U);
  EXPECT_EQ(source_of(claim), "2001:db8::77");
  EXPECT_EQ(claims.count("r1", Reason::misbehave_address_conflict), 1U);
}

TEST(Misbehaviour, TOPO_001_a_prefix_is_advertised_that_is_not_there) {
  Draft draft;
  draft.router("r1", {"nd.adv.enable=on"});
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64"}}, outside});
  draft.unrouted().nodes[0].misbehaviour.emplace().set(Misdeed::rogue_advertisement, 1);
  NetworkDriver driver(draft.plan());
  const auto left = driver.run_for(20s);
  ASSERT_FALSE(left.empty());
  for (const Left& one : left) {
    if (icmp6_type(one.octets) != 134U) continue;
    const Packet prefix = octets_of("2001:db8:bad::");
    EXPECT_NE(std::ranges::search(one.octets, prefix).begin(), one.octets.end());
    EXPECT_EQ(std::ranges::search(one.octets, part(octets_of("2001:db8::"), 0, 16)).begin(), one.octets.end());
  }
  EXPECT_GT(driver.count("r1", Reason::misbehave_rogue_advertisement), 0U);
}

TEST(Misbehaviour, TOPO_004_the_first_errors_of_each_second_leave_and_no_others) {
  NetworkDriver driver(chain_where(r2, Misdeed::rate_limit_lies, 2));
  driver.run_for(300ms);
  EXPECT_THAT(driver.receive({echo_with_ttl(2), echo_with_ttl(2), echo_with_ttl(2), echo_with_ttl(1)}), SizeIs(3))
      << "one is of r1";
  EXPECT_THAT(driver.send(echo6_with_hops(2)), IsEmpty()) << "of both families together";
  EXPECT_EQ(driver.count("r2", Reason::misbehave_rate_limit_lies), 2U);
  driver.run_for(999ms);
  EXPECT_THAT(driver.send(echo_with_ttl(2)), IsEmpty()) << "nothing comes back before the second is over";
  driver.run_for(1ms);
  EXPECT_EQ(icmp6_type(driver.one_out(echo6_with_hops(2), 0, 0)), 3U);
  driver.run_for(999ms);
  EXPECT_THAT(driver.receive({echo_with_ttl(2), echo_with_ttl(2)}), SizeIs(1)) << "this second began with that";
  EXPECT_EQ(driver.count("r2", Reason::misbehave_rate_limit_lies), 4U);
  EXPECT_EQ(driver.count("r2", Reason::icmp4_error_rate_of_destination), 0U) << "its limits would allow them";
  EXPECT_THAT(driver.receive({echo_with_ttl(64), echo4({.destination = "198.51.100.1"})}), SizeIs(2))
      << "it forwards, and answers";
}

TEST(Misbehaviour, TOPO_004_a_copy_of_a_network_counts_its_own_errors) {
  NetworkDriver driver(chain_where(r2, Misdeed::rate_limit_lies, 1));
  EXPECT_THAT(driver.send(echo_with_ttl(2)), SizeIs(1));
  Network copy(driver.network());
  Outbox out;
  copy.receive({.interface = InterfaceId{0}, .bytes = echo_with_ttl(2), .now = driver.now()}, out);
  EXPECT_THAT(out.packets(), IsEmpty()) << "as the network would answer";
}

TEST(Misbehaviour, TOPO_001_icmp_is_filtered_and_other_datagrams_are_not) {
  NetworkDriver driver(chain_where(r2, Misdeed::filtered_icmp));
  EXPECT_THAT(driver.send(echo_with_ttl(64)), IsEmpty());
  EXPECT_EQ(driver.count("r2", Reason::misbehave_filtered_icmp), 1U);
  driver.send(udp4({.destination = server4}));
  EXPECT_EQ(driver.count("server", Reason::udp4_port_closed), 1U)
      << "it came to the server; the error of it is filtered";
}

// ---- bounds ----

/// Two routers that send what is for somebody unknown to each other.
NetworkPlan pair_of(Misdeed misdeed) {
  Draft draft;
  draft.router("r1").router("r2");
  draft.link("left", {{"r1", {"192.0.2.2/24", "2001:db8::2/64"}}, outside});
  draft.link("r1-r2",
             {{"r1", {"198.51.100.0/31", "2001:db8:1:1::1/64"}}, {"r2", {"198.51.100.1/31", "2001:db8:1:1::2/64"}}});
  draft.route("r1", "198.18.0.0/15", 1, "198.51.100.1").route("r2", "198.18.0.0/15", 0, "198.51.100.0");
  NetworkPlan plan = draft.plan();
  for (PlannedNode& node : plan.nodes) node.misbehaviour.emplace().set(misdeed, 1);
  return plan;
}

TEST(Misbehaviour, ROB_003_a_loop_in_which_no_hop_is_taken_off_ends) {
  NetworkDriver driver(pair_of(Misdeed::keeps_ttl));
  EXPECT_THAT(driver.send(echo4({.destination = "198.18.0.9"})), IsEmpty());
  EXPECT_EQ(driver.count(Reason::network_endless), 1U);
  EXPECT_THAT(driver.send(echo4({.destination = "198.51.100.1"})), SizeIs(1)) << "it goes on for others";
}

TEST(Misbehaviour, ROB_003_errors_that_beget_errors_end) {
  NetworkDriver driver(pair_of(Misdeed::error_about_error));
  driver.send(echo4({.destination = "198.18.0.9", .ttl = 2}));
  EXPECT_EQ(driver.count(Reason::network_endless), 1U);
  EXPECT_LE(driver.count(Reason::misbehave_error_about_error), Network::most_waves_at_once);
  EXPECT_THAT(driver.send(echo4({.destination = "198.51.100.1"})), SizeIs(1));
}

TEST(Misbehaviour, TOPO_001_it_may_begin_and_end_at_any_time) {
  NetworkPlan plan = plan_chain({3, 1300}, host_config()).value();
  NetworkDriver driver(plan);
  EXPECT_THAT(driver.send(echo_with_ttl(2)), SizeIs(1));
  Misbehaviour silent;
  silent.set(Misdeed::silent, 1);
  driver.network().misbehave(*driver.network().find_node("r2"), silent);
  EXPECT_THAT(driver.send(echo_with_ttl(2)), IsEmpty());
  driver.network().misbehave(*driver.network().find_node("r2"), {});
  EXPECT_THAT(driver.send(echo_with_ttl(2)), SizeIs(1));
  EXPECT_FALSE(driver.network().misbehaviour(*driver.network().find_node("r1")).any());
}

TEST(Misbehaviour, TOPO_004_a_rate_limit_may_begin_to_lie_in_a_network_where_all_was_well) {
  NetworkDriver driver(plan_chain({3, 1300}, host_config()).value());
  Misbehaviour lies;
  lies.set(Misdeed::rate_limit_lies, 1);
  driver.network().misbehave(*driver.network().find_node("r2"), lies);
  EXPECT_THAT(driver.send(echo_with_ttl(2)), SizeIs(1));
  EXPECT_THAT(driver.send(echo_with_ttl(2)), IsEmpty());
  EXPECT_EQ(driver.count("r2", Reason::misbehave_rate_limit_lies), 1U);
}

}  // namespace
}  // namespace tunstack::test::misbehaviour_test
