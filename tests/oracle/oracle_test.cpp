// libtins as an independent witness, both ways: the host takes what libtins writes, and libtins reads what the
// host sends, field by field, and writes the same octets again (so lengths and checksums are those it computes).
//
// Known limits of libtins 4.0, which this file therefore does not ask it about:
//  - it accepts a wrong IPv4 header checksum, a wrong version nibble, and a total length beyond the buffer;
//  - it throws on an end-of-options octet that padding follows;
//  - it knows nothing of RFC 8335 (extended echo).
#include "tests/oracle/oracle.hpp"

namespace tunstack::test::oracle_test {
namespace {

// ---- echo ----

// ICMP4-ECHO-001, ICMP4-ECHO-002, CKSUM-001
TEST(Oracle, ICMP4_ECHO_001_reply) {
  for (const std::size_t size : {0U, 1U, 56U, 1400U}) {
    Tins::ICMP echo;
    echo.set_echo_request(0xbeef, 0x0102);
    Packet request;
    const Tins::IP ip = answer_to(ip_to_host() / echo / Tins::RawPDU(counting(size)), request);
    expect_header_back(ip, 1);
    EXPECT_EQ(ip.tos(), 0xb8);
    const auto& reply = ip.rfind_pdu<Tins::ICMP>();
    EXPECT_EQ(reply.type(), Tins::ICMP::ECHO_REPLY);
    EXPECT_EQ(reply.code(), 0);
    EXPECT_EQ(reply.id(), 0xbeef);
    EXPECT_EQ(reply.sequence(), 0x0102);
    EXPECT_EQ(data_of(reply), counting(size));
  }
}

// ICMP6-ECHO-001, CKSUM-005
TEST(Oracle, ICMP6_ECHO_001_reply) {
  for (const std::size_t size : {0U, 1U, 56U, 1400U}) {
    Tins::ICMPv6 echo(Tins::ICMPv6::ECHO_REQUEST);
    echo.identifier(0xbeef);
    echo.sequence(0x0102);
    Packet request;
    const Tins::IPv6 ip = answer_to(ipv6_to_host() / echo / Tins::RawPDU(counting(size)), request);
    expect_header_back(ip, 58);
    const auto& reply = ip.rfind_pdu<Tins::ICMPv6>();
    EXPECT_EQ(reply.type(), Tins::ICMPv6::ECHO_REPLY);
    EXPECT_EQ(reply.code(), 0);
    EXPECT_EQ(reply.identifier(), 0xbeef);
    EXPECT_EQ(reply.sequence(), 0x0102);
    EXPECT_EQ(data_of(reply), counting(size));
  }
}

// ---- errors ----

TEST(Oracle, ICMP4_DU_004_port_unreachable) {
  Packet request;
  const Tins::IP ip = answer_to(ip_to_host() / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(24)), request);
  expect_header_back(ip, 1);
  EXPECT_EQ(ip.tos(), 0);
  const auto& error = expect_error<Tins::ICMP>(ip, 3, 3, request);
  EXPECT_EQ(error.id(), 0) << "unused";
  EXPECT_EQ(error.sequence(), 0) << "unused";
}

TEST(Oracle, ICMP6_ERR_008_port_unreachable) {
  Packet request;
  const Tins::IPv6 ip = answer_to(ipv6_to_host() / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(24)), request);
  expect_header_back(ip, 58);
  const auto& error = expect_error<Tins::ICMPv6>(ip, 1, 4, request);
  EXPECT_EQ(error.identifier(), 0) << "unused";
  EXPECT_EQ(error.sequence(), 0) << "unused";
}

// The quote of an error is a datagram again: libtins reads the ports that a traceroute looks for in it.
TEST(Oracle, ICMP4_ERR_001_the_quote_can_be_read) {
  Packet request;
  const Tins::IP ip = answer_to(ip_to_host() / Tins::UDP(33434, 40000), request, {"icmp4.quote=8"});
  const auto quoted = read<Tins::IP>(data_of(ip.rfind_pdu<Tins::ICMP>()));
  EXPECT_EQ(quoted.id(), 0x4242);
  EXPECT_EQ(quoted.ttl(), 33);
  EXPECT_EQ(quoted.tos(), 0xb8);
  EXPECT_EQ(quoted.dst_addr().to_string(), host4);
  EXPECT_EQ(quoted.rfind_pdu<Tins::UDP>().dport(), 33434);
  EXPECT_EQ(quoted.rfind_pdu<Tins::UDP>().sport(), 40000);
}

TEST(Oracle, ICMP4_DU_003_protocol_unreachable) {
  Tins::IP request_ip = ip_to_host();
  request_ip.protocol(99);
  Packet request;
  const Tins::IP ip = answer_to(request_ip / Tins::RawPDU(counting(24)), request);
  ASSERT_EQ(request.at(9), 99) << "as libtins wrote it";
  expect_header_back(ip, 1);
  expect_error<Tins::ICMP>(ip, 3, 2, request);
}

TEST(Oracle, V6_RX_013_unrecognized_next_header) {
  Tins::IPv6 request_ip = ipv6_to_host();
  request_ip.next_header(200);
  Packet request;
  const Tins::IPv6 ip = answer_to(request_ip / Tins::RawPDU(counting(24)), request);
  ASSERT_EQ(request.at(6), 200) << "as libtins wrote it";
  expect_header_back(ip, 58);
  const auto& error = expect_error<Tins::ICMPv6>(ip, 4, 1, request);
  EXPECT_EQ(error.identifier(), 0) << "upper half of the pointer";
  EXPECT_EQ(error.sequence(), 6) << "lower half of the pointer";
}

// ---- resets ----

void expect_reset(const Tins::TCP& reset, unsigned flags, std::uint32_t sequence, std::uint32_t acknowledgment) {
  EXPECT_EQ(reset.sport(), 81);
  EXPECT_EQ(reset.dport(), 40000);
  EXPECT_EQ(reset.flags(), flags);
  EXPECT_EQ(reset.seq(), sequence);
  EXPECT_EQ(reset.ack_seq(), acknowledgment);
  EXPECT_EQ(reset.data_offset(), 5);
  EXPECT_EQ(reset.window(), 0);
  EXPECT_EQ(reset.urg_ptr(), 0);
  EXPECT_TRUE(reset.options().empty());
}

/// A SYN as systems send it, with options; or an ACK with five octets of data.
Tins::TCP syn() {
  Tins::TCP segment(81, 40000);
  segment.flags(Tins::TCP::SYN);
  segment.seq(1000);
  segment.mss(1460);
  segment.sack_permitted();
  segment.timestamp(1, 0);
  return segment;
}

Tins::TCP acknowledging() {
  Tins::TCP segment(81, 40000);
  segment.flags(Tins::TCP::ACK);
  segment.seq(1000);
  segment.ack_seq(7777);
  return segment;
}

// V4-RX-022, CKSUM-001
TEST(Oracle, V4_RX_022_reset) {
  constexpr unsigned rst_ack = Tins::TCP::RST | Tins::TCP::ACK;
  Packet request;
  const Tins::IP to_syn = answer_to(ip_to_host() / syn(), request);
  expect_header_back(to_syn, 6);
  expect_reset(to_syn.rfind_pdu<Tins::TCP>(), rst_ack, 0, 1001);
  const Tins::IP to_ack = answer_to(ip_to_host() / acknowledging() / Tins::RawPDU(counting(5)), request);
  expect_reset(to_ack.rfind_pdu<Tins::TCP>(), Tins::TCP::RST, 7777, 0);
}

TEST(Oracle, V4_RX_022_reset_over_IPv6) {
  constexpr unsigned rst_ack = Tins::TCP::RST | Tins::TCP::ACK;
  Packet request;
  const Tins::IPv6 to_syn = answer_to(ipv6_to_host() / syn(), request);
  expect_header_back(to_syn, 6);
  expect_reset(to_syn.rfind_pdu<Tins::TCP>(), rst_ack, 0, 1001);
  const Tins::IPv6 to_ack = answer_to(ipv6_to_host() / acknowledging() / Tins::RawPDU(counting(5)), request);
  expect_reset(to_ack.rfind_pdu<Tins::TCP>(), Tins::TCP::RST, 7777, 0);
}

// ---- the witness itself ----

// A comparison that cannot fail proves nothing: libtins must write other octets for a packet that was damaged.
TEST(Oracle, CKSUM_001_a_wrong_checksum_would_be_noticed) {
  Host host;
  for (const Packet& request : {echo4(), udp4()}) {
    const Packet answer = host.answer(request);
    for (const std::size_t checksum : {10U, 22U}) {
      Packet damaged = answer;
      damaged[checksum] ^= 1;
      EXPECT_EQ(read<Tins::IP>(damaged).serialize(), answer) << checksum;
    }
  }
  for (const Packet& request : {echo6(), udp6()}) {
    const Packet answer = host.answer(request);
    Packet damaged = answer;
    damaged[42] ^= 1;
    EXPECT_EQ(read<Tins::IPv6>(damaged).serialize(), answer);
  }
}

}  // namespace
}  // namespace tunstack::test::oracle_test
