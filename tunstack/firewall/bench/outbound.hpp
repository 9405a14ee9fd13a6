// What the machine under test itself sends, as one of its programs would: it leaves by OUTPUT.
#pragma once

#include "protocols/base/bytes.hpp"

namespace tunstack::firewall {

/// A whole datagram, from a raw socket that takes nothing in. True also where rules drop it; false: the kernel takes no
/// such packet, or has no route for it.
bool send_from_host(Bytes datagram);

}  // namespace tunstack::firewall
