#include "tools/attached_link.hpp"

#include "tunstack/kernel_link/link_setup.hpp"

namespace tunstack {

namespace {

/// Each link loses others: the first one as if it was alone.
Seed seed_of_link(Seed seed, InterfaceId number) {
  seed.key.back() ^= static_cast<std::uint32_t>(number) << 24U;
  return seed;
}

}  // namespace

AttachedLink::AttachedLink(TunDevice& device, InterfaceId number, const MonotonicClock& clock,
                           const Impairments& impairments, const Seed& seed)
    : number_(number),
      name_(device.name()),
      watch_(name_),
      routes_(name_),
      device_(device, clock, impairments, seed_of_link(seed, number)) {}

TunDevice attach_to(const LinkPlan& plan) {
  check_kind_of_link(plan.device, plan.tap);
  return TunDevice(plan.device, plan.tap ? DeviceKind::tap : DeviceKind::tun);
}

}  // namespace tunstack
