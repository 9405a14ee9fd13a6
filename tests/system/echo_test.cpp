// iputils ping against the stack: it compares the data of each reply with what it sent.
#include <fmt/format.h>

#include "tests/system/network.hpp"

namespace tunstack::test::echo_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Echo : public SystemTest {
 protected:
  /// Pings with each of `sizes`, unfragmented. Once: for a second reply ping waits no longer than twice the first took.
  void expect_all_sizes(const std::string& address, std::initializer_list<int> sizes) const;
  /// Pings 1000 times 2 ms apart.
  void expect_order(const std::string& address) const;
};

void Echo::expect_all_sizes(const std::string& address, std::initializer_list<int> sizes) const {
  for (const int size : sizes) {
    const Outcome ping = exec({"ping", "-M", "do", "-c", "1", "-W", "2", "-s", std::to_string(size), address});
    EXPECT_EQ(ping.status, 0) << ping;
    EXPECT_THAT(ping.out, HasSubstr(" 1 received")) << size << " octets";
    EXPECT_THAT(ping.out, HasSubstr(fmt::format("\n{} bytes from {}", size + 8, address)));
    EXPECT_THAT(ping.out, Not(HasSubstr("wrong"))) << size << " octets";
    EXPECT_THAT(ping.out, Not(HasSubstr("DUP"))) << size << " octets";
  }
}

std::vector<int> sequence_numbers(const std::string& ping) {
  std::vector<int> numbers;
  for (const std::string& line : lines_of(ping))
    if (const std::size_t at = line.find("icmp_seq="); at != std::string::npos)
      numbers.push_back(std::stoi(line.substr(at + 9)));
  return numbers;
}

void Echo::expect_order(const std::string& address) const {
  const Outcome ping = exec({"ping", "-c", "1000", "-i", "0.002", "-W", "2", address});
  EXPECT_EQ(ping.status, 0);
  EXPECT_THAT(ping.out, HasSubstr("1000 packets transmitted, 1000 received, 0% packet loss"));
  EXPECT_THAT(ping.out, Not(HasSubstr("duplicates")));
  std::vector<int> expected(1000);
  for (int i = 0; i < 1000; ++i) expected[static_cast<std::size_t>(i)] = i + 1;
  EXPECT_EQ(sequence_numbers(ping.out), expected);
}

TEST_F(Echo, TUN_001_ICMP4_ECHO_001_ping_is_answered) {
  const Outcome ping = exec({"ping", "-4", "-c", "3", "-i", "0.1", "192.0.2.2"});
  EXPECT_EQ(ping.status, 0) << ping;
  EXPECT_THAT(ping.out, HasSubstr("3 received"));
  EXPECT_THAT(ping.out, HasSubstr("64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 "));
  EXPECT_EQ(ping.err, "") << "exec adds nothing of its own";
}

TEST_F(Echo, TUN_001_ICMP6_ECHO_001_ping_is_answered) {
  const Outcome ping = exec({"ping", "-6", "-c", "3", "-i", "0.1", "2001:db8::2"});
  EXPECT_EQ(ping.status, 0) << ping;
  EXPECT_THAT(ping.out, HasSubstr("3 received"));
  EXPECT_THAT(ping.out, HasSubstr("64 bytes from 2001:db8::2: icmp_seq=1 ttl=64 "));
  EXPECT_EQ(ping.err, "") << "exec adds nothing of its own";
}

// The kernel finishes an IPv6 address in the background: a command started too early loses the reply to its first
// packet.
TEST_F(Echo, ICMP6_ECHO_001_the_first_packet_of_a_command_is_answered_on_a_busy_machine) {
  const Command ping = {"exec", "--", "ping", "-q", "-c", "1", "-W", "1", "2001:db8::2"};
  int unanswered = 0;
  for (int round = 0; round < 12; ++round) {
    std::vector<std::unique_ptr<Process>> pings;
    for (int i = 0; i < 8; ++i) pings.push_back(start_tunstack(ping));
    for (const auto& process : pings) unanswered += process->wait().status == 0 ? 0 : 1;
  }
  EXPECT_EQ(unanswered, 0) << "of 96";
}

TEST_F(Echo, ICMP4_ECHO_002_all_data_is_returned_up_to_the_mtu) {
  expect_all_sizes("192.0.2.2", {0, 1, 56, 1400, 1472});
}

TEST_F(Echo, ICMP6_ECHO_002_all_data_is_returned_up_to_the_mtu) {
  expect_all_sizes("2001:db8::2", {0, 1, 56, 1400, 1452});
}

TEST_F(Echo, ICMP4_ECHO_010_a_thousand_replies_in_order_and_none_twice) { expect_order("192.0.2.2"); }

TEST_F(Echo, ICMP4_ECHO_010_the_same_over_IPv6) { expect_order("2001:db8::2"); }

TEST_F(Echo, ICMP6_ECHO_008_the_link_local_address_answers_from_itself) {
  const Outcome ping = exec({"ping", "-c", "3", "-i", "0.1", "fe80::2%tun0"});
  EXPECT_EQ(ping.status, 0) << ping;
  EXPECT_THAT(ping.out, HasSubstr("3 received"));
  EXPECT_THAT(ping.out, HasSubstr("64 bytes from fe80::2%tun0: icmp_seq=1 ttl=64 "));
}

TEST_F(Echo, ROB_005_a_flood_loses_nothing) {
  for (const char* address : {"192.0.2.2", "2001:db8::2"}) {
    const Outcome ping = exec({"ping", "-q", "-f", "-c", "1000", address});
    EXPECT_EQ(ping.status, 0) << ping;
    EXPECT_THAT(ping.out, HasSubstr("1000 packets transmitted, 1000 received, 0% packet loss"));
  }
}

TEST_F(Echo, ICMP4_RATE_005_after_floods_from_several_sources_ping_is_answered) {
  const Outcome floods =
      exec({"sh", "-c",
            "ip address add 192.0.2.11/24 dev tun0 && ip address add 192.0.2.12/24 dev tun0 && "
            "for source in 1 11 12; do ping -q -f -w 1 -I 192.0.2.$source 192.0.2.2 >/dev/null & done; wait; "
            "ping -c 1 -W 1 192.0.2.2"});
  EXPECT_EQ(floods.status, 0) << floods;
  EXPECT_THAT(floods.out, HasSubstr("1 received"));
}

TEST_F(Echo, V4_RX_006_V6_RX_002_addresses_of_nobody_do_not_answer) {
  for (const char* address : {"192.0.2.77", "2001:db8::77"}) {
    const Outcome ping = exec({"ping", "-c", "1", "-W", "0.3", address});
    EXPECT_EQ(ping.status, 1) << ping;
    EXPECT_THAT(ping.out, HasSubstr(" 0 received"));
  }
}

}  // namespace
}  // namespace tunstack::test::echo_test
