// Two routers on one Ethernet: ours sends what is for networks behind the other one there, and tells the kernel.
#include "tests/system/between_networks.hpp"

namespace tunstack::test::redirect_test {
namespace {

using testing::HasSubstr;

/// The other router is the kernel of the far network, to which both networks of documentation belong.
class TwoRouters : public BetweenNetworks {
 protected:
  void SetUp() override {
    BetweenNetworks::SetUp();
    configure(network, "ip link add eth1 type veth peer name port1");
    move_to_far_network("eth1");
    configure(far_network,
              "ip link set lo up; ip link set eth1 up; ip address add 192.0.2.3/24 dev eth1;"
              "ip address add 2001:db8::3/64 dev eth1 nodad; ip address add fe80::3/64 dev eth1 nodad;"
              "ip address add 203.0.113.9/32 dev lo; ip address add 2001:db8:9::9/128 dev lo");
  }
  /// Ours, with the other one as its default router; the kernel knows ours alone.
  std::unique_ptr<Process> router_beside_another() const {
    auto process = start_tunstack({"up", "192.0.2.2/24", "2001:db8::2/64", "--tap", "--dev", "port0", "--host", "none",
                                   "--role", "router", "--gateway", "192.0.2.3", "--gateway", "fe80::3", "--set",
                                   "dad.transmits=0", "--set", "acd.enable=off"});
    EXPECT_TRUE(says(*process, "port0 is down")) << process->err();
    configure(network,
              "ip link add ether type bridge; ip link set port0 master ether; ip link set port1 master ether;"
              "for link in port0 port1 ether; do ip link set $link up; done;"
              "ip address add 192.0.2.1/24 dev ether; ip address add 2001:db8::1/64 dev ether nodad;"
              "ip route add 203.0.113.0/24 via 192.0.2.2; ip -6 route add 2001:db8:9::/48 via fe80::2 dev ether");
    EXPECT_TRUE(says(*process, "port0 is up: ")) << process->err();
    return process;
  }
  bool arrives(const std::string& address) const {
    return eventually([&] { return network.run({"ping", "-c", "1", "-W", "1", address}).out.contains("1 received"); });
  }
  std::string route_to(const std::string& address) const { return network.run({"ip", "route", "get", address}).out; }
};

// The kernel takes no gateway that it has not resolved (net/ipv4/route.c): it asks for it first.
TEST_F(TwoRouters, ICMP4_RED_001_ND_RED_001_the_kernel_takes_a_redirect) {
  const auto running = router_beside_another();
  EXPECT_TRUE(arrives("192.0.2.3"));
  EXPECT_THAT(route_to("203.0.113.9"), HasSubstr("via 192.0.2.2"));
  EXPECT_TRUE(arrives("203.0.113.9"));
  EXPECT_THAT(route_to("203.0.113.9"), testing::AllOf(HasSubstr("via 192.0.2.3"), HasSubstr("redirected")));

  EXPECT_THAT(route_to("2001:db8:9::9"), HasSubstr("via fe80::2"));
  EXPECT_TRUE(arrives("2001:db8:9::9"));
  EXPECT_THAT(route_to("2001:db8:9::9"), HasSubstr("via fe80::3"));
}

}  // namespace
}  // namespace tunstack::test::redirect_test
