// What `tunstack up` makes of the kernel's end of the link, and what it leaves behind.
#include <csignal>

#include "tests/system/network.hpp"

namespace tunstack::test::link_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class LinkOfUp : public SystemTest {
 protected:
  Link link() const {
    const auto found = network.link();
    EXPECT_TRUE(found);
    return found.value_or(Link{});
  }
  /// A device that outlives the processes attached to it.
  void make_persistent_device(const std::string& commands = "") const {
    const Outcome made = network.shell("ip tuntap add dev tun0 mode tun" + commands);
    ASSERT_EQ(made.status, 0) << made;
  }
  void end(Process& process) const {
    process.signal(SIGTERM);
    const Outcome ended = process.wait();
    EXPECT_EQ(ended.status, 0) << ended;
  }
};

TEST_F(LinkOfUp, default_addresses) {
  const auto process = up();
  EXPECT_TRUE(link().up);
  EXPECT_EQ(link().mtu, 1500U);
  EXPECT_THAT(link().addresses, UnorderedElementsAre("192.0.2.1/24", "2001:db8::1/64"));
  EXPECT_THAT(network.routes(), UnorderedElementsAre("192.0.2.0/24", "2001:db8::/64"));
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("2001:db8::2")) << "at once: no duplicate address detection";
}

TEST_F(LinkOfUp, several_addresses) {
  const auto process = up({"192.0.2.1/24", "192.0.2.9/24", "10.1.0.2/16", "2001:db8:5::7/64"});
  EXPECT_THAT(link().addresses, UnorderedElementsAre("192.0.2.2/24", "10.1.0.1/16", "2001:db8:5::1/64"));
  for (const char* address : {"192.0.2.1", "192.0.2.9", "10.1.0.2", "2001:db8:5::7", "fe80::7%tun0"})
    EXPECT_TRUE(answers(address)) << address;
}

TEST_F(LinkOfUp, an_address_without_a_prefix_in_common_gets_a_route) {
  const auto process =
      up({"192.0.2.2/32", "2001:db8::2/128", "--host", "198.51.100.1/32", "--host", "2001:db8:1::1/128"});
  EXPECT_THAT(network.routes(), testing::IsSupersetOf({"192.0.2.2", "2001:db8::2"}));
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("2001:db8::2"));
}

TEST_F(LinkOfUp, host_none_leaves_the_link_alone) {
  const auto process = start_tunstack({"up", "--host", "none", "--mtu", "1400"});
  ASSERT_TRUE(eventually([&] { return process->err().contains("tun0 is down"); })) << process->err();
  EXPECT_FALSE(link().up);
  EXPECT_THAT(link().addresses, IsEmpty());
  EXPECT_EQ(link().mtu, 1500U);
  ASSERT_EQ(network.shell("ip address add 192.0.2.50/24 dev tun0 && ip link set tun0 up").status, 0);
  EXPECT_TRUE(answers("192.0.2.2")) << "what the user gives it is enough";
}

TEST_F(LinkOfUp, TUN_006_mtu_is_set_on_the_link) {
  const auto process = up({"--mtu", "1280"});
  EXPECT_EQ(link().mtu, 1280U);
  EXPECT_TRUE(answers("192.0.2.2"));
  EXPECT_TRUE(answers("2001:db8::2"));
}

TEST_F(LinkOfUp, TUN_006_the_least_mtu_of_IPv4_is_accepted) {
  const auto process = up({"192.0.2.2/24", "--mtu", "68"});
  EXPECT_EQ(link().mtu, 68U);
  const Outcome ping = network.run({"ping", "-M", "do", "-c", "1", "-W", "2", "-s", "40", "192.0.2.2"});
  EXPECT_THAT(ping.out, HasSubstr("1 received")) << ping;
}

TEST_F(LinkOfUp, TUN_006_too_small_an_mtu_is_refused_with_the_minimum) {
  const Outcome ipv4 = tunstack({"up", "192.0.2.2/24", "--mtu", "67"});
  EXPECT_FAULT(ipv4, 2);
  EXPECT_THAT(ipv4.err, HasSubstr("68"));
  const Outcome ipv6 = tunstack({"up", "192.0.2.2/24", "2001:db8::2/64", "--mtu", "1279"});
  EXPECT_FAULT(ipv6, 2);
  EXPECT_THAT(ipv6.err, HasSubstr("1280"));
  EXPECT_THAT(ipv6.err, HasSubstr("try: IPv4 addresses alone: 192.0.2.2/24")) << "the way out";
  EXPECT_THAT(tunstack({"up", "2001:db8::2/64", "--mtu", "1279"}).err, Not(HasSubstr("IPv4")));
  EXPECT_FALSE(network.link());
}

TEST_F(LinkOfUp, persistent_device_is_as_it_was_afterwards) {
  make_persistent_device(" && ip link set tun0 mtu 1400");
  const auto process = up({"--mtu", "1300"});
  EXPECT_TRUE(link().up);
  EXPECT_EQ(link().mtu, 1300U);
  EXPECT_TRUE(answers("192.0.2.2"));
  end(*process);
  EXPECT_FALSE(link().up);
  EXPECT_EQ(link().mtu, 1400U);
  EXPECT_THAT(link().addresses, IsEmpty());
  EXPECT_THAT(network.routes(), IsEmpty());
}

TEST_F(LinkOfUp, persistent_device_keeps_what_it_had) {
  make_persistent_device(" && ip address add 192.0.2.1/24 dev tun0 && ip link set tun0 up");
  const auto process = up();
  EXPECT_THAT(link().addresses, UnorderedElementsAre("192.0.2.1/24", "2001:db8::1/64"));
  end(*process);
  EXPECT_TRUE(link().up);
  EXPECT_THAT(link().addresses, ElementsAre("192.0.2.1/24"));
}

TEST_F(LinkOfUp, persistent_device_that_was_up_is_left_without_new_routes) {
  make_persistent_device(" && ip address add 10.9.9.9/32 dev tun0 && ip link set tun0 up");
  const Command arguments = {"192.0.2.2/32", "--host", "198.51.100.1/32"};
  end(*up(arguments));
  EXPECT_THAT(network.routes(), IsEmpty());
  end(*up(arguments));  // a second time
}

TEST_F(LinkOfUp, a_fault_on_the_way_takes_back_what_was_done) {
  make_persistent_device(" && ip link set tun0 mtu 1400");
  const Outcome without_ipv6 = network.shell("echo 1 >/proc/sys/net/ipv6/conf/tun0/disable_ipv6");
  ASSERT_EQ(without_ipv6.status, 0) << without_ipv6;
  EXPECT_FAULT(tunstack({"up", "192.0.2.2/24", "2001:db8::2/64"}), 3);
  EXPECT_FALSE(link().up);
  EXPECT_EQ(link().mtu, 1400U);
  EXPECT_THAT(link().addresses, IsEmpty());
}

// ---- routes that are asked for ----

TEST_F(LinkOfUp, route_leads_what_is_for_a_prefix_to_the_stack) {
  const auto process = up({"--route", "198.51.100.0/24", "--route", "2001:db8:7::/48", "--explain"});
  EXPECT_THAT(network.routes(), testing::IsSupersetOf({"198.51.100.0/24", "2001:db8:7::/48"}));
  network.run({"ping", "-c", "1", "-W", "1", "198.51.100.9"});
  EXPECT_THAT(process->err(), HasSubstr("192.0.2.1 > 198.51.100.9  ICMP echo request"));
}

TEST_F(LinkOfUp, route_comes_back_when_the_link_was_down) {
  const auto process = up({"--route", "default"});
  ASSERT_EQ(network.shell("ip link set tun0 down && ip link set tun0 up").status, 0);
  EXPECT_TRUE(eventually([&] {
    return network.shell("ip -o route show default; ip -o -6 route show default").out ==
           "default dev tun0 proto static scope link \n"
           "default dev tun0 proto static metric 1024 pref medium\n";
  }));
}

TEST_F(LinkOfUp, route_is_taken_back_from_a_persistent_device) {
  make_persistent_device(" && ip link set tun0 up && ip address add 203.0.113.1/24 dev tun0");
  end(*up({"192.0.2.2/24", "--route", "default", "--route", "198.51.100.0/24"}));
  EXPECT_THAT(network.routes(), ElementsAre("203.0.113.0/24"));
}

TEST_F(LinkOfUp, route_that_the_link_has_stays) {
  make_persistent_device(
      " && ip link set tun0 up && ip address add 203.0.113.1/24 dev tun0 && ip route add default dev tun0");
  end(*up({"192.0.2.2/24", "--route", "default"}));
  EXPECT_THAT(network.routes(), UnorderedElementsAre("203.0.113.0/24", "default"));
}

TEST_F(LinkOfUp, route_of_another_link_is_not_overruled) {
  const Outcome other = network.shell(
      "ip tuntap add dev other mode tun && ip link set other up && ip route add default dev other metric 100 && "
      "ip -6 route add 2001:db8:7::/48 dev other metric 100");
  ASSERT_EQ(other.status, 0) << other;
  const Outcome by_default = tunstack({"up", "192.0.2.2/24", "--route", "default"});
  EXPECT_FAULT(by_default, 3);
  EXPECT_THAT(by_default.err,
              HasSubstr("cannot add the default route into tun0\n  this host has such a route through other"));
  EXPECT_FAULT(tunstack({"up", "--route", "2001:db8:7::/48"}), 3);
  EXPECT_FAULT(tunstack({"up", "192.0.2.2/24", "--route", "0.0.0.0/0"}), 3);
  EXPECT_FALSE(network.link());
  EXPECT_THAT(network.routes("other"), UnorderedElementsAre("default", "2001:db8:7::/48"));
  const auto within_it = up({"192.0.2.2/24", "--route", "198.51.100.0/24"});
}

TEST_F(LinkOfUp, route_leads_to_the_stack_by_its_address_where_stations_are_asked_for) {
  const auto process = up({"--tap", "--set", "dad.transmits=0", "--route", "default", "--explain"});
  network.run({"ping", "-c", "1", "-W", "1", "198.51.100.9"});
  network.run({"ping", "-c", "1", "-W", "1", "2001:db8:7::9"});
  EXPECT_THAT(process->err(), HasSubstr("192.0.2.1 > 198.51.100.9  ICMP echo request"));
  EXPECT_THAT(process->err(), HasSubstr("2001:db8::1 > 2001:db8:7::9  ICMP6 echo request"));
}

class DryRun : public LinkOfUp {
 protected:
  /// The printed commands, run by a shell, leave the kernel's end as `tunstack up` does.
  void expect_equivalent(Command arguments) const {
    arguments.insert(arguments.begin(), {"up", "--dry-run"});
    const Outcome printed = tunstack(arguments);
    EXPECT_EQ(printed.status, 0) << printed;
    EXPECT_EQ(printed.err, "");
    EXPECT_FALSE(network.link()) << "it creates nothing";

    const Network other;
    const Outcome ran = other.shell("set -e\n" + printed.out);
    EXPECT_EQ(ran.status, 0) << printed.out << ran;
    arguments.erase(arguments.begin() + 1);
    const auto process = start_tunstack(arguments);
    ASSERT_TRUE(eventually([&] { return process->err().contains("tunstack: tun0 is "); })) << process->err();
    const auto by_hand = other.link();
    ASSERT_TRUE(by_hand);
    EXPECT_EQ(by_hand->addresses, link().addresses) << printed.out;
    EXPECT_EQ(by_hand->mtu, link().mtu);
    EXPECT_EQ(by_hand->up, link().up);
    EXPECT_EQ(other.routes(), network.routes()) << printed.out;
  }
};

TEST_F(DryRun, defaults) { expect_equivalent({}); }
TEST_F(DryRun, mtu_and_several_addresses) {
  expect_equivalent({"10.1.0.2/16", "192.0.2.1/30", "2001:db8:5::7/64", "--mtu", "1280"});
}
TEST_F(DryRun, routes) {
  expect_equivalent({"192.0.2.2/32", "2001:db8::2/128", "--host", "198.51.100.1/32", "--host", "2001:db8:1::1/128"});
}
TEST_F(DryRun, routes_that_are_asked_for) {
  expect_equivalent({"--route", "default", "--route", "198.51.100.0/24", "--route", "2001:db8:7::/48"});
}
TEST_F(DryRun, routes_by_an_address) {
  expect_equivalent({"--tap", "--set", "dad.transmits=0", "--route", "default", "--route", "198.51.100.0/24"});
}
TEST_F(DryRun, host_none) { expect_equivalent({"--host", "none"}); }

}  // namespace
}  // namespace tunstack::test::link_test
