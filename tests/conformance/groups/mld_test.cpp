// What a node tells of its IPv6 groups of its own accord: when it joins, while addresses are checked, when it leaves.
#include "tests/conformance/groups/group_wire.hpp"

namespace tunstack::test::mld_test {

using namespace group_wire;
using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string to_routers = "fe80::2 > ff02::16: ";
const std::string from_nobody = ":: > ff02::16: ";
const std::string join_own = "TO_EX ff02::1:ff00:2";

// ---- joining ----

TEST(Mld, MLD_001_MLD_003_the_octets_of_a_report) {
  GroupWire wire(telling(ethernet_config()));
  const Ipv6Fields ip{.source = "fe80::2", .destination = "ff02::16", .hop_limit = 1};
  const Packet report = icmpv6(ip, 143, 0, 1, hex("04 00 0000") + octets_of("ff02::1:ff00:2"));
  const Packet datagram = with_headers(ipv6(ip, report), {hop_by_hop("0502 0000 0100")});
  EXPECT_THAT(frames_of(wire.wait(0s)), ElementsAre(frame(hex("33 33 00 00 00 16"), own_mac, 0x86dd, datagram)));
  EXPECT_EQ(wire.count(Reason::mld_report_sent), 1U);
  EXPECT_EQ(wire.node().counters().icmp6.out(143, 0), 1U);
}

TEST(Mld, MLD_001_twice_within_a_second) {
  Spread second;
  for_seeds(40, [&](std::uint64_t seed) {
    GroupWire wire(telling(with_seed(ethernet_config(), seed)));
    const auto told = wire.told_in(24h);
    ASSERT_THAT(told, SizeIs(2));
    for (const Told& one : told) EXPECT_EQ(one.what, to_routers + join_own);
    EXPECT_EQ(told[0].at, 0s);
    EXPECT_THAT(told[1].at, AllOf(Gt(0s), Le(1s)));
    second.add(told[1].at);
  });
  EXPECT_LT(second.first, 250ms);
  EXPECT_GT(second.last, 750ms) << "random";
}

TEST(Mld, MLD_001_MLD_010_every_solicited_node_group_once_and_nothing_else) {
  const NodeConfig config =
      telling(with_addresses(ethernet_config(), {"192.0.2.2/24", "2001:db8::2/64", "fe80::2/64", "2001:db8::3:4/64",
                                                 "2001:db8:5::3:4/64", "2001:db8::ffff/64"}));
  const std::string all = to_routers + "TO_EX ff02::1:ff00:2 TO_EX ff02::1:ff00:ffff TO_EX ff02::1:ff03:4";
  GroupWire wire(config);
  EXPECT_THAT(wire.texts_in(0s), ElementsAre(all));
  std::string later;
  for (const std::string& text : wire.texts_in(1s)) later += text;
  for (const char* group : {"ff02::1:ff00:2", "ff02::1:ff00:ffff", "ff02::1:ff03:4"})
    EXPECT_THAT(later, HasSubstr(std::string("TO_EX ") + group)) << "the repetition";
  EXPECT_THAT(wire.texts_in(1h), IsEmpty());
}

TEST(Mld, MLD_001_a_router_tells_its_groups_of_routers) {
  GroupWire wire(telling(router_config()));
  EXPECT_THAT(wire.texts_in(0s),
              ElementsAre(to_routers + "TO_EX ff02::1:ff00:0 TO_EX ff02::1:ff00:2 TO_EX ff02::2 TO_EX ff05::2"));
}

TEST(Mld, MLD_001_where_nothing_is_told) {
  for (const NodeConfig& config : {ethernet_config({"mld.enable=off"}), on_tun(ethernet_config({"mld.enable=off"})),
                                   with_addresses(telling(ethernet_config()), {"192.0.2.2/24"})}) {
    GroupWire wire(config);
    EXPECT_THAT(wire.wait(1h), IsEmpty());
    EXPECT_EQ(wire.count(Reason::mld_report_sent), 0U);
  }
}

// ---- while addresses are checked ----

/// The text of each report, and "TARGET?" for each solicitation.
std::vector<Told> with_probes(const std::vector<TimedFrame>& frames) {
  std::vector<Told> all;
  for (const TimedFrame& sent : frames) {
    const Packet datagram = content_of(sent.frame);
    if (datagram.at(6) == 58 && icmp6_type(datagram) == 135)
      all.push_back({sent.at, address_text(datagram, 48, 16) + "?"});
    else if (const auto text = group_message_text(datagram))
      all.push_back({sent.at, *text});
  }
  return all;
}
NodeConfig checking(std::uint64_t seed) { return telling(with_seed(ethernet_config({"dad.transmits=1"}), seed)); }
std::size_t index_of_text(const std::vector<Told>& all, const std::string& what) {
  return static_cast<std::size_t>(std::ranges::find(all, what, &Told::what) - all.begin());
}

// A global address that is checked sooner is no source of reports either.
TEST(Mld, MLD_002_from_nobody_until_the_link_local_address_is_valid) {
  bool other_was_sooner = false;
  for_seeds(30, [&](std::uint64_t seed) {
    GroupWire wire(checking(seed));
    const auto all = with_probes(wire.wait(20s));
    const std::size_t probe = index_of_text(all, "fe80::2?");
    ASSERT_LT(probe, all.size());
    other_was_sooner |= index_of_text(all, "2001:db8::2?") < probe;
    const Duration valid = all[probe].at + 1s;
    std::size_t before = 0, after = 0;
    for (const Told& one : all) {
      if (one.what.ends_with("?")) continue;
      EXPECT_EQ(one.what, (one.at < valid ? from_nobody : to_routers) + join_own) << one.at / 1ms;
      ++(one.at < valid ? before : after);
    }
    EXPECT_EQ(before, 2U);
    EXPECT_EQ(after, 2U) << "told anew (RFC 3590 4)";
  });
  EXPECT_TRUE(other_was_sooner);
}

TEST(Mld, MLD_002_DAD_002_a_group_is_told_before_its_address_is_asked_for) {
  for_seeds(30, [&](std::uint64_t seed) {
    GroupWire wire(checking(seed));
    const auto all = with_probes(wire.wait(20s));
    ASSERT_THAT(all, SizeIs(Ge(2U)));
    EXPECT_EQ(all[0].what, from_nobody + join_own);
  });
}

TEST(Mld, MLD_002_a_global_address_alone_is_no_source) {
  GroupWire wire(telling(with_addresses(ethernet_config(), {"2001:db8::2/64"})));
  EXPECT_THAT(wire.texts_in(1min), ElementsAre(from_nobody + join_own, from_nobody + join_own));
}

// RFC 4862 5.4.2: the report is delayed as the solicitation is, or those of all nodes that start at once collide.
TEST(Mld, DAD_003_the_report_is_the_first_message_and_has_its_random_delay) {
  Spread first;
  for_seeds(30, [&](std::uint64_t seed) {
    GroupWire wire(checking(seed));
    const auto told = wire.told_in(3s);
    ASSERT_THAT(told, Not(IsEmpty()));
    EXPECT_LE(told[0].at, 1s);
    first.add(told[0].at);
  });
  EXPECT_GT(first.last - first.first, 250ms);
}

const Packet tells_prefix = router_advertisement({.options = prefix_option()});

TEST(Mld, MLD_001_DAD_002_an_address_by_autoconfiguration_with_a_group_of_its_own) {
  Settled wire(telling(learning_host({"dad.transmits=1"})));
  auto all = with_probes(wire.sent_after(tells_prefix, 20s));
  ASSERT_THAT(all, SizeIs(3));
  const auto probe = std::ranges::find_if(all, [](const Told& one) { return one.what.ends_with("?"); });
  ASSERT_TRUE(probe != all.begin() && probe != all.end()) << "not before the report";
  const std::string join = to_routers + "TO_EX " + solicited_node(probe->what.substr(0, probe->what.size() - 1));
  all.erase(probe);
  EXPECT_THAT(texts_of(all), ElementsAre(join, join));
}

// An optimistic address is asked for without a delay (RFC 4429 3.3): the report goes first all the same.
TEST(Mld, MLD_001_DAD_002_an_optimistic_address) {
  Settled wire(telling(learning_host({"dad.transmits=1", "dad.mode=optimistic"})));
  const auto all = with_probes(wire.sent_after(tells_prefix, 0s));
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_THAT(all[0].what, StartsWith(to_routers + "TO_EX ff02::1:ff"));
  EXPECT_TRUE(all[1].what.ends_with("?"));
}

TEST(Mld, MLD_001_an_address_by_autoconfiguration_with_a_group_that_was_told) {
  Settled wire(telling(learning_host({"dad.transmits=1", "slaac.iid=eui64"})));
  EXPECT_THAT(texts_of(with_probes(wire.sent_after(tells_prefix, 20s))), ElementsAre("2001:db8:1::ff:fe00:2?"))
      << "the group is that of fe80::2";
}

// ---- leaving ----

/// A host whose addresses by autoconfiguration all end in ff:fe00:2, and its own in 7: other groups.
NodeConfig with_equal_identifiers(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = with_addresses(learning_host(settings), {"2001:db8::7/64", "fe80::7/64"});
  return telling(std::move(config), {"mld.enable=on", "slaac.iid=eui64"});
}
Packet prefix_for(std::string_view prefix, std::uint32_t valid) {
  const PrefixFields told{.prefix = prefix, .valid = valid, .preferred = valid};
  return router_advertisement({.options = prefix_option(told)});
}

TEST(Mld, MLD_003_MLD_010_SLAAC_007_left_with_the_last_address_that_maps_to_it) {
  struct Row {
    Duration wait;
    std::string told;  // twice
    const char* why;
  };
  Settled wire(with_equal_identifiers());
  const std::string join = "fe80::7 > ff02::16: TO_EX ff02::1:ff00:2";
  EXPECT_THAT(wire.texts_after(prefix_for("2001:db8:1::", 100), 1s), ElementsAre(join, join));
  EXPECT_THAT(wire.texts_after(prefix_for("2001:db8:2::", 199), 0s), IsEmpty()) << "the same group";
  for (const Row& row : {
           Row{98999ms, "", "two addresses"},
           Row{1ms, "", "the first one is over"},
           Row{99999ms, "", "one has the group still"},
           Row{1001ms, "fe80::7 > ff02::16: TO_IN ff02::1:ff00:2", "the last one is over"},
           Row{24h, "", "and no more"},
       }) {
    const std::size_t times = row.told.empty() ? 0 : 2;
    EXPECT_THAT(wire.texts_in(row.wait), AllOf(SizeIs(times), Each(row.told))) << row.why;
  }
}

TEST(Mld, MLD_010_what_is_configured_stays_joined) {
  NodeConfig config = with_addresses(learning_host(), {"2001:db8::2/64", "fe80::2/64"});
  Settled wire(telling(std::move(config), {"mld.enable=on", "slaac.iid=eui64"}));
  EXPECT_THAT(wire.texts_after(prefix_for("2001:db8:1::", 100), 1h), IsEmpty());
  EXPECT_EQ(wire.count(Reason::address_removed), 1U) << "there was one";
}

TEST(Mld, MLD_010_DAD_006_a_duplicate_leaves_its_group_but_not_that_of_another_address) {
  struct Row {
    std::string_view duplicate;
    bool leaves;
  };
  for (const Row& row : {Row{"2001:db8::77", true}, Row{"2001:db8::2", false}}) {
    GroupWire wire(telling(
        with_addresses(ethernet_config({"dad.transmits=1"}), {"2001:db8::2/64", "fe80::2/64", "2001:db8::77/64"})));
    wire.wait(0s);
    const Packet objection = advertisement(
        {.source = row.duplicate, .destination = "ff02::1", .target = row.duplicate, .flags = override_flag});
    std::size_t leaves = 0;
    for (const std::string& text : wire.texts_after(objection, 20s)) {
      EXPECT_THAT(text, Not(HasSubstr("TO_IN ff02::1:ff00:2")));
      leaves += text.contains("TO_IN ff02::1:ff00:77") ? 1U : 0U;
      if (leaves > 0) {
        EXPECT_THAT(text, Not(HasSubstr("TO_EX ff02::1:ff00:77"))) << "after it was left";
      }
    }
    EXPECT_THAT(leaves, row.leaves ? 2U : 0U) << row.duplicate;
  }
}

}  // namespace
}  // namespace tunstack::test::mld_test
