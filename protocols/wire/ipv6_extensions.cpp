#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack {

std::expected<UpperLayer, NoUpperLayer> find_upper_layer(Bytes packet) {
  const ChainWalk walk = walk_extensions(packet, [](const UpperLayer&, Bytes) {});
  if (walk.ended_by) return std::unexpected(*walk.ended_by);
  return walk.reached;
}

std::size_t announcing_octet(Bytes packet, std::size_t offset) {
  std::size_t announced_at = ipv6_offset::next_header;
  const ChainWalk walk = walk_extensions(packet, [&](const UpperLayer& at, Bytes) {
    if (at.offset <= offset) announced_at = at.protocol_at;
  });
  return walk.reached.offset <= offset ? walk.reached.protocol_at : announced_at;
}

}  // namespace tunstack
