// What is larger or more than what asked for it: limited, and nobody who asks in earnest goes without an answer.
#include <fmt/format.h>

#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::amplification_test {

using namespace group_wire;
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::SizeIs;

constexpr std::size_t burst = 10;  // at once, of the default
constexpr std::size_t rate = 50;   // a second

/// The address of which `number` is the last part.
std::string in_range(const std::string& prefix, unsigned number) { return fmt::format("{}{:x}", prefix, number); }

/// fe80::2 and as many other addresses as make `groups` groups.
NodeConfig in_groups(unsigned groups) {
  NodeConfig config = telling(with_addresses(ethernet_config(), {"192.0.2.2/24", "fe80::2/64"}));
  for (unsigned i = 1; i < groups; ++i)
    config.interfaces[0].addresses.push_back(parse_prefix(in_range("2001:db8::1:", i) + "/64").value());
  return config;
}

/// What is told while somebody sends `query` each millisecond.
std::vector<std::string> told_in_a_flood(GroupWire& wire, const Packet& query, std::size_t times) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < times; ++i)
    for (const std::string& text : wire.texts_after(query, 1ms)) all.push_back(text);
  return all;
}

// ---- reports of groups ----

TEST(Amplification, ROB_003_MLD_008_one_report_for_each_group_but_only_so_many_at_once) {
  Settled wire(in_groups(31));
  const Packet query = mld_v1_query(0);
  EXPECT_THAT(wire.texts_after(query, 0s), SizeIs(burst));
  EXPECT_THAT(wire.texts_in(21 * (1000ms / rate)), SizeIs(31 - burst)) << "nothing is lost";
  EXPECT_THAT(told_in_a_flood(wire, query, 2000), SizeIs(Le(2 * rate + 1)));
}

TEST(Amplification, ROB_003_MLD_004_a_flood_of_queries_for_all_groups) {
  Settled wire(in_groups(31));
  const auto told = told_in_a_flood(wire, mld_query(0), 2000);
  EXPECT_THAT(told, SizeIs(Le(burst + 2 * rate)));
  EXPECT_THAT(told, SizeIs(Ge(2 * rate))) << "it is not silent either";
}

TEST(Amplification, ROB_003_MLD_005_a_flood_of_queries_for_one_group) {
  Settled wire(in_groups(2));
  const QueryFields own{.group = "ff02::1:ff00:2"};
  EXPECT_THAT(told_in_a_flood(wire, mld_query(0, own, {.destination = own.group}), 2000), SizeIs(Le(burst + 2 * rate)));
}

TEST(Amplification, ROB_003_what_changes_is_told_during_a_flood) {
  Settled wire(telling(learning_host({"dad.transmits=0"})));
  told_in_a_flood(wire, mld_query(0), 100);
  wire.send(framed(router_advertisement({.options = prefix_option()})));
  const auto told = told_in_a_flood(wire, mld_query(0), 2000);
  EXPECT_THAT(told, Contains(HasSubstr("TO_EX"))) << "of a new address";
}

TEST(Amplification, ROB_003_IGMP_002_a_flood_of_queries) {
  for (const Packet& query : {igmp_query(0), igmp_older_query(1)}) {
    Settled wire(telling(router_config(), {"igmp.enable=on"}));
    const auto told = told_in_a_flood(wire, query, 2000);
    EXPECT_THAT(told, SizeIs(Le(burst + 2 * rate)));
    EXPECT_THAT(told, SizeIs(Ge(1U))) << "it is asked";
  }
}

TEST(Amplification, ROB_003_no_limit_where_none_is_wanted) {
  NodeConfig config = in_groups(31);
  ASSERT_FALSE(set_option(config.options, "icmp.amplify_rate=0").has_value());
  Settled wire(config);
  EXPECT_THAT(wire.texts_after(mld_v1_query(0), 0s), SizeIs(31));
}

// ---- queries about groups ----

Packet listener_report(unsigned type, unsigned groups) {
  Packet records;
  for (unsigned i = 0; i < groups; ++i)
    records = records + Packet{static_cast<std::uint8_t>(type), 0, 0, 0} + octets_of(in_range("ff05::", i + 1));
  return mld(143, be32_octets(groups) + records, {.source = "fe80::77", .destination = "ff02::16"});
}
constexpr unsigned is_exclude = 2, change_to_include = 3;

AllSent queries_among(const AllSent& all) {
  AllSent queries;
  std::ranges::copy_if(all, std::back_inserter(queries),
                       [](const Sent& sent) { return sent.octets.at(6) == 0 && sent.octets.at(48) == 130; });
  return queries;
}

TEST(Amplification, ROB_003_MLD_011_a_report_that_leaves_all_groups_is_followed_by_all_queries_in_turn) {
  constexpr unsigned groups = 70;
  Line line(on_tun(router_config({"mld.querier=on"})));
  line.wait(100s);
  line.send(listener_report(is_exclude, groups));
  AllSent queries = queries_among(line.send(listener_report(change_to_include, groups)));
  EXPECT_THAT(queries, SizeIs(burst));
  EXPECT_THAT(line.node().state().interfaces[0].groups.querier->groups(), SizeIs(groups))
      << "none is forgotten unasked";
  for (const Sent& sent : queries_among(line.wait(4s))) queries.push_back(sent);
  std::map<std::string, int> asked;
  for (const Sent& sent : queries) ++asked[destination_of(sent.octets)];
  EXPECT_THAT(asked, SizeIs(groups));
  for (const auto& [group, times] : asked) EXPECT_EQ(times, 2) << group;
  line.wait(2s);
  EXPECT_THAT(line.node().state().interfaces[0].groups.querier->groups(), SizeIs(0)) << "nobody answered";
}

TEST(Amplification, ROB_003_MLD_011_a_flood_of_leaves) {
  Line line(on_tun(router_config({"mld.querier=on"})));
  line.wait(100s);
  std::size_t queries = 0;
  for (int i = 0; i < 1000; ++i) {
    line.send(listener_report(is_exclude, 70));
    queries += queries_among(line.send(listener_report(change_to_include, 70))).size();
    queries += queries_among(line.wait(1ms)).size();
  }
  EXPECT_LE(queries, burst + rate);
}

// ---- advertisements to one host ----

template <class Solicit>
AllSent answers_to_a_flood(Line& line, unsigned type, Duration duration, const Solicit& solicit) {
  AllSent all;
  for (unsigned i = 0; i < duration / 1ms; ++i) {
    line.send(solicit(i));
    for (const Sent& sent : only(type, line.wait(1ms))) all.push_back(sent);
  }
  return all;
}

TEST(Amplification, ROB_003_ND_RS_solicited_advertisements_by_unicast) {
  Line line(on_tun(router_config({"nd.adv.enable=on", "nd.adv.unicast=on", "icmp.amplify_rate=5"})));
  line.wait(100s);
  const AllSent answers = answers_to_a_flood(line, advertisement_type6, 2s, [](unsigned i) {
    return router_solicitation({.source = in_range("fe80::1:", i + 1)});
  });
  EXPECT_THAT(answers, SizeIs(Le(burst + 2 * 5 + 1))) << "and one for all";
  EXPECT_EQ(std::ranges::count_if(answers, [](const Sent& s) { return destination_of(s.octets) == "ff02::1"; }), 1);
}

TEST(Amplification, ROB_003_ICMP4_RD_solicited_advertisements_by_unicast) {
  Line line(on_tun(router_config({"irdp.adv.enable=on", "icmp.amplify_rate=2"})));
  line.wait(100s);
  const AllSent answers = answers_to_a_flood(line, advertisement_type4, 20s, [](unsigned i) {
    return irdp_solicitation("192.0.2." + std::to_string(i % 200 + 10));
  });
  const auto to_all =
      std::ranges::count_if(answers, [](const Sent& sent) { return destination_of(sent.octets) == "224.0.0.1"; });
  EXPECT_THAT(answers.size(), Le(burst + 20 * 2 + 10)) << "and one for all each 2 s";
  EXPECT_THAT(answers.size(), Ge(2 * burst)) << "nobody is left without one";
  EXPECT_GT(to_all, 0);
}

// ---- errors ----

TEST(Amplification, ROB_003_ICMP4_EXT_ICMP6_EXT_extensions_while_there_are_tokens) {
  Host host({"icmp.extensions=on", "icmp4.error_rate=0", "icmp6.error_rate=0"});
  struct Row {
    Packet packet;
    std::size_t extended, plain;
  };
  for (const Row& row :
       {Row{udp4({}, 33434, {}), 28 + 128 + 4 + 28, 28 + 28}, Row{udp6({}, 33434, {}), 48 + 128 + 4 + 40, 48 + 48}}) {
    host.wait(10s);
    std::map<std::size_t, std::size_t> sizes;
    for (int i = 0; i < 1000; ++i) ++sizes[host.answer(row.packet).size()];
    EXPECT_EQ(sizes[row.extended], burst);
    EXPECT_EQ(sizes[row.plain], 1000 - burst) << "the error itself is not lost";
  }
}

TEST(Amplification, ROB_003_ICMP6_RATE_001_one_host_with_all_addresses_of_a_prefix) {
  Host host;
  std::size_t errors = 0;
  for (unsigned i = 1; i <= 1000; ++i)
    errors += host.send(udp6({.source = in_range("2001:db8:0:1::", i)}, 33434, {})).size();
  EXPECT_LE(errors, 2 * 20U);
  EXPECT_GE(errors, 10U);
  EXPECT_GT(host.count(Reason::icmp6_error_rate_of_prefix), 900U);
  EXPECT_THAT(host.send(udp6({.source = "2001:db8:0:2::1"}, 33434, {})), SizeIs(1)) << "others have theirs";
}

TEST(Amplification, ROB_003_ICMP6_RATE_001_a_prefix_in_the_long_run) {
  Host host;
  std::size_t errors = 0;
  for (unsigned i = 1; i <= 10'000; ++i) {
    errors += host.send(udp6({.source = in_range("2001:db8:0:1::", i)}, 33434, {})).size();
    host.wait(1ms);
  }
  EXPECT_NEAR(static_cast<double>(errors), 1000 + 20, 100);
}

}  // namespace
}  // namespace tunstack::test::amplification_test
