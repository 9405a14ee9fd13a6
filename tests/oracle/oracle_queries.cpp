// Timestamp, address mask and information requests that libtins writes, and the replies as it reads them; UDP echo.
//
// Known limits of libtins 4.0 met here:
//  - it reads and writes the times of timestamp messages with their octets in the order of the machine;
//  - it puts an address of the machine where 0.0.0.0 is to be the source.
#include <bit>

#include "tests/oracle/oracle.hpp"

namespace tunstack::test::oracle_queries {
namespace {

Tins::ICMP query(Tins::ICMP::Flags type) {
  Tins::ICMP message(type);
  message.id(0xbeef);
  message.sequence(0x0102);
  return message;
}

/// A reply to query(): its type, code 0, and identifier and sequence number of the request.
const Tins::ICMP& expect_reply(const Tins::IP& ip, Tins::ICMP::Flags type) {
  expect_header_back(ip, 1);
  EXPECT_EQ(ip.tos(), 0xb8);
  const auto& reply = ip.rfind_pdu<Tins::ICMP>();
  EXPECT_EQ(reply.type(), type);
  EXPECT_EQ(reply.code(), 0);
  EXPECT_EQ(reply.id(), 0xbeef);
  EXPECT_EQ(reply.sequence(), 0x0102);
  return reply;
}

/// 10:34:38.123 UT when the clock of the host starts.
Host host_at_half_past_ten() {
  NodeConfig config = host_config();
  config.time_of_day_at_start = std::chrono::milliseconds(38'078'123);
  return Host(config);
}

/// A time as it stands on the wire, from or for libtins.
std::uint32_t on_the_wire(std::uint32_t libtins_time) {
  return std::endian::native == std::endian::little ? std::byteswap(libtins_time) : libtins_time;
}

// ICMP4-TS-001, ICMP4-TS-002
TEST(OracleQueries, ICMP4_TS_001_timestamp) {
  Host host = host_at_half_past_ten();
  Tins::ICMP request = query(Tins::ICMP::TIMESTAMP_REQUEST);
  request.original_timestamp(on_the_wire(0x01020304));
  request.receive_timestamp(0x05060708);
  request.transmit_timestamp(0x090a0b0c);
  host.wait(std::chrono::seconds(1));
  Packet written;
  const Tins::IP ip = answer_of(host, ip_to_host() / request, written);
  ASSERT_EQ(written.size(), 40U);
  ASSERT_EQ(be32(written, 28), 0x01020304U);
  const auto& reply = expect_reply(ip, Tins::ICMP::TIMESTAMP_REPLY);
  EXPECT_EQ(on_the_wire(reply.original_timestamp()), 0x01020304U);
  EXPECT_EQ(on_the_wire(reply.receive_timestamp()), 38'079'123U);
  EXPECT_EQ(on_the_wire(reply.transmit_timestamp()), 38'079'123U);
  EXPECT_EQ(data_of(reply), Packet{});
}

TEST(OracleQueries, ICMP4_TS_006_octets_behind_a_timestamp_request_are_not_returned) {
  Host host = host_at_half_past_ten();
  Packet written;
  const Tins::IP ip =
      answer_of(host, ip_to_host() / query(Tins::ICMP::TIMESTAMP_REQUEST) / Tins::RawPDU(counting(20)), written);
  ASSERT_EQ(written.size(), 60U);
  EXPECT_EQ(ip.tot_len(), 40);
  EXPECT_EQ(data_of(expect_reply(ip, Tins::ICMP::TIMESTAMP_REPLY)), Packet{});
}

TEST(OracleQueries, ICMP4_MASK_002_address_mask) {
  Packet written;
  const Tins::IP ip = answer_to(ip_to_host() / query(Tins::ICMP::ADDRESS_MASK_REQUEST), written);
  ASSERT_EQ(written.size(), 32U);
  const auto& reply = expect_reply(ip, Tins::ICMP::ADDRESS_MASK_REPLY);
  EXPECT_EQ(reply.address_mask().to_string(), "255.255.255.0");
  EXPECT_EQ(data_of(reply), Packet{});
}

// ICMP4-MASK-003: who does not know its address yet asks from 0.0.0.0 and is told by broadcast
TEST(OracleQueries, ICMP4_MASK_003_address_mask_of_a_host_without_an_address) {
  Host host;
  Packet written = (Tins::IP("255.255.255.255", peer4) / query(Tins::ICMP::ADDRESS_MASK_REQUEST)).serialize();
  set_be32(written, 12, 0);
  mend_header_checksum(written);
  const auto sent = host.send(written);
  ASSERT_EQ(sent.size(), 1U);
  const auto ip = read_and_written_again<Tins::IP>(sent[0]);
  EXPECT_EQ(ip.src_addr().to_string(), host4);
  EXPECT_EQ(ip.dst_addr().to_string(), "255.255.255.255");
  EXPECT_EQ(ip.rfind_pdu<Tins::ICMP>().address_mask().to_string(), "255.255.255.0");
}

TEST(OracleQueries, ICMP4_INFO_001_information) {
  Tins::ICMP request;
  request.set_info_request(0xbeef, 0x0102);
  Packet written;
  const Tins::IP ip = answer_to(ip_to_host() / request, written, {"icmp4.info_reply=on"});
  EXPECT_EQ(data_of(expect_reply(ip, Tins::ICMP::INFO_REPLY)), Packet{});
}

// ---- UDP echo (RFC 862) ----

template <class Ip>
void expect_echo_service(const Ip& ip, std::size_t size) {
  expect_header_back(ip, 17);
  const auto& udp = ip.template rfind_pdu<Tins::UDP>();
  EXPECT_EQ(udp.sport(), 7);
  EXPECT_EQ(udp.dport(), 40000);
  EXPECT_EQ(udp.length(), 8 + size);
  EXPECT_EQ(data_of(udp), counting(size));
}

// CKSUM-001
TEST(OracleQueries, CKSUM_001_udp_echo) {
  for (const std::size_t size : {0U, 1U, 56U, 1400U}) {
    const auto datagram = Tins::UDP(7, 40000) / Tins::RawPDU(counting(size));
    Packet written;
    expect_echo_service(answer_to(ip_to_host() / datagram, written, {"udp.echo=on"}), size);
    expect_echo_service(answer_to(ipv6_to_host() / datagram, written, {"udp.echo=on"}), size);
  }
}

}  // namespace
}  // namespace tunstack::test::oracle_queries
