#include "protocols/wire/fragmentation.hpp"

#include <algorithm>
#include <array>

#include "protocols/wire/ipv4_options.hpp"

namespace tunstack {

namespace {

// The field of flags and fragment offset.
constexpr std::uint32_t upper_flags = 0xc000;  // reserved and DF
constexpr std::uint32_t more_fragments = 0x2000;
constexpr std::uint32_t offset_bits = 0x1fff;

struct HeaderOfFragments {
  std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest> bytes{};
  std::size_t size = ipv4_header_size;
};

/// The header of all fragments but the first: with the copied options alone, padded to whole words.
HeaderOfFragments later_header(const Ipv4View& datagram) {
  HeaderOfFragments header;
  copy_bytes(header.bytes, datagram.header().first(ipv4_header_size));
  Ipv4OptionReader reader(datagram.options());
  while (const auto option = reader.next()) {
    if (!ipv4_option::is_copied(option->type())) continue;
    copy_bytes(MutableBytes(header.bytes).subspan(header.size), option->bytes);
    header.size += option->bytes.size();
  }
  header.size = (header.size + 3) & ~std::size_t{3};
  header.bytes[0] = static_cast<std::uint8_t>(0x40 | header.size / 4);
  return header;
}

constexpr std::size_t room_for_data(std::size_t mtu, std::size_t header) { return (mtu - header) & ~std::size_t{7}; }

void write_fragment(MutableBytes packet, Bytes header, std::uint16_t fragment_field, Bytes data) {
  copy_bytes(packet, header);
  store_be16(packet, 2, static_cast<std::uint16_t>(packet.size()));
  store_be16(packet, 6, fragment_field);
  write_header_checksum(packet);
  copy_bytes(packet.subspan(header.size()), data);
}

}  // namespace

MaybeReason add_fragments(const Ipv4View& datagram, const Link& link, Outbox& out) {
  const HeaderOfFragments later = later_header(datagram);
  const std::uint32_t field = load_be16(datagram.header(), 6);
  Bytes header = datagram.header();
  Bytes left = datagram.payload();
  const std::size_t count = 1 + left.size() / room_for_data(link.mtu, header.size());
  if (!out.has_room(count, link.mtu, datagram.bytes().size())) return Reason::outbox_full;

  std::size_t offset = field & offset_bits;
  while (!left.empty()) {
    const bool is_last = header.size() + left.size() <= link.mtu;
    const std::size_t size = is_last ? left.size() : room_for_data(link.mtu, header.size());
    const bool more = !is_last || datagram.more_fragments();
    const auto fragment_field =
        static_cast<std::uint16_t>((field & upper_flags) | (more ? more_fragments : 0) | offset);
    write_fragment(out.add(link.interface, header.size() + size), header, fragment_field, left.first(size));
    left = left.subspan(size);
    offset += size / 8;
    header = Bytes(later.bytes).first(later.size);
  }
  return {};
}

}  // namespace tunstack
