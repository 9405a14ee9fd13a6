// ICMPv6 errors about packets that a host has sent.
#pragma once

#include "tests/conformance/icmp/reported_errors.hpp"
#include "tests/support/ipv6_chains.hpp"

namespace tunstack::test {

struct Icmpv6ErrorFields {
  unsigned type = 1;
  unsigned code = 0;
  std::uint32_t rest = 0;  // what stands behind the checksum
  std::string_view router = "2001:db8:77::7";
  std::string_view to = "2001:db8::2";
};

/// An ICMPv6 error with any body.
inline Packet error6(const Icmpv6ErrorFields& error, const Packet& body) {
  const Ipv6Fields ip{.source = error.router, .destination = error.to};
  return ipv6(ip, icmpv6(ip, error.type, error.code, error.rest, body));
}

/// The error of a router that quotes as much of `sent` as 1280 octets hold (RFC 4443 2.4(c)).
inline Packet error6_about(const Packet& sent, const Icmpv6ErrorFields& error = {}) {
  return error6(error, part(sent, 0, std::min<std::size_t>(sent.size(), 1232)));
}

inline Packet too_big6(const Packet& sent, std::uint32_t mtu, unsigned code = 0) {
  return error6_about(sent, {.type = 2, .code = code, .rest = mtu});
}

}  // namespace tunstack::test
