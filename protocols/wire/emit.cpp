#include "protocols/wire/emit.hpp"

namespace tunstack {

namespace {

/// Rare enough to be summed again from memory.
[[gnu::noinline]] void add_options(MutableBytes packet, const Ipv4Header& header) {
  copy_bytes(packet.subspan(ipv4_header_size), header.options);
  packet[0] = static_cast<std::uint8_t>(0x45 + header.options.size() / 4);
  if (header.first_hop) header.first_hop->store(packet, 16);
  write_header_checksum(packet);
}

/// Type 5, length 2, value 0, and two octets of padding.
[[gnu::noinline]] void add_router_alert(MutableBytes packet, const Ipv6Header& header) {
  packet[6] = protocol_number::hop_by_hop_options;
  packet[ipv6_header_size] = header.next_header;
  packet[ipv6_header_size + 1] = 0;
  store_be32(packet, ipv6_header_size + 2, 0x0502'0000);
  store_be16(packet, ipv6_header_size + 6, 0x0100);
}

}  // namespace

// The header is put together, summed and stored as words: no byte is read back.
void write_header(MutableBytes packet, const Ipv4Header& header) {
  const std::uint64_t length_to_fragment =
      std::uint64_t{0x45} << 56 | std::uint64_t{header.type_of_service} << 48 | std::uint64_t{packet.size()} << 32 |
      std::uint64_t{header.identification} << 16 | (header.dont_fragment ? 0x4000U : 0U);
  const std::uint64_t ttl_to_source =
      std::uint64_t{header.ttl} << 56 | std::uint64_t{header.protocol} << 48 | header.source.value;
  const ChecksumSum sum = add_with_carry(add_with_carry(length_to_fragment, ttl_to_source), header.destination.value);
  const auto checksum = static_cast<std::uint16_t>(~checksum_fold(sum));
  store_be64(packet, 0, length_to_fragment);
  store_be64(packet, 8, ttl_to_source | std::uint64_t{checksum} << 32);
  header.destination.store(packet, 16);
  if (!header.options.empty()) [[unlikely]]
    add_options(packet, header);
}

void write_header(MutableBytes packet, const Ipv6Header& header) {
  store_be32(packet, 0, 6U << 28 | std::uint32_t{header.traffic_class} << 20 | header.flow_label);
  store_be16(packet, 4, static_cast<std::uint16_t>(packet.size() - ipv6_header_size));
  packet[6] = header.next_header;
  packet[7] = header.hop_limit;
  header.source.store(packet, 8);
  header.destination.store(packet, 24);
  if (header.router_alert) [[unlikely]]
    add_router_alert(packet, header);
}

}  // namespace tunstack
