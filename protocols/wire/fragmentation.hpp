// Cuts datagrams into fragments that fit a link (RFC 791 3.2, RFC 8200 4.5).
#pragma once

#include "protocols/base/outbox.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack {

/// The link that a packet leaves by.
struct Link {
  InterfaceId interface;
  std::size_t mtu;  // octets of an IP datagram
};

/// Of an IPv4 datagram, or of a fragment of one. Adds as few fragments as possible, in the order of their offsets, or
/// none for the reason returned. Options that are not copied stay in the first. `datagram` is larger than the MTU,
/// which is at least 68; it may be scratch().
MaybeReason add_fragments(const Ipv4View& datagram, const Link& link, Outbox& out);
/// Likewise of an IPv6 packet without extension headers, over an MTU of at least 1280.
MaybeReason add_fragments(const Ipv6View& packet, std::uint32_t identification, const Link& link, Outbox& out);

}  // namespace tunstack
