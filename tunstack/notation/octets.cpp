#include "tunstack/notation/octets.hpp"

#include "protocols/base/checksum.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"
#include "protocols/wire/upper_layer.hpp"

namespace tunstack::notation {

namespace {

constexpr std::size_t header_checksum_at = 10;

unsigned version_of(Bytes datagram) { return datagram.empty() ? 0 : datagram[0] >> 4; }

std::optional<std::size_t> checksum_at(std::uint8_t protocol) {
  switch (protocol) {
    case protocol_number::icmpv4:
    case protocol_number::icmpv6:
    case protocol_number::igmp:
      return 2;
    case protocol_number::udp:
      return 6;
    case protocol_number::tcp:
      return 16;
    default:
      return std::nullopt;
  }
}

/// ICMP and IGMP of IPv4 are summed alone.
ChecksumSum pseudo_header(Bytes datagram, std::uint8_t protocol, std::size_t size) {
  if (version_of(datagram) == 6)
    return pseudo_header_sum(Ipv6Address::load(datagram, 8), Ipv6Address::load(datagram, 24), protocol, size);
  if (protocol == protocol_number::icmpv4 || protocol == protocol_number::igmp) return 0;
  return pseudo_header_sum(Ipv4Address::load(datagram, 12), Ipv4Address::load(datagram, 16), protocol, size);
}

std::size_t ipv4_header_of(Bytes datagram) { return (datagram[0] & 0x0fU) * 4; }

/// The upper layer of a datagram, and where its checksum stands.
struct SummedUpper {
  std::size_t offset, checksum_at;
  std::uint8_t protocol;
};
std::optional<SummedUpper> summed_upper_of(Bytes datagram) {
  const auto upper = upper_of(datagram);
  if (!upper || upper->is_fragment) return std::nullopt;
  const auto at = checksum_at(upper->protocol);
  if (!at || upper->offset + *at + 2 > datagram.size()) return std::nullopt;
  return SummedUpper{upper->offset, upper->offset + *at, upper->protocol};
}

void flip(Octets& datagram, std::size_t at) { datagram[at] ^= 0x55; }

std::optional<Upper> upper_of_ipv4(Bytes datagram) {
  if (datagram.size() < ipv4_header_size || ipv4_header_of(datagram) > datagram.size()) return std::nullopt;
  const bool is_fragment = (load_be16(datagram, ipv4_offset::flags_and_fragment_offset) & 0x3fff) != 0;
  return Upper{ipv4_header_of(datagram), datagram[ipv4_offset::protocol], is_fragment};
}

std::optional<Upper> upper_of_ipv6(Bytes datagram) {
  if (datagram.size() < ipv6_header_size) return std::nullopt;
  UpperLayer at{datagram[ipv6_offset::next_header], false, ipv6_header_size, ipv6_offset::next_header};
  bool is_fragment = false;
  while (is_ipv6_extension(at.protocol)) {
    const auto header = ipv6_extension_at(datagram, at.offset, at.protocol);
    if (!header) return std::nullopt;
    is_fragment |= at.protocol == protocol_number::fragment && !Ipv6FragmentHeader(*header).is_atomic();
    at = step_over(at, *header);
  }
  return Upper{at.offset, at.protocol, is_fragment};
}

}  // namespace

std::optional<Upper> upper_of(Bytes datagram) {
  if (version_of(datagram) == 4) return upper_of_ipv4(datagram);
  return version_of(datagram) == 6 ? upper_of_ipv6(datagram) : std::nullopt;
}

void mend_length(Octets& datagram) {
  if (version_of(datagram) == 4 && datagram.size() >= ipv4_header_size)
    store_be16(datagram, ipv4_offset::total_length, static_cast<std::uint16_t>(datagram.size()));
  if (version_of(datagram) == 6 && datagram.size() >= ipv6_header_size)
    store_be16(datagram, ipv6_offset::payload_length, static_cast<std::uint16_t>(datagram.size() - ipv6_header_size));
}

void mend_checksums(Octets& datagram) {
  if (const auto upper = summed_upper_of(datagram)) {
    store_be16(datagram, upper->checksum_at, 0);
    const Bytes payload = Bytes(datagram).subspan(upper->offset);
    const std::uint16_t sum = internet_checksum(payload, pseudo_header(datagram, upper->protocol, payload.size()));
    const bool means_none = upper->protocol == protocol_number::udp && sum == 0;  // RFC 768
    store_be16(datagram, upper->checksum_at, means_none ? std::uint16_t{0xffff} : sum);
  }
  if (version_of(datagram) != 4 || !upper_of_ipv4(datagram)) return;
  store_be16(datagram, header_checksum_at, 0);
  store_be16(datagram, header_checksum_at, internet_checksum(Bytes(datagram).first(ipv4_header_of(datagram)), 0));
}

void spoil_checksum(Octets& datagram) {
  if (const auto upper = summed_upper_of(datagram)) flip(datagram, upper->checksum_at);
}

void spoil_header_checksum(Octets& datagram) {
  if (version_of(datagram) == 4 && datagram.size() >= ipv4_header_size) flip(datagram, header_checksum_at);
}

}  // namespace tunstack::notation
