// Events as JSON: exactly what is told of packets decided upon, packets sent and things counted.
#include "tunstack/events/event_json.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/host.hpp"
#include "tests/tunstack/events/told_events.hpp"
#include "tunstack/events/event_text.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack::test::event_json_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const Packet to_other_host = echo4({.destination = "192.0.2.9"});
const Packet to_broadcast = udp4({.destination = "192.0.2.255"});

/// What is told about packets that come 1.5 s after the start.
std::vector<json> told(const std::vector<Packet>& packets) {
  ToldEvents events;
  Host host;
  host.observe(events.teller);
  host.wait(1500ms);
  for (const Packet& packet : packets) host.send(packet);
  host.stop_observing(events.teller);
  return events.all;
}

std::vector<std::string> values(const std::vector<json>& events, const char* name) {
  std::vector<std::string> all;
  for (const json& event : events) all.push_back(event.at(name).is_null() ? "null" : event.at(name).dump());
  return all;
}

TEST(EventJson, a_request_and_its_reply) {
  const auto events = told({echo4()});
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0], json({{"schema", 1},
                             {"event", "decided"},
                             {"id", 1},
                             {"cause", nullptr},
                             {"node", "stack"},
                             {"interface", "tun7"},
                             {"time", 1.5},
                             {"timestamp", "2026-11-29T05:30:01.500000000Z"},
                             {"direction", "in"},
                             {"verdict", "reply"},
                             {"reason", "icmp4_echo_request_for_us"},
                             {"rfc", "RFC 1122"},
                             {"section", "3.2.2.6"},
                             {"link", "https://www.rfc-editor.org/rfc/rfc1122#section-3.2.2.6"},
                             {"requirement", "ICMP4-ECHO-001"},
                             {"text", "an echo request is answered with its own data"},
                             {"withheld", nullptr},
                             {"address", nullptr},
                             {"source", "192.0.2.1"},
                             {"destination", "192.0.2.2"},
                             {"length", 84},
                             {"summary", "ICMP echo request, id 1281, seq 1, length 64"},
                             {"fields",
                              {{"version", 4},
                               {"ttl", 64},
                               {"tos", 0},
                               {"protocol", 1},
                               {"ip_id", events[0]["fields"]["ip_id"]},
                               {"df", events[0]["fields"]["df"]},
                               {"mf", false},
                               {"offset", 0},
                               {"type", 8},
                               {"code", 0},
                               {"id", 1281},
                               {"seq", 1}}}}));
  EXPECT_EQ(events[1]["event"], "sent");
  EXPECT_EQ(events[1]["id"], 2);
  EXPECT_EQ(events[1]["cause"], 1);
  EXPECT_EQ(events[1]["direction"], "out");
  EXPECT_EQ(events[1]["verdict"], "send");
  EXPECT_EQ(events[1]["reason"], "icmp4_echo_request_for_us");
  EXPECT_EQ(events[1]["source"], "192.0.2.2");
  EXPECT_EQ(events[1]["fields"]["type"], 0);
}

TEST(EventJson, an_error_names_its_fields_and_what_was_withheld_is_told) {
  const auto events = told({udp4(), to_broadcast});
  EXPECT_THAT(values(events, "verdict"), ElementsAre("\"error\"", "\"send\"", "\"drop\""));
  EXPECT_EQ(events[0]["fields"]["source_port"], 40000);
  EXPECT_EQ(events[0]["fields"]["destination_port"], 33434);
  EXPECT_EQ(events[1]["fields"]["type"], 3);
  EXPECT_EQ(events[1]["fields"]["code"], 3);
  EXPECT_EQ(events[2]["reason"], "icmp4_destination_broadcast");
  EXPECT_EQ(events[2]["withheld"], json({{"verdict", "error"}, {"reason", "udp4_port_closed"}}));
}

TEST(EventJson, fragments_and_what_is_made_of_them) {
  const Packet message = icmpv4(8, 0, 0x05010001, counting(2960));
  const auto events = told({ipv4({.flags_and_offset = 0x2000}, part(message, 0, 1480)),
                            ipv4({.flags_and_offset = 185}, from(message, 1480))});
  EXPECT_THAT(values(events, "verdict"),
              ElementsAre("\"hold\"", "\"hold\"", "\"reply\"", "\"send\"", "\"send\"", "\"send\""));
  EXPECT_THAT(values(events, "id"), ElementsAre("1", "2", "3", "4", "5", "6"));
  EXPECT_THAT(values(events, "cause"), ElementsAre("null", "null", "2", "3", "3", "3"));
  EXPECT_EQ(events[0]["requirement"], "V4-FRAG-001");
  EXPECT_EQ(events[1]["fields"]["offset"], 1480);
  EXPECT_FALSE(events[1]["fields"].contains("type")) << "a later fragment does not say";
  EXPECT_EQ(events[2]["length"], 2988);
  EXPECT_EQ(events[3]["fields"]["mf"], true);
}

TEST(EventJson, design_has_no_rfc_and_no_packet_no_addresses) {
  const auto events = told({Packet{}});
  ASSERT_THAT(events, SizeIs(1));
  for (const char* name : {"rfc", "section", "link", "source", "destination", "withheld", "address"})
    EXPECT_TRUE(events[0].at(name).is_null()) << name;
  EXPECT_EQ(events[0]["length"], 0);
  EXPECT_EQ(events[0]["fields"], json::object());
}

TEST(EventJson, a_device_may_have_any_name) {
  const Event event{.kind = EventKind::noted,
                    .time = {},
                    .ids = {},
                    .interface = {},
                    .node = {},
                    .verdict = "note",
                    .reason = Reason::device_write_failed};
  const std::string line =
      event_line(event, {PlaceNames(std::vector<PlaceNames::Node>{{"stack", {"tun\xff\"\n"}}}), {}});
  const json parsed = json::parse(line, nullptr, false);
  ASSERT_TRUE(parsed.is_object()) << line;
  EXPECT_EQ(parsed["interface"], "tun\xef\xbf\xbd\"\n");
  EXPECT_TRUE(parsed["id"].is_null());
  EXPECT_TRUE(parsed["direction"].is_null());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(EventJson, timestamps_are_those_of_the_calendar) {
  EXPECT_EQ(timestamp(0s), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(timestamp(951782400s + 5ns), "2000-02-29T00:00:00.000000005Z");
  EXPECT_EQ(timestamp(4102444799s + 999999999ns), "2099-12-31T23:59:59.999999999Z");
}

std::vector<std::string> logged(bool only_drops) {
  const FileDescriptor file(::memfd_create("lines", MFD_CLOEXEC));
  Outlet outlet(OutputFile::shared(file.get(), "lines"), "lines", WhenFull::wait);
  EventLog log(outlet, event_names, only_drops);
  EventTeller teller;
  teller.add(log);
  Host host;
  host.observe(teller);
  for (const Packet& packet : {echo4(), to_other_host, udp4(), to_broadcast}) host.send(packet);
  host.stop_observing(teller);
  EXPECT_TRUE(outlet.flush());
  std::string text(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  EXPECT_EQ(::pread(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  std::vector<std::string> verdicts;
  for (std::istringstream lines(text); std::getline(lines, text);) verdicts.push_back(json::parse(text)["verdict"]);
  return verdicts;
}

TEST(EventLog, a_line_for_each_event_or_for_each_drop) {
  EXPECT_THAT(logged(false), ElementsAre("reply", "send", "drop", "error", "send", "drop"));
  EXPECT_THAT(logged(true), ElementsAre("drop", "drop"));
}

// ---- in words ----

/// The line of an event is that of --explain.
TEST(EventText, is_the_line_of_explain) {
  class Text final : public Observer {
   public:
    void decided(const Decision& decision) override { lines.push_back(decision_text(decision)); }
    std::vector<std::string> lines;
  };
  for (const Packet& packet : {echo4(), to_other_host, to_broadcast, Packet{}}) {
    Text text;
    Host host;
    host.observe(text);
    host.wait(1500ms);
    host.send(packet);
    host.stop_observing(text);
    EXPECT_EQ(event_text(told({packet}).at(0)), text.lines.at(0));
  }
}

TEST(EventText, anything_else_is_no_crash) {
  for (const char* text : {"{}", R"({"time":"x","event":5,"withheld":{}})", R"({"event":"lost","count":3})"})
    EXPECT_FALSE(event_text(nlohmann::ordered_json::parse(text)).empty());
  EXPECT_THAT(event_text({{"event", "lost"}, {"count", 3}}), HasSubstr("3 events were lost"));
}

}  // namespace
}  // namespace tunstack::test::event_json_test
