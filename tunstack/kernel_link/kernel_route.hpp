// Where the kernel sends packets to an address: what `ip route get` says. Asked by whoever wants to know whether a
// stack can be reached; the socket is opened beforehand, so that a stack in its sandbox may ask too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"
#include "tunstack/kernel_link/netlink_socket.hpp"

namespace tunstack {

struct KernelRoute {
  int error = 0;          // why nothing can be sent there, as errno; with 0 what follows says where packets go
  bool is_local = false;  // the kernel takes them as its own
  bool leads_into_link = false;
  std::string device;
  std::optional<IpAddress> gateway, source;
};

/// In the words of `ip route get`.
std::string to_text(const IpAddress& destination, const KernelRoute& route);

/// The links of the main table's routes to exactly this prefix, by name.
std::vector<std::string> links_of_routes_to(const IpPrefix& prefix);

class KernelRoutes {
 public:
  /// As seen from the network namespace of this process, for who is behind the link `device`.
  explicit KernelRoutes(const std::string& device);

  /// Of a link-local address: as if the link was named. Nothing where the kernel cannot be asked.
  std::optional<KernelRoute> to(const IpAddress& address) const;

 private:
  NetlinkSocket socket_;
  unsigned link_;
};

}  // namespace tunstack
