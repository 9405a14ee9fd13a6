// What a node tells of its IPv4 groups, and which messages of IGMP count. The group that a node can be made to join is
// that of all routers: 224.0.0.2, by the role of a router (ICMP4-RD-010).
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::igmp_test {

using namespace group_wire;
using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

const std::string own_join = "192.0.2.2 > 224.0.0.22: TO_EX 224.0.0.2";
const std::string own_state = "192.0.2.2 > 224.0.0.22: IS_EX 224.0.0.2";
const std::string_view own_group = "224.0.0.2";

NodeConfig with_igmp(const NodeConfig& config) { return telling(config, {"igmp.enable=on"}); }
/// A router whose start is over.
struct IgmpRouter : Settled {
  explicit IgmpRouter(std::uint64_t seed = 1) : Settled(with_igmp(with_seed(router_config(), seed))) {}
};

// ---- joining ----

TEST(Igmp, IGMP_001_V4_OPT_025_the_octets_of_a_report) {
  GroupWire wire(with_igmp(router_config()));
  const auto sent = frames_of(wire.wait(0s));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(part(sent[0], 0, 14), hex("01 00 5e 00 00 16") + own_mac + hex("08 00"));
  const Packet datagram = content_of(sent[0]);
  EXPECT_EQ(be16(datagram, 2), 24 + 16);
  EXPECT_EQ(be16(datagram, 6), 0) << "no fragment";
  EXPECT_EQ(part(datagram, 8, 2), hex("01 02")) << "TTL and protocol";
  EXPECT_EQ(part(datagram, 12, 8), octets_of("192.0.2.2") + octets_of("224.0.0.22"));
  EXPECT_EQ(from(datagram, 20), hex("94 04 00 00  22 00 f9 fb  00 00 00 01  04 00 00 00  e0 00 00 02"));
  EXPECT_EQ(wire.count(Reason::igmp_report_sent), 1U);
}

// RFC 3376 4: IP precedence of internetwork control.
TEST(Igmp, IGMP_001_the_precedence_of_internetwork_control) {
  GroupWire wire(with_igmp(router_config()));
  const auto sent = frames_of(wire.wait(0s));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(content_of(sent[0])[1] >> 5, 6);
}

TEST(Igmp, IGMP_001_twice_within_a_second) {
  Spread second;
  for_seeds(40, [&](std::uint64_t seed) {
    GroupWire wire(with_igmp(with_seed(router_config(), seed)));
    const auto told = wire.told_in(24h);
    ASSERT_THAT(texts_of(told), ElementsAre(own_join, own_join));
    EXPECT_EQ(told[0].at, 0s);
    EXPECT_THAT(told[1].at, AllOf(Gt(0s), Le(1s)));
    second.add(told[1].at);
  });
  EXPECT_LT(second.first, 250ms);
  EXPECT_GT(second.last, 750ms) << "random";
}

// RFC 3376 4.2.13: with 0.0.0.0, no address being there yet.
TEST(Igmp, IGMP_001_while_the_address_is_checked) {
  GroupWire wire(with_igmp(router_config({"acd.enable=on"})));
  EXPECT_THAT(wire.texts_in(1s),
              ElementsAre("0.0.0.0 > 224.0.0.22: TO_EX 224.0.0.2", "0.0.0.0 > 224.0.0.22: TO_EX 224.0.0.2"));
  wire.wait(1min);
  EXPECT_THAT(wire.texts_after(igmp_query(10), 1s), ElementsAre(own_state));
}

TEST(Igmp, IGMP_001_IGMP_005_where_nothing_is_told) {
  struct Row {
    NodeConfig config;
    const char* why;
  };
  for (const Row& row : {
           Row{ethernet_config(), "it is off"},
           Row{router_config(), "it is off"},
           Row{with_igmp(on_tun(router_config())), "no routers on a link without addresses"},
           Row{with_igmp(ethernet_config()), "a host is in 224.0.0.1 alone, which is never reported"},
       }) {
    Line line(row.config);
    EXPECT_THAT(line.wait(0s), IsEmpty()) << row.why;
    EXPECT_THAT(line.send(igmp_query(0)), IsEmpty()) << row.why;
    EXPECT_THAT(line.send(igmp_older_query(0)), IsEmpty()) << row.why;
    EXPECT_THAT(line.send(igmp_query(0, {.group = "224.0.0.1"})), IsEmpty()) << row.why;
    EXPECT_THAT(line.wait(1h), IsEmpty()) << row.why;
    EXPECT_EQ(line.count(Reason::igmp_report_sent), 0U);
  }
}

// ---- queries ----

TEST(Igmp, IGMP_002_IGMP_005_one_report_within_the_maximum_response_time) {
  struct Row {
    unsigned code;
    Duration most;
    const char* why;
  };
  for (const Row& row : {
           Row{1, 100ms, "tenths of a second"},
           Row{10, 1s, "tenths of a second"},
           Row{100, 10s, "the default"},
           Row{127, 12700ms, "the largest plain one"},
           Row{0x80, 12800ms, "mantissa 0x10, exponent 3"},
           Row{0x95, 33600ms, "mantissa 0x15, exponent 4"},
           Row{0xff, 3174400ms, "the largest"},
       }) {
    SCOPED_TRACE(row.why);
    Spread delay;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      IgmpRouter wire(seed);
      const auto told = wire.told_after(igmp_query(row.code), 2h);
      ASSERT_THAT(texts_of(told), ElementsAre(own_state));
      EXPECT_GT(told[0].at, 0s);
      delay.add(told[0].at);
    }
    EXPECT_LT(delay.first, row.most / 4);
    EXPECT_GT(delay.last, row.most * 3 / 4) << "random";
    EXPECT_LE(delay.last, row.most);
  }
}

TEST(Igmp, IGMP_002_two_queries_that_overlap_are_answered_once) {
  IgmpRouter wire;
  EXPECT_THAT(wire.texts_after(igmp_query(100), 0s), IsEmpty());
  EXPECT_THAT(wire.texts_after(igmp_query(1), 100ms), ElementsAre(own_state)) << "the sooner";
  EXPECT_THAT(wire.texts_in(1min), IsEmpty());
  EXPECT_EQ(wire.count(Reason::igmp_query_accepted), 2U);
}

TEST(Igmp, IGMP_002_which_groups_and_sources_are_answered) {
  struct Row {
    QueryFields asked;
    std::vector<std::string> told;
    const char* why;
  };
  for (const Row& row : {
           Row{{.group = own_group}, {own_state}, "joined"},
           Row{{.group = "224.0.0.3"}, {}, "not joined"},
           Row{{.group = "224.0.0.1"}, {}, "never reported"},
           Row{{.group = own_group, .sources = {"203.0.113.9"}},
               {"192.0.2.2 > 224.0.0.22: IS_IN 224.0.0.2,203.0.113.9"},
               "it is wanted"},
           Row{{.group = "224.0.0.3", .sources = {"203.0.113.9"}}, {}, "not joined"},
       }) {
    IgmpRouter wire;
    EXPECT_THAT(wire.texts_after(igmp_query(10, row.asked, {.destination = own_group}), 1s), row.told) << row.why;
    EXPECT_THAT(wire.texts_in(1h), IsEmpty()) << row.why;
  }
}

// RFC 3376 4.1: what a receiver does not look at. RFC 3376 9.1: a query may come to an address of the interface.
TEST(Igmp, IGMP_002_other_queries_that_are_answered) {
  for (const Packet& query : {
           igmp_query(10, {.robustness = 0xff, .interval = 255}),
           igmp(0x11, 10, Packet(4) + hex("027d 0000") + counting(9)),
           igmp_query(10, {}, {.destination = "192.0.2.2"}),
           igmp_query(10, {}, {.options = hex("01 94 04 00 00 00 00 00")}),
           igmp_query(10, {}, {.ttl = 64}),
       }) {
    IgmpRouter wire;
    EXPECT_THAT(wire.texts_after(query, 1s), ElementsAre(own_state));
  }
}

// ---- what is dropped ----

struct IgmpDropRow {
  std::string what;
  Packet datagram;
  Reason reason;
};
/// Each alone: silence, counted so. Then a good query is answered, in version 3.
void expect_dropped(const std::vector<IgmpDropRow>& rows) {
  for (const IgmpDropRow& row : rows) {
    SCOPED_TRACE(row.what);
    IgmpRouter wire;
    EXPECT_THAT(wire.sent_after(row.datagram, 2h), IsEmpty());
    EXPECT_EQ(wire.count(row.reason), 1U) << "not counted as " << info(row.reason).name;
    EXPECT_THAT(wire.texts_after(igmp_query(10), 1s), ElementsAre(own_state)) << "a good one after it";
  }
}

TEST(Igmp, IGMP_003_too_short) {
  for (std::size_t size = 4; size < 8; ++size)
    expect_dropped({{std::to_string(size), igmp(0x11, 10, Packet(size - 4)), Reason::igmp_too_short}});
  const Packet nothing = ipv4(
      {.source = "192.0.2.10", .destination = "224.0.0.1", .protocol = 2, .ttl = 1, .options = hex("94040000")}, {});
  expect_dropped({{"nothing", nothing, Reason::igmp_too_short}});
}

TEST(Igmp, IGMP_003_lengths_that_no_query_has) {
  for (const std::size_t size : {9U, 10U, 11U})
    expect_dropped({{std::to_string(size), igmp(0x11, 10, Packet(size - 4)), Reason::igmp_query_length_wrong}});
}

TEST(Igmp, IGMP_003_wrong_checksums) {
  for (const std::size_t octet : {25U, 26U, 28U, 32U}) {
    Packet query = igmp_query(10);
    query[octet] ^= 0x01;
    expect_dropped({{std::to_string(octet), query, Reason::igmp_checksum_wrong}});
  }
}

TEST(Igmp, IGMP_003_unknown_types) {
  for (const unsigned type : {0x00U, 0x10U, 0x13U, 0x14U, 0x15U, 0x18U, 0x1eU, 0x21U, 0x23U, 0x30U, 0xffU})
    expect_dropped({{std::to_string(type), igmp(type, 10, Packet(8)), Reason::igmp_type_unknown}});
}

TEST(Igmp, IGMP_003_malformed) {
  const auto report = [](const Packet& records) { return igmp(0x22, 0, records, {.source = "192.0.2.1"}); };
  const Reason past_end = Reason::igmp_report_records_past_end;
  expect_dropped({
      {"more sources than octets", igmp_query(10, {.group = own_group, .sources = {"203.0.113.9"}, .count = 2}),
       Reason::igmp_query_sources_past_end},
      {"far more", igmp_query(10, {.group = own_group, .count = 65535}), Reason::igmp_query_sources_past_end},
      {"for a unicast address", igmp_query(10, {.group = "192.0.2.2"}), Reason::igmp_query_group_not_multicast},
      {"for a unicast address, version 2", igmp_older_query(10, "192.0.2.2"), Reason::igmp_query_group_not_multicast},
      {"for all groups, with sources", igmp_query(10, {.sources = {"203.0.113.9"}}),
       Reason::igmp_query_sources_without_group},
      {"1000 records in 100 octets", report(hex("0000 03e8") + Packet(92)), past_end},
      {"sources beyond the end", report(hex("0000 0001 0200ffff e0000002")), past_end},
      {"auxiliary data beyond the end", report(hex("0000 0001 02ff0000 e0000002")), past_end},
      {"a record that is cut", report(hex("0000 0001 02000000 e00000")), past_end},
  });
}

TEST(Igmp, IGMP_002_queries_forged_elsewhere) {
  const Reason alert = Reason::igmp_query_without_router_alert;
  expect_dropped({
      {"without the alert", igmp_query(10, {}, {.options = {}}), alert},
      {"with another option", igmp_query(10, {}, {.options = hex("01 01 01 00")}), alert},
      {"version 2 without the alert", igmp_older_query(10, {}, {.options = {}}), alert},
      {"to all routers", igmp_query(10, {}, {.destination = own_group}), Reason::igmp_query_to_another_group},
  });
}

TEST(Igmp, IGMP_002_messages_for_routers_that_query) {
  expect_dropped({
      {"a report of version 3", igmp(0x22, 0, hex("0000 0001 02000000 e0000002"), {.source = "192.0.2.1"}),
       Reason::igmp_message_for_routers},
      {"a leave", igmp(0x17, 0, octets_of(own_group), {.source = "192.0.2.1", .destination = own_group}),
       Reason::igmp_message_for_routers},
  });
}

}  // namespace
}  // namespace tunstack::test::igmp_test
