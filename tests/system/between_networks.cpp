#include "tests/system/between_networks.hpp"

namespace tunstack::test {

Command with(Command first, const Command& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

void BetweenNetworks::SetUp() {
  SystemTest::SetUp();
  SKIP_UNLESS(::geteuid() == 0, "a device changes its namespace for root alone");
  SKIP_UNLESS(far_network.fault().empty(), far_network.fault());
  inhabitant = std::make_unique<Process>(Command{"sh", "-c", "echo inside; exec sleep 1000"},
                                         [this] { return far_network.enter(); });
  ASSERT_TRUE(eventually([this] { return inhabitant->out() == "inside\n"; }));
}

std::unique_ptr<Process> BetweenNetworks::router(const std::string& far, const Command& more) const {
  auto process = start_tunstack(with({"up", "--host", "none", "--door", near_door, "--door", far}, more));
  EXPECT_TRUE(says(*process, "tun1 is down")) << process->err();
  move_to_far_network("tun1");
  configure(network,
            "ip address add 192.0.2.1/24 dev tun0; ip address add 2001:db8::1/64 dev tun0 nodad; ip link set tun0 up;"
            "ip route add 198.51.100.0/24 dev tun0; ip -6 route add 2001:db8:1::/64 dev tun0");
  configure(far_network,
            "ip address add 198.51.100.1/24 dev tun1; ip address add 2001:db8:1::1/64 dev tun1 nodad;"
            "ip link set tun1 up; ip route add 192.0.2.0/24 dev tun1; ip -6 route add 2001:db8::/64 dev tun1");
  EXPECT_TRUE(says(*process, "tun0 is up: ")) << process->err();
  return process;
}

bool BetweenNetworks::says(const Process& process, const std::string& text) {
  return eventually([&] { return process.err().contains(text); });
}

void BetweenNetworks::configure(const Network& where, const std::string& commands) {
  const Outcome done = where.shell("set -e; " + commands);
  EXPECT_EQ(done.status, 0) << done;
}

void BetweenNetworks::move_to_far_network(const std::string& device) const {
  configure(network, "ip link set " + device + " netns " + std::to_string(inhabitant->pid()));
}

}  // namespace tunstack::test
