// What the kernel does about IPv6 on its end of a link, and whether it forwards, by sysctl: on this host read, in a
// private network set.
#pragma once

#include <string>

namespace tunstack {

/// Whether IPv6 is switched off on `device`, or, where there is none yet, on one that is made now.
bool ipv6_is_off(const std::string& device);

/// For links that are made later in this network namespace. False where the kernel does not let us.
bool switch_ipv6_on();
/// Likewise: the kernel's end asks for no routers; it would do so four times, in the midst of what is tried.
bool silence_router_solicitations();
/// It sends on what is for others, in both families.
bool forward_packets();

}  // namespace tunstack
