#include "protocols/wire/fragmentation.hpp"

#include <algorithm>
#include <array>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack {

namespace {

struct HeaderOfFragments {
  std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest> bytes{};
  std::size_t size = ipv4_header_size;
};

/// The header of all fragments but the first: with the copied options alone, padded to whole words.
HeaderOfFragments later_header(Bytes first_header) {
  HeaderOfFragments header;
  copy_bytes(header.bytes, first_header.first(ipv4_header_size));
  Ipv4OptionReader reader(first_header.subspan(ipv4_header_size));
  while (const auto option = reader.next()) {
    if (!ipv4_option::is_copied(option->type())) continue;
    copy_bytes(MutableBytes(header.bytes).subspan(header.size), option->bytes);
    header.size += option->bytes.size();
  }
  header.size = (header.size + 3) & ~std::size_t{3};
  header.bytes[ipv4_offset::version_and_header_length] = static_cast<std::uint8_t>(0x40 | header.size / 4);
  return header;
}

constexpr std::size_t room_for_data(std::size_t mtu, std::size_t header) { return (mtu - header) & ~std::size_t{7}; }

MutableBytes write_fragment(MutableBytes packet, Bytes header, std::uint16_t fragment_field, Bytes data) {
  copy_bytes(packet, header);
  store_be16(packet, ipv4_offset::total_length, static_cast<std::uint16_t>(packet.size()));
  store_be16(packet, ipv4_offset::flags_and_fragment_offset, fragment_field);
  write_header_checksum(packet);
  const MutableBytes payload = packet.subspan(header.size());
  copy_bytes(payload, data);
  return payload;
}

}  // namespace

FirstFragment add_ipv4_fragments(const Uncut& datagram, const Link& link, Outbox& out) {
  const HeaderOfFragments later = later_header(datagram.header);
  const std::uint32_t field = load_be16(datagram.header, ipv4_offset::flags_and_fragment_offset);
  Bytes header = datagram.header;
  Bytes left = datagram.payload;
  const std::size_t count = 1 + left.size() / room_for_data(link.mtu, header.size());
  if (!out.has_room(count, link.mtu, header.size() + left.size())) return std::unexpected(Reason::outbox_full);

  MutableBytes first;
  std::size_t offset = field & ipv4_fragment_field::offset;
  while (!left.empty()) {
    const bool is_last = header.size() + left.size() <= link.mtu;
    const std::size_t size = is_last ? left.size() : room_for_data(link.mtu, header.size());
    const bool more = !is_last || (field & ipv4_fragment_field::more_fragments) != 0;
    const auto fragment_field = static_cast<std::uint16_t>((field & ipv4_fragment_field::kept_of_whole) |
                                                           (more ? ipv4_fragment_field::more_fragments : 0) | offset);
    const MutableBytes written =
        write_fragment(out.add(link.interface, header.size() + size), header, fragment_field, left.first(size));
    if (first.empty()) first = written;
    left = left.subspan(size);
    offset += size / 8;
    header = Bytes(later.bytes).first(later.size);
  }
  return first;
}

namespace {

struct Ipv6Cut {
  std::size_t offset;  // octets, a multiple of 8
  bool more;
  std::uint32_t identification;
};

MutableBytes write_fragment(MutableBytes fragment, Bytes whole_header, const Ipv6Cut& cut, Bytes data) {
  copy_bytes(fragment, whole_header);
  store_be16(fragment, ipv6_offset::payload_length, static_cast<std::uint16_t>(fragment.size() - ipv6_header_size));
  fragment[ipv6_offset::next_header] = protocol_number::fragment;
  const MutableBytes header = fragment.subspan(ipv6_header_size, ipv6_fragment_header_size);
  header[ipv6_fragment_offset::next_header] = whole_header[ipv6_offset::next_header];
  header[ipv6_fragment_offset::reserved] = 0;
  store_be16(header, ipv6_fragment_offset::offset_and_more,
             static_cast<std::uint16_t>(cut.offset | (cut.more ? 1 : 0)));
  store_be32(header, ipv6_fragment_offset::identification, cut.identification);
  const MutableBytes payload = fragment.subspan(ipv6_header_size + ipv6_fragment_header_size);
  copy_bytes(payload, data);
  return payload;
}

}  // namespace

FirstFragment add_ipv6_fragments(const Uncut& packet, std::uint32_t identification, const Link& link, Outbox& out) {
  constexpr std::size_t headers = ipv6_header_size + ipv6_fragment_header_size;
  const Bytes payload = packet.payload;
  const std::size_t room = room_for_data(link.mtu, headers);
  if (!out.has_room(1 + payload.size() / room, link.mtu, ipv6_header_size + payload.size()))
    return std::unexpected(Reason::outbox_full);
  MutableBytes first;
  for (std::size_t offset = 0; offset < payload.size();) {
    const std::size_t left = payload.size() - offset;
    const bool is_last = headers + left <= link.mtu;
    const std::size_t size = is_last ? left : room;
    const MutableBytes written = write_fragment(out.add(link.interface, headers + size), packet.header,
                                                {offset, !is_last, identification}, payload.subspan(offset, size));
    if (first.empty()) first = written;
    offset += size;
  }
  return first;
}

}  // namespace tunstack
