// One link of a stack: its device, set up already, what the kernel tells of it, and what makes it a bad one. A session
// has one for each interface of its node.
#pragma once

#include "protocols/base/interface_id.hpp"
#include "tools/reachability.hpp"
#include "tunstack/device/impaired.hpp"
#include "tunstack/device/tun.hpp"
#include "tunstack/kernel_link/kernel_link_plan.hpp"
#include "tunstack/kernel_link/link_watch.hpp"
#include "tunstack/run/clock.hpp"

namespace tunstack {

class AttachedLink {
 public:
  using Impaired = ImpairedDevice<TunDevice, MonotonicClock>;

  /// `number`: of the interface. Device and clock must outlive it. Throws SystemError.
  AttachedLink(TunDevice& device, InterfaceId number, const MonotonicClock& clock, const Impairments& impairments,
               const Seed& seed);

  InterfaceId number() const { return number_; }
  const std::string& name() const { return name_; }
  LinkState state() const { return watch_.state(); }
  int news_fd() const { return watch_.fd(); }
  LinkNews take_news() { return watch_.take_news(); }
  /// How the kernel sends to the addresses that the stack has here, by now.
  std::vector<WayToStack> ways(const std::vector<IpPrefix>& addresses) const { return ways_to(addresses, routes_); }
  Impaired& device() { return device_; }
  /// Nothing if the link is as good as the device.
  std::optional<ImpairmentCounts> impairment_counts() const { return device_.counts(); }

 private:
  InterfaceId number_;
  std::string name_;
  LinkWatch watch_;
  KernelRoutes routes_;
  Impaired device_;
};

/// Attaches to the device of the plan. Throws UsageFault, SystemError.
TunDevice attach_to(const LinkPlan& plan);

}  // namespace tunstack
