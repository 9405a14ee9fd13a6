// Names in lines about packets, and the short form for people.
#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::test::notation_names_test {
namespace {

using notation::Names;
using notation::parse_packet;
using testing::HasSubstr;
using testing::Not;

Names names() {
  Names all;
  all.addresses = {{"host", *parse_address("192.0.2.1")},
                   {"peer-link", *parse_address("fe80::2")},
                   {"router", *parse_address("192.0.2.9")}};
  all.ports = {{"open", 80}, {"local", 40001}};
  all.packets = {{"flow", parse_packet("192.0.2.1 > 203.0.113.7 UDP 40001 > 53, length 32").value()}};
  return all;
}

Packet packet_of(const std::string& line) {
  const auto packet = parse_packet(line, names());
  EXPECT_TRUE(packet.has_value()) << line << ": " << (packet ? "" : packet.error().what);
  return packet ? Packet(*packet) : Packet();
}

void expect_same(const std::string& named, const std::string& plain) {
  EXPECT_EQ(packet_of(named), Packet(parse_packet(plain).value())) << named;
}

TEST(NotationNames, stand_for_addresses_and_ports) {
  expect_same("host>203.0.113.7 UDP local>open", "192.0.2.1 > 203.0.113.7 UDP 40001 > 80");
  expect_same("peer-link > ff02::1 ICMP6 echo request, id local", "fe80::2 > ff02::1 ICMP6 echo request, id 40001");
  expect_same(
      "router > host ICMP redirect for the host, gateway router [host > router UDP 5 > local]",
      "192.0.2.9 > 192.0.2.1 ICMP redirect for the host, gateway 192.0.2.9 [192.0.2.1 > 192.0.2.9 UDP 5 > 40001]");
}

TEST(NotationNames, stand_for_packets_that_are_quoted) {
  const std::string error = "192.0.2.9 > 192.0.2.1 ICMP destination unreachable, port unreachable ";
  const Packet whole = packet_of(error + "[flow]");
  EXPECT_EQ(from(whole, 28), Packet(names().packets.at("flow")));
  EXPECT_EQ(plain_checksum(from(whole, 20)), 0);
  EXPECT_EQ(packet_of(error + "[flow first 28]").size(), 28U + 28U);
  EXPECT_EQ(packet_of(error + "[flow first 1000]"), whole);
}

TEST(NotationNames, words_of_the_notation_go_before) {
  expect_same("host > 192.0.2.2 protocol 9, options rr router router alert",
              "192.0.2.1 > 192.0.2.2 protocol 9, options rr 192.0.2.9 router alert");
}

TEST(NotationNames, a_wrong_one_is_told_from_those_there_are) {
  struct Row {
    const char* line;
    const char* what;
    std::size_t at;
  };
  for (const Row& row : {
           Row{"hots > host UDP 1 > 2", "an address is expected, or one of host, peer-link, router", 0},
           Row{"host > 192.0.2.2 UDP 1 > opne", "a number up to 65535 is expected, or one of local, open", 25},
           Row{"host > 192.0.2.2 ICMP source quench [folw]", "in the quoted packet: an address is expected", 37},
           Row{"host > 192.0.2.2 ICMP source quench [flow last 5]", "'first N' is expected", 42},
           Row{"host > peer-link UDP 1 > 2", "one family", 17},
           Row{"host > 192.0.2.2 ICMP echo request, ttl open", "a number up to 255 is expected", 40},
       }) {
    const auto packet = parse_packet(row.line, names());
    ASSERT_FALSE(packet.has_value()) << row.line;
    EXPECT_THAT(packet.error().what, HasSubstr(row.what)) << row.line;
    EXPECT_EQ(packet.error().at, row.at) << row.line;
  }
  EXPECT_THAT(parse_packet("host > 192.0.2.2 UDP 1 > 2").error().what, Not(HasSubstr("one of")));
}

TEST(NotationNames, one_port_is_the_destination_and_flags_need_no_word) {
  expect_same("host > 192.0.2.2 TCP open [S]", "192.0.2.1 > 192.0.2.2 TCP 40000 > 80, flags [S]");
  expect_same("host > 192.0.2.2 UDP 53", "192.0.2.1 > 192.0.2.2 UDP 40000 > 53");
  expect_same("host > 192.0.2.2 TCP 22 [S.], seq 7", "192.0.2.1 > 192.0.2.2 TCP 40000 > 22, flags [S.], seq 7");
  EXPECT_THAT(line_of(describe(packet_of("host > 192.0.2.2 TCP 22 [S]"))), HasSubstr("TCP 40000 > 22, flags [S]"));
  EXPECT_FALSE(parse_packet("192.0.2.1 > 192.0.2.2 TCP 22 [X]").has_value());
}

}  // namespace
}  // namespace tunstack::test::notation_names_test
