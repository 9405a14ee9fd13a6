// Messages of router discovery of both families and redirects as tests write them, octet by octet, so that nothing
// under test vouches for itself.
#pragma once

#include "tests/support/frames.hpp"

namespace tunstack::test::router_messages {

inline Packet be32_octets(std::uint32_t value) {
  Packet octets(4);
  set_be32(octets, 0, value);
  return octets;
}

// ---- IPv6 (RFC 4861 4) ----

struct RouterAdvertisementFields {
  std::string_view source = "fe80::a";
  std::string_view destination = "ff02::1";
  unsigned hop_limit = 0;
  unsigned flags = 0;  // M 0x80, O 0x40, high preference 0x08, low 0x18
  unsigned lifetime = 1800;
  std::uint32_t reachable = 0, retransmit = 0;  // ms
  Packet options = {};
  unsigned ip_hop_limit = 255, code = 0;
};
inline Packet router_advertisement(const RouterAdvertisementFields& fields = {}) {
  const Ipv6Fields ip{.source = fields.source, .destination = fields.destination, .hop_limit = fields.ip_hop_limit};
  return ipv6(ip, icmpv6(ip, 134, fields.code, fields.hop_limit << 24 | fields.flags << 16 | fields.lifetime,
                         be32_octets(fields.reachable) + be32_octets(fields.retransmit) + fields.options));
}

struct PrefixFields {
  std::string_view prefix = "2001:db8:1::";
  unsigned length = 64;
  unsigned flags = 0xc0;  // L 0x80, A 0x40
  std::uint32_t valid = 2'592'000, preferred = 604'800;
};
inline Packet prefix_option(const PrefixFields& fields = {}) {
  return Packet{3, 4, static_cast<std::uint8_t>(fields.length), static_cast<std::uint8_t>(fields.flags)} +
         be32_octets(fields.valid) + be32_octets(fields.preferred) + Packet(4) + octets_of(fields.prefix);
}
inline Packet mtu_option(std::uint32_t mtu) { return hex("0501 0000") + be32_octets(mtu); }

struct RouterSolicitationFields {
  std::string_view source = "fe80::1";
  std::string_view destination = "ff02::2";
  Packet options = {};
  unsigned hop_limit = 255, code = 0;
};
inline Packet router_solicitation(const RouterSolicitationFields& fields = {}) {
  const Ipv6Fields ip{.source = fields.source, .destination = fields.destination, .hop_limit = fields.hop_limit};
  return ipv6(ip, icmpv6(ip, 133, fields.code, 0, fields.options));
}

struct Redirect6Fields {
  std::string_view source = "fe80::a";
  std::string_view target = "fe80::b";
  std::string_view redirected = "2001:db8:9::9";
  Packet options = {};
  unsigned hop_limit = 255, code = 0;
};
inline Packet redirect6(const Redirect6Fields& fields = {}) {
  const Ipv6Fields ip{.source = fields.source, .hop_limit = fields.hop_limit};
  return ipv6(
      ip, icmpv6(ip, 137, fields.code, 0, octets_of(fields.target) + octets_of(fields.redirected) + fields.options));
}

// ---- IPv4 (RFC 1256 3, RFC 792) ----

struct IrdpEntry {
  std::string_view address;
  std::uint32_t preference = 0;
};
struct IrdpFields {
  std::vector<IrdpEntry> entries;
  unsigned lifetime = 1800;
  std::string_view source = "192.0.2.10";
  std::string_view destination = "224.0.0.1";
  unsigned code = 0, ttl = 1;
  unsigned words = 2;                  // of an entry; those behind the second are 0xee
  std::optional<unsigned> count = {};  // if it is not the number of entries
};
inline Packet irdp_advertisement(const IrdpFields& fields) {
  Packet octets;
  for (const IrdpEntry& entry : fields.entries) {
    octets = octets + octets_of(entry.address) + be32_octets(entry.preference);
    if (fields.words > 2) octets.resize(octets.size() + (fields.words - 2) * 4, 0xee);
  }
  const unsigned count = fields.count.value_or(static_cast<unsigned>(fields.entries.size()));
  return ipv4({.source = fields.source, .destination = fields.destination, .ttl = fields.ttl},
              icmpv4(9, fields.code, count << 24 | fields.words << 16 | fields.lifetime, octets));
}
inline Packet irdp_solicitation(std::string_view source = "192.0.2.1", std::string_view destination = "224.0.0.2",
                                unsigned code = 0) {
  return ipv4({.source = source, .destination = destination, .ttl = 1}, icmpv4(10, code, 0));
}

struct Redirect4Fields {
  std::string_view source = "192.0.2.10";
  std::string_view gateway = "192.0.2.11";
  std::string_view redirected = "203.0.113.9";
  std::string_view quoted_source = "192.0.2.2";
  unsigned code = 1;
  unsigned identification = 0x1234;  // of the quoted packet
};
inline Packet redirect4(const Redirect4Fields& fields = {}) {
  const Packet quoted =
      ipv4({.source = fields.quoted_source, .destination = fields.redirected, .identification = fields.identification},
           icmpv4(0, 0, 1));
  return ipv4({.source = fields.source}, icmpv4(5, fields.code, be32(octets_of(fields.gateway), 0), quoted));
}

}  // namespace tunstack::test::router_messages
