#include "tools/attached_link.hpp"

#include "tunstack/kernel_link/link_setup.hpp"

namespace tunstack {

AttachedLink::AttachedLink(TunDevice& device, InterfaceId number)
    : number_(number), name_(device.name()), watch_(name_), routes_(name_), device_(device) {}

TunDevice attach_to(const LinkPlan& plan) {
  check_kind_of_link(plan.device, plan.tap);
  return TunDevice(plan.device, plan.tap ? DeviceKind::tap : DeviceKind::tun);
}

}  // namespace tunstack
