// Who may send extended echo requests, and how often (RFC 8335 4 and 8).
#include "tests/conformance/probe/extended_echo_messages.hpp"
#include "tests/conformance/probe/probing_host.hpp"

namespace tunstack::test::probe_policy_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

TEST(ProbePolicy, PROBE_015_groups_and_sources_that_are_no_single_host) {
  Host host(probing({"icmp4.echo_broadcast=on"}));
  for (const std::string_view group : {"224.0.0.1", "192.0.2.255", "255.255.255.255"})
    EXPECT_SILENT(host, probe4(good_query(), {.destination = group}), Reason::extended_echo_to_group);
  for (const std::string_view group : {"ff02::1", "ff02::1:ff00:2"})
    EXPECT_SILENT(host, probe6(good_query(), {.destination = group}), Reason::extended_echo_to_group);
  for (const std::string_view source : {"0.0.0.0", "224.0.0.1", "192.0.2.255", "255.255.255.255", "127.0.0.1"})
    EXPECT_THAT(host.send(probe4(good_query(), {.source = source})), IsEmpty()) << source;
  for (const std::string_view source : {"::", "ff02::1", "::1"})
    EXPECT_THAT(host.send(probe6(good_query(), {.source = source})), IsEmpty()) << source;
}

TEST(ProbePolicy, PROBE_016_sources_that_may_ask) {
  Host host(probing({"probe.allow_sources=192.0.2.1/32,198.51.100.0/24,2001:db8::/64"}));
  const auto refused = Reason::extended_echo_source_not_allowed;
  for (const std::string_view source : {"192.0.2.1", "198.51.100.0", "198.51.100.255"})
    EXPECT_THAT(host.send(probe4(good_query(), {.source = source})), SizeIs(1)) << source;
  for (const std::string_view source : {"192.0.2.3", "198.51.101.1", "203.0.113.1"})
    EXPECT_SILENT(host, probe4(good_query(), {.source = source}), refused);
  EXPECT_THAT(host.send(probe6(good_query(), {.source = "2001:db8::ffff"})), SizeIs(1));
  EXPECT_SILENT(host, probe6(good_query(), {.source = "2001:db8:1::1"}), refused);
  EXPECT_SILENT(host, probe4({}, {.source = "192.0.2.3"}), refused);
}

TEST(ProbePolicy, PROBE_016_interfaces_here_or_elsewhere) {
  const Packet body = structure(by_address(1, own4));
  const auto refused = Reason::extended_echo_locality_not_allowed;
  Host here(probing({"probe.allow_local=local"}));
  EXPECT_EQ(icmp4_code(here.answer(probe4(body))), 0U);
  EXPECT_SILENT(here, probe4(body, {}, 0x1234ff00), refused);
  EXPECT_SILENT(here, probe6(body, {}, 0x1234fffe), refused);
  Host elsewhere(probing({"probe.allow_local=remote"}));
  EXPECT_EQ(icmp6_code(elsewhere.answer(probe6(body, {}, 0x1234ff00))), 3U);
  EXPECT_SILENT(elsewhere, probe6(body), refused);
  EXPECT_SILENT(elsewhere, probe4(body, {}, 0x1234ffff), refused);
}

TEST(ProbePolicy, PROBE_016_ways_to_name_an_interface) {
  struct Case {
    std::string_view kind;
    Packet body;
  };
  const Case cases[] = {{"probe.allow_kinds=name", good_query()},
                        {"probe.allow_kinds=index", structure(by_index(1))},
                        {"probe.allow_kinds=address", structure(by_address(2, own6))}};
  for (const Case& allowed : cases) {
    Host host(probing({allowed.kind}));
    for (const Case& asked : cases) {
      const bool answered = asked.kind == allowed.kind;
      EXPECT_THAT(host.send(probe4(asked.body)), SizeIs(answered ? 1 : 0)) << allowed.kind << " " << asked.kind;
      EXPECT_THAT(host.send(probe6(asked.body)), SizeIs(answered ? 1 : 0)) << allowed.kind << " " << asked.kind;
    }
    EXPECT_EQ(host.count(Reason::extended_echo_kind_not_allowed), 4U);
  }
  Host two(probing({"probe.allow_kinds=index,name"}));
  EXPECT_THAT(two.send(probe4(good_query())), SizeIs(1));
  EXPECT_SILENT(two, probe4(structure(by_address(1, own4))), Reason::extended_echo_kind_not_allowed);
}

/// How many of `count` requests at once are answered.
std::size_t answered(Host& host, const Packet& request, int count) {
  std::size_t replies = 0;
  for (int i = 0; i < count; ++i) replies += host.send(request).size();
  return replies;
}

TEST(ProbePolicy, PROBE_017_twenty_at_once_and_twenty_a_second_for_each_source) {
  Host host(probing());
  EXPECT_EQ(answered(host, probe4(good_query()), 100), 20U);
  EXPECT_EQ(host.count(Reason::extended_echo_rate_exceeded), 80U);
  EXPECT_EQ(answered(host, probe4(good_query(), {.source = "192.0.2.9"}), 100), 20U) << "another source";
  EXPECT_EQ(answered(host, probe6(good_query()), 100), 20U) << "another family";
  EXPECT_EQ(answered(host, echo4(), 100), 100U) << "plain echo is another matter";
  host.wait(50ms);
  EXPECT_EQ(answered(host, probe4(good_query()), 100), 1U);
  host.wait(1s);
  EXPECT_EQ(answered(host, probe4({}), 100), 20U) << "malformed ones too";
  host.wait(1h);
  EXPECT_EQ(answered(host, probe4(good_query()), 100), 20U) << "no more are saved up";
}

TEST(ProbePolicy, PROBE_017_twenty_a_second_in_the_long_run) {
  Host host(probing());
  std::size_t replies = 0;
  for (int i = 0; i < 1000; ++i) {
    replies += host.send(probe4(good_query())).size();
    host.wait(10ms);
  }
  EXPECT_NEAR(static_cast<double>(replies), 20 + 10 * 20, 1);
}

// ICMP4-RATE-004, ICMP4-RATE-002: the limit of replies holds for these too.
TEST(ProbePolicy, ICMP4_RATE_004_the_limit_of_all_replies) {
  Host host(probing({"icmp4.reply_rate=10", "icmp6.reply_rate=10"}));
  EXPECT_EQ(answered(host, probe4(good_query()), 10), 1U);
  EXPECT_EQ(answered(host, probe6(good_query()), 10), 1U);
  EXPECT_EQ(host.count(Reason::icmp4_reply_rate_exceeded), 9U);
}

// PROBE-021: queries, about which errors are sent, unlike errors.
TEST(ProbePolicy, PROBE_021_errors_about_extended_echo_are_allowed) {
  Host host({"probe.enable=on"});
  const Packet bad_option = hex("07 01 04 00");
  for (const unsigned type : {42U, 43U}) {
    const Packet error = host.answer(ipv4({.options = bad_option}, icmpv4(type, 0, 0x1234ff01, good_query())));
    EXPECT_EQ(icmp4_type(error), 12U) << type;
  }
  EXPECT_THAT(host.send(ipv4({.options = bad_option}, icmpv4(11, 0, 0, echo4()))), IsEmpty());
}

// ROB-006: a reply is no request, here or there.
TEST(ProbePolicy, ROB_006_replies_beget_nothing) {
  Host host({"probe.enable=on"});
  const Packet reply4 = host.answer(probe4(good_query()));
  const Packet reply6 = host.answer(probe6(good_query()));
  Host peer(node_with({{"192.0.2.1/24", "2001:db8::1/64"}}, {"probe.enable=on"}));
  EXPECT_THAT(peer.send(reply4), IsEmpty());
  EXPECT_THAT(peer.send(reply6), IsEmpty());
  EXPECT_EQ(peer.count(Reason::icmp4_reply_unsolicited), 1U);
  EXPECT_EQ(peer.count(Reason::icmp6_reply_unsolicited), 1U);
}

// ROB-003
TEST(ProbePolicy, ROB_003_no_reply_is_larger_than_its_request) {
  for (const Packet& body : {Packet{}, good_query(), good_query() + counting(1000), Packet(500, 0xff)}) {
    Host host({"probe.enable=on"});
    EXPECT_EQ(host.answer(probe4(body)).size(), probe4(body).size());
    EXPECT_EQ(host.answer(probe6(body)).size(), probe6(body).size());
  }
}

}  // namespace
}  // namespace tunstack::test::probe_policy_test
