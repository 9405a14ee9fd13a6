// UDP services that give a port something to answer: echo (RFC 862) and discard (RFC 863).
#pragma once

#include <optional>

#include "protocols/base/rule.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::transport {

struct UdpServices {
  bool echo = false;
  bool discard = false;
};

inline constexpr std::uint16_t udp_echo_port = 7;
inline constexpr std::uint16_t udp_discard_port = 9;

struct EchoArrival {
  const UdpView& udp;
  bool to_group;
};

/// Services that answer whatever comes would answer each other for ever; port 0 is none to answer to.
constexpr bool is_port_that_answers(std::uint16_t port) {
  return port == 0 || port == 7 || port == 13 || port == 17 || port == 19 || port == 37;
}

inline constexpr std::array udp_echo_rules = {
    Rule<EchoArrival>{Reason::udp_echo_to_group, [](const EchoArrival& a) { return a.to_group; }},
    Rule<EchoArrival>{Reason::udp_echo_from_service,
                      [](const EchoArrival& a) { return is_port_that_answers(a.udp.source_port()); }},
};

/// What the service on the datagram's port makes of it; nothing if there is none.
inline std::optional<Verdict> serve_udp(const UdpView& udp, bool to_group, const UdpServices& services,
                                        RuleTrace* trace = nullptr) {
  const std::uint16_t port = udp.destination_port();
  if (port == udp_discard_port && services.discard) return Deliver{Reason::udp_discard_for_us};
  if (port != udp_echo_port || !services.echo) return std::nullopt;
  if (const auto broken = first_broken<udp_echo_rules>(EchoArrival{udp, to_group}, trace)) return Drop{*broken};
  return Reply{Reason::udp_echo_for_us, UdpDatagram{port, udp.source_port(), udp.data()}};
}

}  // namespace tunstack::transport
