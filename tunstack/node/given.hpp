// What somebody outside gives a node to be sent: a datagram by way of its next hop, or a whole frame, complete as it
// is, of which not a word is changed; or a datagram of a program of this host. No limit of what this node sends of
// itself is asked.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::given {

// They return why nothing left, or not yet.
MaybeReason send_packet(Bytes datagram, InterfaceId interface, Turn& turn);
MaybeReason send_frame(Bytes frame, InterfaceId interface, Turn& turn);
/// By the routes, or not at all where it is for this node itself; `from` is the interface of what several reach. A
/// whole one of IPv4 whose identification is 0 gets one of this node's: what is said of it then is believed (RFC
/// 5927 4.1).
MaybeReason send_of_program(Bytes datagram, InterfaceId from, Turn& turn);

}  // namespace tunstack::given
