// What a running stack does when it is asked.
#include "tunstack/control/control_requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/frames.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/settings/node_settings.hpp"
#include "tunstack/why/outcome_json.hpp"

namespace tunstack::test::control_requests_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Requests : public testing::Test {
 protected:
  /// Who answers.
  virtual ControlRequests& asked() { return requests; }
  json ask(const json& request) { return json::parse(asked().answer(request.dump()).line); }
  /// "what|why|remedy" of the fault.
  std::string fault_of(const json& request) {
    const json answer = ask(request);
    if (!answer.contains("fault")) return "";
    const json& fault = answer["fault"];
    return fmt::format("{}|{}|{}", fault["what"].get<std::string>(), fault["why"].get<std::string>(),
                       fault["remedy"].get<std::string>());
  }
  json option(const std::string& key) { return ask({{"request", "get"}, {"keys", {key}}})["options"][key]; }
  std::string hex_of(const Packet& packet) { return fmt::format("{:02x}", fmt::join(packet, "")); }
  json ask_about(const Packet& packet, const std::string& setting = "") {
    return ask({{"request", "ask"}, {"octets", hex_of(packet)}, {"setting", setting}});
  }

  Network network{plan_of(host_config())};
  const Node& node = network.node(NodeId{0});
  Outbox out;
  std::vector<Packet> sent;
  Instant now{std::chrono::seconds(1)};
  ControlRequests requests{{.network = network,
                            .now = [this] { return now; },
                            .outlets = [] { return std::vector<OutletReport>(); },
                            .act =
                                [this](const NetworkChange& change) {
                                  change(network, now, out);
                                  for (const OutgoingPacket& packet : out.packets())
                                    sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
                                  out.clear();
                                }}};
};

TEST_F(Requests, what_is_no_request_is_refused) {
  for (const char* text : {"", "[]", "5", "{", "{\"request\":",
                           "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}"})
    EXPECT_THAT(requests.answer(text).line, HasSubstr("\"what\":\"the request cannot be read\"")) << text;
  EXPECT_THAT(fault_of({{"request", "stat"}}),
              HasSubstr("'stat' is no request|this stack does not know it|did you mean state?"));
  EXPECT_THAT(fault_of({{"request", 5}}), HasSubstr("'request' of the request is no text"));
  EXPECT_THAT(fault_of(json::object()), HasSubstr("'' is no request"));
}

TEST_F(Requests, state_is_the_report) {
  const json report = ask({{"request", "state"}});
  EXPECT_EQ(report["schema"], 1);
  EXPECT_EQ(report["interfaces"][0]["name"], "tun0");
}

TEST_F(Requests, watch_begins_with_its_filter) {
  const ControlAnswer answer = requests.answer(R"({"request":"watch","filter":"icmp","drops":true})");
  ASSERT_TRUE(answer.watch.has_value());
  EXPECT_TRUE(answer.watch->only_drops);
  EXPECT_FALSE(requests.answer(R"({"request":"watch","filter":"icmp and and"})").watch.has_value());
  EXPECT_THAT(fault_of({{"request", "watch"}, {"filter", "icmp and and"}}), HasSubstr("is no filter"));
  EXPECT_THAT(fault_of({{"request", "watch"}, {"filter", "icmp or node nobody"}}),
              HasSubstr("'node nobody' matches nothing"));
}

TEST_F(Requests, options_are_read_and_changed) {
  EXPECT_EQ(option("icmp4.echo"), "on");
  EXPECT_EQ(ask_about(echo4())["verdict"], "reply");
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"icmp4.echo=off", "icmp4.error_rate=5"}}}), "");
  EXPECT_EQ(option("icmp4.echo"), "off");
  EXPECT_EQ(option("icmp4.error_rate"), "5");
  EXPECT_EQ(ask_about(echo4())["verdict"], "drop");
  EXPECT_EQ(node.counters().count(Reason::options_changed), 1U);
  EXPECT_GT(ask({{"request", "get"}})["options"].size(), 100U);
}

TEST_F(Requests, the_secret_of_addresses_is_not_told) {
  const json all = ask({{"request", "get"}})["options"];
  EXPECT_TRUE(all.contains("slaac.iid")) << "its neighbor in the table";
  EXPECT_FALSE(all.contains("slaac.secret"));
  EXPECT_FALSE(ask({{"request", "get"}, {"keys", {"slaac.secret"}}})["options"].contains("slaac.secret"));
}

TEST_F(Requests, all_options_are_changed_or_none) {
  EXPECT_THAT(fault_of({{"request", "set"}, {"settings", {"icmp4.echo=off", "icmp4.echoo=off"}}}),
              HasSubstr("unknown option 'icmp4.echoo'"));
  EXPECT_THAT(fault_of({{"request", "set"}, {"settings", {"icmp4.echo=off", "icmp4.error_rate=x"}}}),
              HasSubstr("cannot set icmp4.error_rate to 'x'"));
  EXPECT_THAT(
      fault_of({{"request", "set"}, {"settings", {"icmp4.echo=off", "ip4.frag.memory=1024"}}}),
      HasSubstr("ip4.frag.memory cannot be changed while the stack runs|it is read at the start|start the stack "
                "again with --set ip4.frag.memory=1024"));
  EXPECT_EQ(option("icmp4.echo"), "on");
  EXPECT_THAT(fault_of({{"request", "get"}, {"keys", {"icmp4.ecko"}}}), HasSubstr("did you mean icmp4.echo?"));
}

TEST_F(Requests, addresses_are_added_and_taken_away) {
  EXPECT_EQ(option("address"), "192.0.2.2/24 2001:db8::2/64 fe80::2/64");
  const json answer =
      ask({{"request", "set"}, {"settings", {"address+=192.0.2.9", "address-=2001:db8::2", "icmp4.ttl=9"}}});
  EXPECT_TRUE(answer.contains("fault")) << "icmp4.ttl is none: nothing of it is done";
  EXPECT_EQ(option("address"), "192.0.2.2/24 2001:db8::2/64 fe80::2/64");
  const json done = ask({{"request", "set"},
                         {"settings", {"address+=192.0.2.9", "address-=2001:db8::2/64", "ip4.ttl=9", "role=router"}}});
  EXPECT_EQ(done,
            json({{"schema", 1}, {"changed", true}, {"addresses", {"192.0.2.2/24", "fe80::2/64", "192.0.2.9/24"}}}));
  EXPECT_EQ(option("address"), "192.0.2.2/24 fe80::2/64 192.0.2.9/24");
  EXPECT_EQ(option("role"), "router");
  EXPECT_EQ(option("ip4.ttl"), "9");
  EXPECT_EQ(ask_about(echo4({.destination = "192.0.2.9"}))["verdict"], "reply");
  EXPECT_EQ(ask_about(echo6())["reason"], "forward6_no_route") << "which a router would forward";
  EXPECT_EQ(ask({{"request", "state"}})["addresses"].size(), 3U);
  EXPECT_EQ(node.counters().count(Reason::address_added), 1U);
  EXPECT_EQ(node.counters().count(Reason::address_taken_away), 1U);
}

TEST_F(Requests, RTR4_002_routes_come_and_go) {
  const auto routes = [&] {
    std::vector<std::string> texts;
    const json report = ask({{"request", "state"}});
    for (const json& row : report["routes"])
      texts.push_back(fmt::format("{} {}", row["prefix"].get<std::string>(), row["next_hop"].dump()));
    return texts;
  };
  EXPECT_THAT(fault_of({{"request", "set"}, {"settings", {"route+=blackhole 198.51.100.0/24"}}}),
              HasSubstr("a host with one TUN device sends everything by that"));
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"role=router"}}}), "");
  EXPECT_EQ(fault_of({{"request", "set"},
                      {"settings",
                       {"route+=203.0.113.5/24 via 192.0.2.7", "route+=198.51.100.0/24 dev tun0",
                        "route+=prohibit 198.51.100.128/25", "route+=2001:db8:7::/48 via fe80::7 dev tun0"}}}),
            "");
  EXPECT_THAT(routes(), testing::ElementsAre("198.51.100.0/24 null", "198.51.100.128/25 null",
                                             "203.0.113.0/24 \"192.0.2.7\"", "2001:db8:7::/48 \"fe80::7\""));
  EXPECT_EQ(ask({{"request", "state"}})["routes"][1]["action"], "prohibit");
  EXPECT_EQ(ask_about(echo4({.destination = "198.51.100.200"}))["reason"], "forward4_route_prohibits");
  EXPECT_EQ(node.counters().count(Reason::route_added), 4U);
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"route-=203.0.113.0/24", "route-=198.51.100.0/24 dev tun0"}}}),
            "");
  EXPECT_THAT(routes(), testing::ElementsAre("198.51.100.128/25 null", "2001:db8:7::/48 \"fe80::7\""));
  EXPECT_EQ(node.counters().count(Reason::route_taken_away), 2U);
}

TEST_F(Requests, RTR4_002_a_route_that_refuses_is_not_added_beside_one_that_leads_there) {
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"role=router"}}}), "");
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"route+=203.0.113.0/24 via 192.0.2.7"}}}), "");
  for (const char* refusing :
       {"route+=blackhole 203.0.113.0/24", "route+=unreachable 203.0.113.0/24", "route+=prohibit 203.0.113.0/24"})
    EXPECT_THAT(fault_of({{"request", "set"}, {"settings", {refusing}}}), HasSubstr("would have no effect"));
  EXPECT_THAT(fault_of({{"request", "set"},
                        {"settings", {"route+=198.51.100.0/24 dev tun0", "route+=blackhole 198.51.100.0/24"}}}),
              HasSubstr("would have no effect"));
  EXPECT_EQ(ask({{"request", "state"}})["routes"].size(), 1U) << "nothing of it";
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"route+=blackhole 203.0.113.0/25"}}}), "") << "another prefix";
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"route-=203.0.113.0/24", "route+=blackhole 203.0.113.0/24"}}}),
            "");
  EXPECT_EQ(ask_about(echo4({.destination = "203.0.113.200"}))["reason"], "forward4_route_blackhole");
}

TEST_F(Requests, what_cannot_be_a_route_is_refused) {
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"role=router"}}}), "");
  for (const char* wrong :
       {"route+=", "route+=203.0.113.0/24", "route+=203.0.113.0/33 via 192.0.2.7", "route+=203.0.113.0/24 via",
        "route+=203.0.113.0/24 via 192.0.2.x", "route+=203.0.113.0/24 via 2001:db8::7",
        "route+=203.0.113.0/24 dev tun9", "route+=203.0.113.0/24 via 10.0.0.1", "route+=2001:db8:7::/48 via fe80::7",
        "route+=203.0.113.0/24 over tun0", "route+=blackhole", "route+=203.0.113.0/24 via 192.0.2.2",
        "route+=203.0.113.0/24 via 192.0.2.255", "route+=203.0.113.0/24 via 224.0.0.1 dev tun0",
        "route+=203.0.113.0/24 via 198.51.100.1 dev tun0", "route+=blackhole 203.0.113.0/24 dev tun0",
        "route-=203.0.113.0/24", "route-=x", "route-=203.0.113.0/24 via 192.0.2.7"})
    EXPECT_THAT(fault_of({{"request", "set"}, {"settings", {"icmp4.echo=off", wrong}}}),
                testing::AnyOf(HasSubstr("cannot be a route|"), HasSubstr("there is no route to ")))
        << wrong;
  EXPECT_EQ(option("icmp4.echo"), "on");
}

TEST_F(Requests, who_records_hears_of_what_is_set_before_it_is) {
  std::vector<std::string> heard;
  ControlRequests recorded(
      {.network = network,
       .now = [this] { return now; },
       .outlets = [] { return std::vector<OutletReport>(); },
       .act = [this](const NetworkChange& change) { change(network, now + std::chrono::seconds(1), out); },
       .changes =
           [&](const std::vector<std::string>& settings, Instant when) {
             EXPECT_EQ(when, now + std::chrono::seconds(1)) << "the time at which it is done";
             EXPECT_EQ(node.counters().count(Reason::options_changed), 0U);
             heard.insert(heard.end(), settings.begin(), settings.end());
           }});
  recorded.answer(R"({"request":"set","settings":["icmp4.echo=off","address+=192.0.2.9"]})");
  recorded.answer(R"({"request":"set","settings":["icmp4.echoo=off"]})");
  EXPECT_THAT(heard, testing::ElementsAre("icmp4.echo=off", "address+=192.0.2.9"));
  EXPECT_EQ(node.counters().count(Reason::options_changed), 1U);
}

TEST_F(Requests, with_the_first_address_of_IPv6_comes_a_link_local_one) {
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"address-=2001:db8::2", "address-=fe80::2"}}}), "");
  EXPECT_EQ(option("address"), "192.0.2.2/24");
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", {"address+=2001:db8:1::7/48"}}}), "");
  EXPECT_EQ(option("address"), "192.0.2.2/24 2001:db8:1::7/48 fe80::7/64");
}

TEST_F(Requests, addresses_that_cannot_be_are_refused_and_nothing_changes) {
  const struct {
    std::vector<std::string> settings;
    const char* fault;
  } rows[] = {
      {{"address+=192.0.2.2/25"},
       "192.0.2.2 is an address of the stack already|it has 192.0.2.2/24, 2001:db8::2/64, fe80::2/64|for another "
       "prefix"},
      {{"address+=192.0.2.9", "address+=192.0.2.9"}, "192.0.2.9 is an address of the stack already"},
      {{"address+=192.0.2.9/33"}, "'192.0.2.9/33' is not an address|an address is written ADDR or ADDR/LEN"},
      {{"address+=192.0.2.255/24"}, "cannot be the address of a host|the first and the last address"},
      {{"address+=224.0.0.9"}, "cannot be the address of a host|it is a multicast"},
      {{"address+=::/0"}, "|a prefix of length 0 holds all addresses"},
      {{"address+="}, "'' is not an address"},
      {{"address-=192.0.2.7"},
       "'192.0.2.7' cannot be taken away|no such address was given to the stack: it was given 192.0.2.2/24, "
       "2001:db8::2"},
      {{"address-=192.0.2.2/25"}, "'192.0.2.2/25' cannot be taken away"},
      {{"address-=tun0"}, "'tun0' cannot be taken away|it is no address|'tunstack get address'"},
      {{"address-=fe80::2"}, "the link-local address of the stack cannot be taken away alone|an interface with other"},
      {{"address-=192.0.2.2", "address-=2001:db8::2", "address-=fe80::2"},
       "the last address of the stack cannot be taken away|nothing would reach it any more|give it another one"},
      {{"address=192.0.2.9"}, "'address' is not set as a whole|a stack has several"},
  };
  for (const auto& row : rows) {
    std::vector<std::string> settings{"icmp4.echo=off"};
    settings.insert(settings.end(), row.settings.begin(), row.settings.end());
    EXPECT_THAT(fault_of({{"request", "set"}, {"settings", settings}}), HasSubstr(row.fault));
    EXPECT_EQ(option("address"), "192.0.2.2/24 2001:db8::2/64 fe80::2/64");
    EXPECT_EQ(option("icmp4.echo"), "on");
  }
  EXPECT_EQ(node.counters().count(Reason::address_added), 0U) << "a copy was asked";
}

TEST_F(Requests, there_are_as_many_addresses_as_an_interface_may_have) {
  std::vector<std::string> settings;
  for (int i = 0; i < 2048 - 3; ++i) settings.push_back(fmt::format("address+=2001:db8::5:{:x}", i));
  EXPECT_EQ(fault_of({{"request", "set"}, {"settings", settings}}), "");
  EXPECT_THAT(fault_of({{"request", "set"}, {"settings", {"address+=2001:db8::9"}}}),
              HasSubstr("2049 addresses are too many|an interface may be given 2048"));
}

TEST(RequestsOfOthers, addresses_that_do_not_fit_the_link_or_its_gateways_are_refused) {
  const auto fault_of = [](const NodeConfig& config, const std::string& setting) {
    Node node(config);
    try {
      read_settings(node, {setting}, Instant{});
    } catch (const Fault& fault) {
      return fmt::format("{}|{}", fault.what(), fault.why());
    }
    return std::string();
  };
  NodeConfig small = host_config();
  small.interfaces[0].addresses = {*parse_prefix("192.0.2.2/24")};
  small.interfaces[0].mtu = 1279;
  EXPECT_EQ(fault_of(small, "address+=2001:db8::9"),
            "the link has an MTU of 1279|the minimum is 1280 on a link with IPv6 (RFC 8200 5)");
  EXPECT_EQ(fault_of(small, "address+=192.0.2.9"), "");
  NodeConfig routed = with_gateways(ethernet_config(), {"192.0.2.1"});
  EXPECT_THAT(fault_of(routed, "address-=192.0.2.2"), HasSubstr("192.0.2.1 cannot be a gateway|"));
  NodeConfig learning = ethernet_config();
  learning.interfaces[0].addresses = {*parse_prefix("192.0.2.2/24")};
  learning.interfaces[0].configures_itself = true;
  learning.options.own.identifiers = IdentifierKind::eui64;
  EXPECT_EQ(fault_of(learning, "address+=fe80::ff:fe00:2/64"),
            "the stack cannot be given these addresses|the interface already has this address");
}

TEST_F(Requests, a_packet_is_sent_as_it_is) {
  const Packet packet = echo4({.source = "203.0.113.7", .destination = "192.0.2.1"});
  EXPECT_TRUE(ask({{"request", "send"}, {"octets", hex_of(packet)}})["withheld"].is_null());
  EXPECT_THAT(sent, testing::ElementsAre(packet));
  EXPECT_EQ(ask({{"request", "send"}, {"octets", hex_of(Packet(1501, 0x45))}})["withheld"], "given_packet_too_large");
  EXPECT_EQ(ask({{"request", "send"}, {"octets", hex_of(Packet(60, 1))}, {"frame", true}})["withheld"],
            "given_frame_on_plain_link");
  EXPECT_THAT(fault_of({{"request", "send"}, {"octets", "4x"}}), HasSubstr("the octets of the request are none"));
}

TEST_F(Requests, asking_changes_nothing) {
  const auto before = ask({{"request", "state"}});
  const auto answer = ask_about(echo4());
  const auto outcome = why::outcome_of(nlohmann::ordered_json(answer));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->verdict, "reply");
  EXPECT_EQ(outcome->reason, Reason::icmp4_echo_request_for_us);
  EXPECT_EQ(outcome->ladder.size(), 5U);
  ASSERT_EQ(outcome->sent.size(), 1U);
  Outbox other;
  network.receive({InterfaceId{0}, echo4(), now}, other);
  EXPECT_EQ(outcome->sent[0], Packet(other.packets()[0].bytes.begin(), other.packets()[0].bytes.end()))
      << "what the stack itself would have sent, octet for octet";
  Node untouched(host_config());
  EXPECT_EQ(node.counters().packets_in, 1U);
  EXPECT_EQ(ask_about(echo4(), "icmp4.echo=off")["verdict"], "drop");
  EXPECT_EQ(option("icmp4.echo"), "on");
  EXPECT_EQ(before["counters"]["packets_in"], 0);
}

// ---- programs and labs ----

/// Someone who can start programs, and plays a lab.
class RequestsOfPlayer : public Requests {
 protected:
  ControlRequests& asked() override { return player; }

  std::vector<std::pair<NodeId, std::vector<std::string>>> started;
  ControlRequests player{
      {.network = network,
       .now = [this] { return now; },
       .outlets = [] { return std::vector<OutletReport>(); },
       .act = [](const NetworkChange&) {},
       .start_program = [this](NodeId where, const std::vector<std::string>& words) -> ControlledStack::StartedProgram {
         if (words[0] == "pong") throw UsageFault("'pong' is no program", "why", "remedy");
         started.emplace_back(where, words);
         return {started.size() + 6, *parse_address("192.0.2.2"), *parse_address("192.0.2.1")};
       },
       .play = [](bool with_texts,
                  bool ends) { return nlohmann::ordered_json{{"texts", with_texts}, {"ends", ends}}; }}};
};

TEST_F(RequestsOfPlayer, a_program_is_a_job) {
  const ControlAnswer answer = player.answer(R"({"request":"program","words":["ping","192.0.2.1","-c","1"]})");
  EXPECT_EQ(answer.line,
            "{\"schema\":1,\"started\":true,\"node\":\"stack\",\"source\":\"192.0.2.2\",\"target\":\"192.0.2.1\"}\n");
  EXPECT_EQ(answer.job, 7U);
  EXPECT_FALSE(answer.watch.has_value());
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].first, NodeId{0});
  EXPECT_EQ(started[0].second, (std::vector<std::string>{"ping", "192.0.2.1", "-c", "1"}));
  EXPECT_EQ(player.answer(R"({"request":"program","node":"stack","words":["ping","192.0.2.1"]})").job, 8U);
  EXPECT_FALSE(player.answer(R"({"request":"state"})").job.has_value());
}

TEST_F(RequestsOfPlayer, a_program_that_cannot_begin_is_none) {
  EXPECT_EQ(fault_of({{"request", "program"}, {"words", {"pong", "192.0.2.1"}}}), "'pong' is no program|why|remedy");
  EXPECT_FALSE(player.answer(R"({"request":"program","words":["pong"]})").job.has_value());
  for (const json& words : {json::array(), json(5), json(nullptr), json::array({5, 6})})
    EXPECT_THAT(fault_of({{"request", "program"}, {"words", words}}), testing::StartsWith("no program is named|"))
        << words;
  EXPECT_THAT(fault_of({{"request", "program"}}), testing::StartsWith("no program is named|"));
  EXPECT_THAT(fault_of({{"request", "program"}, {"node", "r9"}, {"words", {"ping"}}}),
              testing::StartsWith("there is no node 'r9'|"));
  EXPECT_THAT(fault_of({{"request", "program"}, {"node", 9}, {"words", {"ping"}}}),
              HasSubstr("'node' of the request is no text"));
  EXPECT_TRUE(started.empty());
}

TEST_F(RequestsOfPlayer, what_has_come_of_a_lab_is_told) {
  EXPECT_EQ(ask({{"request", "play"}}), json({{"schema", 1}, {"texts", false}, {"ends", false}}));
  EXPECT_EQ(ask({{"request", "play"}, {"texts", true}}), json({{"schema", 1}, {"texts", true}, {"ends", false}}));
  EXPECT_EQ(ask({{"request", "play"}, {"end", true}}), json({{"schema", 1}, {"texts", false}, {"ends", true}}));
}

TEST_F(Requests, who_runs_no_programs_and_plays_no_lab_says_so) {
  EXPECT_THAT(fault_of({{"request", "program"}, {"words", {"ping", "192.0.2.1"}}}),
              testing::StartsWith("no program is named|"));
  EXPECT_THAT(fault_of({{"request", "play"}}), testing::AllOf(testing::StartsWith("the stack plays no lab|"),
                                                              testing::EndsWith("|start it with --lab LAB --play")));
}

TEST(OutcomeJson, what_is_none_is_nothing) {
  for (const char* text : {"{}", R"({"verdict":"x","reason":"empty_read","ladder":[],"sent":[]})",
                           R"({"verdict":"drop","reason":"nothing","ladder":[],"sent":[]})",
                           R"({"verdict":"drop","reason":"empty_read","ladder":[5],"sent":[]})",
                           R"({"verdict":"drop","reason":"empty_read","ladder":[],"sent":["xy"]})", R"({"verdict":5})"})
    EXPECT_FALSE(why::outcome_of(nlohmann::ordered_json::parse(text)).has_value()) << text;
}

}  // namespace
}  // namespace tunstack::test::control_requests_test
