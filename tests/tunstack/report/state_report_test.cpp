// What a node says of itself, after packets that make it know something.
#include "tunstack/report/state_report.hpp"

#include <cerrno>
#include <nlohmann/json.hpp>

#include "protocols/discovery/neighbors/neighbor_states.hpp"
#include "tests/support/host.hpp"
#include "tests/support/ipv6_parts.hpp"

namespace tunstack::test::state_report_test {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

const Packet own_mac = hex("02 74 c0 00 02 02");
const Packet peer_mac = hex("02 00 00 00 00 09");
constexpr std::string_view peer_text = "02:00:00:00:00:09";

Packet octets_of(std::string_view address) {
  const IpAddress parsed = *parse_address(address);
  return {parsed.octets().begin(), parsed.octets().end()};
}

/// A host that learns from routers, in virtual time.
class Learner : public Driver {
 public:
  explicit Learner(const NodeConfig& config) : Driver(config) { tick(); }

  /// What is sent first in answer.
  Packet send(const Packet& packet) {
    const auto sent = receive({packet});
    return sent.empty() ? Packet() : sent[0].octets;
  }
  std::vector<SentPacket> send_frame(const Packet& packet, unsigned type = 0x0800, const Packet& to = own_mac) {
    Packet frame = to + peer_mac + Packet(2) + packet;
    set_be16(frame, 12, type);
    return receive({frame});
  }
  void wait(Duration duration) {
    wait_asleep(duration);
    tick();
  }

  Json report(const char* section) const { return state_report(node(), now()).at(section); }
  Json report() const { return state_report(node(), now()); }
};

NodeConfig tun_config() {
  NodeConfig config = host_config();
  config.interfaces[0].configures_itself = true;
  for (const char* setting : {"dad.transmits=0", "nd.gratuitous=0", "mld.enable=off"})
    EXPECT_FALSE(set_option(config.options, setting).has_value());
  return config;
}

NodeConfig tap_config() {
  NodeConfig config = tun_config();
  config.interfaces[0].link_address = parse_mac_address("02:74:c0:00:02:02");
  return config;
}

Packet arp(unsigned operation, std::string_view sender, std::string_view target) {
  Packet packet = hex("00 01 08 00 06 04 00 00") + peer_mac + octets_of(sender) + own_mac + octets_of(target);
  set_be16(packet, 6, operation);
  return packet;
}

struct Advertised {
  unsigned hop_limit = 0;
  unsigned flags = 0;  // M 0x80, O 0x40, the preference 0x08 and 0x18
  unsigned lifetime = 1800;
  Packet options = {};
};

Packet advertisement(const Advertised& told, std::string_view router = "fe80::1", std::uint32_t reachable = 0,
                     std::uint32_t retransmit = 0) {
  Packet body(8);
  set_be32(body, 0, reachable);
  set_be32(body, 4, retransmit);
  const Ipv6Fields ip{.source = router, .destination = "ff02::1", .hop_limit = 255};
  return ipv6(ip, icmpv6(ip, 134, 0, told.hop_limit << 24 | told.flags << 16 | told.lifetime, body + told.options));
}

Packet prefix_option(std::uint32_t valid) {
  Packet option = hex("03 04 40 80") + Packet(12) + octets_of("2001:db8:7::");
  set_be32(option, 4, valid);
  return option;
}

/// The one of `rows` whose `member` is `value`; null if there is none.
Json row_with(const Json& rows, const char* member, const Json& value) {
  for (const Json& row : rows)
    if (row.at(member) == value) return row;
  return {};
}

TEST(StateReport, TUN_005_a_link_that_is_down) {
  Learner host(tun_config());
  EXPECT_EQ(host.report("interfaces")[0]["link"], "up");
  host.set_link(false);
  EXPECT_EQ(host.report("interfaces")[0]["link"], "down");
  ASSERT_FALSE(host.report("addresses").empty());
  for (const Json& address : host.report("addresses")) EXPECT_EQ(address["state"], "tentative");
  host.set_link(true);
  EXPECT_EQ(host.report("interfaces")[0]["link"], "up");
  for (const Json& address : host.report("addresses")) EXPECT_EQ(address["state"], "preferred");
}

// ---- what is told of the process ----

TEST(StateReport, outlets_as_they_are_given) {
  const OutletReport outlets[] = {
      {.name = "stderr", .unit = "lines", .written = 7},
      {.name = "x.pcapng", .unit = "packets", .written = 1, .left_out = 2, .flow = Flow::failing, .error = ENOSPC}};
  EXPECT_EQ(state_report(Learner(host_config()).node(), Instant{}, outlets)["outlets"],
            Json::parse(R"([{"name": "stderr", "unit": "lines", "written": 7, "left_out": 0, "state": "writing",
                             "error": null},
                            {"name": "x.pcapng", "unit": "packets", "written": 1, "left_out": 2, "state": "failing",
                             "error": "No space left on device"}])"));
}

// ---- configured ----

TEST(StateReport, has_a_schema_and_the_time) {
  Learner host(host_config());
  host.wait(1500ms);
  EXPECT_EQ(host.report("schema"), 1);
  EXPECT_EQ(host.report("time"), 1.5);
}

TEST(StateReport, ARP_014_DAD_007_addresses_that_another_node_has) {
  NodeConfig config = tap_config();
  for (const char* setting : {"dad.transmits=1", "acd.defend=never", "dad.retry=60"})
    ASSERT_FALSE(set_option(config.options, setting).has_value());
  Learner host(config);
  host.run_for(1s);
  host.send_frame(arp(1, "192.0.2.2", "192.0.2.9"), 0x0806, Packet(6, 0xff));
  const Ipv6Fields ip{.source = "2001:db8::2", .destination = "ff02::1", .hop_limit = 255};
  host.send_frame(ipv6(ip, icmpv6(ip, 136, 0, 0x20000000, octets_of("2001:db8::2"))), 0x86dd, hex("33 33 00 00 00 01"));
  host.run_for(10s);
  const Json ipv4 = row_with(host.report("addresses"), "address", "192.0.2.2");
  EXPECT_EQ(ipv4, Json::parse(R"({"interface": "tun0", "address": "192.0.2.2", "prefix_length": 24,
                                  "state": "duplicate", "preferred_lifetime": null, "valid_lifetime": null,
                                  "checked_again": 50.0})"));
  const Json ipv6 = row_with(host.report("addresses"), "address", "2001:db8::2");
  EXPECT_EQ(ipv6["state"], "duplicate");
  EXPECT_EQ(ipv6["checked_again"], 50.0);
  EXPECT_THAT(host.report("addresses"), SizeIs(3)) << "each once";
  EXPECT_THAT(state_text(host.report()), testing::ContainsRegex("192.0.2.2 .* duplicate .* 50.0"));
  host.run_for(55s);
  for (const Json& row : host.report("addresses")) EXPECT_EQ(row["state"], "preferred") << row;
}

TEST(StateReport, what_a_fresh_host_knows) {
  const Learner host(host_config());
  EXPECT_EQ(host.report("interfaces")[0]["name"], "tun0");
  EXPECT_EQ(host.report("interfaces")[0]["link_layer_address"], nullptr);
  EXPECT_EQ(host.report("addresses"),
            Json::parse(R"([{"interface": "tun0", "address": "192.0.2.2", "prefix_length": 24, "state": "preferred",
                             "preferred_lifetime": null, "valid_lifetime": null,
                             "checked_again": null},
                            {"interface": "tun0", "address": "2001:db8::2", "prefix_length": 64, "state": "preferred",
                             "preferred_lifetime": null, "valid_lifetime": null,
                             "checked_again": null},
                            {"interface": "tun0", "address": "fe80::2", "prefix_length": 64, "state": "preferred",
                             "preferred_lifetime": null, "valid_lifetime": null,
                             "checked_again": null}])"));
  EXPECT_EQ(host.report("groups"), Json::parse(R"([{"interface": "tun0", "group": "224.0.0.1"},
                                                   {"interface": "tun0", "group": "ff02::1"},
                                                   {"interface": "tun0", "group": "ff02::1:ff00:2"}])"));
  EXPECT_EQ(row_with(host.report("prefixes"), "prefix", "192.0.2.0/24"),
            Json::parse(R"({"interface": "tun0", "prefix": "192.0.2.0/24", "on_link": true, "configured": true,
                            "valid_lifetime": null})"));
  EXPECT_FALSE(row_with(host.report("prefixes"), "prefix", "2001:db8::/64").is_null());
  for (const char* section : {"neighbors", "routers", "redirects", "path_mtus"})
    EXPECT_THAT(host.report(section), IsEmpty()) << section;
  EXPECT_EQ(host.report("reassembly"), Json::parse(R"([{"family": "ipv4", "datagrams": 0, "memory": 0},
                                                       {"family": "ipv6", "datagrams": 0, "memory": 0}])"));
  EXPECT_EQ(host.report("counters"), Json::parse(R"({"packets_in": 0, "packets_out": 0, "reasons": {}, "icmp": []})"));
}

TEST(StateReport, prefixes_without_what_is_the_hosts_part) {
  struct Case {
    const char* configured;
    const char* prefix;
  };
  for (const Case& c : {Case{"198.51.100.77/32", "198.51.100.77/32"},
                        {"198.51.100.77/31", "198.51.100.76/31"},
                        {"198.51.100.77/0", "0.0.0.0/0"},
                        {"2001:db8:1:2:ff::1/68", "2001:db8:1:2::/68"},
                        {"2001:db8:1:2:ff::1/72", "2001:db8:1:2::/72"},
                        {"2001:db8::ff/125", "2001:db8::f8/125"},
                        {"2001:db8::ff/128", "2001:db8::ff/128"}}) {
    NodeConfig config = host_config();
    config.interfaces[0].addresses = {*parse_prefix(c.configured)};
    EXPECT_FALSE(row_with(Learner(config).report("prefixes"), "prefix", c.prefix).is_null()) << c.configured;
  }
}

TEST(StateReport, a_router_and_its_groups) {
  NodeConfig config = host_config();
  config.interfaces[0].role = Role::router;
  const Learner router(config);
  EXPECT_EQ(router.report("interfaces")[0]["role"], "router");
  for (const char* group : {"224.0.0.2", "ff02::2", "ff05::2", "ff02::1:ff00:0"})
    EXPECT_FALSE(row_with(router.report("groups"), "group", group).is_null()) << group;
}

TEST(StateReport, MLD_011_listeners_and_who_asks_for_them) {
  const auto mld = [](std::string_view source, unsigned type, std::uint32_t word, const Packet& body) {
    const Ipv6Fields ip{.source = source, .destination = "ff02::16", .hop_limit = 1};
    return with_headers(ipv6(ip, icmpv6(ip, type, 0, word, body)), {hop_by_hop("0502 0000 0100")});
  };
  NodeConfig config = host_config();
  EXPECT_FALSE(set_option(config.options, "mld.querier=on").has_value());
  EXPECT_THAT(Learner(config).report("queriers"), IsEmpty()) << "a host";
  config.interfaces[0].role = Role::router;
  Learner router(config);
  EXPECT_EQ(router.report("queriers"),
            Json::parse(R"([{"interface": "tun0", "address": "fe80::2", "is_this_node": true}])"));
  EXPECT_THAT(router.report("listeners"), IsEmpty());
  router.send(mld("fe80::77", 143, 1, hex("02 00 0000") + octets_of("ff05::7")));
  router.wait_asleep(10s);
  EXPECT_EQ(router.report("listeners"), Json::parse(R"([{"interface": "tun0", "group": "ff05::7",
                                                         "reporter": "fe80::77", "lifetime": 250.0}])"));
  router.wait_asleep(250s);
  EXPECT_THAT(router.report("listeners"), IsEmpty()) << "over to the instant";
  router.send(mld("fe80::1", 130, 10'000 << 16, Packet(16) + hex("027d 0000")));
  EXPECT_EQ(router.report("queriers"),
            Json::parse(R"([{"interface": "tun0", "address": "fe80::1", "is_this_node": false}])"));
}

TEST(StateReport, configured_routers_have_no_lifetime) {
  NodeConfig config = host_config();
  config.interfaces[0].gateways = {*parse_address("192.0.2.1"), *parse_address("192.0.2.9")};
  EXPECT_EQ(Learner(config).report("routers"),
            Json::parse(R"([{"interface": "tun0", "address": "192.0.2.1", "preference": 0, "lifetime": null,
                             "reachability": "unknown", "in_use": true},
                            {"interface": "tun0", "address": "192.0.2.9", "preference": -1, "lifetime": null,
                             "reachability": "unknown", "in_use": false}])"));
}

// ---- learned from routers ----

TEST(StateReport, SLAAC_012_flags_M_and_O_as_heard_last) {
  struct Step {
    unsigned flags;
    bool managed, other;
  };
  Learner host(tun_config());
  EXPECT_EQ(host.report("interfaces")[0]["managed"], false) << "nothing heard yet";
  for (const Step& step : {Step{0x80, true, false}, {0x40, false, true}, {0xc0, true, true}, {0, false, false}}) {
    host.send(advertisement({.flags = step.flags}));
    EXPECT_EQ(host.report("interfaces")[0]["managed"], step.managed) << step.flags;
    EXPECT_EQ(host.report("interfaces")[0]["other"], step.other) << step.flags;
  }
}

TEST(StateReport, values_of_the_link_as_a_router_tells_them) {
  Learner host(tun_config());
  host.send(advertisement({.hop_limit = 33, .options = hex("05 01 00 00 00 00 05 14")}, "fe80::1", 8000, 2500));
  const Json interface = host.report("interfaces")[0];
  EXPECT_EQ(interface["hop_limit"], 33);
  EXPECT_EQ(interface["ipv6_mtu"], 1300);
  EXPECT_EQ(interface["mtu"], 1500) << "of IPv4";
  EXPECT_EQ(interface["retrans_timer"], 2.5);
  EXPECT_GE(interface["reachable_time"], 4.0) << "half of what it says";
  EXPECT_LE(interface["reachable_time"], 12.0);
}

TEST(StateReport, learned_routers) {
  struct Step {
    Duration wait;
    double lifetime;
    const char* why;
  };
  Learner host(tun_config());
  host.send(advertisement({.flags = 0x18, .lifetime = 100}));            // low
  host.send(advertisement({.flags = 0x08, .lifetime = 60}, "fe80::9"));  // high
  EXPECT_EQ(host.report("routers")[1],
            Json::parse(R"({"interface": "tun0", "address": "fe80::9", "preference": 1, "lifetime": 60.0,
                            "reachability": "unknown", "in_use": true})"));
  for (const Step& step : {Step{0s, 100, "as told"}, {12340ms, 87.66, "to a millisecond"}, {47s, 40.66, "still"}}) {
    host.wait_asleep(step.wait);
    const Json router = row_with(host.report("routers"), "address", "fe80::1");
    EXPECT_EQ(router["lifetime"], step.lifetime) << step.why;
    EXPECT_EQ(router["preference"], -1);
    EXPECT_EQ(router["in_use"], false) << "the other one is better";
  }
  host.wait_asleep(660ms);
  EXPECT_THAT(host.report("routers"), SizeIs(1)) << "the other one is over to the instant";
  host.wait(0s);
  EXPECT_EQ(host.report("routers")[0]["in_use"], true) << "now the best";
}

TEST(StateReport, learned_prefixes) {
  struct Step {
    Duration wait;
    Json lifetime;
    const char* why;
  };
  Learner host(tun_config());
  host.send(advertisement({.options = prefix_option(50)}));
  for (const Step& step : {Step{0s, 50.0, "as told"}, {20s, 30.0, "counts down"}, {30s - 1ns, 0.0, "nearly over"}}) {
    host.wait_asleep(step.wait);
    EXPECT_EQ(row_with(host.report("prefixes"), "prefix", "2001:db8:7::/64"), (Json{{"interface", "tun0"},
                                                                                    {"prefix", "2001:db8:7::/64"},
                                                                                    {"on_link", true},
                                                                                    {"configured", false},
                                                                                    {"valid_lifetime", step.lifetime}}))
        << step.why;
  }
  host.wait_asleep(1ns);
  EXPECT_TRUE(row_with(host.report("prefixes"), "prefix", "2001:db8:7::/64").is_null()) << "over";
  host.send(advertisement({.options = prefix_option(0xffffffff)}));
  EXPECT_EQ(row_with(host.report("prefixes"), "prefix", "2001:db8:7::/64")["valid_lifetime"], nullptr) << "infinite";
}

TEST(StateReport, redirects_of_both_families) {
  NodeConfig config = tap_config();
  config.interfaces[0].gateways = {*parse_address("192.0.2.1"), *parse_address("fe80::1")};
  Learner host(config);
  for (const std::string_view router : {"192.0.2.1", "fe80::1"}) host.add_station(router, peer_mac);
  const auto sent = host.send_frame(echo4({.source = "198.51.100.7"}));
  ASSERT_FALSE(sent.empty());
  host.send_frame(ipv4({}, icmpv4(5, 1, 0xc0000209, sent.back().octets)));
  host.send_frame(echo6({.source = "2001:db8:1::7"}), 0x86dd);
  const Ipv6Fields from_router{.source = "fe80::1", .destination = "2001:db8::2", .hop_limit = 255};
  const Packet message = icmpv6(from_router, 137, 0, 0, octets_of("fe80::9") + octets_of("2001:db8:1::7"));
  host.send_frame(ipv6(from_router, message), 0x86dd);
  host.wait_asleep(100s);
  EXPECT_EQ(host.report("redirects"),
            Json::parse(R"([{"interface": "tun0", "destination": "198.51.100.7", "next_hop": "192.0.2.9",
                             "lifetime": 500.0},
                            {"interface": "tun0", "destination": "2001:db8:1::7", "next_hop": "fe80::9",
                             "lifetime": 500.0}])"));
  host.wait_asleep(500s);
  EXPECT_THAT(host.report("redirects"), IsEmpty()) << "over to the instant";
}

// ---- neighbors ----

TEST(StateReport, a_neighbor_through_its_states) {
  Learner host(tap_config());
  host.wait(10s);  // whatever a host has to say at first
  host.send_frame(arp(1, "192.0.2.9", "192.0.2.2"), 0x0806, hex("ff ff ff ff ff ff"));
  EXPECT_EQ(host.report("neighbors"), (Json::array({{{"interface", "tun0"},
                                                     {"address", "192.0.2.9"},
                                                     {"link_layer_address", peer_text},
                                                     {"state", "stale"},
                                                     {"is_router", false},
                                                     {"packets_waiting", 0},
                                                     {"deadline", nullptr}}})));
  host.send_frame(echo4({.source = "192.0.2.9"}));
  struct Step {
    Duration wait;
    const char* state;
    Json deadline;
    const char* why;
  };
  for (const Step& step : {Step{0s, "delay", 5.0, "DELAY_FIRST_PROBE_TIME"},
                           {2s, "delay", 3.0, "counts down"},
                           {3s, "probe", 1.0, "the first probe"},
                           {1s, "probe", 1.0, "the second"}}) {
    host.wait(step.wait);
    EXPECT_EQ(host.report("neighbors")[0]["state"], step.state) << step.why;
    EXPECT_EQ(host.report("neighbors")[0]["deadline"], step.deadline) << step.why;
  }
  host.send_frame(arp(2, "192.0.2.9", "192.0.2.2"), 0x0806);
  EXPECT_EQ(host.report("neighbors")[0]["state"], "reachable");
  EXPECT_EQ(host.report("neighbors")[0]["deadline"], 60.0) << "of ARP: not drawn";
  host.wait_asleep(60s);
  EXPECT_EQ(host.report("neighbors")[0]["state"], "stale") << "though nobody has looked";
  EXPECT_EQ(host.report("neighbors")[0]["deadline"], nullptr);
  EXPECT_EQ(host.report("neighbors")[0]["link_layer_address"], peer_text);
}

TEST(StateReport, a_neighbor_that_nobody_knows) {
  Learner host(tap_config());
  host.wait(10s);
  host.send_frame(echo4({.source = "192.0.2.77"}));
  host.send_frame(echo4({.source = "192.0.2.77"}));
  struct Step {
    Duration wait;
    const char* state;
    unsigned waiting;
    Json deadline;
  };
  for (const Step& step : {Step{0s, "incomplete", 2, 1.0}, {2500ms, "incomplete", 2, 0.5}, {500ms, "failed", 0, 0.0}}) {
    for (Duration left = step.wait; left > 0s; left -= 500ms) host.wait(500ms);
    const Json neighbor = host.report("neighbors")[0];
    EXPECT_EQ(neighbor["state"], step.state);
    EXPECT_EQ(neighbor["packets_waiting"], step.waiting);
    EXPECT_EQ(neighbor["deadline"], step.deadline);
    EXPECT_EQ(neighbor["link_layer_address"], nullptr);
  }
}

TEST(StateReport, a_router_is_a_neighbor_with_the_flag) {
  Learner host(tap_config());
  host.send_frame(advertisement({.options = hex("01 01") + peer_mac}), 0x86dd, hex("33 33 00 00 00 01"));
  EXPECT_EQ(host.report("neighbors")[0]["address"], "fe80::1");
  EXPECT_EQ(host.report("neighbors")[0]["is_router"], true);
  EXPECT_EQ(host.report("routers")[0]["reachability"], "reachable") << "any state but INCOMPLETE (RFC 4861 6.3.6)";
}

// SLAAC-009: who reads it knows whether addresses will be the same after the next start.
TEST(StateReport, SLAAC_009_where_the_secret_of_stable_addresses_comes_from) {
  EXPECT_EQ(Learner(tap_config()).report("interfaces")[0]["stable_secret"], "seed");
  NodeConfig config = tap_config();
  config.options.own.secret = {"words"};
  EXPECT_EQ(Learner(config).report("interfaces")[0]["stable_secret"], "option");
  config.secret_from = SecretSource::file;
  EXPECT_EQ(Learner(config).report("interfaces")[0]["stable_secret"], "file");
}

TEST(StateReport, the_link_layer_address_of_the_interface) {
  EXPECT_EQ(Learner(tap_config()).report("interfaces")[0]["link_layer_address"], "02:74:c0:00:02:02");
}

// ---- memory, limits, counters ----

TEST(StateReport, path_mtus) {
  Learner host(host_config());
  const Packet sent = host.send(echo4({.source = "198.51.100.7"}, counting(1472)));
  host.send(ipv4({}, icmpv4(3, 4, 1300, part(sent, 0, 28))));
  host.wait_asleep(10s);
  EXPECT_EQ(host.report("path_mtus"),
            Json::parse(R"([{"destination": "198.51.100.7", "mtu": 1300, "lifetime": 590.0}])"));
  host.wait_asleep(590s);
  EXPECT_THAT(host.report("path_mtus"), IsEmpty()) << "over to the instant";
}

TEST(StateReport, reassembly_by_family) {
  Learner host(host_config());
  host.send(echo4({.flags_and_offset = 0x2000}));
  host.send(echo4({.identification = 7, .flags_and_offset = 0x2000}));
  host.send(ipv6({.next_header = 44}, hex("3a 00 00 01 00 00 00 07") + counting(16)));
  EXPECT_EQ(host.report("reassembly"), Json::parse(R"([{"family": "ipv4", "datagrams": 2, "memory": 8192},
                                                       {"family": "ipv6", "datagrams": 1, "memory": 4096}])"))
      << "blocks of 2048 octets: one for the header, one for the data";
  host.wait(60s);
  EXPECT_EQ(host.report("reassembly")[0], Json::parse(R"({"family": "ipv4", "datagrams": 0, "memory": 0})"));
}

TEST(StateReport, limits_of_errors_while_they_are_not_full) {
  Learner host(host_config());
  EXPECT_THAT(host.report("limiters"), SizeIs(2)) << "the buckets of the node";
  for (int i = 0; i < 3; ++i) host.send(udp4());
  host.send(udp6());
  EXPECT_EQ(row_with(host.report("limiters"), "destination", "192.0.2.1"),
            Json::parse(R"({"family": "ipv4", "destination": "192.0.2.1", "rate": 10, "burst": 10, "tokens": 7})"));
  EXPECT_EQ(row_with(host.report("limiters"), "destination", "2001:db8::1"),
            Json::parse(R"({"family": "ipv6", "destination": "2001:db8::1", "rate": 10, "burst": 10, "tokens": 9})"));
  host.wait_asleep(100ms);
  EXPECT_THAT(host.report("limiters"), SizeIs(3)) << "the one of IPv6 is full again";
  EXPECT_EQ(row_with(host.report("limiters"), "destination", "192.0.2.1")["tokens"], 8);
  host.wait_asleep(200ms);
  EXPECT_THAT(host.report("limiters"), SizeIs(2));
}

TEST(StateReport, limits_of_the_node) {
  NodeConfig config = host_config();
  config.options.ipv4_error_limits = {.destination = {100, 100}, .node = {1, 40}};
  config.options.ipv6_error_limits = {.destination = {0, 1}, .node = {1, 40}};
  Learner host(config);
  for (int i = 0; i < 20; ++i) host.send(udp4());
  host.send(udp6());
  const Json node4 = host.report("limiters")[0];
  EXPECT_EQ(node4["destination"], nullptr);
  EXPECT_EQ(node4["rate"], 1);
  EXPECT_EQ(node4["burst"], 40);
  EXPECT_GT(node4["tokens"], 5) << "each takes 0 to 2, 1 on average";
  EXPECT_LT(node4["tokens"], 35);
  EXPECT_EQ(host.report("limiters").back(),
            Json::parse(R"({"family": "ipv6", "destination": null, "rate": 0, "burst": 40, "tokens": null})"))
      << "a rate of 0 for destinations turns both off";
}

TEST(StateReport, STAT_001_STAT_002_counters_that_are_not_zero) {
  Learner host(host_config());
  for (int i = 0; i < 3; ++i) host.send(echo4());
  host.send(udp4());
  host.send(icmpv4(0, 0, 0));  // no IP packet: as good as any
  const Json counters = host.report("counters");
  EXPECT_EQ(counters["packets_in"], 5);
  EXPECT_EQ(counters["packets_out"], 4);
  EXPECT_EQ(counters["reasons"]["icmp4_echo_request_for_us"], 3);
  EXPECT_EQ(counters["reasons"]["udp4_port_closed"], 1);
  EXPECT_EQ(counters["reasons"]["ip_version_unknown"], 1);
  EXPECT_THAT(counters["reasons"], SizeIs(3));
  EXPECT_EQ(counters["icmp"], Json::parse(R"([
      {"family": "ipv4", "type": 0, "code": 0, "name": "echo reply", "in": 0, "out": 3},
      {"family": "ipv4", "type": 3, "code": 3, "name": "destination unreachable, port unreachable", "in": 0, "out": 1},
      {"family": "ipv4", "type": 8, "code": 0, "name": "echo request", "in": 3, "out": 0}])"));
}

TEST(StateReport, STAT_001_every_reason_by_its_name) {
  Learner host(host_config());
  for (const ReasonInfo& reason : all_reasons()) host.count_outside(reason.reason);
  const Json reasons = host.report("counters")["reasons"];
  for (const ReasonInfo& reason : all_reasons()) EXPECT_EQ(reasons.value(reason.name, 0), 1) << reason.name;
}

// ---- the state machine ----

TEST(TransitionsReport, each_row_of_the_table_in_its_order) {
  const Json rows = transitions_report();
  const auto transitions = discovery::neighbor_transitions();
  ASSERT_EQ(rows.size(), transitions.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i]["state"], name_of(transitions[i].from));
    EXPECT_EQ(rows[i]["event"], name_of(transitions[i].event));
    EXPECT_EQ(rows[i]["new_state"], name_of(transitions[i].to));
  }
}

TEST(TransitionsReport, actions_by_name) {
  const auto actions = [rows = transitions_report()](const char* state, const char* event) -> Json {
    for (const Json& row : rows)
      if (row["state"] == state && row["event"] == event) return row["actions"];
    return {};
  };
  EXPECT_EQ(actions("none", "packet_sent"), Json({"solicit"}));
  EXPECT_EQ(actions("incomplete", "solicited_other"), Json({"record", "release"}));
  EXPECT_EQ(actions("probe", "last_timeout"), Json({"give_up"}));
  EXPECT_EQ(actions("stale", "packet_sent"), Json::array());
}

}  // namespace
}  // namespace tunstack::test::state_report_test
