// Addresses, routes, MTU and state of a link of the kernel, set by rtnetlink.
#pragma once

#include "tunstack/kernel_link/kernel_link_plan.hpp"

namespace tunstack {

/// Carries out a plan, and takes it back at the end as far as the device outlives this process: a device that
/// vanishes takes all of it along. An address or route that the link already has stays whatever happens; a route that
/// leads elsewhere is never overruled. All throw SystemError, naming what was attempted.
class LinkSetup {
 public:
  /// `device_stays`: the device is there after this process, so all is to be taken back. Returns once the kernel
  /// answers on the new addresses.
  LinkSetup(LinkPlan plan, bool device_stays);
  ~LinkSetup();
  LinkSetup(const LinkSetup&) = delete;
  LinkSetup& operator=(const LinkSetup&) = delete;

  /// Adds again what the kernel dropped when the link went down: IPv6 addresses, and routes. What it refuses is lost.
  void give_back() noexcept;

 private:
  void add_address(const IpPrefix& address);
  void add_route(const LinkRoute& route);
  void restore() noexcept;

  LinkPlan plan_;
  unsigned index_ = 0;
  bool device_stays_;
  std::vector<IpPrefix> added_addresses_;
  std::vector<LinkRoute> added_routes_;
  std::size_t mtu_before_ = 0;
  bool was_up_ = false;
};

/// Whether a stack can attach to the link of this name, as far as there is one: a TUN device, or with `tap` a TAP
/// device. Throws UsageFault.
void check_kind_of_link(const std::string& device, bool tap);

/// A new network namespace has its loopback device down.
void set_loopback_up();

}  // namespace tunstack
