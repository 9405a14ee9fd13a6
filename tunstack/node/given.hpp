// What somebody outside gives a node to be sent, complete as it is: a datagram by way of its next hop, or a whole
// frame. Not a word of it is changed, and no limit of what this node sends of itself is asked.
#pragma once

#include "tunstack/node/output.hpp"

namespace tunstack::given {

// They return why nothing left, or not yet.
MaybeReason send_packet(Bytes datagram, InterfaceId interface, Turn& turn);
MaybeReason send_frame(Bytes frame, InterfaceId interface, Turn& turn);

}  // namespace tunstack::given
