// The services on UDP ports 7 and 9 (RFC 862, RFC 863), over both families.
#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test::udp_service_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr unsigned echo_port = 7;
constexpr unsigned discard_port = 9;

const std::initializer_list<std::string_view> both = {"udp.echo=on", "udp.discard=on"};

Packet from_port4(unsigned source, unsigned destination, Ipv4Fields ip = {}) {
  ip.protocol = 17;
  return ipv4(ip, udp(ip, source, destination, counting(8)));
}

Packet from_port6(unsigned source, unsigned destination, Ipv6Fields ip = {}) {
  ip.next_header = 17;
  return ipv6(ip, udp(ip, source, destination, counting(8)));
}

// ---- echo ----

// V4-RX-021: a port with a listener gives no error. RFC 862: the data comes back.
TEST(UdpService, V4_RX_021_echo_sends_the_data_back) {
  Host host(both);
  for (const std::size_t size : {0U, 1U, 2U, 63U, 1440U}) {
    const Packet data = counting(size);
    const Packet reply4 = host.answer(udp4({.tos = 0xb9, .ttl = 3, .flags_and_offset = 0x4000}, echo_port, data));
    EXPECT_EQ(source_of(reply4), "192.0.2.2");
    EXPECT_EQ(destination_of(reply4), "192.0.2.1");
    EXPECT_EQ(be16(reply4, 2), 28 + size);
    EXPECT_EQ(reply4.at(8), 64) << "a TTL of its own";
    EXPECT_EQ(reply4.at(9), 17);
    EXPECT_EQ(part(reply4, 20, 4), hex("0007 9c40")) << "from port 7 to 40000";
    EXPECT_EQ(be16(reply4, 24), 8 + size);
    EXPECT_EQ(from(reply4, 28), data);
    const Packet reply6 = host.answer(udp6({.hop_limit = 3}, echo_port, data));
    EXPECT_EQ(source_of(reply6), "2001:db8::2");
    EXPECT_EQ(destination_of(reply6), "2001:db8::1");
    EXPECT_EQ(part(reply6, 6, 2), hex("11 40"));
    EXPECT_EQ(part(reply6, 40, 4), hex("0007 9c40"));
    EXPECT_EQ(be16(reply6, 44), 8 + size);
    EXPECT_EQ(from(reply6, 48), data);
  }
  EXPECT_EQ(host.count(Reason::udp_echo_for_us), 10U);
}

TEST(UdpService, V4_RX_021_echo_without_a_checksum) {
  Host host(both);
  Packet request = udp4({}, echo_port);
  set_be16(request, 26, 0);
  const Packet reply = host.answer(request);
  EXPECT_NE(be16(reply, 26), 0U) << "the reply has one (RFC 1122 4.1.3.4)";
  EXPECT_EQ(from(reply, 28), counting(16));
}

// A checksum that comes out as 0 is sent as ones (RFC 768). One of 65536 pieces of data does that.
TEST(UdpService, V4_RX_021_no_echo_leaves_without_a_checksum) {
  Host host(both);
  unsigned ones4 = 0;
  unsigned ones6 = 0;
  for (unsigned word = 0; word < 65536; ++word) {
    Packet data(2);
    set_be16(data, 0, word);
    const unsigned sum4 = be16(host.answer(udp4({}, echo_port, data)), 26);
    const unsigned sum6 = be16(host.answer(udp6({}, echo_port, data)), 46);
    ASSERT_NE(sum4, 0U) << word;
    ASSERT_NE(sum6, 0U) << word;
    ones4 += sum4 == 0xffff;
    ones6 += sum6 == 0xffff;
  }
  EXPECT_EQ(ones4, 1U);
  EXPECT_EQ(ones6, 1U);
}

TEST(UdpService, V4_RX_021_each_address_answers_for_itself) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24", "2001:db8::2/64"}}, both));
  EXPECT_EQ(source_of(host.answer(udp4({.destination = "192.0.2.3"}, echo_port))), "192.0.2.3");
  EXPECT_EQ(source_of(host.answer(udp6({.source = "fe80::1", .destination = "fe80::2"}, echo_port))), "fe80::2");
}

TEST(UdpService, V4_RX_021_a_large_datagram_comes_and_goes_in_fragments) {
  Host host(both);
  const Ipv4Fields ip{.protocol = 17};
  const Packet datagram = udp(ip, 40000, echo_port, counting(2992));
  EXPECT_THAT(host.send(ipv4({.protocol = 17, .flags_and_offset = 0x2000}, part(datagram, 0, 1480))), IsEmpty());
  EXPECT_THAT(host.send(ipv4({.protocol = 17, .flags_and_offset = 0x2000 | 185}, part(datagram, 1480, 1480))),
              IsEmpty());
  const auto fragments = host.send(ipv4({.protocol = 17, .flags_and_offset = 370}, from(datagram, 2960)));
  ASSERT_THAT(fragments, SizeIs(3));
  Packet whole;
  for (const Packet& fragment : fragments) whole = whole + from(fragment, 20);
  EXPECT_EQ(from(whole, 8), counting(2992));
}

// ---- discard ----

TEST(UdpService, V4_RX_021_discard_takes_everything_and_says_nothing) {
  Host host(both);
  for (const std::size_t size : {0U, 1U, 1440U}) {
    EXPECT_SILENT(host, udp4({}, discard_port, counting(size)), Reason::udp_discard_for_us);
    EXPECT_SILENT(host, udp6({}, discard_port, counting(size)), Reason::udp_discard_for_us);
  }
  EXPECT_SILENT(host, udp4({.destination = "192.0.2.255"}, discard_port), Reason::udp_discard_for_us);
  EXPECT_SILENT(host, udp6({.destination = "ff02::1"}, discard_port), Reason::udp_discard_for_us);
  EXPECT_SILENT(host, from_port4(7, discard_port), Reason::udp_discard_for_us);
}

// ---- switches ----

TEST(UdpService, V4_RX_021_off_by_default) {
  for (const unsigned port : {echo_port, discard_port}) {
    Host host;
    const Packet error4 = host.answer(udp4({}, port));
    EXPECT_EQ(part(error4, 20, 2), hex("03 03")) << port;
    const Packet error6 = host.answer(udp6({}, port));
    EXPECT_EQ(part(error6, 40, 2), hex("01 04")) << port;
  }
}

TEST(UdpService, V4_RX_021_each_has_its_switch) {
  Host only_echo({"udp.echo=on"});
  EXPECT_EQ(only_echo.answer(udp4({}, echo_port)).at(9), 17);
  EXPECT_EQ(only_echo.answer(udp4({}, discard_port)).at(9), 1);
  EXPECT_EQ(only_echo.answer(udp6({}, discard_port)).at(6), 58);
  Host only_discard({"udp.discard=on"});
  EXPECT_EQ(only_discard.answer(udp4({}, echo_port)).at(9), 1);
  EXPECT_EQ(only_discard.answer(udp6({}, echo_port)).at(6), 58);
  EXPECT_SILENT(only_discard, udp4({}, discard_port), Reason::udp_discard_for_us);
}

TEST(UdpService, V4_RX_021_all_other_ports_stay_closed) {
  Host host({"udp.echo=on", "udp.discard=on", "icmp4.error_rate=0", "icmp6.error_rate=0"});
  for (const unsigned port : {0U, 1U, 6U, 8U, 10U, 0x0700U, 0x0900U, 65535U}) {
    EXPECT_EQ(host.answer(udp4({}, port)).at(9), 1) << port;
    EXPECT_EQ(host.answer(udp6({}, port)).at(6), 58) << port;
  }
  EXPECT_EQ(host.answer(from_port4(7, 33434)).at(9), 1) << "from a service's port is no matter";
}

// ---- what must not be answered ----

TEST(UdpService, V4_RX_021_broken_datagrams_are_not_served) {
  Host host(both);
  for (const unsigned port : {echo_port, discard_port}) {
    Packet wrong4 = udp4({}, port);
    wrong4[30] ^= 1;
    EXPECT_SILENT(host, wrong4, Reason::udp_checksum_wrong);
    Packet wrong6 = udp6({}, port);
    wrong6[50] ^= 1;
    EXPECT_SILENT(host, wrong6, Reason::udp_checksum_wrong);
    Packet without6 = udp6({}, port);
    set_be16(without6, 46, 0);
    EXPECT_SILENT(host, without6, Reason::udp6_checksum_zero);
    Packet too_long = udp4({}, port);
    set_be16(too_long, 24, 100);
    EXPECT_SILENT(host, too_long, Reason::udp_length_invalid);
  }
}

// ROB-003: one datagram to a group would be answered by every host of the link.
TEST(UdpService, ROB_003_echo_does_not_answer_groups) {
  Host host({"udp.echo=on", "icmp4.echo_broadcast=on"});
  for (const std::string_view group : {"192.0.2.255", "255.255.255.255", "224.0.0.1"})
    EXPECT_SILENT(host, udp4({.destination = group}, echo_port), Reason::udp_echo_to_group);
  for (const std::string_view group : {"ff02::1", "ff02::1:ff00:2"})
    EXPECT_SILENT(host, udp6({.destination = group}, echo_port), Reason::udp_echo_to_group);
  EXPECT_THAT(host.send_in_group_frame(udp4({}, echo_port)), IsEmpty());
}

TEST(UdpService, ROB_003_the_answer_is_as_large_as_what_came) {
  Host host(both);
  for (const std::size_t size : {0U, 1U, 100U, 1440U}) {
    EXPECT_EQ(host.answer(udp4({}, echo_port, counting(size))).size(), 28 + size);
    EXPECT_EQ(host.answer(udp6({}, echo_port, counting(size))).size(), 48 + size);
  }
  Packet padded = udp4({}, echo_port, counting(100));
  set_be16(padded, 24, 8);
  set_be16(padded, 26, 0);
  EXPECT_THAT(host.answer(padded), SizeIs(28)) << "octets behind the UDP length are not data";
}

// ROB-006: services that answer whatever comes would keep each other talking: echo, daytime, quote of the day,
// character generator, time. Nobody listens on port 0.
TEST(UdpService, ROB_006_echo_does_not_answer_services) {
  Host host(both);
  for (const unsigned port : {0U, 7U, 13U, 17U, 19U, 37U}) {
    EXPECT_SILENT(host, from_port4(port, echo_port), Reason::udp_echo_from_service);
    EXPECT_SILENT(host, from_port6(port, echo_port), Reason::udp_echo_from_service);
  }
  for (const unsigned port : {1U, 6U, 8U, 9U, 20U, 36U, 0x0700U, 65535U}) {
    EXPECT_EQ(be16(host.answer(from_port4(port, echo_port)), 22), port);
    EXPECT_EQ(be16(host.answer(from_port6(port, echo_port)), 42), port);
  }
}

TEST(UdpService, ROB_006_two_hosts_with_all_services_fall_silent) {
  Host host(both);
  Host peer(node_with({{"192.0.2.1/24", "2001:db8::1/64"}}, both));
  for (const unsigned asking : {discard_port, 1U, 40000U}) {
    const Packet answer4 = host.answer(from_port4(asking, echo_port));
    const Packet answer6 = host.answer(from_port6(asking, echo_port));
    EXPECT_THAT(host.send(answer4), IsEmpty());
    EXPECT_THAT(host.send(answer6), IsEmpty());
    // The peer's port discards it or is closed: an error at most, which begets nothing.
    for (const Packet& answer : {answer4, answer6})
      for (const Packet& error : peer.send(answer)) EXPECT_THAT(host.send(error), IsEmpty());
  }
  EXPECT_EQ(peer.count(Reason::udp_discard_for_us), 2U);
  EXPECT_EQ(peer.count(Reason::udp4_port_closed), 2U);
  EXPECT_EQ(peer.count(Reason::udp6_port_closed), 2U);
  EXPECT_THAT(peer.send(from_port4(7, 7, {.source = "192.0.2.2", .destination = "192.0.2.1"})), IsEmpty());
}

}  // namespace
}  // namespace tunstack::test::udp_service_test
