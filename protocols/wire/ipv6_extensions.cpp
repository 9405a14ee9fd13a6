#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack {

namespace {

UpperLayer start_of(Bytes packet) {
  return {packet[ipv6_offset::next_header], false, ipv6_header_size, ipv6_offset::next_header};
}

}  // namespace

// Kept tight: whoever wants to cost time sends as many headers as fit.
std::expected<UpperLayer, NoUpperLayer> find_upper_layer(Bytes packet) {
  UpperLayer at = start_of(packet);
  for (std::size_t headers = 0; is_ipv6_extension(at.protocol); ++headers) {
    if (packet.size() < at.offset + ipv6_extension_unit) return std::unexpected(NoUpperLayer::cut_short);
    if (headers == ipv6_headers_searched) return std::unexpected(NoUpperLayer::behind_too_many_headers);
    const std::uint8_t* const header = packet.data() + at.offset;
    const bool is_fragment = at.protocol == protocol_number::fragment;
    if (is_fragment && Ipv6FragmentHeader({header, ipv6_fragment_header_size}).offset() != 0)
      return std::unexpected(NoUpperLayer::in_another_fragment);
    at.protocol_at = at.offset;
    at.behind_fragment_header |= is_fragment;
    at.protocol = header[ipv6_extension_offset::next_header];
    at.offset += static_cast<std::uint32_t>(
        is_fragment ? ipv6_extension_unit : (header[ipv6_extension_offset::length] + 1U) * ipv6_extension_unit);
  }
  if (at.offset > packet.size()) return std::unexpected(NoUpperLayer::cut_short);
  return at;
}

std::size_t announcing_octet(Bytes packet, std::size_t offset) {
  UpperLayer at = start_of(packet);
  while (at.offset < offset) {
    const auto header = ipv6_extension_at(packet, at.offset, at.protocol);
    if (!header) break;  // then the chain does not lead there
    at = step_over(at, *header);
  }
  return at.protocol_at;
}

}  // namespace tunstack
