// What the kernel has at its end of a link now, whoever gave it that. Asked by who would have something else reached.
#pragma once

#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack {

/// Its addresses on the device; none if there is no such device.
std::vector<IpPrefix> kernel_addresses(const std::string& device);

}  // namespace tunstack
