#include "tunstack/capture/pcapng_writer.hpp"

#include <cstring>
#include <limits>

#include "tunstack/capture/pcapng_format.hpp"

namespace tunstack {

namespace pcapng {

namespace {

constexpr std::uint32_t snapshot_length = 262144;
constexpr std::uint8_t nanoseconds = 9;  // 10 to the power of -9
constexpr std::size_t room_for_options = 512;

/// Type, length, body in words of 32 bits, length again; all in the byte order of the writer.
class Block {
 public:
  explicit Block(std::uint32_t type, std::size_t expected_size = 0) {
    bytes_.reserve(expected_size + room_for_options);
    add(type);
    add(std::uint32_t{0});
  }
  template <class Number>
  void add(Number value) {
    append(&value, sizeof value);
  }
  void add_padded(const void* bytes, std::size_t size) {
    append(bytes, size);
    bytes_.resize(padded(bytes_.size()));
  }
  /// One that is too long for the format is left out.
  void add_option(std::uint16_t code, const void* value, std::size_t size) {
    if (size > std::numeric_limits<std::uint16_t>::max()) return;
    add(code);
    add(static_cast<std::uint16_t>(size));
    add_padded(value, size);
  }
  void add_option(std::uint16_t code, std::string_view text) {
    if (!text.empty()) add_option(code, text.data(), text.size());
  }
  void add_time(CaptureTime time) {
    const auto ticks = static_cast<std::uint64_t>(time.count());
    add(static_cast<std::uint32_t>(ticks >> 32));
    add(static_cast<std::uint32_t>(ticks));
  }
  Octets finish() && {
    add_option(option_end, nullptr, 0);
    const auto length = static_cast<std::uint32_t>(bytes_.size() + 4);
    add(length);
    std::memcpy(bytes_.data() + 4, &length, sizeof length);
    return std::move(bytes_);
  }

 private:
  void append(const void* bytes, std::size_t size) {
    const auto* const from = static_cast<const std::uint8_t*>(bytes);
    bytes_.insert(bytes_.end(), from, from + size);
  }
  Octets bytes_;
};

Octets section_block(const CaptureSource& source) {
  Block section(section_header);
  section.add(byte_order_magic);
  section.add(std::uint16_t{1});
  section.add(std::uint16_t{0});
  section.add(~std::uint64_t{0});  // the length of the section is not told
  if (source.origin) {
    section.add_option(section_application, "tunstack " + source.origin->version);
    section.add_option(option_comment, origin_text(*source.origin));
  }
  return std::move(section).finish();
}

/// The address and its mask, or the address and its length.
void add_address(Block& block, const IpPrefix& prefix) {
  const Bytes address = prefix.address.octets();
  Octets value(address.begin(), address.end());
  if (prefix.address.is_ipv4()) {
    value.resize(2 * Ipv4Address::size);
    store_be32(value, Ipv4Address::size, ipv4_mask(prefix.length));
    return block.add_option(interface_ipv4, value.data(), value.size());
  }
  value.push_back(prefix.length);
  block.add_option(interface_ipv6, value.data(), value.size());
}

Octets interface_block(const CaptureSource& source, const CaptureInterface& interface) {
  Block block(interface_description);
  block.add(static_cast<std::uint16_t>(link_type_number(source.type)));
  block.add(std::uint16_t{0});
  block.add(snapshot_length);
  block.add_option(interface_name, interface.name);
  if (source.origin) block.add_option(interface_text, "a host of tunstack and its link, as the host sees it");
  for (const IpPrefix& prefix : interface.addresses) add_address(block, prefix);
  if (interface.mac) block.add_option(interface_mac, interface.mac->octets.data(), interface.mac->octets.size());
  block.add_option(interface_time_resolution, &nanoseconds, 1);
  return std::move(block).finish();
}

}  // namespace

Octets start(const CaptureSource& source) {
  Octets octets = section_block(source);
  for (const CaptureInterface& interface : source.interfaces) {
    const Octets block = interface_block(source, interface);
    octets.insert(octets.end(), block.begin(), block.end());
  }
  return octets;
}

Octets packet_block(InterfaceId interface, CaptureTime time, Direction direction, Bytes packet,
                    std::string_view comment) {
  const auto size = static_cast<std::uint32_t>(packet.size());
  const std::uint32_t flags = direction == Direction::in ? inbound : outbound;
  Block block(enhanced_packet, packet.size());
  block.add(static_cast<std::uint32_t>(interface));
  block.add_time(time);
  block.add(size);
  block.add(size);
  block.add_padded(packet.data(), packet.size());
  block.add_option(option_comment, comment.data(), comment.size());
  block.add_option(packet_flags, &flags, sizeof flags);
  return std::move(block).finish();
}

Octets mark_block(InterfaceId interface, CaptureTime time, std::string_view comment) {
  Block block(interface_statistics);
  block.add(static_cast<std::uint32_t>(interface));
  block.add_time(time);
  block.add_option(option_comment, comment);
  return std::move(block).finish();
}

}  // namespace pcapng

std::uint32_t link_type_number(LinkType type) {
  constexpr std::uint32_t ethernet = 1;
  constexpr std::uint32_t raw = 101;  // IPv4 or IPv6, told by the first nibble
  return type == LinkType::ethernet ? ethernet : raw;
}

}  // namespace tunstack
