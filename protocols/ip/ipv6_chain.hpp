// The chain of extension headers of an IPv6 packet: walked once, in its order, within bounds (RFC 8200 4).
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/ip/ipv6_options.hpp"

namespace tunstack::ip {

/// What a chain may hold. A packet beyond a limit is dropped and reported (RFC 8504 5.3, RFC 8883 2).
struct Ipv6ChainPolicy {
  std::uint32_t headers = 8;
  std::uint32_t octets = 1280;  // of the whole chain, the fixed header included; at most 1920
  Ipv6OptionPolicy options;
};

inline constexpr std::size_t ipv6_longest_chain = 1920;  // octets: a first fragment with it is kept in one block

/// How far a walk came, and what ended it before the upper layer, if anything did.
struct Ipv6Walk {
  UpperLayer reached;  // the upper layer, or the fragment header of a packet that is a fragment
  std::optional<Verdict> verdict = std::nullopt;
};

Ipv6Walk walk_chain(const Ipv6Arrival& arrival, const Ipv6ChainPolicy& policy);

}  // namespace tunstack::ip
