// How long the addresses of prefixes are used (RFC 4862 5.5.3, 5.5.4), and temporary ones (RFC 8981).
#include "tests/conformance/addresses/own_addresses.hpp"

namespace tunstack::test::address_lifetime_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view in_prefix = "2001:db8:1::1";  // in the prefix, on the link as long as that says so
constexpr std::uint32_t days_30 = 2'592'000, for_ever = 0xffffffff;

std::chrono::seconds lifetime(std::uint32_t seconds) { return std::chrono::seconds(seconds); }

/// A host that a router tells of a prefix, whose address is in use a few seconds later.
struct Told : OwnAddresses {
  explicit Told(std::uint32_t valid, std::uint32_t preferred, const NodeConfig& config = autoconfiguring_host())
      : OwnAddresses(config) {
    wait(20s);
    tell(valid, preferred);
  }
  AllSent tell(std::uint32_t valid, std::uint32_t preferred) {
    return send(router_advertisement({.options = prefix_option({.valid = valid, .preferred = preferred})}));
  }
  /// Whether new traffic to a neighbor comes from the address, not from 2001:db8::2.
  bool is_preferred() { return source_towards(in_prefix) == eui64_global; }
};

TEST(AddressLifetime, SLAAC_004_the_two_hours_rule) {
  struct Row {
    std::uint32_t valid, told, left;  // told 1000 s later
    const char* why;
  };
  for (const Row& row : {
           Row{days_30, 60, 7200, "not below two hours"},
           Row{days_30, 0, 7200, "nor by 0"},
           Row{days_30, 7200, 7200, "not above two hours"},
           Row{days_30, 7201, 7201, "above two hours"},
           Row{8201, 60, 7200, "7201 s remain, so two hours"},
           Row{8200, 60, 7200, "7200 s remain, unchanged"},
           Row{8199, 60, 7199, "7199 s remain, unchanged"},
           Row{2000, 60, 1000, "1000 s remain, unchanged"},
           Row{2000, 0, 1000, "nor does 0 change that"},
           Row{2000, 999, 1000, "less than remains"},
           Row{2000, 1001, 1001, "more than remains"},
           Row{2000, days_30, days_30, "above two hours"},
       }) {
    Told line(row.valid, 600);
    line.wait(1000s);
    line.tell(row.told, 0);
    line.wait(lifetime(row.left) - 1s);
    EXPECT_TRUE(line.answers(eui64_global)) << row.why;
    line.wait(1s);
    EXPECT_FALSE(line.answers(eui64_global)) << row.why;
  }
}

TEST(AddressLifetime, SLAAC_004_for_ever_and_back) {
  Told line(1000, 1000);
  line.tell(for_ever, for_ever);
  line.wait(100 * 24h);
  EXPECT_TRUE(line.is_preferred());
  line.tell(60, 60);
  line.wait(7199s);
  EXPECT_TRUE(line.answers(eui64_global));
  line.wait(1s);
  EXPECT_FALSE(line.answers(eui64_global));
}

TEST(AddressLifetime, SLAAC_004_preferred_as_long_as_was_told_last) {
  struct Row {
    std::uint32_t preferred, told;  // 100 s later
    const char* why;
  };
  for (const Row& row : {Row{604'800, 60, "shorter"}, Row{200, 1000, "longer"}, Row{50, 300, "preferred again"},
                         Row{604'800, 7300, "above two hours"}}) {
    Told line(days_30, row.preferred);
    line.wait(100s);
    line.tell(days_30, row.told);
    line.wait(lifetime(row.told) - 1s);
    EXPECT_TRUE(line.is_preferred()) << row.why;
    line.wait(1s);
    EXPECT_FALSE(line.is_preferred()) << row.why;
    EXPECT_TRUE(line.answers(eui64_global)) << row.why;
  }
}

TEST(AddressLifetime, SLAAC_005_lifetimes_of_0) {
  Told line(days_30, 604'800);
  line.add_routers();
  line.wait(10s);
  ASSERT_TRUE(line.is_preferred());
  line.tell(0, 0);
  EXPECT_TRUE(line.answers(eui64_global));
  EXPECT_EQ(line.source_towards(in_prefix), "2001:db8::2") << "by way of the router";
  line.wait(2h - 1s);
  EXPECT_TRUE(line.answers(eui64_global));
  line.wait(1s);
  EXPECT_FALSE(line.answers(eui64_global));
}

TEST(AddressLifetime, SLAAC_002_preferred_above_valid_does_not_deprecate_either) {
  Told line(days_30, 604'800);
  line.wait(10s);
  line.tell(60, 61);
  EXPECT_TRUE(line.is_preferred());
  line.wait(3h);
  EXPECT_TRUE(line.answers(eui64_global));
}

TEST(AddressLifetime, SLAAC_006_deprecated) {
  Told line(1000, 100);
  line.wait(99s);
  EXPECT_EQ(line.source_towards(in_prefix), eui64_global) << "the one in the prefix of the neighbor";
  line.wait(1s);
  EXPECT_EQ(line.source_towards(in_prefix), "2001:db8::2") << "the preferred one";
  EXPECT_EQ(line.count(Reason::address_deprecated), 1U);
  EXPECT_TRUE(line.answers(eui64_global));
  const auto sent = line.send(udp6({.destination = eui64_global}));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(sent[0].octets), eui64_global) << "from where it was asked";
  EXPECT_THAT(line.send(question_of_peer(eui64_global)), SizeIs(1));
}

TEST(AddressLifetime, SLAAC_007_over) {
  Told line(100, 100, autoconfiguring_host({"mld.enable=on"}));
  line.wait(99s);
  ASSERT_TRUE(line.is_preferred());
  line.wait(1s);
  EXPECT_FALSE(line.answers(eui64_global));
  EXPECT_THAT(line.send(udp6({.destination = eui64_global})), IsEmpty());
  EXPECT_THAT(line.send(question_of_peer(eui64_global)), IsEmpty());
  EXPECT_THAT(line.send(probe_of_another(eui64_global)), IsEmpty());
  EXPECT_EQ(line.source_towards(peer), "2001:db8::2");
  EXPECT_EQ(line.count(Reason::address_removed), 1U);
}

TEST(AddressLifetime, SLAAC_007_its_group_is_left) {
  Told line(100, 100, with_addresses(autoconfiguring_host({"mld.enable=on"}), {"2001:db8::3/64", "fe80::3/64"}));
  line.wait(90s);
  ASSERT_THAT(line.send(question_of_peer(eui64_global)), SizeIs(1));
  AllSent sent = line.wait(15s);
  std::erase_if(sent, [](const Sent& one) { return destination_of(one.octets) != "ff02::16"; });
  line.send(question_of_peer(eui64_global));
  EXPECT_EQ(line.count(Reason::frame_for_another_station), 1U);
  // Type 143, one record, CHANGE_TO_INCLUDE_MODE of the group, told twice (RFC 3810 6.1).
  ASSERT_THAT(sent, SizeIs(2));
  for (const Sent& report : sent)
    EXPECT_EQ(part(report.octets, 48, 1) + part(report.octets, 54, 4) + from(report.octets, 60),
              hex("8f 0001 03 00") + octets_of("ff02::1:ff00:2"));
}

TEST(AddressLifetime, SLAAC_007_over_before_it_was_used) {
  Told line(1, 1, autoconfiguring_host({"dad.transmits=3"}));
  line.wait(10s);
  EXPECT_FALSE(line.answers(eui64_global));
  EXPECT_FALSE(line.node().has_tentative_addresses());
}

TEST(AddressLifetime, SLAAC_007_no_source_of_packets_that_wait) {
  for (const std::uint32_t valid : {100U, 1000U}) {
    Told line(valid, 100);
    line.wait(99s);
    line.remove_station(peer);
    EXPECT_THAT(only(neighbor_question, line.send(echo6({.destination = eui64_global}))), SizeIs(1));
    line.wait(1500ms);
    const auto replies = only(echo_reply6, line.send(answers(peer, peer_mac)));
    EXPECT_THAT(replies, SizeIs(valid == 100 ? 0 : 1)) << "its time is over, or it is not";
    EXPECT_EQ(line.count(Reason::address_removed_while_waiting), valid == 100 ? 1U : 0U);
  }
}

// A link-local address would be preferred, but reaches nobody there (RFC 6724 5, rule 2 before rule 3).
TEST(AddressLifetime, SLAAC_013_deprecated_rather_than_none) {
  for (const std::uint32_t preferred : {100U, 0U}) {
    Told line(1000, preferred, self_addressed_host());
    line.wait(200s);
    EXPECT_EQ(line.source_towards(in_prefix), eui64_global) << preferred;
    EXPECT_EQ(line.source_towards("fe80::1"), eui64_link_local) << preferred;
  }
}

}  // namespace
}  // namespace tunstack::test::address_lifetime_test
