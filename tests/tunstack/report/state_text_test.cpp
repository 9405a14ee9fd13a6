// The tables of `tunstack state`: exactly what is printed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack::test::state_text_test {
namespace {

using Json = nlohmann::ordered_json;

TEST(StateText, nothing_known) { EXPECT_EQ(state_text(Json::object()), "running for 0.0 s, 0 packets in, 0 out\n"); }

TEST(StateText, columns_are_as_wide_as_what_they_hold_and_numbers_stand_right) {
  const Json report = Json::parse(R"({
    "time": 12.34,
    "neighbors": [
      {"interface": "tun0", "address": "192.0.2.1", "link_layer_address": "02:00:00:00:00:09", "state": "reachable",
       "is_router": true, "packets_waiting": 0, "deadline": 28.25},
      {"interface": "tun0", "address": "2001:db8::77", "link_layer_address": null, "state": "incomplete",
       "is_router": false, "packets_waiting": 3, "deadline": 0.5},
      {"interface": "tun0", "address": "fe80::1", "link_layer_address": "02:00:00:00:00:09", "state": "stale",
       "is_router": true, "packets_waiting": 0, "deadline": null}],
    "counters": {"packets_in": 120, "packets_out": 7}})");
  EXPECT_EQ(state_text(report),
            "running for 12.3 s, 120 packets in, 7 out\n"
            "\n"
            "neighbors\n"
            "  interface  address       link-layer address  state       router  waiting  seconds left\n"
            "  tun0       192.0.2.1     02:00:00:00:00:09   reachable   router        0          28.2\n"
            "  tun0       2001:db8::77                      incomplete                3           0.5\n"
            "  tun0       fe80::1       02:00:00:00:00:09   stale       router        0\n");
}

TEST(StateText, columns_that_say_nothing_are_left_out) {
  const Json report = Json::parse(R"({"routers": [{"interface": "tun0", "address": "192.0.2.1", "preference": 0,
    "lifetime": null, "reachability": "unknown", "in_use": false}]})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 0 packets in, 0 out\n"
            "\n"
            "default routers\n"
            "  interface  address    preference  reachability\n"
            "  tun0       192.0.2.1           0  unknown\n");
}

TEST(StateText, what_an_ipv6_router_said_of_itself_is_a_word) {
  const Json report = Json::parse(R"({"routers": [
    {"interface": "tun0", "address": "fe80::1", "preference": 0, "lifetime": 9.5, "reachability": "unknown"},
    {"interface": "tun0", "address": "fe80::2", "preference": 1, "lifetime": 9.5, "reachability": "unknown"},
    {"interface": "tun0", "address": "fe80::3", "preference": -1, "lifetime": 9.5, "reachability": "unknown"},
    {"interface": "tun0", "address": "fe80::4", "preference": -1, "lifetime": null, "reachability": "unknown"},
    {"interface": "tun0", "address": "fe80::5", "preference": 3000000000, "lifetime": 1.0, "reachability": "unknown"},
    {"interface": "tun0", "address": "192.0.2.1", "preference": 0, "lifetime": 9.5, "reachability": "unknown"}]})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 0 packets in, 0 out\n"
            "\n"
            "default routers\n"
            "  interface  address    preference  reachability  seconds left\n"
            "  tun0       fe80::1        medium  unknown                9.5\n"
            "  tun0       fe80::2          high  unknown                9.5\n"
            "  tun0       fe80::3           low  unknown                9.5\n"
            "  tun0       fe80::4            -1  unknown\n"
            "  tun0       fe80::5    3000000000  unknown                1.0\n"
            "  tun0       192.0.2.1           0  unknown                9.5\n");
}

TEST(StateText, times_have_their_unit_and_path_mtus_say_what_comes_then) {
  const Json report = Json::parse(R"({
    "addresses": [{"address": "2001:db8::7", "preferred_lifetime": 60.0, "valid_lifetime": 90.0, "checked_again": 3.0}],
    "path_mtus": [{"destination": "192.0.2.1", "mtu": 1400, "lifetime": 599.0}]})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 0 packets in, 0 out\n"
            "\n"
            "addresses\n"
            "  address      preferred (s)  valid (s)  checked again in (s)\n"
            "  2001:db8::7           60.0       90.0                   3.0\n"
            "\n"
            "path MTUs\n"
            "  destination   MTU  link MTU tried again in (s)\n"
            "  192.0.2.1    1400                        599.0\n");
}

TEST(StateText, a_link_without_neighbors_has_no_times_for_them) {
  const Host tun;
  const std::string text = state_text(state_report(tun.node(), Instant{}));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("reachable time")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("retrans timer")));
}

TEST(StateText, the_link_local_prefix_is_listed_once) {
  NodeConfig config = host_config();
  config.interfaces[0].addresses.push_back(parse_prefix("fe80::2/64").value());
  const Host host(config);
  const std::string text = state_text(state_report(host.node(), Instant{}));
  EXPECT_THAT(text, testing::HasSubstr("fe80::/10"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("fe80::/64")));
}

TEST(StateText, MLD_011_listeners_and_who_asks_for_them) {
  const Json report = Json::parse(R"({
    "queriers": [{"interface": "tun0", "address": "fe80::2", "is_this_node": true},
                 {"interface": "tun1", "address": "fe80::1", "is_this_node": false}],
    "listeners": [{"interface": "tun0", "group": "ff05::7", "reporter": "fe80::77", "lifetime": 259.5}]})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 0 packets in, 0 out\n"
            "\n"
            "queriers\n"
            "  interface  address  this node\n"
            "  tun0       fe80::2  this node\n"
            "  tun1       fe80::1\n"
            "\n"
            "listeners\n"
            "  interface  group    reported by  seconds left\n"
            "  tun0       ff05::7  fe80::77            259.5\n");
}

TEST(StateText, memory_and_limits_that_nobody_uses_are_left_out) {
  const Json report = Json::parse(R"({
    "reassembly": [{"family": "ipv4", "datagrams": 0, "memory": 0}, {"family": "ipv6", "datagrams": 2, "memory": 4096}],
    "limiters": [{"family": "ipv4", "destination": null, "rate": 1000, "burst": 50, "tokens": 49},
                 {"family": "ipv6", "destination": null, "rate": 1000, "burst": 50, "tokens": 50},
                 {"family": "ipv6", "destination": null, "rate": 0, "burst": 50, "tokens": null},
                 {"family": "ipv4", "destination": "192.0.2.1", "rate": 10, "burst": 10, "tokens": 9}]})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 0 packets in, 0 out\n"
            "\n"
            "reassembly\n"
            "  family  datagrams  octets\n"
            "  ipv6            2    4096\n"
            "\n"
            "rate limits of ICMP errors\n"
            "  family  destination  per second  burst  tokens\n"
            "  ipv4                       1000     50      49\n"
            "  ipv4    192.0.2.1            10     10       9\n");
}

TEST(StateText, counters_with_their_sources) {
  const Json report = Json::parse(R"({"counters": {"packets_in": 3, "packets_out": 2,
    "reasons": {"icmp4_echo_request_for_us": 2, "of_a_later_version": 1},
    "icmp": [{"family": "ipv4", "type": 8, "code": 0, "name": "echo request", "in": 2, "out": 0}]}})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 3 packets in, 2 out\n"
            "\n"
            "counters\n"
            "  count  reason                     source\n"
            "      2  icmp4_echo_request_for_us  RFC 1122 3.2.2.6\n"
            "      1  of_a_later_version\n"
            "\n"
            "ICMP messages\n"
            "  family  in  out  type and code\n"
            "  ipv4     2    0  echo request\n");
}

TEST(StateText, outlets_that_left_something_out) {
  const Json report = Json::parse(R"({"outlets": [
    {"name": "stderr", "unit": "lines", "written": 7, "left_out": 0, "state": "writing", "error": null},
    {"name": "x.pcapng", "unit": "packets", "written": 1, "left_out": 2, "state": "failing", "error": "No space"}]})");
  EXPECT_EQ(state_text(report),
            "running for 0.0 s, 0 packets in, 0 out\n"
            "\n"
            "explanations and captures\n"
            "  name      written  left out  of       state    last error\n"
            "  x.pcapng        1         2  packets  failing  No space\n");
}

/// Each member that is filled by state_report() has a column: what a host knows of itself shows.
TEST(StateText, a_section_for_each_array_that_is_filled) {
  NodeConfig config = host_config();
  config.interfaces[0].gateways = {*parse_address("192.0.2.1")};
  Host host(config);
  host.send(udp4());
  host.send(echo4({.flags_and_offset = 0x2000}));
  const std::string text = state_text(state_report(host.node(), Instant{}));
  for (const char* part :
       {"\ninterfaces\n", "  name  link  role", "  tun0  up    host", "\naddresses\n", "  tun0       2001:db8::2",
        "\ndefault routers\n", "in use", "\nprefixes\n", "192.0.2.0/24", "on-link", "configured", "\ngroups\n",
        "ff02::1", "\nreassembly\n", "\nrate limits of ICMP errors\n", "\ncounters\n", "\nICMP messages\n"})
    EXPECT_THAT(text, testing::HasSubstr(part));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\nneighbors\n")));
}

TEST(TransitionsText, actions_are_joined) {
  const Json rows = Json::parse(R"([
    {"state": "incomplete", "event": "solicited_other", "actions": ["record", "release"], "new_state": "reachable"},
    {"state": "stale", "event": "packet_sent", "actions": [], "new_state": "delay"}])");
  EXPECT_EQ(transitions_text(rows),
            "  state       event            actions          new state\n"
            "  incomplete  solicited_other  record, release  reachable\n"
            "  stale       packet_sent                       delay\n");
}

// ---- what whoever listens at a socket may send ----

TEST(StateText, a_report_of_anybody_is_taken_for_what_it_is) {
  EXPECT_EQ(parse_report(R"({"schema": 1, "time": 2.5})"), Json({{"schema", 1}, {"time", 2.5}}));
  for (const char* other : {"", "{}", "7", "[]", R"({"schema": 2})", R"({"schema": "1"})", R"({"schema": 1)",
                            R"({"schema": 1, "time": "\xff"})"})
    EXPECT_FALSE(parse_report(other)) << other;
}

TEST(StateText, a_report_nested_deeper_than_reports_are_is_none) {
  const auto nested = [](int levels) {
    return fmt::format(R"({{"schema": 1, "time": {}{}}})", std::string(static_cast<std::size_t>(levels), '['),
                       std::string(static_cast<std::size_t>(levels), ']'));
  };
  EXPECT_TRUE(parse_report(nested(6)));
  EXPECT_FALSE(parse_report(nested(9)));
  EXPECT_FALSE(parse_report(nested(1'000'000))) << "nor does it take the stack";
}

TEST(StateText, members_of_other_types_are_shown_as_they_are) {
  const Json report = Json::parse(R"({"time": "long", "neighbors": null, "routers": [1, {"address": ["a", {"b": 1}]}],
    "limiters": [{"rate": "x"}], "reassembly": {"a": {"datagrams": 2}}, "outlets": [[]], "counters": {"packets_in": -1,
    "packets_out": [1, 2], "reasons": [3], "icmp": {"a": {"in": 4}}}})");
  EXPECT_EQ(state_text(report),
            "running for long s, -1 packets in, 1, 2 out\n"
            "\n"
            "default routers\n"
            "  address\n"
            "\n"
            "  a, {\"b\":1}\n"
            "\n"
            "reassembly\n"
            "  datagrams\n"
            "          2\n"
            "\n"
            "explanations and captures\n"
            "\n"
            "\n"
            "\n"
            "counters\n"
            "  count  reason\n"
            "      3  0\n"
            "\n"
            "ICMP messages\n"
            "  in\n"
            "   4\n");
  EXPECT_EQ(state_text(7), "running for 0.0 s, 0 packets in, 0 out\n");
}

TEST(StateText, nothing_moves_the_cursor_and_no_cell_makes_a_table_wide) {
  const Json report = {{"time", "\x1b[2J\r\n"}, {"routers", {{{"interface", std::string(5000, 'x')}}}}};
  EXPECT_EQ(state_text(report), "running for ?[2J?? s, 0 packets in, 0 out\n\ndefault routers\n  interface\n  " +
                                    std::string(200, 'x') + "\n");
}

}  // namespace
}  // namespace tunstack::test::state_text_test
