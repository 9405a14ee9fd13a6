#include "tunstack/explain/checksums.hpp"

#include "protocols/base/checksum.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack {

namespace {

std::size_t ipv4_header_octets(Bytes datagram) { return ipv4_header_words(datagram) * std::size_t{4}; }

/// ICMP and IGMP are of IPv4, ICMPv6 of IPv6.
std::optional<std::size_t> checksum_within(Bytes datagram, std::uint8_t protocol) {
  constexpr std::size_t of_message = 2;
  const bool is_ipv6 = ip_version(datagram) == 6;
  switch (protocol) {
    case protocol_number::icmpv4:
    case protocol_number::igmp:
      return is_ipv6 ? std::nullopt : std::optional(of_message);
    case protocol_number::icmpv6:
      return is_ipv6 ? std::optional(of_message) : std::nullopt;
    case protocol_number::udp:
      return 6;
    case protocol_number::tcp:
      return 16;
    default:
      return std::nullopt;
  }
}

/// Where a source route leads in the end: that is in the pseudo-header.
Ipv4Address last_destination4(Bytes datagram) {
  const Ipv4Address destination = Ipv4Address::load(datagram, ipv4_offset::destination);
  Ipv4OptionReader reader(datagram.subspan(ipv4_header_size, ipv4_header_octets(datagram) - ipv4_header_size));
  while (const auto option = reader.next()) {
    const bool is_route =
        option->type() == ipv4_option::loose_source_route || option->type() == ipv4_option::strict_source_route;
    const std::size_t size = option->bytes.size();
    if (!is_route || size < ipv4_option_offset::route + Ipv4Address::size) continue;
    if (option->bytes[ipv4_option_offset::pointer] + 3U > size) return destination;  // all of it is used
    return Ipv4Address::load(option->bytes, size - Ipv4Address::size);
  }
  return destination;
}

/// The last address of a routing header of a type that lists them (RFC 8200 8.1, RFC 6275 6.4, RFC 8754 2).
std::optional<Ipv6Address> last_of_route(Bytes header) {
  const unsigned type = header[ipv6_routing_offset::type];
  if (header[ipv6_routing_offset::segments_left] == 0 || header.size() < 8 + Ipv6Address::size) return std::nullopt;
  if (type == 4) return Ipv6Address::load(header, 8);
  if (type != 0 && type != 2) return std::nullopt;
  return Ipv6Address::load(header, 8 + ((header.size() - 8) / Ipv6Address::size - 1) * Ipv6Address::size);
}

Ipv6Address last_destination6(Bytes datagram) {
  UpperLayer at{datagram[ipv6_offset::next_header], false, ipv6_header_size, ipv6_offset::next_header};
  Ipv6Address destination = Ipv6Address::load(datagram, ipv6_offset::destination);
  while (is_ipv6_extension(at.protocol)) {
    const auto header = ipv6_extension_at(datagram, at.offset, at.protocol);
    if (!header) break;
    if (at.protocol == protocol_number::routing) destination = last_of_route(*header).value_or(destination);
    at = step_over(at, *header);
  }
  return destination;
}

/// ICMP and IGMP of IPv4 are summed alone.
ChecksumSum pseudo_header_of(Bytes datagram, std::uint8_t protocol, std::size_t size) {
  if (ip_version(datagram) == 6)
    return pseudo_header_sum(Ipv6Address::load(datagram, ipv6_offset::source), last_destination6(datagram), protocol,
                             size);
  if (protocol != protocol_number::udp && protocol != protocol_number::tcp) return 0;
  return pseudo_header_sum(Ipv4Address::load(datagram, ipv4_offset::source), last_destination4(datagram), protocol,
                           size);
}

std::optional<Upper> upper_of_ipv4(Bytes datagram) {
  if (datagram.size() < ipv4_header_size || ipv4_header_words(datagram) * 4 < ipv4_header_size ||
      ipv4_header_octets(datagram) > datagram.size())
    return std::nullopt;
  const unsigned field = load_be16(datagram, ipv4_offset::flags_and_fragment_offset);
  const bool is_later = (field & ipv4_fragment_field::offset) != 0;
  const bool is_fragment = is_later || (field & ipv4_fragment_field::more_fragments) != 0;
  return Upper{ipv4_header_octets(datagram), datagram[ipv4_offset::protocol], is_fragment, is_later};
}

std::optional<Upper> upper_of_ipv6(Bytes datagram) {
  if (datagram.size() < ipv6_header_size) return std::nullopt;
  UpperLayer at{datagram[ipv6_offset::next_header], false, ipv6_header_size, ipv6_offset::next_header};
  bool is_fragment = false, is_later = false;
  while (is_ipv6_extension(at.protocol)) {
    const auto header = ipv6_extension_at(datagram, at.offset, at.protocol);
    if (!header) return std::nullopt;
    if (at.protocol == protocol_number::fragment) {
      is_fragment |= !Ipv6FragmentHeader(*header).is_atomic();
      is_later |= Ipv6FragmentHeader(*header).offset() != 0;
    }
    at = step_over(at, *header);
  }
  return Upper{at.offset, at.protocol, is_fragment, is_later};
}

StoredChecksum checksum_in(Bytes summed, std::size_t at, ChecksumSum pseudo_header) {
  const ChecksumSum before = checksum_sum(summed.first(at), pseudo_header);
  const std::uint16_t right = internet_checksum(summed.subspan(at + 2), before);
  return {at, load_be16(summed, at), right, checksum_is_intact(checksum_sum(summed, pseudo_header))};
}

}  // namespace

std::optional<Upper> upper_of(Bytes datagram) {
  if (datagram.empty()) return std::nullopt;
  if (ip_version(datagram) == 4) return upper_of_ipv4(datagram);
  return ip_version(datagram) == 6 ? upper_of_ipv6(datagram) : std::nullopt;
}

std::optional<StoredChecksum> upper_checksum(Bytes datagram) {
  const auto upper = upper_of(datagram);
  if (!upper || upper->is_fragment) return std::nullopt;
  const auto at = checksum_within(datagram, upper->protocol);
  if (!at || upper->offset + *at + 2 > datagram.size()) return std::nullopt;
  const Bytes payload = datagram.subspan(upper->offset);
  StoredChecksum found = checksum_in(payload, *at, pseudo_header_of(datagram, upper->protocol, payload.size()));
  found.at += upper->offset;
  if (upper->protocol != protocol_number::udp) return found;
  if (found.right == 0) found.right = 0xffff;  // RFC 768
  if (found.stored == 0) found.is_right = ip_version(datagram) == 4;
  return found;
}

std::optional<std::size_t> upper_checksum_at(Bytes datagram) {
  const auto upper = upper_of(datagram);
  if (!upper || upper->is_later_fragment) return std::nullopt;
  const auto at = checksum_within(datagram, upper->protocol);
  if (!at || upper->offset + *at + 2 > datagram.size()) return std::nullopt;
  return upper->offset + *at;
}

std::optional<std::uint16_t> first_fragment_checksum(Bytes datagram) {
  const auto upper = upper_of(datagram);
  const auto at = upper_checksum_at(datagram);
  if (!at || !upper || !upper->is_fragment) return std::nullopt;
  return load_be16(datagram, *at);
}

std::optional<StoredChecksum> header_checksum(Bytes datagram) {
  if (datagram.empty() || ip_version(datagram) != 4 || !upper_of_ipv4(datagram)) return std::nullopt;
  return checksum_in(datagram.first(ipv4_header_octets(datagram)), ipv4_offset::checksum, 0);
}

}  // namespace tunstack
