// What a running stack does when it is asked.
#include "tunstack/control/control_requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tunstack/why/outcome_json.hpp"

namespace tunstack::test::control_requests_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Requests : public testing::Test {
 protected:
  json ask(const json& request) { return json::parse(requests.answer(request.dump()).line); }
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

  Node node{host_config()};
  Outbox out;
  std::vector<Packet> sent;
  Instant now{std::chrono::seconds(1)};
  ControlRequests requests{{.node = node,
                            .now = [this] { return now; },
                            .outlets = [] { return std::vector<OutletReport>(); },
                            .act =
                                [this](const auto& change) {
                                  change(now, out);
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
  node.receive({InterfaceId{0}, echo4(), now}, other);
  EXPECT_EQ(outcome->sent[0], Packet(other.packets()[0].bytes.begin(), other.packets()[0].bytes.end()))
      << "what the stack itself would have sent, octet for octet";
  Node untouched(host_config());
  EXPECT_EQ(node.counters().packets_in, 1U);
  EXPECT_EQ(ask_about(echo4(), "icmp4.echo=off")["verdict"], "drop");
  EXPECT_EQ(option("icmp4.echo"), "on");
  EXPECT_EQ(before["counters"]["packets_in"], 0);
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
