// Neighbors and routers, with the real kernel and real clients at the other end of a TAP or TUN device.
#include <fmt/format.h>

#include "tests/system/network.hpp"

namespace tunstack::test::discovery_test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Command operator+(Command command, const Command& arguments) {
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

class Discovery : public SystemTest {
 protected:
  /// `tunstack exec OPTIONS -- sh -c SCRIPT`
  Outcome in_private_network(const Command& options, const std::string& script) const {
    return tunstack(Command{"exec"} + options + Command{"--", "sh", "-c", script});
  }
};

/// Runs a command every tenth of a second until it succeeds, ten seconds at most.
std::string until(const std::string& command) {
  return fmt::format("for i in $(seq 100); do {} && break; sleep 0.1; done; ", command);
}

// ---- neighbors ----

TEST_F(Discovery, TUN_001_TUN_007_ARP_001_ND_NS_007_ping_over_tap_with_a_cold_cache) {
  const Outcome outcome =
      in_private_network({"--tap"},
                         "ping -c 2 -i 0.01 -W 2 192.0.2.2; ping -c 2 -i 0.01 -W 2 2001:db8::2; "
                         "ping -c 1 -W 2 -s 4000 192.0.2.2; ping -c 1 -W 2 -s 4000 2001:db8::2; ip neigh");
  EXPECT_THAT(outcome.out, AllOf(ContainsRegex("192.0.2.2 ping statistics ---\n2 packets transmitted, 2 received"),
                                 ContainsRegex("2001:db8::2 ping statistics ---\n2 packets transmitted, 2 received"),
                                 HasSubstr("4008 bytes from 192.0.2.2"), HasSubstr("4008 bytes from 2001:db8::2"),
                                 HasSubstr("192.0.2.2 dev tun0 lladdr 02:74:c0:00:02:02"),
                                 HasSubstr("2001:db8::2 dev tun0 lladdr 02:74:c0:00:02:02")));
  EXPECT_EQ(outcome.status, 0);
}

TEST_F(Discovery, ARP_001_ARP_009_arping) {
  const Outcome outcome = in_private_network(
      {"--tap", "--mac", "02:00:5e:00:53:01"},
      "arping -c 2 -w 5 -I tun0 192.0.2.2; echo there $?; arping -D -c 1 -w 2 -I tun0 192.0.2.2; echo taken $?; "
      "arping -D -c 1 -w 1 -I tun0 192.0.2.77; echo free $?");
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("Unicast reply from 192.0.2.2 [02:00:5E:00:53:01]"), HasSubstr("Received 2 response"),
                    HasSubstr("there 0"), HasSubstr("taken 1"), HasSubstr("free 0")));
}

TEST_F(Discovery, ND_NA_001_ND_NA_002_ndisc6) {
  const Outcome outcome = in_private_network(
      {"--tap", "--mac", "02:00:5e:00:53:01"},
      until("ip -6 addr show dev tun0 scope link | grep -q 'inet6 fe80' && ! ip -6 addr show dev tun0 | grep -q "
            "tentative") +
          "ndisc6 -1 -w 3000 2001:db8::2 tun0; ndisc6 -1 -w 500 -r 1 2001:db8::77 tun0; echo status $?");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Target link-layer address: 02:00:5E:00:53:01"), HasSubstr("status 2")));
}

// Packets that nobody can be found for are given up, and the explanation says so.
TEST_F(Discovery, ARP_005_ND_NS_008_a_neighbor_that_does_not_answer) {
  const Outcome outcome =
      in_private_network({"--tap", "--explain=drops", "--set", "arp.retrans=50"},
                         "sysctl -qw net.ipv4.conf.all.arp_ignore=1; ip addr add 192.0.2.50/32 dev lo; "
                         "ip neigh add 192.0.2.2 lladdr 02:74:c0:00:02:02 dev tun0 nud permanent; "
                         "ping -c 1 -W 1 -I 192.0.2.50 192.0.2.2");
  EXPECT_THAT(outcome.out, HasSubstr("0 received"));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("drop   neighbor_resolution_pending"),
                                 HasSubstr("drop   neighbor_unreachable"), ContainsRegex("3  neighbor_solicited")));
}

TEST_F(Discovery, DAD_006_DAD_007_an_address_that_the_kernel_has) {
  ASSERT_EQ(network
                .shell("ip tuntap add dev tun0 mode tap && ip link set dev tun0 up && "
                       "ip addr add 2001:db8::2/64 dev tun0 nodad")
                .status,
            0);
  const auto stack =
      start_tunstack({"up", "--tap", "--host", "none", "--explain", "--duration", "3", "2001:db8::2/64"});
  const Outcome outcome = stack->wait();
  EXPECT_THAT(outcome.err, AllOf(ContainsRegex(R"(\* 2001:db8::2 +own +address_duplicate)"),
                                 Not(ContainsRegex(R"(\* 2001:db8::2 +own +address_in_use)"))));
}

// ---- the stack as a router ----

const Command router = {"--role", "router",         "--set", "nd.adv.enable=on",
                        "--set",  "nd.adv.max=4",   "--set", "nd.adv.rdnss=2001:db8::53",
                        "--set",  "nd.adv.mtu=1400"};

TEST_F(Discovery, ND_RA_002_ND_RA_003_the_kernel_configures_itself_on_tun_and_tap) {
  for (const Command& device : {Command{}, Command{"--tap"}}) {
    const Outcome outcome = in_private_network(
        device + router + Command{"--address", "2001:db8:7::2/64", "--host", "2001:db8:8::1/64"},
        until("ip -6 addr show dev tun0 | grep -q 2001:db8:7:") +
            until("! ip -6 addr show dev tun0 | grep -q tentative") + "ip -6 addr show dev tun0; ip -6 route; " +
            "cat /proc/sys/net/ipv6/conf/tun0/mtu; ping -6 -c 1 -W 5 2001:db8:7::2");
    EXPECT_THAT(outcome.out, AllOf(ContainsRegex("inet6 2001:db8:7:[0-9a-f:]+/64 scope global .*dynamic"),
                                   ContainsRegex("default via fe80::2 dev tun0 proto ra"), HasSubstr("\n1400\n"),
                                   HasSubstr("1 received")))
        << (device.empty() ? "tun" : "tap");
  }
}

TEST_F(Discovery, ND_RA_006_the_default_route_goes_with_the_router) {
  ASSERT_EQ(network.shell("ip tuntap add dev tun0 mode tun && ip link set dev tun0 up").status, 0);
  const auto stack = start_tunstack(Command{"up", "--host", "none", "2001:db8:7::2/64"} + router);
  EXPECT_EQ(network.shell(until("ip -6 route | grep -q 'default via fe80::2'") + "ip -6 route | grep default").status,
            0);
  stack->signal(SIGTERM);
  EXPECT_EQ(stack->wait().status, 0);
  const Outcome routes = network.shell("ip -6 route");
  EXPECT_EQ(routes.status, 0);
  EXPECT_THAT(routes.out, AllOf(HasSubstr("2001:db8:7::/64"), Not(HasSubstr("default"))));
}

TEST_F(Discovery, ND_RA_010_ND_RS_006_rdisc6) {
  const Outcome outcome =
      in_private_network(router + Command{"--tap", "--set", "nd.adv.pref=high", "--set", "nd.adv.dnssl=lab.example"},
                         until("! ip -6 addr show dev tun0 | grep -q tentative") + "rdisc6 -1 -w 5000 tun0");
  EXPECT_THAT(outcome.out,
              AllOf(ContainsRegex("Prefix +: 2001:db8::/64"), ContainsRegex("Recursive DNS server +: 2001:db8::53"),
                    ContainsRegex("DNS search list +: lab.example"), ContainsRegex("Router preference +: +high"),
                    ContainsRegex("MTU +: +1400"), ContainsRegex("Source link-layer address: 02:74:C0:00:02:02"),
                    HasSubstr("from fe80::2")));
}

// icmpush prints addresses that are not there, also with a kernel that answers, but its first line names who answered.
TEST_F(Discovery, ICMP4_RD_006_icmpush) {
  const std::string ask = "timeout 5 icmpush -rts 192.0.2.2 2>&1 | head -1";
  EXPECT_THAT(in_private_network({"--role", "router", "--set", "irdp.adv.enable=on"}, ask).out,
              ContainsRegex("192.0.2.2 +-> Router Advertisement"));
  EXPECT_EQ(in_private_network({}, ask).out, "") << "a host";
}

// ---- the stack as a host ----

TEST_F(Discovery, SLAAC_003_ND_RA_012_the_stack_configures_itself_from_radvd) {
  const std::string radvd =
      "sysctl -qw net.ipv6.conf.all.forwarding=1; d=$(mktemp -d); "
      "printf 'interface tun0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; "
      "prefix 2001:db8:5::/64 { }; };' > $d/conf; chmod 600 $d/conf; "
      "radvd -n -d 1 -m stderr -u root -C $d/conf -p $d/pid & ";
  const Outcome outcome = in_private_network(
      {"--tap", "--mac", "02:00:5e:00:53:01", "--set", "slaac.iid=eui64", "--explain"},
      "ip addr add 2001:db8:5::1/64 dev tun0 nodad; " + until("! ip -6 addr show dev tun0 | grep -q tentative") +
          radvd + until("ping -6 -c 1 -W 1 2001:db8:5::5eff:fe00:5301 >/dev/null") +
          "ping -6 -c 1 -W 1 2001:db8:5::5eff:fe00:5301; kill %1 $!");
  EXPECT_THAT(outcome.out, HasSubstr("1 received"));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("router_advertisement_accepted"),
                                 ContainsRegex(R"(\* 2001:db8:5::5eff:fe00:5301 +own +address_in_use)")));
}

// ---- wrong use ----

TEST_F(Discovery, wrong_options_say_what_to_do) {
  EXPECT_FAULT(tunstack({"exec", "--mac", "02:00:5e:00:53:01", "--", "true"}), 2);
  EXPECT_FAULT(tunstack({"exec", "--tap", "--mac", "01:00:5e:00:53:01", "--", "true"}), 2);
  EXPECT_FAULT(tunstack({"exec", "--tap", "--mac", "02:00:5e", "--", "true"}), 2);
  EXPECT_FAULT(tunstack({"exec", "--tap", "--gateway", "198.51.100.1", "--", "true"}), 2);
  for (const char* setting : {"nd.adv.enable=on", "nd.proxy=2001:db8::9", "arp.proxy=192.0.2.9"})
    EXPECT_FAULT(tunstack({"exec", "--set", setting, "--", "true"}), 2);
  EXPECT_FAULT(tunstack(Command{"exec"} + router + Command{"--set", "nd.adv.lifetime=3", "--", "true"}), 2);
}

}  // namespace
}  // namespace tunstack::test::discovery_test
