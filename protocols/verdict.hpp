// The answer that every module gives: what is to become of a packet, and why. Deciding changes nothing;
// a Node acts on the verdict afterwards.
#pragma once

#include <variant>

#include "protocols/base/problem.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/wire/extended_echo.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/tcp.hpp"
#include "protocols/wire/udp.hpp"

namespace tunstack {

/// Nothing more happens to the packet.
struct Drop {
  Reason reason;
};

/// A message goes back to the source of the packet. It refers to the packet's bytes.
struct Reply {
  using Message = std::variant<Icmpv4EchoReply, Icmpv6EchoReply, Icmpv4Query, ExtendedEchoReply, TcpReset, UdpDatagram>;
  Reason reason;
  Message message;
};

/// A proposal to report a problem to the source: suppression rules and rate limits still decide.
struct Error {
  Reason reason;
  Problem problem;
  std::uint32_t parameter = 0;  // a pointer or an MTU, in octets
};

/// The packet is a fragment, which waits for the others.
struct Hold {
  Reason reason;
};

/// Somebody here takes the packet, and nothing goes back.
struct Deliver {
  Reason reason;
};

using Verdict = std::variant<Drop, Reply, Error, Hold, Deliver>;

inline Reason reason_of(const Verdict& verdict) {
  return std::visit([](const auto& v) { return v.reason; }, verdict);
}

}  // namespace tunstack
