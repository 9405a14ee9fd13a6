#include "protocols/wire/emit.hpp"

namespace tunstack {

void add_options(MutableBytes packet, Ipv4Header header) {
  copy_bytes(packet.subspan(ipv4_header_size), header.options);
  packet[ipv4_offset::version_and_header_length] = static_cast<std::uint8_t>(0x45 + header.options.size() / 4);
  if (header.first_hop) header.first_hop->store(packet, ipv4_offset::destination);
  write_header_checksum(packet);
}

void add_router_alert(MutableBytes packet, Ipv6Header header) {
  constexpr std::uint32_t alert = ipv6_option::router_alert << 24 | 2 << 16;
  constexpr std::uint16_t padding = ipv6_option::padn << 8;
  const MutableBytes extension = packet.subspan(ipv6_header_size, router_alert_size);
  packet[ipv6_offset::next_header] = protocol_number::hop_by_hop_options;
  extension[ipv6_extension_offset::next_header] = header.next_header;
  extension[ipv6_extension_offset::length] = 0;
  store_be32(extension, ipv6_extension_offset::options, alert);
  store_be16(extension, ipv6_extension_offset::options + ipv6_option::router_alert_size, padding);
}

}  // namespace tunstack
