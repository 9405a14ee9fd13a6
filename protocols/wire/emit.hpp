// The one way out: writes an IP header, the message behind it and both checksums into the outbox.
#pragma once

#include <array>
#include <concepts>

#include "protocols/base/checksum.hpp"
#include "protocols/base/outbox.hpp"
#include "protocols/wire/fragmentation.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
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

/// ICMPv4 has no pseudo-header (RFC 792); TCP and UDP do.
inline ChecksumSum pseudo_header_sum(const Ipv4Header& header, std::size_t length) {
  if (header.protocol == protocol_number::icmpv4) return 0;
  return pseudo_header_sum(header.source, header.destination, header.protocol, length);
}

inline ChecksumSum pseudo_header_sum(const Ipv6Header& header, std::size_t length) {
  return pseudo_header_sum(header.source, header.destination, header.next_header, length);
}

inline constexpr std::size_t header_size(const Ipv4Header& header) { return ipv4_header_size + header.options.size(); }
/// A hop-by-hop header with a router alert, and padding.
inline constexpr std::size_t router_alert_size = 8;
inline constexpr std::size_t header_size(const Ipv6Header& header) {
  return ipv6_header_size + (header.router_alert ? router_alert_size : 0);
}

/// What stands between the header and the data of a fragment.
inline constexpr std::size_t fragment_header_size(const Ipv4Header&) { return 0; }
inline constexpr std::size_t fragment_header_size(const Ipv6Header&) { return ipv6_fragment_header_size; }

constexpr bool may_be_cut(const Ipv4Header& header) { return !header.dont_fragment; }
constexpr bool may_be_cut(const Ipv6Header& header) { return !header.dont_fragment; }

// What is rare takes headers by value, so that they need not lie in memory while nothing rare happens.
/// Puts the options behind a header that is written; rare enough for it to be summed again from memory.
void add_options(MutableBytes packet, Ipv4Header header);
/// Puts a hop-by-hop header of 8 octets behind it: the router alert of value 0, and two octets of padding.
void add_router_alert(MutableBytes packet, Ipv6Header header);

// They fill the header at the start of `packet`, which will be `length` octets with what follows. It is put together,
// summed and stored as words: no byte is read back.
[[gnu::always_inline]] inline void write_header(MutableBytes packet, std::size_t length, const Ipv4Header& header) {
  const std::uint64_t length_to_fragment = std::uint64_t{0x45} << 56 | std::uint64_t{header.type_of_service} << 48 |
                                           std::uint64_t{length} << 32 | std::uint64_t{header.identification} << 16 |
                                           (header.dont_fragment ? ipv4_fragment_field::dont_fragment : 0U);
  const std::uint64_t ttl_to_source =
      std::uint64_t{header.ttl} << 56 | std::uint64_t{header.protocol} << 48 | header.source.value;
  const ChecksumSum sum = add_with_carry(add_with_carry(length_to_fragment, ttl_to_source), header.destination.value);
  const auto checksum = static_cast<std::uint16_t>(~checksum_fold(sum));
  store_be64(packet, ipv4_offset::version_and_header_length, length_to_fragment);
  store_be64(packet, ipv4_offset::ttl, ttl_to_source | std::uint64_t{checksum} << 32);
  header.destination.store(packet, ipv4_offset::destination);
  if (!header.options.empty()) [[unlikely]]
    add_options(packet, header);
}

[[gnu::always_inline]] inline void write_header(MutableBytes packet, std::size_t length, const Ipv6Header& header) {
  const std::uint64_t version_to_hop_limit =
      std::uint64_t{6} << 60 | std::uint64_t{header.traffic_class} << 52 | std::uint64_t{header.flow_label} << 32 |
      (length - ipv6_header_size) << 16 | std::uint64_t{header.next_header} << 8 | header.hop_limit;
  store_be64(packet, ipv6_offset::version_class_and_label, version_to_hop_limit);
  header.source.store(packet, ipv6_offset::source);
  header.destination.store(packet, ipv6_offset::destination);
  if (header.router_alert) [[unlikely]]
    add_router_alert(packet, header);
}

/// Fills `packet`: header, message and both checksums.
template <class IpHeader, Message M>
[[gnu::always_inline]] inline void write_datagram(MutableBytes packet, const IpHeader& header, const M& message) {
  write_header(packet, packet.size(), header);
  const MutableBytes payload = packet.subspan(header_size(header));
  message.write(payload);
  store_be16(payload, M::checksum_offset, 0);
  store_be16(payload, M::checksum_offset, message.checksum(payload, pseudo_header_sum(header, payload.size())));
}

/// A message whose octets are those of another but for its first few: copied() and what write_start() changes.
template <class M>
concept CopiedMessage = Message<M> && requires(const M& message, MutableBytes to) {
  { message.copied() } -> std::same_as<Bytes>;
  message.write_start(to);
};

inline FirstFragment cut(const Ipv4Header&, const Uncut& datagram, const Link& link, Outbox& out) {
  return add_ipv4_fragments(datagram, link, out);
}
inline FirstFragment cut(const Ipv6Header& header, const Uncut& packet, const Link& link, Outbox& out) {
  return add_ipv6_fragments(packet, header.identification, link, out);
}

/// Cut from where the message is copied from, so that it is copied once.
template <class IpHeader, CopiedMessage M>
FirstFragment emit_in_fragments_from(const IpHeader& header, const M& message, const Link& link, Outbox& out) {
  std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest> storage;
  const MutableBytes start = MutableBytes(storage).first(header_size(header));
  write_header(start, start.size() + message.size(), header);
  const FirstFragment first = cut(header, {start, message.copied()}, link, out);
  if (!first) return first;
  message.write_start(*first);
  store_be16(*first, M::checksum_offset, message.checksum(*first, pseudo_header_sum(header, message.size())));
  return first;
}
template <class IpHeader, Message M>
FirstFragment emit_in_fragments_from(const IpHeader& header, const M& message, const Link& link, Outbox& out) {
  const MutableBytes whole = out.scratch(header_size(header) + message.size());
  if (whole.empty()) return std::unexpected(Reason::outbox_full);
  write_datagram(whole, header, message);
  return cut(header, {whole.first(header_size(header)), whole.subspan(header_size(header))}, link, out);
}

/// Writes a datagram that is larger than the link takes.
template <class IpHeader, Message M>
MaybeReason emit_in_fragments(const IpHeader& header, const M& message, const Link& link, Outbox& out) {
  if (!may_be_cut(header)) return Reason::larger_than_link_mtu;
  const FirstFragment first = emit_in_fragments_from(header, message, link, out);
  return first ? MaybeReason{} : first.error();
}

/// Writes a datagram that the link takes. Empty if there is no room.
template <class IpHeader, Message M>
[[gnu::always_inline]] inline Bytes emit_whole(const IpHeader& header, const M& message, InterfaceId interface,
                                               const PacketIds& ids, Outbox& out) {
  const MutableBytes packet = out.add(interface, header_size(header) + message.size(), ids);
  if (!packet.empty()) [[likely]]
    write_datagram(packet, header, message);
  return packet;
}

/// Writes one datagram, in fragments if the link asks for it and the header allows it. The reason tells why nothing
/// was written.
template <class IpHeader, Message M>
MaybeReason emit(const IpHeader& header, const M& message, const Link& link, Outbox& out) {
  if (header_size(header) + message.size() > link.mtu) return emit_in_fragments(header, message, link, out);
  return emit_whole(header, message, link.interface, {}, out).empty() ? Reason::outbox_full : MaybeReason{};
}

}  // namespace tunstack
