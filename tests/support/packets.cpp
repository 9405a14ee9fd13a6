#include "tests/support/packets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>

namespace tunstack::test {

namespace {

Packet address_octets(int family, std::string_view text) {
  Packet octets(family == AF_INET ? 4 : 16);
  if (inet_pton(family, std::string(text).c_str(), octets.data()) != 1)
    throw std::invalid_argument("no address: " + std::string(text));
  return octets;
}

std::uint32_t plain_sum(const Packet& bytes, std::uint32_t sum) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i] << 8) : bytes[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}

// The pseudo-headers of RFC 768 and RFC 8200 8.1.
std::uint32_t pseudo_sum(const Packet& source, const Packet& destination, unsigned protocol, std::size_t length) {
  Packet tail(8);
  set_be32(tail, 0, static_cast<std::uint32_t>(length));
  tail[7] = static_cast<std::uint8_t>(protocol);
  return plain_sum(tail, plain_sum(destination, plain_sum(source, 0)));
}

std::uint32_t pseudo_sum(const Ipv4Fields& ip, unsigned protocol, std::size_t length) {
  return pseudo_sum(address_octets(AF_INET, ip.source), address_octets(AF_INET, ip.destination), protocol, length);
}

std::uint32_t pseudo_sum(const Ipv6Fields& ip, unsigned protocol, std::size_t length) {
  return pseudo_sum(address_octets(AF_INET6, ip.source), address_octets(AF_INET6, ip.destination), protocol, length);
}

Packet icmp(unsigned type, unsigned code, std::uint32_t rest, const Packet& data) {
  Packet message(8);
  message[0] = static_cast<std::uint8_t>(type);
  message[1] = static_cast<std::uint8_t>(code);
  set_be32(message, 4, rest);
  return message + data;
}

template <class Fields>
Packet udp_with(const Fields& ip, unsigned source_port, unsigned destination_port, const Packet& data) {
  Packet datagram(8);
  set_be16(datagram, 0, source_port);
  set_be16(datagram, 2, destination_port);
  set_be16(datagram, 4, static_cast<unsigned>(8 + data.size()));
  datagram = datagram + data;
  const std::uint16_t checksum = plain_checksum(datagram, pseudo_sum(ip, 17, datagram.size()));
  set_be16(datagram, 6, checksum == 0 ? 0xffff : checksum);
  return datagram;
}

template <class Fields>
Packet tcp_with(const Fields& ip, const TcpFields& fields, const Packet& data) {
  Packet segment(20);
  set_be16(segment, 0, fields.source_port);
  set_be16(segment, 2, fields.destination_port);
  set_be32(segment, 4, fields.sequence);
  set_be32(segment, 8, fields.acknowledgment);
  segment[12] = 5 << 4;
  segment[13] = static_cast<std::uint8_t>(fields.flags);
  set_be16(segment, 14, 1024);
  segment = segment + data;
  set_be16(segment, 16, plain_checksum(segment, pseudo_sum(ip, 6, segment.size())));
  return segment;
}

bool transport_is_right(unsigned protocol, const Packet& source, const Packet& destination, const Packet& payload) {
  if (protocol == 1 || protocol == 2) return plain_checksum(payload) == 0;
  if (protocol != 6 && protocol != 17 && protocol != 58) return true;
  return plain_checksum(payload, pseudo_sum(source, destination, protocol, payload.size())) == 0;
}

Packet cut(const Packet& packet, std::size_t from, std::size_t size) {
  return {packet.begin() + static_cast<std::ptrdiff_t>(from),
          packet.begin() + static_cast<std::ptrdiff_t>(from + size)};
}

/// Behind the extension headers, of which the host sends none that changes the destination (RFC 8200 4, 8.1). A
/// fragment that is not the whole has no checksum to be looked at.
bool ipv6_is_right(const Packet& packet) {
  unsigned next = packet.at(6);
  std::size_t at = 40;
  while (next == 0 || next == 43 || next == 44 || next == 60) {
    if (at + 8 > packet.size()) return false;
    if (next == 44 && (be16(packet, at + 2) & 0xfff9) != 0) return true;
    const std::size_t size = next == 44 ? 8 : (packet[at + 1] + 1U) * 8;
    next = packet[at];
    at += size;
  }
  if (at > packet.size()) return false;
  return transport_is_right(next, cut(packet, 8, 16), cut(packet, 24, 16), cut(packet, at, packet.size() - at));
}

/// Who sums the payload once more: behind a source route that goes on, its last address (RFC 791 3.1).
Packet final_destination(const Packet& packet) {
  const std::size_t header = (packet[0] & 0x0fU) * 4;
  for (std::size_t at = 20; at + 2 < header && packet[at] != 0; at += packet[at] == 1 ? 1U : packet[at + 1]) {
    const bool is_source_route = packet[at] == 131 || packet[at] == 137;
    if (is_source_route && packet[at + 2] < packet[at + 1]) return cut(packet, at + packet[at + 1] - 4, 4);
  }
  return cut(packet, 16, 4);
}

}  // namespace

Packet hex(std::string_view text) {
  Packet bytes;
  std::string digits;
  for (const char letter : text)
    if (std::isspace(static_cast<unsigned char>(letter)) == 0) digits += letter;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

Packet counting(std::size_t size) {
  Packet bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

Packet operator+(Packet left, const Packet& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::uint16_t be16(const Packet& packet, std::size_t at) {
  return static_cast<std::uint16_t>(packet.at(at) << 8 | packet.at(at + 1));
}

std::uint32_t be32(const Packet& packet, std::size_t at) {
  return static_cast<std::uint32_t>(be16(packet, at)) << 16 | be16(packet, at + 2);
}

void set_be16(Packet& packet, std::size_t at, unsigned value) {
  packet.at(at) = static_cast<std::uint8_t>(value >> 8);
  packet.at(at + 1) = static_cast<std::uint8_t>(value);
}

void set_be32(Packet& packet, std::size_t at, std::uint32_t value) {
  set_be16(packet, at, value >> 16);
  set_be16(packet, at + 2, value & 0xffff);
}

std::uint16_t plain_checksum(const Packet& bytes, std::uint32_t sum) {
  return static_cast<std::uint16_t>(~plain_sum(bytes, sum));
}

Packet ipv4(const Ipv4Fields& fields, const Packet& payload) {
  Packet packet(20);
  packet = packet + fields.options;
  packet[0] = static_cast<std::uint8_t>(0x40 | packet.size() / 4);
  packet[1] = static_cast<std::uint8_t>(fields.tos);
  set_be16(packet, 2, static_cast<unsigned>(packet.size() + payload.size()));
  set_be16(packet, 4, fields.identification);
  set_be16(packet, 6, fields.flags_and_offset);
  packet[8] = static_cast<std::uint8_t>(fields.ttl);
  packet[9] = static_cast<std::uint8_t>(fields.protocol);
  std::ranges::copy(address_octets(AF_INET, fields.source), packet.begin() + 12);
  std::ranges::copy(address_octets(AF_INET, fields.destination), packet.begin() + 16);
  mend_header_checksum(packet);
  return packet + payload;
}

Packet ipv6(const Ipv6Fields& fields, const Packet& payload) {
  Packet packet(8);
  set_be32(packet, 0, 6U << 28 | fields.traffic_class << 20 | fields.flow_label);
  set_be16(packet, 4, static_cast<unsigned>(payload.size()));
  packet[6] = static_cast<std::uint8_t>(fields.next_header);
  packet[7] = static_cast<std::uint8_t>(fields.hop_limit);
  return packet + address_octets(AF_INET6, fields.source) + address_octets(AF_INET6, fields.destination) + payload;
}

void mend_header_checksum(Packet& packet) {
  set_be16(packet, 10, 0);
  set_be16(packet, 10, plain_checksum(cut(packet, 0, (packet[0] & 0x0fU) * 4)));
}

Packet icmpv4(unsigned type, unsigned code, std::uint32_t rest, const Packet& data) {
  Packet message = icmp(type, code, rest, data);
  set_be16(message, 2, plain_checksum(message));
  return message;
}

Packet icmpv6(const Ipv6Fields& ip, unsigned type, unsigned code, std::uint32_t rest, const Packet& data) {
  Packet message = icmp(type, code, rest, data);
  set_be16(message, 2, plain_checksum(message, pseudo_sum(ip, 58, message.size())));
  return message;
}

Packet udp(const Ipv4Fields& ip, unsigned source_port, unsigned destination_port, const Packet& data) {
  return udp_with(ip, source_port, destination_port, data);
}

Packet udp(const Ipv6Fields& ip, unsigned source_port, unsigned destination_port, const Packet& data) {
  return udp_with(ip, source_port, destination_port, data);
}

Packet tcp(const Ipv4Fields& ip, const TcpFields& fields, const Packet& data) { return tcp_with(ip, fields, data); }
Packet tcp(const Ipv6Fields& ip, const TcpFields& fields, const Packet& data) { return tcp_with(ip, fields, data); }

Packet echo4(const Ipv4Fields& ip, const Packet& data, std::uint32_t id_seq) {
  return ipv4(ip, icmpv4(8, 0, id_seq, data));
}

Packet echo6(const Ipv6Fields& ip, const Packet& data, std::uint32_t id_seq) {
  return ipv6(ip, icmpv6(ip, 128, 0, id_seq, data));
}

Packet udp4(Ipv4Fields ip, unsigned port, const Packet& data) {
  ip.protocol = 17;
  return ipv4(ip, udp(ip, 40000, port, data));
}

Packet udp6(Ipv6Fields ip, unsigned port, const Packet& data) {
  ip.next_header = 17;
  return ipv6(ip, udp(ip, 40000, port, data));
}

bool checksums_are_right(const Packet& packet) {
  if (packet.at(0) >> 4 == 6) return ipv6_is_right(packet);
  const std::size_t header = (packet[0] & 0x0fU) * 4;
  const bool is_fragment = (be16(packet, 6) & 0x3fff) != 0;
  return plain_checksum(cut(packet, 0, header)) == 0 &&
         (is_fragment || transport_is_right(packet[9], cut(packet, 12, 4), final_destination(packet),
                                            cut(packet, header, packet.size() - header)));
}

}  // namespace tunstack::test
