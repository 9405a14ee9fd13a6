// Programs at nodes of a running stack that ask the node itself: it answers, and neither the kernel nor a capture has
// anything of it.
#include <filesystem>

#include "tests/system/network.hpp"

namespace tunstack::test::own_node_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class OwnNode : public SystemTest {
 protected:
  /// A shell script in a lab, with $T for tunstack.
  Outcome in_lab(const std::string& script, const Command& more = {}) const {
    Command command = {"exec", "--lab", "pmtud"};
    command.insert(command.end(), more.begin(), more.end());
    command.insert(command.end(), {"--", "sh", "-c", "T=" + program + "; " + script});
    return tunstack(command, Milliseconds(20'000));
  }
};

TEST_F(OwnNode, PING_004_answers_itself_in_a_running_stack) {
  const Outcome pings = in_lab(
      "$T ping --as server 0 -c 1 && $T ping --as server -c 2 -i 0.1 localhost && $T ping --as r1 127.0.0.1 -c 1 && "
      "$T ping --as server server -6 -c 1 -s 4000 && $T traceroute --as server -n server -q 1");
  EXPECT_EQ(pings.status, 0) << pings;
  EXPECT_THAT(pings.out, AllOf(HasSubstr("64 bytes from server (198.51.100.2): icmp_seq=1 ttl=64"),
                               HasSubstr("2 packets transmitted, 2 received, 0% packet loss"),
                               HasSubstr("64 bytes from 127.0.0.1: icmp_seq=1 ttl=64"),
                               HasSubstr("4008 bytes from server (2001:db8:1::2): icmp_seq=1 ttl=64"),
                               HasSubstr(" 1  198.51.100.2  ")));
}

TEST_F(OwnNode, PING_004_nothing_of_it_is_captured_and_its_replay_is_the_same) {
  const std::string path = testing::TempDir() + "own-" + std::to_string(::getpid()) + ".pcapng";
  const Outcome ping = in_lab("$T ping --as server 0 -c 2 -i 0.1; ping -c 1 -4 server", {"--capture", path});
  EXPECT_EQ(ping.status, 0) << ping;
  const auto tshark = [&](const std::string& filter) {
    return lines_of(network.run({"tshark", "-r", path, "-Y", filter}, Milliseconds(20'000)).out);
  };
  EXPECT_THAT(tshark("ip.addr == 198.51.100.2 && ip.addr == 192.0.2.1"), testing::SizeIs(2));
  EXPECT_THAT(tshark("ip.src == 198.51.100.2 && ip.dst == 198.51.100.2"), IsEmpty());
  const Outcome replayed = tunstack({"replay", path});
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(replayed.err, HasSubstr("the same")) << replayed;
  std::filesystem::remove(path);
}

TEST_F(OwnNode, PING_004_on_a_single_host_too) {
  const Outcome ping = exec({"sh", "-c", program + " ping 0 -c 1 && " + program + " traceroute -n -6 localhost -q 1"});
  EXPECT_EQ(ping.status, 0) << ping;
  EXPECT_THAT(ping.out, HasSubstr("1 received, 0% packet loss"));
}

}  // namespace
}  // namespace tunstack::test::own_node_test
