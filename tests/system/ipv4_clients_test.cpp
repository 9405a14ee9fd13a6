// What well-known clients print when they use IPv4 in less common ways against the stack.
#include <fmt/format.h>

#include "tests/system/network.hpp"

namespace tunstack::test::ipv4_clients_test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Ipv4Clients : public SystemTest {
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
};

// ---- ping ----

// 65507 octets of data make the largest datagram; all but the first three sizes come and go in fragments.
TEST_F(Ipv4Clients, ICMP4_ECHO_002_V4_FRAG_003_ping_of_all_sizes) {
  for (const int size : {0, 1, 1472, 1473, 2960, 2961, 8999, 40000, 65507}) {
    const std::string ping = printed({"ping", "-c", "1", "-W", "2", "-s", std::to_string(size), "192.0.2.2"});
    EXPECT_THAT(ping, AllOf(HasSubstr(" 1 received"), HasSubstr(fmt::format("\n{} bytes from 192.0.2.2", size + 8)),
                            Not(HasSubstr("wrong")), Not(HasSubstr("DUP"))))
        << size << " octets";
  }
}

TEST_F(Ipv4Clients, V4_TX_006_large_pings_over_a_narrow_link) {
  const Outcome ping = tunstack({"exec", "--mtu", "576", "--address", "192.0.2.2/24", "--", "ping", "-c", "1", "-W",
                                 "2", "-s", "20000", "192.0.2.2"});
  EXPECT_THAT(ping.out, AllOf(HasSubstr("\n20008 bytes from 192.0.2.2"), HasSubstr("1 received"))) << ping;
}

TEST_F(Ipv4Clients, V4_OPT_011_ping_records_the_route_there_and_back) {
  const std::string ping = printed({"ping", "-R", "-c", "1", "-W", "2", "192.0.2.2"});
  EXPECT_THAT(ping, HasSubstr("RR: \t192.0.2.1\n\t192.0.2.2\n\t192.0.2.1\n"));
}

// The second time is ours, as the difference to the first: both come from the clock of this machine.
TEST_F(Ipv4Clients, V4_OPT_012_ping_with_times) {
  const std::string ping = printed({"ping", "-T", "tsonly", "-c", "1", "-W", "2", "192.0.2.2"});
  EXPECT_THAT(ping, ContainsRegex("TS: \t[0-9]+ absolute\n\t-?[0-9]{1,2}\n\t-?[0-9]{1,2}\n"));
}

TEST_F(Ipv4Clients, V4_OPT_013_ping_with_addresses_and_times) {
  const std::string ping = printed({"ping", "-T", "tsandaddr", "-c", "1", "-W", "2", "192.0.2.2"});
  EXPECT_THAT(ping, ContainsRegex("TS: \t192.0.2.1\t[0-9]+ absolute\n\t192.0.2.2\t-?[0-9]{1,2}\n\t192.0.2.1\t-?[0-9]"));
}

TEST_F(Ipv4Clients, V4_OPT_014_ping_with_prespecified_addresses) {
  EXPECT_THAT(printed({"ping", "-c", "1", "-W", "2", "-T", "tsprespec", "192.0.2.2", "192.0.2.2"}),
              ContainsRegex("TS: \t192.0.2.2\t[0-9]+ absolute\n"));
}

TEST_F(Ipv4Clients, V4_RX_013_ping_with_ttl_1) {
  EXPECT_THAT(printed({"ping", "-t", "1", "-c", "1", "-W", "2", "192.0.2.2"}), HasSubstr("1 received"));
}

TEST_F(Ipv4Clients, ICMP4_ECHO_011_ping_that_forbids_fragments) {
  EXPECT_THAT(printed({"ping", "-M", "do", "-s", "1472", "-c", "1", "-W", "2", "192.0.2.2"}), HasSubstr("1 received"));
}

TEST_F(Ipv4Clients, V4_TX_002_fping_many_times) {
  const std::string fping = printed({"fping", "-c", "20", "-p", "10", "-t", "2000", "-b", "3000", "-q", "192.0.2.2"});
  EXPECT_THAT(fping, HasSubstr("xmt/rcv/%loss = 20/20/0%"));
}

// ---- timestamps, masks, information ----

TEST_F(Ipv4Clients, ICMP4_TS_001_hping_timestamp) {
  const std::string hping = printed({"hping3", "--icmp-ts", "-c", "1", "192.0.2.2"});
  EXPECT_THAT(hping, ContainsRegex("Originate=([0-9]+) Receive=[0-9]+ Transmit=[0-9]+"));
  EXPECT_THAT(hping, ContainsRegex("ICMP timestamp RTT tsrtt=[0-9]+\n"));
}

TEST_F(Ipv4Clients, ICMP4_TS_001_nmap_timestamp) {
  EXPECT_THAT(printed({"nmap", "-n", "-sn", "-PP", "--reason", "192.0.2.2"}),
              HasSubstr("Host is up, received timestamp-reply ttl 64"));
}

TEST_F(Ipv4Clients, ICMP4_MASK_002_hping_address_mask) {
  EXPECT_THAT(printed({"hping3", "--icmp-addr", "-c", "1", "192.0.2.2"}),
              HasSubstr("ICMP address mask: icmpam=255.255.255.0"));
}

TEST_F(Ipv4Clients, ICMP4_MASK_001_nmap_address_mask_with_and_without_an_agent) {
  const Command nmap = {"nmap", "-n", "-sn", "-PM", "--reason", "--max-retries", "0", "192.0.2.2"};
  EXPECT_THAT(printed(nmap), HasSubstr("Host is up, received addressmask-reply ttl 64"));
  EXPECT_THAT(printed(nmap, {"icmp4.mask_agent=off"}), HasSubstr("Host seems down"));
}

// icmpush is of a time when a long had 32 bits: it reads identifier and times from the wrong places, also when a
// kernel answers. What it prints still shows that an answer came, and from whom.
TEST_F(Ipv4Clients, ICMP4_TS_001_icmpush_timestamp) {
  EXPECT_THAT(printed({"icmpush", "-to", "1", "-tstamp", "192.0.2.2"}), HasSubstr("192.0.2.2       -> "));
  EXPECT_THAT(printed({"icmpush", "-to", "1", "-tstamp", "192.0.2.2"}, {"icmp4.timestamp=off"}),
              Not(HasSubstr("192.0.2.2       -> ")));
}

TEST_F(Ipv4Clients, ICMP4_MASK_002_icmpush_address_mask) {
  EXPECT_THAT(printed({"icmpush", "-to", "1", "-mask", "192.0.2.2"}), HasSubstr("192.0.2.2       -> "));
  EXPECT_THAT(printed({"icmpush", "-to", "1", "-mask", "192.0.2.2"}, {"icmp4.mask_agent=off"}),
              Not(HasSubstr("192.0.2.2       -> ")));
}

TEST_F(Ipv4Clients, ICMP4_INFO_001_icmpush_information) {
  EXPECT_THAT(printed({"icmpush", "-to", "1", "-info", "192.0.2.2"}, {"icmp4.info_reply=on"}),
              HasSubstr("192.0.2.2       -> "));
  EXPECT_THAT(printed({"icmpush", "-to", "1", "-info", "192.0.2.2"}), Not(HasSubstr("192.0.2.2       -> ")));
}

// ---- fragments ----

TEST_F(Ipv4Clients, V4_FRAG_001_hping_in_fragments_of_16_octets) {
  EXPECT_THAT(printed({"hping3", "-1", "-f", "-d", "100", "-c", "1", "192.0.2.2"}),
              AllOf(HasSubstr("len=128 ip=192.0.2.2"), HasSubstr("1 packets received")));
}

TEST_F(Ipv4Clients, V4_FRAG_008_hping_is_told_that_the_rest_never_came) {
  const Command hping = {"hping3", "-n", "-1", "-x", "-d", "8", "-c", "3", "-i", "u600000", "192.0.2.2"};
  EXPECT_THAT(printed(hping, {"ip4.frag.timeout=1"}), HasSubstr("TTL 0 during reassembly from ip=192.0.2.2"));
}

// ---- protocols and ports ----

TEST_F(Ipv4Clients, V4_RX_020_nmap_finds_the_protocols) {
  const std::string nmap =
      printed({"nmap", "-n", "-Pn", "-sO", "-p", "1,6,17,47,253", "192.0.2.2"}, {"icmp4.error_rate=0"});
  EXPECT_THAT(nmap, ContainsRegex("\n1 +open +icmp\n6 +open +tcp\n17 +open +udp\n47 +closed +gre\n253 +closed "));
}

TEST_F(Ipv4Clients, V4_RX_021_nmap_tells_open_ports_from_closed_ones) {
  const std::string nmap = printed({"nmap", "-n", "-Pn", "-sU", "--max-retries", "1", "-p", "7,9,33434", "192.0.2.2"},
                                   {"icmp4.error_rate=0", "udp.echo=on", "udp.discard=on"});
  EXPECT_THAT(nmap, ContainsRegex("\n7/udp +open +echo\n9/udp +open.filtered discard\n33434/udp closed "));
}

TEST_F(Ipv4Clients, V4_RX_022_nmap_finds_tcp_closed) {
  EXPECT_THAT(printed({"nmap", "-n", "-Pn", "-sS", "-p", "80", "192.0.2.2"}), ContainsRegex("\n80/tcp +closed http\n"));
}

}  // namespace
}  // namespace tunstack::test::ipv4_clients_test
