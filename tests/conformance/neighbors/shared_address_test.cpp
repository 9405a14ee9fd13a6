// Addresses that a router answers for beside its own: the subnet-router anycast addresses of its prefixes, which all
// routers of the link have, and those of nodes elsewhere that it is told of.
#include "tests/conformance/node/interfaces.hpp"
#include "tests/conformance/routers/router_wire.hpp"
#include "tests/support/wire.hpp"

namespace tunstack::test::shared_address_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using discovery::NeighborState;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view anycast = "2001:db8::", proxied = "2001:db8::9";
constexpr std::string_view proxy_option = "nd.proxy=2001:db8::9,fe80::9";

/// Of P, to the group of the target.
Packet asks(std::string_view target, std::string_view source = "2001:db8::1",
            const Packet& options = source_option(peer_mac)) {
  const std::string group = solicited_node(target);
  return framed(solicitation({.source = source, .destination = group, .target = target, .options = options}));
}
Packet checks(std::string_view target) { return asks(target, "::", {}); }

/// What a router answers, which overrides nothing.
Packet shared_advertisement(std::string_view target, std::string_view source = "2001:db8::2",
                            std::string_view destination = "2001:db8::1",
                            std::uint32_t flags = router_flag | solicited_flag,
                            const Packet& options = target_option(own_mac)) {
  return advertisement(
      {.source = source, .destination = destination, .target = target, .flags = flags, .options = options});
}
const Packet all_nodes_mac = hex("33 33 00 00 00 01");

/// Nothing at once, and what comes within the second that is allowed.
Packets answers_to(Wire& wire, const Packet& question) {
  EXPECT_THAT(wire.send(question), IsEmpty()) << "not at once";
  return frames_of(wire.wait(1s));
}

// ---- solicitations ----

TEST(SharedAddresses, ND_NA_004_the_answer_comes_within_a_second_and_does_not_override) {
  for (const std::string_view target : {anycast, proxied}) {
    SCOPED_TRACE(target);
    Duration earliest = 1s, latest = 0s;
    for_seeds(50, [&](std::uint64_t seed) {
      Wire router(with_seed(router_config({proxy_option}), seed));
      EXPECT_THAT(router.send(asks(target)), IsEmpty());
      EXPECT_EQ(router.count(Reason::nd_solicitation_answer_delayed), 1U);
      EXPECT_EQ(router.state("2001:db8::1"), NeighborState::stale) << "ND-NS-004: noted at once";
      const auto sent = router.wait(10s);
      ASSERT_THAT(sent, SizeIs(Ge(1U)));
      EXPECT_EQ(sent[0].frame, framed_to(peer_mac, shared_advertisement(target)));
      EXPECT_EQ(router.count(Reason::nd_delayed_advertisement_sent), 1U);
      earliest = std::min(earliest, sent[0].at);
      latest = std::max(latest, sent[0].at);
    });
    EXPECT_LT(earliest, 150ms);
    EXPECT_THAT(latest, AllOf(Ge(850ms), Le(1s)));
  }
}

struct AnsweredRow {
  std::string_view own, target;
  bool is_answered;
  std::string_view why;
};

TEST(SharedAddresses, ND_NA_004_the_anycast_addresses_of_a_router) {
  for (const auto& [own, target, is_answered, why] : {
           AnsweredRow{"2001:db8::2/64", "2001:db8::", true, "of its prefix"},
           AnsweredRow{"2001:db8::2/64", "fe80::", true, "of the link-local prefix"},
           AnsweredRow{"2001:db8:0:ff::2/60", "2001:db8:0:f0::", true, "not of 64 bits"},
           AnsweredRow{"2001:db8::ab:cdef/120", "2001:db8::ab:cd00", true, "with a group of its own"},
           AnsweredRow{"2001:db8::3/126", "2001:db8::", true, "the longest that has one"},
           AnsweredRow{"2001:db8::1:3/127", "2001:db8::1:2", false, "RFC 6164 4"},
           AnsweredRow{"2001:db8::2/64", "2001:db8:1::", false, "of another prefix"},
           AnsweredRow{"2001:db8::2/64", "2001:db8::3", false, "of nobody here"},
       }) {
    SCOPED_TRACE(why);
    Wire router(with_addresses(router_config(), {own, "fe80::2/64"}));
    EXPECT_THAT(answers_to(router, asks(target, "fe80::1")), SizeIs(is_answered ? 1 : 0));
    EXPECT_EQ(router.count(Reason::nd_delayed_advertisement_sent), is_answered ? 1U : 0U);
    Wire host(with_addresses(ethernet_config(), {own, "fe80::2/64"}));
    EXPECT_THAT(answers_to(host, asks(target, "fe80::1")), IsEmpty()) << "a host";
  }
}

TEST(SharedAddresses, V6_RX_016_the_answer_comes_from_an_address_of_the_router_alone) {
  Wire router(router_config({proxy_option}));
  for (const std::string_view target : {anycast, proxied, std::string_view("fe80::"), std::string_view("fe80::9")})
    EXPECT_THAT(answers_to(router, asks(target, "fe80::1")),
                Contains(framed_to(peer_mac, shared_advertisement(target, "fe80::2", "fe80::1"))))
        << target;
}

// ND-NA-003: who checks an address has none.
TEST(SharedAddresses, ND_NA_004_who_checks_a_shared_address_is_told_with_all_nodes) {
  for (const std::string_view target : {anycast, proxied}) {
    Wire router(router_config({proxy_option}));
    EXPECT_THAT(answers_to(router, checks(target)),
                ElementsAre(framed_to(all_nodes_mac, shared_advertisement(target, "fe80::2", "ff02::1", router_flag))));
    EXPECT_EQ(router.node().state().neighbors.size(), 0U) << "ND-NS-005";
  }
}

// ND-NS-006
TEST(SharedAddresses, ND_NA_004_without_its_address_the_solicitor_is_asked_first) {
  Wire router(router_config());
  EXPECT_THAT(answers_to(router, asks(anycast, "2001:db8::1", {})), ElementsAre(solicits("2001:db8::1")));
  EXPECT_THAT(router.send(framed(answers("2001:db8::1", peer_mac))),
              ElementsAre(framed_to(peer_mac, shared_advertisement(anycast))));
}

TEST(SharedAddresses, ND_NA_004_on_tun_without_the_option) {
  Line router(on_tun(router_config({proxy_option})));
  for (const std::string_view target : {anycast, proxied}) {
    EXPECT_THAT(router.send(solicitation({.destination = solicited_node(target), .target = target, .options = {}})),
                IsEmpty());
    const AllSent sent = router.wait(1s);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].octets,
              shared_advertisement(target, "2001:db8::2", "2001:db8::1", router_flag | solicited_flag, {}));
  }
}

// What a neighbor does that has not heard of the address for a while (RFC 4861 7.3.3).
TEST(SharedAddresses, ND_NA_004_solicitations_of_the_address_alone_are_answered) {
  for (const std::string_view target : {anycast, proxied}) {
    Wire router(router_config({proxy_option}));
    EXPECT_THAT(answers_to(router, framed(solicitation({.destination = target, .target = target}))),
                ElementsAre(framed_to(peer_mac, shared_advertisement(target))));
  }
}

TEST(SharedAddresses, ND_NA_004_the_address_is_that_of_the_link_where_it_is_asked_for) {
  NodeConfig config = node_with({{"2001:db8::2/64"}, {"2001:db8:1::3/64"}});
  for (InterfaceConfig& interface : config.interfaces) interface.role = Role::router;
  Host router(config);
  for (const std::string_view target : {anycast, std::string_view("2001:db8:1::")}) {
    const Packet question = solicitation({.destination = solicited_node(target), .target = target, .options = {}});
    for (std::uint8_t interface = 0; interface < 2; ++interface) {
      const std::uint64_t before = router.count(Reason::nd_solicitation_answer_delayed);
      send_on(router, interface, {question});
      const bool is_there = (target == anycast) == (interface == 0);
      EXPECT_EQ(router.count(Reason::nd_solicitation_answer_delayed) - before, is_there ? 1U : 0U) << target;
    }
  }
  EXPECT_EQ(router.count(Reason::nd_target_not_ours), 2U);
}

TEST(SharedAddresses, ND_NA_004_64_answers_wait_at_most) {
  Wire router(router_config());
  const auto solicitor = [](unsigned i) { return "2001:db8::1:" + std::to_string(i); };
  for (unsigned i = 0; i < 100; ++i) router.send(asks(anycast, solicitor(i)));
  EXPECT_EQ(router.count(Reason::nd_advertisement_queue_full), 36U);
  for (unsigned i = 0; i < 100; ++i) router.send(asks(anycast, solicitor(0)));
  EXPECT_EQ(router.count(Reason::nd_advertisement_queue_full), 36U) << "this one is answered already";
  EXPECT_THAT(router.wait(1s), SizeIs(64));
  EXPECT_THAT(answers_to(router, asks(anycast, solicitor(99))), SizeIs(1)) << "there is room again";
}

// ---- proxied addresses ----

TEST(SharedAddresses, ND_NA_004_only_routers_are_proxies_and_only_for_what_they_are_told) {
  for (const auto& [config, target] :
       {std::pair{router_config(), proxied}, std::pair{ethernet_config({proxy_option}), proxied},
        std::pair{router_config({proxy_option}), std::string_view("2001:db8::a")}}) {
    Wire wire(config);
    EXPECT_THAT(answers_to(wire, asks(target)), IsEmpty());
    EXPECT_EQ(wire.count(Reason::nd_solicitation_answer_delayed), 0U);
  }
}

// For that there is forwarding, here off.
TEST(SharedAddresses, ND_NA_004_nothing_else_to_a_proxied_address_is_for_the_router) {
  Wire router(router_config({proxy_option, "ip6.forward.enable=off"}));
  router.confirm("2001:db8::1", peer_mac);
  EXPECT_THAT(router.send(framed(echo6({.destination = proxied}))), IsEmpty());
  EXPECT_THAT(router.send(framed(udp6({.destination = proxied}))), IsEmpty());
  EXPECT_THAT(router.send(framed(advertisement({.destination = proxied}))), IsEmpty());
  EXPECT_EQ(router.count(Reason::ipv6_destination_not_ours), 3U);
}

TEST(SharedAddresses, ND_NA_004_an_own_address_is_nobody_elses) {
  for (const char* option : {"dad.transmits=0", "dad.transmits=1"}) {
    Wire router(router_config({"nd.proxy=2001:db8::2", option}));
    router.wait(10s);
    EXPECT_THAT(router.send(asks("2001:db8::2")),
                ElementsAre(framed_to(peer_mac,
                                      own_advertisement("2001:db8::1", router_flag | solicited_flag | override_flag))));
    EXPECT_THAT(router.send(framed(echo6())), SizeIs(1));
  }
}

// A proxied node may have come here, and is a node like others.
TEST(SharedAddresses, ICMP6_SUP_005_errors_go_to_proxied_addresses) {
  Line router(on_tun(router_config({proxy_option})));
  EXPECT_THAT(router.send(udp6({.source = proxied})), SizeIs(1));
  EXPECT_THAT(router.send(udp6({.source = anycast})), IsEmpty()) << "but not to those of all routers";
}

// ---- groups ----

/// The groups of all reports within 10 s of the start (RFC 3810 5.2).
std::vector<std::string> reported_groups(const NodeConfig& config) {
  constexpr std::size_t message = 48, first_record = message + 8, record_size = 20;
  std::vector<std::string> groups;
  Line line(config);
  for (const Sent& sent : line.wait(10s)) {
    if (sent.is_arp || sent.octets.at(6) != 0 || sent.octets.at(message) != 143) continue;
    for (std::size_t i = 0; i < be16(sent.octets, message + 6); ++i)
      groups.push_back(to_text(IpAddress(Ipv6Address::load(sent.octets, first_record + i * record_size + 4))));
  }
  return groups;
}

TEST(SharedAddresses, ND_NA_004_the_groups_of_shared_addresses_are_reported) {
  const auto with_prefix = [](NodeConfig config) {
    return with_addresses(std::move(config), {"2001:db8::ab:cdef/120", "fe80::2/64"});
  };
  const auto of_router = reported_groups(with_prefix(router_config({"mld.enable=on", "nd.proxy=2001:db8::77:8899"})));
  for (const char* group : {"ff02::1:ffab:cdef", "ff02::1:ffab:cd00", "ff02::1:ff00:0", "ff02::1:ff77:8899"})
    EXPECT_THAT(of_router, Contains(group));
  const auto of_host = reported_groups(with_prefix(ethernet_config({"mld.enable=on", "nd.proxy=2001:db8::77:8899"})));
  EXPECT_THAT(of_host, Contains("ff02::1:ffab:cdef"));
  for (const char* group : {"ff02::1:ffab:cd00", "ff02::1:ff00:0", "ff02::1:ff77:8899"})
    EXPECT_THAT(of_host, Not(Contains(group)));
}

// The address is a duplicate: with it goes the prefix.
TEST(SharedAddresses, ND_NA_004_the_group_is_left_with_the_last_address_of_the_prefix) {
  const auto groups_after = [](std::string_view second) {
    Wire router(with_addresses(router_config({"dad.transmits=1"}), {"2001:db8::ab:cdef/120", second}));
    router.wait(1ms);
    while (router.count(Reason::address_probed) < 2) router.wait(100ms);
    router.send(
        framed(advertisement({.destination = "ff02::1", .target = "2001:db8::ab:cdef", .flags = override_flag})));
    EXPECT_EQ(router.count(Reason::address_duplicate), 1U);
    std::vector<std::string> groups;
    router.node().state().addresses.for_each_group(
        [&](InterfaceId, const IpAddress& g) { groups.push_back(to_text(g)); });
    return groups;
  };
  EXPECT_THAT(groups_after("2001:db8::1/64"), Not(Contains("ff02::1:ffab:cd00")));
  EXPECT_THAT(groups_after("2001:db8::ab:cd01/120"), Contains("ff02::1:ffab:cd00"));
  EXPECT_THAT(groups_after("2001:db8::ab:cd01/120"), Not(Contains("ff02::1:ffab:cdef")));
}

// ---- other packets to what all routers have ----

TEST(SharedAddresses, V6_RX_003_a_router_is_reached_by_the_addresses_of_all_routers) {
  Host host;
  Line router(on_tun(router_config()));
  for (const char* destination : {"ff02::2", "ff05::2", "2001:db8::"}) {
    const AllSent sent = router.send(echo6({.destination = destination}));
    ASSERT_THAT(sent, SizeIs(1)) << destination;
    EXPECT_EQ(sent[0].type(), echo_reply6);
    EXPECT_EQ(source_of(sent[0].octets), "2001:db8::2") << "V6-RX-016, ICMP6-ECHO-004: of the router alone";
    EXPECT_THAT(host.send(echo6({.destination = destination})), IsEmpty()) << "a host: " << destination;
  }
  EXPECT_EQ(source_of(router.send(echo6({.source = "fe80::1", .destination = "fe80::"})).at(0).octets), "fe80::2");
  EXPECT_THAT(router.send(echo6({.destination = "ff02::3"})), IsEmpty());
  EXPECT_THAT(only(echo_reply6, router.send(echo6({.destination = "2001:db8:1::"}))), IsEmpty()) << "another prefix";
}

TEST(SharedAddresses, RTR6_007_the_anycast_address_of_each_link_is_answered_on_all_links) {
  NodeConfig config = node_with({{"2001:db8::2/64"}, {"2001:db8:1::3/64"}});
  for (InterfaceConfig& interface : config.interfaces) interface.role = Role::router;
  Host router(config);
  for (const char* destination : {"2001:db8::", "2001:db8:1::"})
    for (std::uint8_t interface = 0; interface < 2; ++interface) {
      const auto sent = send_on(router, interface, {echo6({.destination = destination})});
      ASSERT_THAT(sent, SizeIs(1)) << destination;
      EXPECT_EQ(source_of(sent[0].packet), interface == 0 ? "2001:db8::2" : "2001:db8:1::3");
    }
}

TEST(SharedAddresses, RTR6_008_a_link_of_two_nodes_has_no_anycast_address) {
  Line router(with_addresses(on_tun(router_config()), {"2001:db8::1/127"}));
  EXPECT_THAT(only(echo_reply6, router.send(echo6({.source = "2001:db8:9::9", .destination = "2001:db8::"}))),
              IsEmpty());
  EXPECT_EQ(router.count(Reason::forward6_turns_back), 1U);
  Line other(with_addresses(on_tun(router_config()), {"2001:db8::/127"}));
  const AllSent sent = other.send(echo6({.destination = "2001:db8::"}));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(sent[0].octets), "2001:db8::") << "the one that has it";
}

TEST(SharedAddresses, ICMP6_ECHO_004_an_option_turns_echo_to_anycast_off) {
  Line router(on_tun(router_config({"icmp6.echo_multicast=off"})));
  EXPECT_THAT(router.send(echo6({.destination = anycast})), IsEmpty());
  EXPECT_EQ(router.count(Reason::icmp6_echo_to_group), 1U);
  EXPECT_THAT(router.send(echo6()), SizeIs(1));
}

TEST(SharedAddresses, V6_TX_004_errors_about_packets_to_anycast_come_from_a_unicast_address) {
  Line router(on_tun(router_config()));
  const AllSent sent = router.send(udp6({.destination = anycast}));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(icmp6_type(sent[0].octets), 1U);
  EXPECT_EQ(icmp6_code(sent[0].octets), 4U);
  EXPECT_EQ(source_of(sent[0].octets), "2001:db8::2");
  const Ipv6Fields to_anycast{.destination = anycast, .next_header = 6};
  EXPECT_THAT(router.send(tcp(to_anycast, {})), IsEmpty()) << "a reset from another address ends nothing";
}

}  // namespace
}  // namespace tunstack::test::shared_address_test
