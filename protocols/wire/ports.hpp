// What UDP and TCP headers begin with, and what is there of them even in a short quote.
#pragma once

#include <optional>

#include "protocols/wire/tcp.hpp"
#include "protocols/wire/udp.hpp"

namespace tunstack {

struct Ports {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
};

static_assert(udp_offset::source_port == tcp_offset::source_port &&
              udp_offset::destination_port == tcp_offset::destination_port);
inline constexpr std::size_t ports_size = 4;

/// Those of a segment or datagram that may be cut anywhere.
inline std::optional<Ports> find_ports(Bytes transport) {
  if (transport.size() < ports_size) return std::nullopt;
  return Ports{load_be16(transport, udp_offset::source_port), load_be16(transport, udp_offset::destination_port)};
}

}  // namespace tunstack
