#include "protocols/wire/ipv6_extensions.hpp"

#include "protocols/wire/ipv6.hpp"

namespace tunstack {

namespace {

UpperLayer start_of(Bytes packet) {
  return {packet[ipv6_next_header_offset], false, ipv6_header_size, ipv6_next_header_offset};
}

bool is_later_fragment(std::uint8_t kind, Bytes header) {
  return kind == protocol_number::fragment && Ipv6FragmentHeader(header).offset() != 0;
}

}  // namespace

std::optional<UpperLayer> find_upper_layer(Bytes packet) {
  UpperLayer at = start_of(packet);
  while (is_ipv6_extension(at.protocol)) {
    const auto header = ipv6_extension_at(packet, at.offset, at.protocol);
    if (!header || is_later_fragment(at.protocol, *header)) return std::nullopt;
    at = step_over(at, *header);
  }
  return at;
}

std::size_t announcing_octet(Bytes packet, std::size_t offset) {
  UpperLayer at = start_of(packet);
  while (at.offset < offset) at = step_over(at, *ipv6_extension_at(packet, at.offset, at.protocol));
  return at.protocol_at;
}

}  // namespace tunstack
