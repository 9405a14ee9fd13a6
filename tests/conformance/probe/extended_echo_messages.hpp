// Extended echo requests as tests write them (RFC 8335 2).
#pragma once

#include "tests/support/packets.hpp"

namespace tunstack::test {

/// An extension object: length, class, c-type, payload.
inline Packet object(unsigned class_number, unsigned c_type, const Packet& payload) {
  Packet head(4);
  set_be16(head, 0, static_cast<unsigned>(4 + payload.size()));
  head[2] = static_cast<std::uint8_t>(class_number);
  head[3] = static_cast<std::uint8_t>(c_type);
  return head + payload;
}

/// An extension structure with its checksum (RFC 4884 7).
inline Packet structure(const Packet& objects, unsigned version = 2) {
  Packet all = Packet(4) + objects;
  all[0] = static_cast<std::uint8_t>(version << 4);
  set_be16(all, 2, plain_checksum(all));
  return all;
}

inline Packet text(std::string_view letters) { return {letters.begin(), letters.end()}; }

/// Interface identification objects: by name as it is, by index, by address of a family.
inline Packet by_name(std::string_view padded) { return object(3, 1, text(padded)); }
inline Packet by_index(std::uint32_t index) {
  Packet number(4);
  set_be32(number, 0, index);
  return object(3, 2, number);
}
inline Packet by_address(unsigned family, const Packet& address, std::size_t length) {
  Packet head(4);
  set_be16(head, 0, family);
  head[2] = static_cast<std::uint8_t>(length);
  return object(3, 3, head + address + Packet((4 - address.size() % 4) % 4));
}
inline Packet by_address(unsigned family, const Packet& address) { return by_address(family, address, address.size()); }

/// Addresses of the default host, and a question that it answers with code 0 and all flags.
inline const Packet own4 = hex("c0000202");
inline const Packet own6 = hex("20010db8000000000000000000000002");
inline const Packet link_local = hex("fe800000000000000000000000000002");
inline Packet good_query() { return structure(by_name("tun0")); }

inline constexpr std::uint32_t local = 1;  // the L bit

/// Requests with identifier 0x1234 and sequence number 0xff about an interface here, unless said otherwise.
inline Packet probe4(const Packet& body, const Ipv4Fields& ip = {}, std::uint32_t rest = 0x1234ff00 | local,
                     unsigned code = 0) {
  return ipv4(ip, icmpv4(42, code, rest, body));
}
inline Packet probe6(const Packet& body, const Ipv6Fields& ip = {}, std::uint32_t rest = 0x1234ff00 | local,
                     unsigned code = 0) {
  return ipv6(ip, icmpv6(ip, 160, code, rest, body));
}

}  // namespace tunstack::test
