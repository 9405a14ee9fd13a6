// What real sockets learn from the stack's refusals.
#include "tests/system/network.hpp"

namespace tunstack::test::unreachable_test {
namespace {

class Unreachable : public SystemTest {
 protected:
  void expect_client_prints(const std::string& expected, const std::string& protocol, const std::string& address) {
    const Outcome client = exec({SOCKET_CLIENT, protocol, address, "33434"});
    EXPECT_EQ(client.status, 0) << client;
    EXPECT_EQ(client.out, expected + "\n") << client;
  }
};

TEST_F(Unreachable, V4_RX_021_udp_socket_learns_that_the_port_is_closed) {
  expect_client_prints("ECONNREFUSED", "udp", "192.0.2.2");
}

TEST_F(Unreachable, V6_RX_012_udp_socket_learns_that_the_port_is_closed) {
  expect_client_prints("ECONNREFUSED", "udp", "2001:db8::2");
}

TEST_F(Unreachable, V4_RX_022_tcp_connection_is_refused) { expect_client_prints("ECONNREFUSED", "tcp", "192.0.2.2"); }

TEST_F(Unreachable, V4_RX_022_tcp_connection_is_refused_over_IPv6) {
  expect_client_prints("ECONNREFUSED", "tcp", "2001:db8::2");
}

TEST_F(Unreachable, V4_RX_022_tcp_port_unreachable_if_so_configured) {
  // An ICMP error during the handshake; the kernel gives it to the socket as the same errno, so look at the reason.
  const Outcome client =
      tunstack({"exec", "--set", "tcp.closed=port", "--json", "--", SOCKET_CLIENT, "tcp", "192.0.2.2", "33434"});
  EXPECT_THAT(client.err, testing::HasSubstr("ECONNREFUSED")) << client;
  EXPECT_THAT(client.out, testing::HasSubstr(R"("verdict":"error")")) << client;
}

}  // namespace
}  // namespace tunstack::test::unreachable_test
