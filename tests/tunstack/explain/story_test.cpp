// A line for each packet: over which nodes it went, what became of it, and when something came back.
#include "tunstack/explain/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sstream>

#include "tests/support/host.hpp"
#include "tests/support/planned_network.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack::test::story_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

class Stories : public testing::Test {
 protected:
  /// All that was told of packets that came in by the first door, a line each.
  std::vector<std::string> told(const NetworkPlan& plan, const std::vector<Packet>& packets, Duration later = 1s) {
    Network network(plan);
    Replay replay(network);
    replay.advance(Instant(1s));
    StoryTeller teller(outlet_, network);
    network.observe(&teller);
    network.watch_traffic(&teller);
    for (const Packet& packet : packets)
      replay.receive({.interface = InterfaceId{0}, .bytes = packet, .now = replay.now()});
    replay.advance(replay.now() + later);
    network.observe(nullptr);
    network.watch_traffic(nullptr);
    EXPECT_TRUE(outlet_.flush());
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(file_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    std::vector<std::string> lines;
    for (std::istringstream stream(text); std::getline(stream, text);) lines.push_back(text);
    return lines;
  }
  static NetworkPlan row(const Impairments& impairments = {}, std::size_t mtu = 1500) {
    Draft draft;
    draft.router("r1").router("r2").host("server");
    draft.link("left", {outside, {"r1", {"192.0.2.2/24"}}});
    draft.link("middle", {{"r1", {"198.51.100.2/31"}}, {"r2", {"198.51.100.3/31"}}}, impairments);
    draft.link("right", {{.node = "r2", .addresses = {"203.0.113.2/31"}, .mtu = mtu},
                         {.node = "server", .addresses = {"203.0.113.3/31"}, .mtu = mtu}});
    return draft.plan();
  }
  static Packet ping(std::uint8_t ttl = 64, std::size_t octets = 56) {
    return echo4({.destination = "203.0.113.3", .ttl = ttl}, counting(octets));
  }

 private:
  FileDescriptor file_{::memfd_create("lines", MFD_CLOEXEC)};
  Outlet outlet_{OutputFile::shared(file_.get(), "lines"), "lines", WhenFull::wait};
};

TEST_F(Stories, an_echo_goes_there_and_back) {
  EXPECT_THAT(told(row(), {ping()}),
              ElementsAre(MatchesRegex("1.000000 ICMP echo request, .*: 192.0.2.1 -> r1 .ttl 63. -> r2 .ttl 62. -> "
                                       "server: reply icmp4_echo_request_for_us, back at once")));
}

TEST_F(Stories, delays_add_up) {
  EXPECT_THAT(told(row({.delay = 12ms}), {ping()}),
              ElementsAre(MatchesRegex(".* -> server: reply icmp4_echo_request_for_us, back after 24.0 ms")));
}

TEST_F(Stories, an_error_names_the_node_and_what_it_says) {
  EXPECT_THAT(told(row(), {ping(2)}),
              ElementsAre(MatchesRegex(".*: 192.0.2.1 -> r1 .ttl 1. -> r2: error forward4_ttl_exceeded .ICMP time "
                                       "exceeded.*., back at once")));
}

TEST_F(Stories, what_is_lost_ends_there) {
  EXPECT_THAT(told(row({.loss = 1}), {ping()}),
              ElementsAre(MatchesRegex(".*: 192.0.2.1 -> r1 .ttl 63., link_packet_lost")));
}

TEST_F(Stories, what_is_dropped_says_why) {
  Packet wrong = ping();
  wrong[10] ^= 1;
  EXPECT_THAT(told(row(), {wrong}), ElementsAre(MatchesRegex(".*: 192.0.2.1 -> r1: drop ipv4_header_checksum_wrong")));
}

TEST_F(Stories, what_is_put_together_begins_its_own) {
  const auto lines = told(row({}, 600), {ping(64, 1000)});
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], MatchesRegex(".* -> r2 .ttl 62, 2 fragments. -> server: hold .* -> server: hold .*"));
  EXPECT_THAT(lines[1], MatchesRegex(".*: 192.0.2.1 -> server: reply icmp4_echo_request_for_us, back at once"));
}

TEST_F(Stories, a_line_ends_somewhere) {
  const auto lines = told(row({}, 68), {ping(64, 20'000)});
  ASSERT_GE(lines.size(), 1U);
  EXPECT_THAT(lines[0], testing::EndsWith(" -> server: hold fragment_of_datagram, and so on"));
  EXPECT_LT(lines[0].size(), 8300U);
}

TEST_F(Stories, a_single_node_has_them_too) {
  NodeConfig host = host_config();
  host.options.own.reports_ipv6_groups = false;
  EXPECT_THAT(told(plan_of(host), {echo4(), echo4({.destination = "192.0.2.77"})}),
              ElementsAre(MatchesRegex(".*: 192.0.2.1 -> stack: reply icmp4_echo_request_for_us, back at once"),
                          MatchesRegex(".*: 192.0.2.1 -> stack: drop ipv4_destination_not_ours")));
}

TEST_F(Stories, of_too_many_at_once_the_oldest_is_told_as_it_is) {
  const std::vector<Packet> many(StoryTeller::most + 1, ping());
  const auto lines = told(row({.delay = 10s}), many);
  ASSERT_THAT(lines, SizeIs(1)) << "the others are on their way";
  EXPECT_THAT(lines[0], MatchesRegex(".* -> r1 .ttl 63., and is still on its way"));
}

}  // namespace
}  // namespace tunstack::test::story_test
