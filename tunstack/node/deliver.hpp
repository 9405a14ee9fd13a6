// Who takes a datagram that is delivered: THE table from a Recipient to the door of a service. ARP is no datagram:
// neighbors takes it itself.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack {

/// Hands the packet over. The reason tells why what it asks for was not done.
MaybeReason deliver(Recipient recipient, const Ipv4Arrival& arrival, Turn& turn);
MaybeReason deliver(Recipient recipient, const Ipv6Arrival& arrival, Turn& turn);

}  // namespace tunstack
