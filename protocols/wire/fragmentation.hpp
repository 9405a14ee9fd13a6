// Cuts datagrams into fragments that fit a link (RFC 791 3.2, RFC 8200 4.5).
#pragma once

#include <expected>

#include "protocols/base/outbox.hpp"
#include "protocols/base/reason.hpp"

namespace tunstack {

/// The link that a packet leaves by.
struct Link {
  InterfaceId interface;
  std::size_t mtu;  // octets of an IP datagram
};

/// A datagram with the length of all of it in its header; the payload may lie elsewhere, also in scratch().
struct Uncut {
  Bytes header;
  Bytes payload;
};

/// The payload of the first fragment that was added, or why none was.
using FirstFragment = std::expected<MutableBytes, Reason>;

/// Of an IPv4 datagram, or of a fragment of one. Adds as few fragments as possible, in the order of their offsets.
/// Options that are not copied stay in the first. `datagram` is larger than the MTU, which is at least 68.
FirstFragment add_ipv4_fragments(const Uncut& datagram, const Link& link, Outbox& out);
/// Likewise of an IPv6 packet without extension headers, over an MTU of at least 1280.
FirstFragment add_ipv6_fragments(const Uncut& packet, std::uint32_t identification, const Link& link, Outbox& out);

}  // namespace tunstack
