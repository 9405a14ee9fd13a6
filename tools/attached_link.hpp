// One link of a stack: its device, set up already, and what the kernel tells of it. A session has one for each door.
#pragma once

#include "protocols/base/interface_id.hpp"
#include "tools/reachability.hpp"
#include "tunstack/device/tun.hpp"
#include "tunstack/kernel_link/kernel_link_plan.hpp"
#include "tunstack/kernel_link/link_watch.hpp"

namespace tunstack {

class AttachedLink {
 public:
  /// `number`: of the door. The device must outlive it. Throws SystemError.
  AttachedLink(TunDevice& device, InterfaceId number);

  InterfaceId number() const { return number_; }
  const std::string& name() const { return name_; }
  LinkState state() const { return watch_.state(); }
  int news_fd() const { return watch_.fd(); }
  LinkNews take_news() { return watch_.take_news(); }
  /// How the kernel sends to the addresses that the stack has here, by now.
  std::vector<WayToStack> ways(const std::vector<IpPrefix>& addresses) const { return ways_to(addresses, routes_); }
  TunDevice& device() { return device_; }

 private:
  InterfaceId number_;
  std::string name_;
  LinkWatch watch_;
  KernelRoutes routes_;
  TunDevice& device_;
};

/// Attaches to the device of the plan. Throws UsageFault, SystemError.
TunDevice attach_to(const LinkPlan& plan);

}  // namespace tunstack
