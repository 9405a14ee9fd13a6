// What the services on UDP ports 7 and 9 make of a datagram.
#include "protocols/transport/udp_services.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::udp_services_test {
namespace {

using transport::UdpServices;

constexpr UdpServices both{.echo = true, .discard = true};

/// The reason of the verdict, or "none".
std::string_view served(unsigned source, unsigned destination, const UdpServices& services, bool to_group = false) {
  const Packet datagram = udp(Ipv4Fields{}, source, destination, counting(4));
  const auto verdict = transport::serve_udp(UdpView::parse(datagram).value(), to_group, services);
  return verdict ? info(reason_of(*verdict)).name : "none";
}

// V4-RX-021: without a service the port is closed.
TEST(UdpServices, V4_RX_021_only_ports_7_and_9_and_only_if_switched_on) {
  for (unsigned port = 0; port < 1024; ++port) {
    EXPECT_EQ(served(40000, port, both), port == 7   ? "udp_echo_for_us"
                                         : port == 9 ? "udp_discard_for_us"
                                                     : "none")
        << port;
    EXPECT_EQ(served(40000, port, {}), "none") << port;
  }
  EXPECT_EQ(served(40000, 7, {.discard = true}), "none");
  EXPECT_EQ(served(40000, 9, {.echo = true}), "none");
}

TEST(UdpServices, V4_RX_021_echo_turns_the_ports_round) {
  const Packet datagram = udp(Ipv4Fields{}, 40000, 7, hex("0a0b0c"));
  const auto verdict = transport::serve_udp(UdpView::parse(datagram).value(), false, both);
  ASSERT_TRUE(verdict);
  const auto& message = std::get<UdpDatagram>(std::get<Reply>(*verdict).message);
  Packet written(message.size());
  message.write(written);
  EXPECT_EQ(written, hex("0007 9c40 000b 0000 0a0b0c"));
}

TEST(UdpServices, ROB_003_groups) {
  EXPECT_EQ(served(40000, 7, both, true), "udp_echo_to_group");
  EXPECT_EQ(served(40000, 9, both, true), "udp_discard_for_us") << "which answers nobody";
  EXPECT_EQ(served(40000, 33434, both, true), "none");
}

TEST(UdpServices, ROB_006_ports_that_would_answer) {
  for (unsigned port = 0; port < 65536; ++port) {
    const bool answers = port == 0 || port == 7 || port == 13 || port == 17 || port == 19 || port == 37;
    EXPECT_EQ(served(port, 7, both), answers ? "udp_echo_from_service" : "udp_echo_for_us") << port;
  }
}

}  // namespace
}  // namespace tunstack::test::udp_services_test
