// Whether packets of this host reach the stack, by the kernel's routes, and what people are told of it.
#pragma once

#include <string>
#include <vector>

#include "tunstack/kernel_link/kernel_route.hpp"

namespace tunstack {

/// How the kernel sends to an address of the stack.
struct WayToStack {
  IpAddress address;
  std::optional<KernelRoute> route;  // unknown where the kernel does not tell

  bool leads_there() const { return !route || route->leads_into_link; }
};

std::vector<WayToStack> ways_to(const std::vector<IpPrefix>& stack, const KernelRoutes& routes);

/// What answers a ping from this host, rather an address that can be used without naming the link; empty if nothing.
std::string address_to_ping(const std::vector<WayToStack>& ways, const std::string& device);

/// Three lines if packets to addresses of the stack go to somebody else; else nothing.
std::string detour_warning(const std::vector<WayToStack>& ways);

/// Three lines on why nothing came, at the end of a run in which `for_others` is all that came.
/// `usual_remedy` where the kernel sends nothing elsewhere.
std::string no_packet_text(const std::vector<WayToStack>& ways, const std::string& device, std::uint64_t for_others,
                           const std::string& usual_remedy);

}  // namespace tunstack
