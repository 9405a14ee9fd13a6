// What a packet of either family begins with.
#pragma once

#include "protocols/base/bytes.hpp"

namespace tunstack {

inline constexpr std::size_t ip_version_offset = 0;  // the upper half of that octet

/// 4, 6, or what no packet begins with. Of one octet at least.
constexpr unsigned ip_version(Bytes packet) { return packet[ip_version_offset] >> 4U; }

}  // namespace tunstack
