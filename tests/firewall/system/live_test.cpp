// The rules of a host as they are: tried beside its services, from its own device alone, and left as they were.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"
#include "tunstack/firewall/bench/listeners.hpp"

namespace tunstack::test::live_test {
namespace {

using testing::HasSubstr;

class Live : public SystemTest {
 protected:
  std::string state_of_host() const {
    return network.shell("nft -s list ruleset; ip -o link; ip -o addr; ip route").out;
  }
};

constexpr const char* server_at_80 = R"(
import socket
server = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
server.settimeout(30)
while True:
    server.accept()
)";

TEST_F(Live, tries_a_service_that_the_host_has_and_leaves_all_as_it_was) {
  ASSERT_EQ(
      network.shell("ip link set lo up && nft -f " TUNSTACK_SOURCE_DIR "/tests/firewall/rulesets/careful-host.nft")
          .status,
      0);
  const auto server = start({"python3", "-c", server_at_80});
  ASSERT_TRUE(eventually([&] { return server->out().contains("ready"); }));
  const std::string before = state_of_host();
  const Outcome tried = tunstack({"firewall", "test", "--live", "--open", "tcp/80", "--only", "tcp", "--json", "-q"});
  EXPECT_EQ(tried.err, "");
  std::string open_service;
  const nlohmann::json run = nlohmann::json::parse(tried.out);
  for (const auto& one : run.at("cases"))
    if (one.at("case").at("id") == "H4-T-OPEN") open_service = one.at("verdict").at("fate");
  EXPECT_EQ(open_service, "answered");
  EXPECT_EQ(state_of_host(), before);
}

/// 0, or the errno.
int connect_to_loopback(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int failed = ::connect(fd, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0 ? 0 : errno;
  ::close(fd);
  return failed;
}

TEST_F(Live, what_listens_for_the_test_is_reached_by_its_device_alone) {
  ASSERT_EQ(network.shell("ip link set lo up && ip tuntap add tun9 mode tun").status, 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (!network.enter()) ::_exit(1);
    {
      const firewall::Listeners everywhere({{true, 7001}});
      if (connect_to_loopback(7001) != 0) ::_exit(2);
    }
    const firewall::Listeners at_device({{true, 7777}}, "tun9");
    ::_exit(connect_to_loopback(7777) == ECONNREFUSED ? 0 : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace tunstack::test::live_test
