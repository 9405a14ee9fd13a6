// Queries for IPv6 groups: which are answered, with what and when, and which messages of MLD are dropped.
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::mld_query_test {

using namespace group_wire;
using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string to_routers = "fe80::2 > ff02::16: ";
const std::string own_state = to_routers + "IS_EX ff02::1:ff00:2";
const std::string_view own_group = "ff02::1:ff00:2";

/// In ff02::1:ff00:2 and ff02::1:ff03:4.
NodeConfig in_two_groups() {
  return telling(with_addresses(ethernet_config(), {"2001:db8::2/64", "fe80::2/64", "2001:db8::3:4/64"}));
}
const std::string both_states = to_routers + "IS_EX ff02::1:ff00:2 IS_EX ff02::1:ff03:4";

// ---- general queries ----

TEST(MldQuery, MLD_004_MLD_007_one_report_about_all_groups_within_the_maximum_response_delay) {
  struct Row {
    unsigned code;
    Duration most;
    const char* why;
  };
  for (const Row& row : {
           Row{1, 1ms, "the shortest"},
           Row{1000, 1s, "milliseconds"},
           Row{10000, 10s, "the default"},
           Row{0x7fff, 32767ms, "the largest plain one"},
           Row{0x8000, 32768ms, "mantissa 0x1000, exponent 3"},
           Row{0x9234, 0x1234 * 16ms, "exponent 4"},
           Row{0xffff, 8387584ms, "the largest"},
       }) {
    SCOPED_TRACE(row.why);
    Spread delay;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      Settled wire(with_seed(in_two_groups(), seed));
      const auto told = wire.told_after(mld_query(row.code), 5h);
      ASSERT_THAT(texts_of(told), ElementsAre(both_states));
      EXPECT_GT(told[0].at, 0s);
      delay.add(told[0].at);
    }
    EXPECT_LT(delay.first, row.most / 4);
    EXPECT_GT(delay.last, row.most * 3 / 4) << "random";
    EXPECT_LE(delay.last, row.most);
  }
}

TEST(MldQuery, MLD_004_a_delay_of_0_is_at_once) {
  Settled wire;
  EXPECT_THAT(wire.texts_after(mld_query(0), 0s), ElementsAre(own_state));
  EXPECT_THAT(wire.texts_in(1h), IsEmpty());
}

TEST(MldQuery, MLD_004_every_query_is_answered_but_two_that_overlap_once) {
  Settled wire;
  for (int i = 0; i < 3; ++i) EXPECT_THAT(wire.texts_after(mld_query(1000), 125s), ElementsAre(own_state));
  EXPECT_THAT(wire.texts_after(mld_query(10000), 0s), IsEmpty());
  EXPECT_THAT(wire.texts_after(mld_query(1), 1ms), ElementsAre(own_state)) << "the sooner";
  EXPECT_THAT(wire.texts_in(1min), IsEmpty());
}

// Its groups of routers, and that of its subnet-router anycast address.
TEST(MldQuery, MLD_004_a_router_answers_too) {
  Settled wire(telling(router_config()));
  EXPECT_THAT(wire.texts_after(mld_query(1000), 1s),
              ElementsAre("fe80::2 > ff02::16: IS_EX ff02::1:ff00:0 IS_EX ff02::1:ff00:2 IS_EX ff02::2 IS_EX ff05::2"));
}

TEST(MldQuery, MLD_002_MLD_004_answered_from_nobody_while_the_address_is_checked) {
  GroupWire wire(telling(ethernet_config({"dad.transmits=1", "nd.retrans=60000"})));
  wire.wait(10s);
  EXPECT_THAT(wire.texts_after(mld_query(1000), 1s), ElementsAre(":: > ff02::16: IS_EX ff02::1:ff00:2"));
}

// RFC 3810 5.1: reserved fields, the code and what is behind the sources do not count.
TEST(MldQuery, MLD_006_what_a_receiver_does_not_look_at) {
  const Packet group = octets_of("::");
  for (const Packet& query : {
           mld_query(1000, {}, {.code = 77}),
           mld(130, hex("03e8 ffff") + group + hex("0f00 0000")),
           mld_query(1000, {.robustness = 0xff, .interval = 255}),
           mld(130, hex("03e8 0000") + group + hex("027d 0000") + counting(33)),
       }) {
    Settled wire;
    EXPECT_THAT(wire.texts_after(query, 1s), ElementsAre(own_state));
  }
}

TEST(MldQuery, MLD_006_to_any_address_of_the_interface) {
  for (const std::string_view destination : {"ff02::1", "fe80::2", "2001:db8::2", "ff02::1:ff00:2"}) {
    Settled wire;
    EXPECT_THAT(wire.texts_after(mld_query(1000, {}, {.destination = destination}), 1s), ElementsAre(own_state))
        << destination;
    EXPECT_EQ(wire.count(Reason::mld_query_accepted), 1U);
  }
}

// ---- queries for a group ----

TEST(MldQuery, MLD_005_which_groups_and_sources_are_answered) {
  struct Row {
    QueryFields asked;
    std::vector<std::string> told;
    const char* why;
  };
  const std::string a = "2001:db8:9::a", b = "2001:db8:9::b";
  for (const Row& row : {
           Row{{.group = own_group}, {own_state}, "that one alone"},
           Row{{.group = "ff02::1:ff03:4"}, {to_routers + "IS_EX ff02::1:ff03:4"}, "the other one"},
           Row{{.group = "ff02::1:ff00:3"}, {}, "not joined"},
           Row{{.group = "ff05::2"}, {}, "not joined"},
           Row{{.group = "ff02::1"}, {}, "never reported"},
           Row{{.group = "ff02::1:ff00:3", .sources = {a}}, {}, "not joined"},
           Row{{.group = own_group, .sources = {a}}, {to_routers + "IS_IN ff02::1:ff00:2," + a}, "it is wanted"},
           Row{{.group = own_group, .sources = {a, b}}, {to_routers + "IS_IN ff02::1:ff00:2," + a + "," + b}, "both"},
       }) {
    Settled wire(in_two_groups());
    EXPECT_THAT(wire.texts_after(mld_query(1000, row.asked, {.destination = own_group}), 1s), row.told) << row.why;
    EXPECT_THAT(wire.texts_in(1h), IsEmpty()) << row.why;
  }
}

TEST(MldQuery, MLD_005_the_delay) {
  for (const QueryFields& asked : {QueryFields{.group = own_group}, {.group = own_group, .sources = {"2001:db8::9"}}}) {
    Spread delay;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      Settled wire(with_seed(in_two_groups(), seed));
      const auto told = wire.told_after(mld_query(4000, asked), 1min);
      ASSERT_THAT(told, SizeIs(1));
      delay.add(told[0].at);
    }
    EXPECT_LT(delay.first, 1s);
    EXPECT_GT(delay.last, 3s);
    EXPECT_LE(delay.last, 4s);
  }
}

TEST(MldQuery, MLD_005_pending_answers_are_joined) {
  struct Row {
    QueryFields first, second;
    std::vector<std::string> told;
    const char* why;
  };
  const QueryFields of_group{.group = own_group};
  const QueryFields of_a{.group = own_group, .sources = {"2001:db8::a"}};
  const QueryFields of_b{.group = own_group, .sources = {"2001:db8::b"}};
  for (const Row& row : {
           Row{of_a, of_b, {to_routers + "IS_IN ff02::1:ff00:2,2001:db8::a,2001:db8::b"}, "both sources"},
           Row{of_a, of_group, {own_state}, "the whole group"},
           Row{of_group, of_a, {own_state}, "the whole group"},
           Row{of_group, {}, {both_states}, "a general answer that is sooner takes the group along"},
       }) {
    Settled wire(in_two_groups());
    EXPECT_THAT(wire.texts_after(mld_query(30000, row.first), 1ms), IsEmpty());
    EXPECT_THAT(wire.texts_after(mld_query(1, row.second), 1ms), row.told) << row.why;
    EXPECT_THAT(wire.texts_in(1min), IsEmpty()) << row.why;
  }
}

// ---- what is dropped ----

struct MldDropRow {
  std::string what;
  Packet datagram;
  Reason reason;
};
/// Each alone: silence, counted so. Then a good query is answered.
void expect_dropped(const std::vector<MldDropRow>& rows) {
  for (const MldDropRow& row : rows) {
    SCOPED_TRACE(row.what);
    Settled wire;
    EXPECT_THAT(wire.sent_after(row.datagram, 3h), IsEmpty());
    EXPECT_EQ(wire.count(row.reason), 1U) << "not counted as " << info(row.reason).name;
    EXPECT_THAT(wire.texts_after(mld_query(1000), 1s), ElementsAre(own_state)) << "a good one after it";
  }
}

TEST(MldQuery, MLD_006_who_may_ask) {
  const auto query = [](const MldFields& fields) { return mld_query(1000, {}, fields); };
  const Reason source = Reason::mld_source_not_link_local, hops = Reason::mld_hop_limit_not_1;
  const Reason alert = Reason::mld_without_router_alert;
  expect_dropped({
      {"a global source", query({.source = "2001:db8::1"}), source},
      {"nobody", query({.source = "::"}), Reason::ipv6_source_unspecified},
      {"a unique local source", query({.source = "fd00::1"}), source},
      {"hop limit 2", query({.hop_limit = 2}), hops},
      {"hop limit 64", query({.hop_limit = 64}), hops},
      {"hop limit 255", query({.hop_limit = 255}), hops},
      {"no header of options", query({.headers = {}}), alert},
      {"one without the alert", query({.headers = {hop_by_hop("0104 00000000")}}), alert},
      {"an alert for RSVP", query({.headers = {router_alert("0001")}}), alert},
      {"an alert for others", query({.headers = {router_alert("ffff")}}), alert},
      {"an alert for the destination", query({.headers = {destination("0502 0000 0100")}}), alert},
  });
}

TEST(MldQuery, MLD_006_the_alert_may_stand_behind_other_options) {
  for (const char* options : {"0100 0502 0000", "0000 0502 0000", "1e04 00000000 0502 0000 0100"}) {
    Settled wire;
    EXPECT_THAT(wire.texts_after(mld_query(1000, {}, {.headers = {hop_by_hop(options)}}), 1s), ElementsAre(own_state))
        << options;
  }
}

TEST(MldQuery, MLD_008_MLD_012_lengths_that_no_query_has) {
  const Packet body = mld_v1_body(1000) + sources_of_query({});
  for (const std::size_t size : {4U, 8U, 20U, 23U, 25U, 26U, 27U})
    expect_dropped({{std::to_string(size), mld(130, part(body, 0, size - 4)), Reason::mld_query_length_wrong}});
}

TEST(MldQuery, MLD_012_malformed_queries) {
  Packet bad_checksum = mld_query(1000);
  bad_checksum[60] ^= 0x01;
  expect_dropped({
      {"a wrong checksum", bad_checksum, Reason::icmp6_checksum_wrong},
      {"more sources than octets", mld_query(1000, {.group = own_group, .sources = {"2001:db8::a"}, .count = 2}),
       Reason::mld_query_sources_past_end},
      {"far more", mld_query(1000, {.group = own_group, .count = 65535}), Reason::mld_query_sources_past_end},
      {"for a unicast address", mld_query(1000, {.group = "2001:db8::2"}), Reason::mld_query_group_not_multicast},
      {"for all groups, with sources", mld_query(1000, {.sources = {"2001:db8::a"}}),
       Reason::mld_query_sources_without_group},
  });
}

TEST(MldQuery, MLD_012_malformed_reports) {
  const MldFields listener{.source = "fe80::1"};
  const Packet group = octets_of("ff02::1:ff00:2");
  const auto report = [&](const Packet& records) { return mld(143, records, listener); };
  const Reason past_end = Reason::mld_report_records_past_end;
  Packet bad_checksum = report(hex("0000 0001 02000000") + group);
  bad_checksum[60] ^= 0x01;
  expect_dropped({
      {"1000 records in 100 octets", report(hex("0000 03e8") + Packet(92)), past_end},
      {"65535 records in none", report(hex("0000 ffff")), past_end},
      {"a record that is cut", report(hex("0000 0001 02000000") + part(group, 0, 15)), past_end},
      {"sources beyond the end", report(hex("0000 0001 0200ffff") + group), past_end},
      {"auxiliary data beyond the end", report(hex("0000 0001 02ff0000") + group), past_end},
      {"a second record beyond the end", report(hex("0000 0002 02000000") + group + hex("020000")), past_end},
      {"less than a header", mld(143, hex("0000"), listener), past_end},
      {"a wrong checksum", bad_checksum, Reason::icmp6_checksum_wrong},
      {"version 1, 23 octets", mld(131, part(mld_v1_body(0, own_group), 0, 19), listener),
       Reason::mld_report_too_short},
  });
}

TEST(MldQuery, MLD_011_MLD_012_good_reports_and_dones_of_others_are_not_for_us) {
  const MldFields listener{.source = "fe80::1"};
  const Packet record = hex("02000000") + octets_of("ff02::1:ff00:2");
  expect_dropped({
      {"no record", mld(143, hex("0000 0000"), listener), Reason::mld_message_for_routers},
      {"two records", mld(143, hex("0000 0002") + record + record, listener), Reason::mld_message_for_routers},
      {"a done", mld(132, mld_v1_body(0, own_group), listener), Reason::mld_message_for_routers},
  });
}

// ---- links without addresses ----

std::vector<std::string> reports_in(const std::vector<SentPacket>& all) {
  std::vector<std::string> texts;
  for (const SentPacket& sent : all)
    if (const auto text = group_message_text(sent.octets)) texts.push_back(*text);
  return texts;
}

// A router at the other end of a TUN device is told what it is told anywhere.
TEST(MldQuery, MLD_001_MLD_004_on_a_link_without_addresses) {
  Line line(on_tun(telling(ethernet_config())));
  const std::string joined = to_routers + "TO_EX ff02::1:ff00:2";
  EXPECT_THAT(reports_in(line.wait(1min)), ElementsAre(joined, joined)) << "from the start, and again";
  EXPECT_THAT(reports_in(line.send(mld_query(0))), ElementsAre(own_state));
  EXPECT_THAT(reports_in(line.send(mld_query(0, {.group = own_group}, {.destination = own_group}))),
              ElementsAre(own_state));
  EXPECT_THAT(reports_in(line.wait(1h)), IsEmpty());
  EXPECT_EQ(line.count(Reason::mld_query_accepted), 2U);
}

// ---- where nobody is told ----

TEST(MldQuery, MLD_004_ND_GEN_007_not_answered_where_nothing_is_told) {
  for (const NodeConfig& config : {on_tun(ethernet_config({"mld.enable=off"})), ethernet_config({"mld.enable=off"})}) {
    Line line(config);
    line.wait(1min);
    EXPECT_THAT(line.send(mld_query(0)), IsEmpty());
    EXPECT_THAT(line.send(mld_v1_query(0)), IsEmpty());
    EXPECT_THAT(line.send(mld_v1_report(own_group)), IsEmpty());
    EXPECT_THAT(line.wait(1h), IsEmpty());
    EXPECT_EQ(line.count(Reason::mld_off_on_link), 3U);
  }
}

}  // namespace
}  // namespace tunstack::test::mld_query_test
