#include "tunstack/why/packet_changes.hpp"

#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

constexpr std::size_t echo_size = 16;

/// Behind `headers` octets, which are those of IP and what belongs to it.
Octets with_echo_request(Bytes packet, std::size_t headers) {
  const bool is_v6 = ip_version(packet) == 6;
  Octets octets(packet.begin(), packet.begin() + place(headers));
  octets.resize(headers + echo_size);
  octets[headers] =
      is_v6 ? static_cast<std::uint8_t>(Icmpv6Type::echo_request) : static_cast<std::uint8_t>(Icmpv4Type::echo_request);
  octets[is_v6 ? ipv6_offset::next_header : ipv4_offset::protocol] =
      is_v6 ? protocol_number::icmpv6 : protocol_number::icmpv4;
  notation::mend_length(octets);
  notation::mend_checksums(octets);
  return octets;
}

void add_last_resorts(Changes& changes) {
  const Bytes packet = changes.packet();
  const auto add = [&](std::size_t headers) {
    changes.add_octets("an echo request behind the IP header", with_echo_request(packet, headers));
  };
  if (is_ipv6(packet)) add(ipv6_header_size);
  if (!is_ipv4(packet)) return;
  if (const std::size_t header = ipv4_header_words(packet) * std::size_t{4};
      header >= ipv4_header_size && header <= packet.size())
    add(header);
}

}  // namespace

std::optional<IpAddress> own_address(const NodeConfig& node, Family family) {
  for (const IpPrefix& prefix : node.interfaces[0].addresses)
    if (prefix.address.family() == family) return prefix.address;
  return std::nullopt;
}

IpAddress neighbor_of(const IpAddress& own) {
  if (own.is_ipv4()) return Ipv4Address{own.ipv4().value ^ 1};
  Ipv6Address neighbor = own.ipv6();
  neighbor.octets[15] ^= 1;
  return neighbor;
}

void add_datagram_changes(Changes& changes, const NodeConfig& node) {
  add_header_changes(changes, node);
  add_option_changes(changes);
  add_message_changes(changes, node);
}

std::vector<PacketChange> packet_changes(const NodeConfig& node, Bytes packet) {
  Changes changes(packet);
  if (has_frames(node))
    add_frame_changes(changes, node);
  else
    add_datagram_changes(changes, node);
  return changes.take();
}

std::vector<PacketChange> last_resorts(const NodeConfig& node, Bytes packet) {
  Changes changes(packet);
  if (has_frames(node))
    add_to_datagram(changes, node, add_last_resorts);
  else
    add_last_resorts(changes);
  return changes.take();
}

}  // namespace tunstack::why
