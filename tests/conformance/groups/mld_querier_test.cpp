// A router that asks which IPv6 groups have listeners: when, what, to whom, and what it makes of what it hears.
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test::mld_querier_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// ---- messages, octet by octet (RFC 3810 5, RFC 2710 3) ----

struct MldFields {
  std::string_view source = "fe80::77";
  std::string_view destination = "ff02::16";
  unsigned hop_limit = 1;
  bool is_alerted = true;
};

Packet mld(const MldFields& fields, unsigned type, std::uint32_t word, const Packet& body) {
  const Ipv6Fields ip{.source = fields.source, .destination = fields.destination, .hop_limit = fields.hop_limit};
  const Packet message = icmpv6(ip, type, 0, word, body);
  return fields.is_alerted ? chained(ip, {hop_by_hop("0502 0000 0100")}, message) : ipv6(ip, message);
}
/// What a querier sends that uses the usual times: S flag and QRV, QQIC.
Packet query(const MldFields& fields, unsigned milliseconds, std::string_view group, std::string_view rest = "02 7d") {
  return mld(fields, 130, milliseconds << 16, octets_of(group) + hex(rest) + Packet(2));
}
Packet general_query(std::string_view source) {
  return query({.source = source, .destination = "ff02::1"}, 10'000, "::");
}
Packet group_query(std::string_view source, std::string_view group) {
  return query({.source = source, .destination = group}, 1'000, group);
}

constexpr unsigned is_exclude = 2, change_to_include = 3, change_to_exclude = 4;
Packet record(unsigned type, std::string_view group) {
  return Packet{static_cast<std::uint8_t>(type), 0, 0, 0} + octets_of(group);
}
Packet report(unsigned type, std::string_view group, const MldFields& fields = {}) {
  return mld(fields, 143, 1, record(type, group));
}
Packet older_report(std::string_view group) { return mld({.destination = group}, 131, 0, octets_of(group)); }
Packet older_done(std::string_view group) { return mld({.destination = "ff02::2"}, 132, 0, octets_of(group)); }

// ---- the router ----

/// fe80::2, that says nothing of its own groups.
NodeConfig querier(std::initializer_list<std::string_view> settings = {"mld.querier=on"}) {
  return router_config(settings);
}
const NodeConfig on_both_links[] = {querier(), on_tun(querier())};

/// The ICMPv6 type behind a router alert; 0 if there is none.
unsigned alerted_type(const Packet& packet) { return packet.at(0) >> 4 == 6 && packet.at(6) == 0 ? packet.at(48) : 0U; }
AllSent of_type(unsigned type, const AllSent& all) {
  AllSent chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen), [&](const Sent& s) { return alerted_type(s.octets) == type; });
  return chosen;
}
AllSent queries_in(const AllSent& all) { return of_type(130, all); }

/// What a datagram makes it send, now and within `time`.
AllSent after(Line& line, const Packet& datagram, Duration time = 0s) {
  AllSent all = line.send(datagram);
  for (const Sent& sent : line.wait(time)) all.push_back(sent);
  return all;
}

std::vector<std::string> listened(Line& line) {
  std::vector<std::string> groups;
  for (const auto& group : line.node().state().interfaces[0].groups.querier->groups())
    groups.push_back(to_text(IpAddress(group.address)));
  return groups;
}

// ---- general queries ----

TEST(MldQuerying, MLD_011_off_by_default_and_never_as_a_host) {
  for (const NodeConfig& config : {querier({}), learning_host({"mld.querier=on"}), on_tun(querier({})),
                                   on_tun(learning_host({"mld.querier=on"}))}) {
    Line line(config);
    EXPECT_THAT(queries_in(line.wait(1h)), IsEmpty());
    EXPECT_THAT(after(line, report(is_exclude, "ff05::7"), 10s), IsEmpty());
    EXPECT_THAT(queries_in(after(line, older_done("ff05::7"), 10s)), IsEmpty());
  }
}

TEST(MldQuerying, MLD_011_asks_all_nodes_each_125_s) {
  for (const NodeConfig& config : on_both_links) {
    Line line(config);
    const AllSent sent = queries_in(line.wait(300s));
    EXPECT_THAT(times_of(sent), ElementsAre(0s, 31250ms, 156250ms, 281250ms));
    for (const Sent& one : sent) {
      EXPECT_EQ(one.octets, general_query("fe80::2"));
      if (config.interfaces[0].link_address) {
        EXPECT_EQ(one.to, hex("33 33 00 00 00 01"));
      }
    }
    EXPECT_EQ(line.count(Reason::mld_query_sent), 4U);
  }
}

TEST(MldQuerying, MLD_011_asks_once_its_link_local_address_is_checked) {
  Line line(querier({"mld.querier=on", "dad.transmits=3"}));
  const AllSent sent = queries_in(line.wait(20s));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_GE(sent[0].at, 3s);
  EXPECT_LE(sent[0].at, 4s);
  EXPECT_EQ(sent[0].octets, general_query("fe80::2"));
}

TEST(MldQuerying, MLD_011_without_a_link_local_address_nobody_is_asked) {
  NodeConfig config = with_addresses(querier(), {"192.0.2.2/24"});
  config.interfaces[0].configures_itself = false;
  Line line(config);
  EXPECT_THAT(line.wait(1h), IsEmpty());
}

// ---- listeners ----

TEST(MldQuerying, MLD_011_listeners_in_every_way_to_tell) {
  struct Row {
    Packet message;
    const char* why;
  };
  const Row rows[] = {
      {report(change_to_exclude, "ff05::7"), "joined"},
      {report(is_exclude, "ff05::7"), "asked"},
      {older_report("ff05::7"), "version 1, to a group that the router is no member of"},
      {mld({}, 143, 2, hex("01 00 0001") + octets_of("ff05::7") + Packet(16) + record(change_to_include, "ff05::8")),
       "some sources, and a leave of nothing"}};
  for (const NodeConfig& config : on_both_links)
    for (const Row& row : rows) {
      Line line(config);
      line.wait(1s);
      EXPECT_THAT(after(line, row.message, 10s), IsEmpty()) << row.why;
      EXPECT_THAT(listened(line), ElementsAre("ff05::7")) << row.why;
      line.wait(250s);
      EXPECT_THAT(listened(line), IsEmpty()) << row.why;
    }
}

TEST(MldQuerying, MLD_011_a_leave_is_followed_by_two_queries_to_the_group) {
  for (const NodeConfig& config : on_both_links)
    for (const Packet& leave : {report(change_to_include, "ff05::7"), older_done("ff05::7")}) {
      Line line(config);
      line.wait(1s);
      line.send(report(is_exclude, "ff05::7"));
      line.send(report(is_exclude, "ff05::8"));
      line.wait(1s);
      const AllSent sent = after(line, leave, 1s);
      ASSERT_THAT(sent, SizeIs(2));
      for (const Sent& one : sent) {
        EXPECT_EQ(one.octets, group_query("fe80::2", "ff05::7"));
        if (config.interfaces[0].link_address) {
          EXPECT_EQ(one.to, hex("33 33 00 00 00 07"));
        }
      }
      EXPECT_EQ(sent[1].at, 1s);
      line.wait(1s);
      EXPECT_THAT(listened(line), ElementsAre("ff05::8"));
    }
}

TEST(MldQuerying, MLD_011_what_is_no_report_of_a_neighbor_is_not_believed) {
  struct Row {
    Packet message;
    Reason reason;
  };
  const Packet too_many = mld({}, 143, 2, record(is_exclude, "ff05::7"));
  const Row rows[] = {
      {report(is_exclude, "ff05::7", {.hop_limit = 2}), Reason::mld_hop_limit_not_1},
      {report(is_exclude, "ff05::7", {.is_alerted = false}), Reason::mld_without_router_alert},
      {report(is_exclude, "ff05::7", {.source = "2001:db8::1"}), Reason::mld_source_not_link_local},
      {report(is_exclude, "ff05::7", {.source = "::"}), Reason::mld_source_not_link_local},
      {too_many, Reason::mld_report_records_past_end},
      {mld({.destination = "ff05::7", .hop_limit = 2}, 131, 0, octets_of("ff05::7")), Reason::mld_hop_limit_not_1},
      {mld({.destination = "ff05::7", .is_alerted = false}, 131, 0, octets_of("ff05::7")),
       Reason::forward6_group_without_route},
      {mld({.destination = "ff05::7"}, 131, 0, Packet(15)), Reason::mld_report_too_short},
      {mld({.destination = "ff02::2"}, 132, 0, Packet(15)), Reason::mld_report_too_short},
      {mld({.destination = "ff02::2", .hop_limit = 2}, 132, 0, octets_of("ff05::8")), Reason::mld_hop_limit_not_1},
  };
  for (const NodeConfig& config : on_both_links)
    for (const Row& row : rows) {
      Line line(config);
      line.wait(1s);
      line.send(report(is_exclude, "ff05::8"));
      EXPECT_THAT(after(line, row.message, 10s), IsEmpty()) << info(row.reason).name;
      EXPECT_EQ(line.count(row.reason), 1U) << info(row.reason).name;
      EXPECT_THAT(listened(line), ElementsAre("ff05::8")) << info(row.reason).name;
    }
}

TEST(MldQuerying, MLD_011_groups_beyond_the_table_are_counted) {
  Line line(querier());
  line.wait(1s);
  for (unsigned i = 0; i < discovery::MldQuerier::capacity + 3; ++i) {
    Packet group = octets_of("ff05::1:0");
    set_be16(group, 14, i);
    line.send(mld({}, 143, 1, hex("02 00 0000") + group));
  }
  EXPECT_THAT(listened(line), SizeIs(discovery::MldQuerier::capacity));
  EXPECT_EQ(line.count(Reason::mld_listeners_full), 3U);
}

// ---- groups of others ----

TEST(MldQuerying, V6_RX_002_who_does_not_query_hears_no_reports_to_groups_of_others) {
  for (const NodeConfig& config :
       {querier({}), querier({"mld.enable=on"}), on_tun(querier({})), on_tun(learning_host())}) {
    Line line(config);
    line.wait(10s);
    EXPECT_THAT(line.send(older_report("ff05::7")), IsEmpty());
    EXPECT_THAT(after(line, group_query("fe80::1", "ff05::7"), 10s), IsEmpty());
    EXPECT_EQ(line.count(Reason::mld_report_accepted) + line.count(Reason::mld_query_accepted), 0U);
    if (!config.interfaces[0].link_address) {
      EXPECT_EQ(line.count(Reason::ipv6_group_not_joined), 2U);
    }
  }
}

TEST(MldQuerying, MLD_011_who_does_not_query_takes_no_messages_for_routers) {
  for (const NodeConfig& config : {querier({}), querier({"mld.enable=on"}), on_tun(querier({}))}) {
    Line line(config);
    line.wait(10s);
    EXPECT_THAT(after(line, older_done("ff05::7")), IsEmpty());
    EXPECT_THAT(after(line, report(is_exclude, "ff05::7", {.destination = "ff02::1"})), IsEmpty());
    EXPECT_EQ(line.count(Reason::mld_message_for_routers), 2U);
    EXPECT_EQ(line.count(Reason::mld_listeners_updated), 0U);
  }
}

TEST(MldQuerying, V6_RX_002_a_querier_hears_nothing_but_MLD_of_groups_of_others) {
  const MldFields to_group{.source = "2001:db8::1", .destination = "ff05::7"};
  for (const NodeConfig& config : on_both_links) {
    Line line(config);
    line.wait(1s);
    for (const Packet& datagram : {echo6({.destination = "ff05::7"}), mld(to_group, 128, 0, counting(8)),
                                   mld(to_group, 143, 0, {}), udp6({.destination = "ff05::7"})})
      EXPECT_THAT(after(line, datagram), IsEmpty());
    EXPECT_EQ(line.count(Reason::forward6_group_without_route), 4U);
  }
}

// ---- other queriers ----

TEST(MldQuerying, MLD_011_a_lower_address_asks_instead_until_it_is_silent_for_255_s) {
  for (const NodeConfig& config : on_both_links) {
    Line line(config);
    line.wait(10s);
    EXPECT_THAT(after(line, general_query("fe80::9"), 30s), SizeIs(1)) << "a higher one does not count";
    EXPECT_EQ(line.count(Reason::mld_other_querier_elected), 0U);
    EXPECT_THAT(after(line, general_query("fe80::1"), 255s - 1ns), IsEmpty());
    EXPECT_EQ(line.count(Reason::mld_other_querier_elected), 1U);
    EXPECT_EQ(times_of(queries_in(line.wait(125s))), (std::vector<Duration>{1ns})) << "takes over";
  }
}

TEST(MldQuerying, MLD_011_who_does_not_ask_hears_what_the_querier_asks_of_groups) {
  for (const NodeConfig& config : on_both_links) {
    Line line(config);
    line.wait(1s);
    line.send(report(is_exclude, "ff05::7"));
    line.send(general_query("fe80::1"));
    EXPECT_THAT(after(line, report(change_to_include, "ff05::7"), 10s), IsEmpty());
    EXPECT_THAT(listened(line), ElementsAre("ff05::7"));
    EXPECT_THAT(after(line, group_query("fe80::1", "ff05::7"), 2s), IsEmpty());
    EXPECT_THAT(listened(line), IsEmpty());
  }
}

// ---- its own groups ----

TEST(MldQuerying, MLD_011_the_router_is_a_listener_too) {
  Line line(querier({"mld.querier=on", "mld.enable=on"}));
  const std::vector<std::string> own = {"ff02::16", "ff02::2", "ff05::2", "ff02::1:ff00:2", "ff02::1:ff00:0"};
  line.wait(20s);
  EXPECT_THAT(listened(line), testing::UnorderedElementsAreArray(own)) << "as it told others";
  const AllSent sent = line.wait(25s);  // its query is at 31.25 s
  ASSERT_THAT(queries_in(sent), SizeIs(1));
  const AllSent reports = of_type(143, sent);
  ASSERT_THAT(reports, SizeIs(1)) << "for other routers and for switches";
  EXPECT_GT(reports[0].at, 11250ms);
  EXPECT_LE(reports[0].at, 21250ms);
  EXPECT_EQ(be16(reports[0].octets, 54), own.size()) << "all of its groups";
  line.wait(1h);
  EXPECT_THAT(listened(line), testing::UnorderedElementsAreArray(own)) << "kept by its answers";
}

// Only MLD directly behind a router alert is heard without being a member of its group.
TEST(MldQuerying, MLD_011_V6_RX_002_nothing_else_goes_past_membership_by_a_router_alert) {
  const Ipv6Fields ip{.source = "fe80::77", .destination = "ff05::7", .hop_limit = 1};
  const Ipv6Fields udp_ip{.source = ip.source, .destination = ip.destination, .next_header = 17, .hop_limit = 1};
  const Part alert = hop_by_hop("0502 0000 0100"), long_alert = hop_by_hop("0502 0000 0100 8306 000000000000");
  const Packet message = icmpv6(ip, 131, 0, 0, octets_of(ip.destination));
  for (const NodeConfig& config : on_both_links) {
    Line line(config);
    line.wait(1s);
    const Packet others[] = {chained(udp_ip, {alert}, udp(udp_ip, 131 << 8, 33434, counting(16))),
                             chained(ip, {long_alert}, message), chained(ip, {alert, destination_options()}, message),
                             chained_icmp({alert}, 128, counting(8), ip), chained(ip, {alert}, {})};
    for (const Packet& packet : others) EXPECT_THAT(line.send(packet), IsEmpty());
    EXPECT_EQ(line.count(Reason::forward6_group_without_route), std::size(others));
    EXPECT_THAT(listened(line), IsEmpty());
    line.send(older_report(ip.destination));
    EXPECT_THAT(listened(line), ElementsAre("ff05::7"));
  }
}

}  // namespace
}  // namespace tunstack::test::mld_querier_test
