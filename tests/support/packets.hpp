// Packets as tests write them. Built byte by byte with a plain checksum of its own, so that nothing under test
// vouches for itself.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tunstack::test {

using Packet = std::vector<std::uint8_t>;

/// "45 00 00 1c" -> bytes; blanks are free.
Packet hex(std::string_view text);
/// `size` bytes that count up from 0.
Packet counting(std::size_t size);
Packet operator+(Packet left, const Packet& right);

std::uint16_t be16(const Packet& packet, std::size_t at);
std::uint32_t be32(const Packet& packet, std::size_t at);
void set_be16(Packet& packet, std::size_t at, unsigned value);
void set_be32(Packet& packet, std::size_t at, std::uint32_t value);

/// Sum of 16-bit words, one by one, as in RFC 1071 4.1: the checksum of `bytes`.
std::uint16_t plain_checksum(const Packet& bytes, std::uint32_t sum = 0);

struct Ipv4Fields {
  std::string_view source = "192.0.2.1";
  std::string_view destination = "192.0.2.2";
  unsigned protocol = 1;
  unsigned tos = 0;
  unsigned ttl = 64;
  unsigned identification = 0x1234;
  unsigned flags_and_offset = 0;  // as in the header: DF 0x4000, MF 0x2000, offset in units of 8 octets
  Packet options = {};            // a multiple of 4 octets
};

struct Ipv6Fields {
  std::string_view source = "2001:db8::1";
  std::string_view destination = "2001:db8::2";
  unsigned next_header = 58;
  unsigned traffic_class = 0;
  unsigned flow_label = 0;
  unsigned hop_limit = 64;
};

Packet ipv4(const Ipv4Fields& fields, const Packet& payload);
Packet ipv6(const Ipv6Fields& fields, const Packet& payload);
/// Puts the right header checksum into an IPv4 packet that was changed.
void mend_header_checksum(Packet& packet);

/// Messages with a right checksum; those of IPv6, TCP and UDP need the addresses for it.
Packet icmpv4(unsigned type, unsigned code, std::uint32_t rest, const Packet& data = {});
Packet icmpv6(const Ipv6Fields& ip, unsigned type, unsigned code, std::uint32_t rest, const Packet& data = {});
Packet udp(const Ipv4Fields& ip, unsigned source_port, unsigned destination_port, const Packet& data = {});
Packet udp(const Ipv6Fields& ip, unsigned source_port, unsigned destination_port, const Packet& data = {});
struct TcpFields {
  unsigned source_port = 40000;
  unsigned destination_port = 81;
  std::uint32_t sequence = 1000;
  std::uint32_t acknowledgment = 0;
  unsigned flags = 0x02;  // FIN 1, SYN 2, RST 4, PSH 8, ACK 16
};
Packet tcp(const Ipv4Fields& ip, const TcpFields& fields, const Packet& data = {});
Packet tcp(const Ipv6Fields& ip, const TcpFields& fields, const Packet& data = {});

/// Whole packets: echo requests (id 0x0501, seq 1 unless said otherwise) and UDP datagrams to a port.
Packet echo4(const Ipv4Fields& ip = {}, const Packet& data = counting(56), std::uint32_t id_seq = 0x05010001);
Packet echo6(const Ipv6Fields& ip = {}, const Packet& data = counting(56), std::uint32_t id_seq = 0x05010001);
Packet udp4(Ipv4Fields ip = {}, unsigned port = 33434, const Packet& data = counting(16));
Packet udp6(Ipv6Fields ip = {}, unsigned port = 33434, const Packet& data = counting(16));

/// Whether every checksum of a packet that was sent is right: IPv4 header, ICMP, IGMP, UDP, TCP, the latter also behind
/// IPv6 extension headers. A fragment has that of its header alone, if any; with a source route, UDP and TCP have that
/// of the final destination.
bool checksums_are_right(const Packet& packet);

}  // namespace tunstack::test
