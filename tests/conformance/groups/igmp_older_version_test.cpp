// A member of IPv4 groups beside queriers and hosts of IGMP versions 1 and 2 (RFC 3376 7, RFC 2236 3 and 4).
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::igmp_older_version_test {

using namespace group_wire;
using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string own_state = "192.0.2.2 > 224.0.0.22: IS_EX 224.0.0.2";
const std::string report_v1 = "192.0.2.2 > 224.0.0.2: 18 224.0.0.2";
const std::string report_v2 = "192.0.2.2 > 224.0.0.2: 22 224.0.0.2";
const std::string_view own_group = "224.0.0.2";
const Packet query_v1 = igmp_older_query(0, {}, {.options = {}});  // RFC 1112 knows no router alert

struct IgmpRouter : Settled {
  explicit IgmpRouter(std::uint64_t seed = 1)
      : Settled(telling(with_seed(router_config(), seed), {"igmp.enable=on"})) {}
};

TEST(IgmpOlderVersion, IGMP_002_V4_OPT_025_the_octets_of_a_report) {
  IgmpRouter wire;
  const auto sent = frames_of(wire.sent_after(igmp_older_query(1), 1s));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(part(sent[0], 0, 14), hex("01 00 5e 00 00 02") + own_mac + hex("08 00"));
  EXPECT_EQ(from(content_of(sent[0]), 12),
            octets_of("192.0.2.2") + hex("e0 00 00 02  94 04 00 00  16 00 09 fd  e0 00 00 02"));
}

TEST(IgmpOlderVersion, IGMP_002_which_version_is_spoken_and_the_delay) {
  struct Row {
    Packet query;
    std::string told;
    Duration most;
    const char* why;
  };
  for (const Row& row : {
           Row{igmp_older_query(10), report_v2, 1s, "version 2"},
           Row{igmp_older_query(200), report_v2, 20s, "version 2 has plain tenths of a second"},
           Row{query_v1, report_v1, 10s, "version 1 tells no time: 10 s"},
           Row{igmp_older_query(0, own_group, {.options = {}}), report_v1, 10s, "nor a group (RFC 1112 I)"},
       }) {
    SCOPED_TRACE(row.why);
    Spread delay;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      IgmpRouter wire(seed);
      const auto told = wire.told_after(row.query, 4min);
      ASSERT_THAT(texts_of(told), ElementsAre(row.told));
      delay.add(told[0].at);
    }
    EXPECT_GT(delay.first, 0s);
    EXPECT_LT(delay.first, row.most / 4);
    EXPECT_GT(delay.last, row.most * 3 / 4) << "random";
    EXPECT_LE(delay.last, row.most);
  }
}

TEST(IgmpOlderVersion, IGMP_002_as_long_as_the_older_querier_is_present) {
  struct Row {
    Packet query;
    Duration wait;
    std::string told;
    const char* why;
  };
  for (const Row& row : {
           Row{igmp_older_query(1), 259'999ms, report_v2, "2 * 125 s + 10 s (RFC 3376 8.12)"},
           Row{igmp_older_query(1), 260s, own_state, "over"},
           Row{query_v1, 259'999ms, report_v1, "2 * 125 s + 10 s"},
           Row{query_v1, 260s, own_state, "over"},
       }) {
    IgmpRouter wire;
    EXPECT_THAT(wire.texts_after(row.query, 10s), SizeIs(1));
    EXPECT_THAT(wire.texts_in(row.wait - 10s), IsEmpty()) << "a version that ends tells nothing";
    EXPECT_THAT(wire.texts_after(igmp_query(0), 0s), ElementsAre(row.told)) << row.why;
  }
}

TEST(IgmpOlderVersion, IGMP_002_version_1_goes_before_version_2_while_both_are_present) {
  IgmpRouter wire;
  wire.texts_after(query_v1, 100s);
  EXPECT_THAT(wire.texts_after(igmp_older_query(10), 100s), ElementsAre(report_v1));
  EXPECT_THAT(wire.texts_after(igmp_query(10), 59s), ElementsAre(report_v1));
  EXPECT_THAT(wire.texts_in(1s), IsEmpty());
  EXPECT_THAT(wire.texts_after(igmp_query(10), 1s), ElementsAre(report_v2)) << "260 s after the first, 160 s the other";
}

// RFC 3376 7.2.1: of version 2, general queries alone show an older querier.
TEST(IgmpOlderVersion, IGMP_002_a_query_of_version_2_for_a_group_shows_no_older_querier) {
  IgmpRouter wire;
  EXPECT_THAT(wire.texts_after(igmp_older_query(10, own_group, {.destination = own_group}), 1s),
              ElementsAre(own_state));
  wire.texts_after(igmp_older_query(10), 10s);
  EXPECT_THAT(wire.texts_after(igmp_older_query(10, own_group, {.destination = own_group}), 1s),
              ElementsAre(report_v2));
  EXPECT_THAT(wire.texts_after(igmp_older_query(10, "224.0.0.3"), 1min), IsEmpty()) << "not joined";
  EXPECT_THAT(wire.texts_after(igmp_older_query(10, "224.0.0.1"), 1min), IsEmpty()) << "IGMP-005";
}

TEST(IgmpOlderVersion, IGMP_002_a_change_of_version_cancels_what_is_pending) {
  IgmpRouter wire;
  EXPECT_THAT(wire.texts_after(igmp_query(100), 1ms), IsEmpty());
  EXPECT_THAT(wire.texts_after(igmp_older_query(1), 1min), ElementsAre(report_v2));
}

TEST(IgmpOlderVersion, IGMP_002_whose_reports_cancel_ours) {
  struct Row {
    Packet query, report;
    std::size_t told;
    const char* why;
  };
  Packet bad_checksum = igmp_older_report(0x16, own_group);
  bad_checksum[23] ^= 1;
  const Packet version_3 = igmp(0x22, 0, hex("0000 0001 02000000 e0000002"), {.source = "192.0.2.1"});
  for (const Row& row : {
           Row{igmp_older_query(100), igmp_older_report(0x16, own_group), 0, "version 2"},
           Row{igmp_older_query(100), igmp_older_report(0x12, own_group), 0, "version 1 beside a querier of 2"},
           Row{query_v1, igmp_older_report(0x12, own_group), 0, "version 1"},
           Row{igmp_older_query(100), bad_checksum, 1, "a wrong checksum"},
           Row{igmp_older_query(100), version_3, 1, "version 3"},
           Row{igmp_query(100), igmp_older_report(0x16, own_group), 1, "we speak version 3"},
       }) {
    IgmpRouter wire;
    EXPECT_THAT(wire.texts_after(row.query, 0s), IsEmpty());
    EXPECT_THAT(wire.texts_after(row.report, 20s), SizeIs(row.told)) << row.why;
    EXPECT_THAT(wire.texts_after(row.query, 20s), SizeIs(1)) << "once only: " << row.why;
  }
}

}  // namespace
}  // namespace tunstack::test::igmp_older_version_test
