// One line for each decision: exactly what is written.
#include "tunstack/explain/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sstream>

#include "tests/conformance/forwarding/two_doors.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::explain_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

/// Keeps the lines of the last decision; a decision itself is valid during the call only.
class Lines final : public Observer {
 public:
  void decided(const Decision& decision) override {
    text = decision_text(decision);
    answers = decision.sent.size();
    ++decisions;
  }
  std::string text;
  std::size_t answers = 0;
  int decisions = 0;
};

/// What is written about one packet that comes 1.5 s after the start.
Lines lines_about(const Packet& packet) {
  Host host;
  Lines lines;
  host.observe(lines);
  host.wait(1500ms);
  host.send(packet);
  host.stop_observing(lines);
  EXPECT_EQ(lines.decisions, 1);
  return lines;
}

const Packet to_other_host = echo4({.destination = "192.0.2.9"});
const Packet to_broadcast = udp4({.destination = "192.0.2.255"});

// ---- text ----

TEST(ExplainText, reply) {
  EXPECT_EQ(lines_about(echo4()).text,
            "1.500000 < 192.0.2.1 > 192.0.2.2  ICMP echo request, id 1281, seq 1, length 64           reply  "
            "icmp4_echo_request_for_us  RFC 1122 3.2.2.6: an echo request is answered with its own data");
}

TEST(ExplainText, drop) {
  EXPECT_EQ(lines_about(to_other_host).text,
            "1.500000 < 192.0.2.1 > 192.0.2.9  ICMP echo request, id 1281, seq 1, length 64           drop   "
            "ipv4_destination_not_ours  RFC 1122 3.2.1.3: the destination is not an address or group of this "
            "node, and this node does not forward");
}

TEST(ExplainText, error_sent) {
  EXPECT_EQ(lines_about(udp4()).text,
            "1.500000 < 192.0.2.1 > 192.0.2.2  UDP 40000 > 33434                                      error  "
            "udp4_port_closed  RFC 1122 4.1.3.1: no service listens on this UDP port"
            " -> ICMP destination unreachable, port unreachable (3/3) [192.0.2.1 > 192.0.2.2 UDP 40000 > 33434]");
}

TEST(ExplainText, copies_of_a_packet_to_a_group_are_counted) {
  NodeConfig config = forwarding::two_doors();
  config.interfaces.push_back(forwarding::door("tun2", {"198.18.0.2/24"}));
  config.group_routes = {{parse_prefix("239.0.0.0/8").value(), {}, {InterfaceId{1}, InterfaceId{2}}}};
  forwarding::Router router(config);
  Lines lines;
  router.observe(lines);
  router.send(udp4({.destination = "239.1.1.1"}));
  router.stop_observing(lines);
  EXPECT_THAT(lines.text, HasSubstr("forward  forward4_group_routed"));
  EXPECT_TRUE(lines.text.ends_with(" -> 2 packets")) << lines.text;
}

TEST(ExplainText, error_withheld_is_a_drop_for_the_reason_of_the_suppression) {
  EXPECT_EQ(lines_about(to_broadcast).text,
            "1.500000 < 192.0.2.1 > 192.0.2.255  UDP 40000 > 33434                                    drop   "
            "icmp4_destination_broadcast (no error: udp4_port_closed)  RFC 1122 3.2.2: "
            "the destination is a broadcast address: no error is sent about the datagram");
}

TEST(ExplainText, design_has_no_section_and_no_packet_no_addresses) {
  EXPECT_EQ(lines_about(hex("50 00")).text,
            "1.500000 < ?  IP version 5, length 2                                                     drop   "
            "ip_version_unknown  design: the first nibble is neither 4 nor 6");
}

// ---- a reply that was withheld ----

TEST(Explain, reply_that_found_no_room_is_a_drop) {
  Driver driver(host_config(), Outbox(16, 16));
  Lines lines;
  driver.observe(lines);
  EXPECT_TRUE(driver.receive({echo4()}).empty());
  EXPECT_THAT(lines.text, HasSubstr("  drop   outbox_full (no reply: icmp4_echo_request_for_us)  design: "));
  EXPECT_EQ(lines.answers, 0U);
}

// An outbox that already holds packets must not lend one of them to a decision that sent nothing.
TEST(Explain, answers_of_earlier_packets_are_not_taken_for_this_one) {
  Host host;
  Lines lines;
  host.observe(lines);
  EXPECT_EQ(host.receive({echo4(), to_other_host}).size(), 1U);
  EXPECT_EQ(lines.decisions, 2);
  EXPECT_EQ(lines.answers, 0U) << "of the second, while that of the first waits to be sent";
}

// ---- the observer ----

std::string written(Explain explain,
                    const std::vector<Packet>& packets = {echo4(), to_other_host, udp4(), to_broadcast}) {
  const FileDescriptor file(::memfd_create("lines", MFD_CLOEXEC));
  Outlet outlet(OutputFile::shared(file.get(), "lines"), "lines", WhenFull::wait);
  Host host({"udp.discard=on"});
  Explainer explainer(explain, outlet);
  host.observe(explainer);
  for (const Packet& packet : packets) host.send(packet);
  host.stop_observing(explainer);
  EXPECT_TRUE(outlet.flush());
  std::string text(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  EXPECT_EQ(::pread(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  return text;
}

/// The words in the column of verdicts.
std::vector<std::string> verdicts_in(const std::string& text) {
  std::vector<std::string> verdicts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    for (const char* verdict : {" reply ", " drop ", " error ", " hold ", " take "})
      if (line.contains(std::string(" ") + verdict)) verdicts.emplace_back(verdict);
  return verdicts;
}

TEST(Explainer, all_writes_a_line_for_each_decision) {
  EXPECT_THAT(verdicts_in(written(Explain::all)), testing::ElementsAre(" reply ", " drop ", " error ", " drop "));
}

TEST(Explainer, drops_writes_what_stayed_unanswered) {
  EXPECT_THAT(verdicts_in(written(Explain::drops)), testing::ElementsAre(" drop ", " drop "));
}

TEST(Explainer, drops_leaves_out_what_waits_or_was_taken) {
  const std::string lines = written(Explain::drops, {echo4({.flags_and_offset = 0x2000}), udp4({}, 9), to_other_host});
  EXPECT_EQ(std::ranges::count(lines, '\n'), 1);
  EXPECT_THAT(lines, HasSubstr("ipv4_destination_not_ours"));
}

TEST(Explainer, off_writes_nothing) { EXPECT_THAT(written(Explain::off), IsEmpty()); }

TEST(Explainer, text_is_one_line_for_each_decision) {
  const std::string text = written(Explain::drops);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text, HasSubstr("0.000000 < 192.0.2.1 > 192.0.2.9  "));
  EXPECT_THAT(text, HasSubstr("icmp4_destination_broadcast (no error: udp4_port_closed)"));
}

TEST(Citation, rfc_with_section_where_there_is_one) {
  EXPECT_EQ(citation(info(Reason::icmp4_echo_request_for_us)), "RFC 1122 3.2.2.6");
  EXPECT_EQ(citation(info(Reason::icmp4_too_short)), "RFC 792");
  EXPECT_EQ(citation(info(Reason::empty_read)), "design");
}

}  // namespace
}  // namespace tunstack::test::explain_test
