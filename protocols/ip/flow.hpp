// The flow that a datagram in transit belongs to, as a number: where several routes lead on, all of one flow take the
// same one, so that they arrive in their order (RFC 2991 2, RFC 6438 3). Nobody without the key can foretell which.
#pragma once

#include "protocols/base/siphash.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack::ip {

/// Which of several routes to one prefix a datagram in transit takes: that of its flow, each in turn, or the first.
enum class EqualRoutes : std::uint8_t { flow, packet, first };

/// By addresses, protocol, and what follows of the flow: the ports of TCP and UDP, type, code and checksum of an echo,
/// which is what a traceroute keeps alike in order to stay on one path. All fragments of a datagram are alike: what
/// follows counts in none of them.
std::uint64_t flow_hash(const Ipv4View& ip, const SipHashKey& key);
/// By addresses and flow label (RFC 6438 3). Where there is no label, as above; extension headers are not looked
/// through.
std::uint64_t flow_hash(const Ipv6View& ip, const SipHashKey& key);

}  // namespace tunstack::ip
