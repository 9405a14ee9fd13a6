// The one way out: writes an IP header, the message behind it and both checksums into the outbox.
#pragma once

#include <concepts>

#include "protocols/base/checksum.hpp"
#include "protocols/base/outbox.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack {

/// What travels behind an IP header: its size in octets; write() fills all of it but the checksum;
/// checksum() is what then belongs at checksum_offset.
template <class M>
concept Message = requires(const M& message, MutableBytes to, Bytes written, ChecksumSum pseudo_header) {
  { message.size() } -> std::same_as<std::size_t>;
  message.write(to);
  { message.checksum(written, pseudo_header) } -> std::same_as<std::uint16_t>;
  { M::checksum_offset } -> std::convertible_to<std::size_t>;
};

/// The link that a packet leaves by.
struct Link {
  InterfaceId interface;
  std::size_t mtu;  // octets of an IP datagram
};

/// ICMPv4 has no pseudo-header (RFC 792); TCP and UDP do.
inline ChecksumSum pseudo_header_sum(const Ipv4Header& header, std::size_t length) {
  if (header.protocol == protocol_number::icmpv4) return 0;
  return pseudo_header_sum(header.source, header.destination, header.protocol, length);
}

inline ChecksumSum pseudo_header_sum(const Ipv6Header& header, std::size_t length) {
  return pseudo_header_sum(header.source, header.destination, header.next_header, length);
}

inline constexpr std::size_t header_size(const Ipv4Header&) { return ipv4_header_size; }
inline constexpr std::size_t header_size(const Ipv6Header&) { return ipv6_header_size; }

/// Fills the header at the start of `packet`, whose size is the total length.
void write_header(MutableBytes packet, const Ipv4Header& header);
void write_header(MutableBytes packet, const Ipv6Header& header);

/// Writes one datagram. The reason tells why nothing was written.
template <class IpHeader, Message M>
MaybeReason emit(const IpHeader& header, const M& message, const Link& link, Outbox& out) {
  const std::size_t before = header_size(header);
  const std::size_t size = before + message.size();
  if (size > link.mtu) return Reason::larger_than_link_mtu;
  const MutableBytes packet = out.add(link.interface, size);
  if (packet.empty()) return Reason::outbox_full;
  write_header(packet, header);
  const MutableBytes payload = packet.subspan(before);
  message.write(payload);
  store_be16(payload, M::checksum_offset, 0);
  store_be16(payload, M::checksum_offset, message.checksum(payload, pseudo_header_sum(header, payload.size())));
  return {};
}

}  // namespace tunstack
