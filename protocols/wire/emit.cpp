#include "protocols/wire/emit.hpp"

namespace tunstack {

namespace {

/// Rare enough to be summed again from memory.
[[gnu::noinline]] void add_options(MutableBytes packet, const Ipv4Header& header) {
  copy_bytes(packet.subspan(ipv4_header_size), header.options);
  packet[ipv4_offset::version_and_header_length] = static_cast<std::uint8_t>(0x45 + header.options.size() / 4);
  if (header.first_hop) header.first_hop->store(packet, ipv4_offset::destination);
  write_header_checksum(packet);
}

/// A hop-by-hop header of 8 octets: the router alert of value 0, and two octets of padding.
[[gnu::noinline]] void add_router_alert(MutableBytes packet, const Ipv6Header& header) {
  constexpr std::uint32_t alert = ipv6_option::router_alert << 24 | 2 << 16;
  constexpr std::uint16_t padding = ipv6_option::padn << 8;
  const MutableBytes extension = packet.subspan(ipv6_header_size, router_alert_size);
  packet[ipv6_offset::next_header] = protocol_number::hop_by_hop_options;
  extension[ipv6_extension_offset::next_header] = header.next_header;
  extension[ipv6_extension_offset::length] = 0;
  store_be32(extension, ipv6_extension_offset::options, alert);
  store_be16(extension, ipv6_extension_offset::options + ipv6_option::router_alert_size, padding);
}

}  // namespace

// The header is put together, summed and stored as words: no byte is read back.
void write_header(MutableBytes packet, const Ipv4Header& header) {
  const std::uint64_t length_to_fragment =
      std::uint64_t{0x45} << 56 | std::uint64_t{header.type_of_service} << 48 | std::uint64_t{packet.size()} << 32 |
      std::uint64_t{header.identification} << 16 | (header.dont_fragment ? ipv4_fragment_field::dont_fragment : 0U);
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

void write_header(MutableBytes packet, const Ipv6Header& header) {
  store_be32(packet, ipv6_offset::version_class_and_label,
             6U << 28 | std::uint32_t{header.traffic_class} << 20 | header.flow_label);
  store_be16(packet, ipv6_offset::payload_length, static_cast<std::uint16_t>(packet.size() - ipv6_header_size));
  packet[ipv6_offset::next_header] = header.next_header;
  packet[ipv6_offset::hop_limit] = header.hop_limit;
  header.source.store(packet, ipv6_offset::source);
  header.destination.store(packet, ipv6_offset::destination);
  if (header.router_alert) [[unlikely]]
    add_router_alert(packet, header);
}

}  // namespace tunstack
