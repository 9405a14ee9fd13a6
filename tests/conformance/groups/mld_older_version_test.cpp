// A listener beside a querier or listeners of MLD version 1 (RFC 3810 8, RFC 2710 4).
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::mld_older_version_test {

using namespace group_wire;
using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string own_state = "fe80::2 > ff02::16: IS_EX ff02::1:ff00:2";
const std::string own_report = "fe80::2 > ff02::1:ff00:2: 131 ff02::1:ff00:2";
const std::string other_report = "fe80::2 > ff02::1:ff03:4: 131 ff02::1:ff03:4";
const std::string_view own_group = "ff02::1:ff00:2";

NodeConfig in_two_groups() {
  return telling(with_addresses(ethernet_config(), {"2001:db8::2/64", "fe80::2/64", "2001:db8::3:4/64"}));
}

// ---- versions ----

TEST(MldOlderVersion, MLD_008_the_octets_of_a_report) {
  Settled wire;
  const Ipv6Fields ip{.source = "fe80::2", .destination = own_group, .hop_limit = 1};
  const Packet datagram =
      with_headers(ipv6(ip, icmpv6(ip, 131, 0, 0, octets_of(own_group))), {hop_by_hop("0502 0000 0100")});
  EXPECT_THAT(frames_of(wire.sent_after(mld_v1_query(0), 1h)),
              ElementsAre(frame(hex("33 33 ff 00 00 02"), own_mac, 0x86dd, datagram)));
}

TEST(MldOlderVersion, MLD_008_MLD_009_each_group_in_its_own_time_within_plain_milliseconds) {
  struct Row {
    unsigned code;
    Duration most;
  };
  for (const Row& row : {Row{1000, 1s}, Row{10000, 10s}, Row{0x8001, 32769ms}, Row{0xffff, 65535ms}}) {
    Spread delay, gap;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      Settled wire(with_seed(in_two_groups(), seed));
      const auto told = wire.told_after(mld_v1_query(row.code), 250s);
      ASSERT_THAT(texts_of(told), UnorderedElementsAre(own_report, other_report));
      for (const Told& one : told) delay.add(one.at);
      gap.add(told[1].at - told[0].at);
    }
    EXPECT_GT(delay.first, 0s);
    EXPECT_LT(delay.first, row.most / 4);
    EXPECT_GT(delay.last, row.most * 3 / 4);
    EXPECT_LE(delay.last, row.most);
    EXPECT_GT(gap.last, row.most / 4) << "not together";
  }
}

TEST(MldOlderVersion, MLD_008_as_long_as_the_older_querier_is_present) {
  struct Row {
    Duration wait;
    std::string told;
    const char* why;
  };
  for (const Row& row : {
           Row{0s, own_report, "at once"},
           Row{259'999ms, own_report, "2 * 125 s + 10 s (RFC 3810 9.12)"},
           Row{260s, own_state, "over"},
           Row{24h, own_state, "long over"},
       }) {
    Settled wire;
    EXPECT_THAT(wire.texts_after(mld_v1_query(0), 0s), ElementsAre(own_report));
    EXPECT_THAT(wire.texts_in(row.wait), IsEmpty()) << "a version that ends tells nothing";
    EXPECT_THAT(wire.texts_after(mld_query(0), 0s), ElementsAre(row.told)) << row.why;
  }
}

TEST(MldOlderVersion, MLD_008_every_query_of_version_1_starts_the_time_anew_and_no_other) {
  struct Row {
    Packet query;
    std::string told;
    const char* why;
  };
  const MldFields not_to_be_heard{.hop_limit = 2};
  for (const Row& row : {
           Row{mld_v1_query(0), own_report, "general"},
           Row{mld_v1_query(0, "ff02::1:ff00:99"), own_report, "for a group of others"},
           Row{mld_query(0), own_state, "of version 2"},
           Row{mld_v1_query(0, {}, not_to_be_heard), own_state, "dropped"},
       }) {
    Settled wire;
    wire.texts_after(mld_v1_query(0), 200s);
    wire.texts_after(row.query, 100s);
    EXPECT_THAT(wire.texts_after(mld_query(0), 0s), ElementsAre(row.told)) << row.why;
  }
}

TEST(MldOlderVersion, MLD_008_a_change_of_version_cancels_what_is_pending) {
  Settled wire;
  EXPECT_THAT(wire.texts_after(mld_query(10000), 1ms), IsEmpty());
  EXPECT_THAT(wire.texts_after(mld_v1_query(1), 1min), ElementsAre(own_report)) << "no answer of version 2";
}

// ---- queries for a group, reports of others ----

TEST(MldOlderVersion, MLD_009_a_query_for_a_group) {
  Settled wire(in_two_groups());
  EXPECT_THAT(wire.texts_after(mld_v1_query(1000, own_group, {.destination = own_group}), 1min),
              ElementsAre(own_report));
  EXPECT_THAT(wire.texts_after(mld_v1_query(1000, "ff02::1:ff00:99"), 1min), IsEmpty());
  EXPECT_THAT(wire.texts_after(mld_v1_query(1000, "ff02::1"), 1min), IsEmpty());
}

TEST(MldOlderVersion, MLD_009_whose_reports_cancel_ours) {
  const MldFields global{.source = "2001:db8::1"}, two_hops{.source = "fe80::1", .hop_limit = 2};
  const MldFields no_alert{.source = "fe80::1", .headers = {}};
  struct Row {
    Packet report;
    bool cancels;
    const char* why;
  };
  Packet bad_checksum = mld_v1_report(own_group);
  bad_checksum[55] ^= 1;
  for (const Row& row : {
           Row{mld_v1_report(own_group), true, "another listener"},
           Row{mld_v1_report("ff02::1:ff00:99"), false, "for another group"},
           Row{mld_v1_report(own_group, global), false, "forged from elsewhere"},
           Row{mld_v1_report(own_group, two_hops), false, "hop limit 2"},
           Row{mld_v1_report(own_group, no_alert), false, "no router alert"},
           Row{bad_checksum, false, "a wrong checksum"},
           Row{mld(132, mld_v1_body(0, own_group), {.source = "fe80::1"}), false, "a done"},
           Row{mld(143, hex("0000 0001 02000000") + octets_of(own_group), {.source = "fe80::1"}), false, "version 2"},
       }) {
    Settled wire;
    EXPECT_THAT(wire.texts_after(mld_v1_query(10000), 0s), IsEmpty());
    EXPECT_THAT(wire.texts_after(row.report, 20s), SizeIs(row.cancels ? 0 : 1)) << row.why;
    EXPECT_THAT(wire.texts_after(mld_v1_query(1000), 1s), ElementsAre(own_report)) << "once only: " << row.why;
  }
}

TEST(MldOlderVersion, MLD_009_only_for_the_group_that_was_reported) {
  Settled wire(in_two_groups());
  EXPECT_THAT(wire.texts_after(mld_v1_query(10000), 0s), IsEmpty());
  EXPECT_THAT(wire.texts_after(mld_v1_report(own_group), 20s), ElementsAre(other_report));
  EXPECT_EQ(wire.count(Reason::mld_report_accepted), 1U);
}

TEST(MldOlderVersion, MLD_009_reports_of_others_cancel_nothing_in_version_2) {
  Settled wire;
  EXPECT_THAT(wire.texts_after(mld_query(10000), 0s), IsEmpty());
  EXPECT_THAT(wire.texts_after(mld_v1_report(own_group), 20s), ElementsAre(own_state));
}

// ---- joining and leaving ----

/// An address in ff02::1:ff00:2 that ends after 100 s, beside others.
NodeConfig with_an_address_that_ends(std::uint64_t seed = 1) {
  NodeConfig config = with_addresses(learning_host(), {"2001:db8::7/64", "fe80::7/64"});
  return telling(with_seed(std::move(config), seed), {"mld.enable=on", "slaac.iid=eui64"});
}
const PrefixFields hundred_seconds{.valid = 100, .preferred = 100};
const Packet gives_address = router_advertisement({.options = prefix_option(hundred_seconds)});
const std::string join_told = "fe80::7 > ff02::1:ff00:2: 131 ff02::1:ff00:2";
const std::string done_told = "fe80::7 > ff02::2: 132 ff02::1:ff00:2";

TEST(MldOlderVersion, MLD_009_joining_is_told_twice_within_ten_seconds) {
  Spread second;
  for_seeds(40, [&](std::uint64_t seed) {
    Settled wire(with_an_address_that_ends(seed));
    wire.texts_after(mld_v1_query(0), 1s);
    const auto told = wire.told_after(gives_address, 50s);
    ASSERT_THAT(texts_of(told), ElementsAre(join_told, join_told));
    EXPECT_EQ(told[0].at, 0s);
    EXPECT_THAT(told[1].at, AllOf(Gt(0s), Le(10s)));
    second.add(told[1].at);
  });
  EXPECT_LT(second.first, 2500ms);
  EXPECT_GT(second.last, 7500ms);
}

TEST(MldOlderVersion, MLD_009_a_done_only_of_the_last_reporter) {
  struct Row {
    bool another_reports;
    std::vector<std::string> told;
    const char* why;
  };
  for (const Row& row : {Row{false, {done_told}, "once, to all routers"}, Row{true, {}, "another one is there"}}) {
    Settled wire(with_an_address_that_ends());
    wire.texts_after(mld_v1_query(0), 1s);
    EXPECT_THAT(wire.texts_after(gives_address, 50s), SizeIs(2));
    wire.texts_after(mld_v1_query(20000), 0s);
    if (row.another_reports) {
      EXPECT_THAT(wire.texts_after(mld_v1_report(own_group), 0s), IsEmpty());
    }
    wire.wait(49s);
    EXPECT_THAT(wire.texts_in(1h), row.told) << row.why;
  }
}

// The older querier has gone when the address ends: routers of version 2 are told.
TEST(MldOlderVersion, MLD_008_leaving_after_the_older_querier_has_gone) {
  Settled wire(with_an_address_that_ends());
  wire.texts_after(mld_v1_query(0), 200s);
  wire.texts_after(gives_address, 99s);
  EXPECT_THAT(wire.texts_in(1h), AllOf(SizeIs(2), Each(std::string("fe80::7 > ff02::16: TO_IN ff02::1:ff00:2"))));
}

}  // namespace
}  // namespace tunstack::test::mld_older_version_test
