// UDP services that give a port something to answer: echo (RFC 862) and discard (RFC 863).
#pragma once

#include "protocols/verdict.hpp"

namespace tunstack::transport {

struct UdpServices {
  bool echo = false;
  bool discard = false;
};

inline constexpr std::uint16_t udp_echo_port = 7;
inline constexpr std::uint16_t udp_discard_port = 9;

/// What the service on the datagram's port makes of it; nothing if there is none.
inline std::optional<Verdict> serve_udp(const UdpView& udp, bool to_group, const UdpServices& services) {
  const std::uint16_t port = udp.destination_port();
  if (port == udp_discard_port && services.discard) return Deliver{Reason::udp_discard_for_us};
  if (port != udp_echo_port || !services.echo) return std::nullopt;
  if (to_group) return Drop{Reason::udp_echo_to_group};
  // Services that answer whatever comes would answer each other for ever; port 0 is none to answer to.
  constexpr std::uint16_t answering[] = {0, 7, 13, 17, 19, 37};
  for (const std::uint16_t source : answering)
    if (udp.source_port() == source) return Drop{Reason::udp_echo_from_service};
  return Reply{Reason::udp_echo_for_us, UdpDatagram{port, udp.source_port(), udp.data()}};
}

}  // namespace tunstack::transport
