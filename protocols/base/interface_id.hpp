#pragma once

#include <cstdint>

namespace tunstack {

/// Names an interface of one node: its index in the node's configuration.
enum class InterfaceId : std::uint8_t {};

}  // namespace tunstack
