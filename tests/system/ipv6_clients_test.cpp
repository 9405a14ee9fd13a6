// What well-known clients print when they use IPv6 in less common ways against the stack.
#include <fmt/format.h>

#include "tests/system/network.hpp"

namespace tunstack::test::ipv6_clients_test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Ipv6Clients : public SystemTest {
 protected:
  /// Runs `command` behind a host with `settings`; what it wrote to stdout and stderr.
  std::string printed(const Command& command, const Command& settings = {}) const {
    Command arguments = {"exec"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    arguments.push_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    const Outcome outcome = tunstack(arguments);
    return outcome.out + outcome.err;
  }
  /// raw_ipv6.py, without the end of its line.
  std::string raw(const Command& arguments, const Command& settings = {}) const {
    Command command = {"python3", RAW_IPV6};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::string text = printed(command, settings);
    return text.substr(0, text.find_last_not_of('\n') + 1);
  }
  void expect_ping(const std::string& address, std::initializer_list<int> sizes) const {
    for (const int size : sizes) {
      const std::string ping = printed({"ping", "-6", "-c", "1", "-W", "2", "-s", std::to_string(size), address});
      EXPECT_THAT(ping, AllOf(HasSubstr(" 1 received"), HasSubstr(fmt::format("\n{} bytes from {}", size + 8, address)),
                              Not(HasSubstr("wrong")), Not(HasSubstr("DUP"))))
          << size << " octets";
    }
  }
};

const Command nmap = {"nmap", "-6", "-n", "-Pn"};

Command operator+(Command command, const Command& arguments) {
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

// ---- ping ----

// 65527 octets with the header make the largest packet; all from 1453 on come and go in fragments.
TEST_F(Ipv6Clients, ICMP6_ECHO_002_V6_RX_017_ping_of_all_sizes) {
  expect_ping("2001:db8::2", {0, 1, 56, 1452, 1453, 4000, 65000, 65527});
}

TEST_F(Ipv6Clients, ICMP6_ECHO_008_ping_of_the_link_local_address) { expect_ping("fe80::2%tun0", {0, 56, 1453, 4000}); }

// -L: the kernel is a member of the group too, and would answer itself.
TEST_F(Ipv6Clients, ICMP6_ECHO_004_ping_of_all_nodes) {
  const Command ping = {"ping", "-6", "-L", "-c", "1", "-W", "1", "ff02::1%tun0"};
  EXPECT_THAT(printed(ping), HasSubstr("64 bytes from fe80::2%tun0: icmp_seq=1 ttl=64"));
  EXPECT_THAT(printed(ping, {"icmp6.echo_multicast=off"}), HasSubstr(" 0 received"));
}

TEST_F(Ipv6Clients, V6_TX_006_large_pings_over_a_narrow_link) {
  const Outcome ping = tunstack({"exec", "--mtu", "1280", "--address", "2001:db8::2/64", "--", "ping", "-6", "-c", "1",
                                 "-W", "2", "-s", "20000", "2001:db8::2"});
  EXPECT_THAT(ping.out, AllOf(HasSubstr("\n20008 bytes from 2001:db8::2"), HasSubstr("1 received"))) << ping;
}

TEST_F(Ipv6Clients, V6_RX_009_ping_with_hop_limit_1) {
  EXPECT_THAT(printed({"ping", "-6", "-t", "1", "-c", "1", "-W", "2", "2001:db8::2"}), HasSubstr("1 received"));
}

TEST_F(Ipv6Clients, V6_RX_015_ping_with_a_flow_label) {
  EXPECT_THAT(printed({"ping", "-6", "-F", "0xfffff", "-c", "1", "-W", "2", "2001:db8::2"}), HasSubstr("1 received"));
}

TEST_F(Ipv6Clients, ICMP6_RX_006_ping_asks_for_a_name) {
  EXPECT_THAT(printed({"ping", "-6", "-N", "name", "-c", "1", "-W", "0.3", "2001:db8::2"}), HasSubstr(" 0 received"));
}

TEST_F(Ipv6Clients, V6_TX_005_fping_many_times) {
  const std::string fping =
      printed({"fping", "-6", "-c", "20", "-p", "10", "-t", "2000", "-b", "4000", "-q", "2001:db8::2"});
  EXPECT_THAT(fping, HasSubstr("xmt/rcv/%loss = 20/20/0%"));
}

// ---- routes of one hop ----

TEST_F(Ipv6Clients, V6_RX_012_V6_RX_009_traceroute_of_all_kinds_ends_after_one_hop) {
  for (const char* kind : {"-U", "-I", "-T"})
    EXPECT_THAT(printed({"traceroute", "-6", "-n", kind, "-w", "5,1000,1000", "-p", "33434", "2001:db8::2"}),
                ContainsRegex("\n 1  2001:db8::2( +[0-9.]+ ms){3}\n$"))
        << kind;
}

TEST_F(Ipv6Clients, V6_RX_012_tracepath_reaches_the_host) {
  EXPECT_THAT(printed({"tracepath", "-6", "-n", "2001:db8::2"}),
              AllOf(ContainsRegex("\n 1: +2001:db8::2 .*reached"), HasSubstr("pmtu 1500 hops 1 back 1")));
}

TEST_F(Ipv6Clients, ICMP6_ECHO_001_V6_RX_012_the_traceroutes_of_ndisc6) {
  EXPECT_THAT(printed({"tracert6", "-n", "2001:db8::2"}), ContainsRegex("\n 1  2001:db8::2 ( [0-9.]+ ms ){3}\n$"));
  EXPECT_THAT(printed({"rltraceroute6", "-n", "2001:db8::2"}), ContainsRegex("\n 1  2001:db8::2 ( [0-9.]+ ms ){3}\n$"));
  EXPECT_THAT(printed({"tcptraceroute6", "-n", "2001:db8::2", "80"}),
              ContainsRegex("\n 1  2001:db8::2  [0-9.]+ ms \\[closed\\] "));
}

// ---- protocols and ports ----

TEST_F(Ipv6Clients, V6_RX_013_V6_EXT_025_nmap_finds_the_protocols) {
  const std::string found =
      printed(nmap + Command{"-sO", "-p", "6,17,47,50,51,58,253", "2001:db8::2"}, {"icmp6.error_rate=0"});
  EXPECT_THAT(found, ContainsRegex("\n6 +open +tcp\n17 +open +udp\n47 +closed +gre\n50 +closed +esp\n51 +closed +ah\n"
                                   "58 +open +ipv6-icmp\n253 +closed "));
}

TEST_F(Ipv6Clients, V6_RX_012_nmap_tells_open_ports_from_closed_ones) {
  const std::string found = printed(nmap + Command{"-sU", "--max-retries", "1", "-p", "7,9,33434", "2001:db8::2"},
                                    {"icmp6.error_rate=0", "udp.echo=on", "udp.discard=on"});
  EXPECT_THAT(found, ContainsRegex("\n7/udp +open +echo\n9/udp +open.filtered discard\n33434/udp closed "));
}

TEST_F(Ipv6Clients, V4_RX_022_nmap_finds_tcp_closed_over_IPv6) {
  EXPECT_THAT(printed(nmap + Command{"-sS", "-p", "80", "2001:db8::2"}), ContainsRegex("\n80/tcp +closed http\n"));
}

TEST_F(Ipv6Clients, ICMP6_ECHO_001_nmap_finds_the_host) {
  EXPECT_THAT(printed({"nmap", "-6", "-n", "-sn", "-PE", "--reason", "2001:db8::2"}),
              HasSubstr("Host is up, received echo-reply ttl 64"));
}

TEST_F(Ipv6Clients, V6_RX_012_sockets_learn_of_closed_ports_of_the_link_local_address) {
  EXPECT_EQ(printed({SOCKET_CLIENT, "udp", "fe80::2%tun0", "33434"}), "ECONNREFUSED\n");
  EXPECT_EQ(printed({SOCKET_CLIENT, "tcp", "fe80::2%tun0", "33434"}), "ECONNREFUSED\n");
}

TEST_F(Ipv6Clients, ICMP6_ERR_013_a_socket_learns_nothing_where_unreachable_is_off) {
  EXPECT_EQ(raw({"options", "2001:db8::2", "0000010400000000"}, {"icmp6.unreach=off"}), "timeout");
  EXPECT_EQ(raw({"options", "2001:db8::2", "0000010400000000"}), "ECONNREFUSED");
}

// The kernel gives a parameter problem to the socket as EPROTO.
TEST_F(Ipv6Clients, V6_RX_013_a_socket_learns_that_its_protocol_is_unknown) {
  EXPECT_EQ(raw({"protocol", "2001:db8::2", "253"}), "EPROTO");
}

// ---- extension headers and fragments ----

TEST_F(Ipv6Clients, V6_EXT_002_V6_EXT_003_V6_EXT_004_a_socket_learns_what_becomes_of_its_options) {
  const Command echo = {"udp.echo=on"};
  EXPECT_EQ(raw({"options", "2001:db8::2", "00001e0400000000"}, echo), "answered");
  EXPECT_EQ(raw({"options", "2001:db8::2", "00005e0400000000"}, echo), "timeout");
  EXPECT_EQ(raw({"options", "2001:db8::2", "00009e0400000000"}, echo), "EPROTO");
}

TEST_F(Ipv6Clients, V6_FRAG_001_fragments_in_any_order) {
  for (const char* order : {"0,1,2,3", "3,2,1,0", "2,0,3,1"})
    EXPECT_EQ(raw({"fragments", "2001:db8::1", "2001:db8::2", order}), "129 0 equal") << order;
}

TEST_F(Ipv6Clients, V6_FRAG_010_fragments_that_come_twice) {
  EXPECT_EQ(raw({"fragments", "2001:db8::1", "2001:db8::2", "1,1,3,3,0,0,2"}), "129 0 equal");
}

TEST_F(Ipv6Clients, V6_FRAG_004_the_sender_is_told_that_the_rest_never_came) {
  EXPECT_EQ(raw({"fragments", "2001:db8::1", "2001:db8::2", "0,1,3"}, {"ip6.frag.timeout=1"}), "3 1");
}

}  // namespace
}  // namespace tunstack::test::ipv6_clients_test
