#pragma once

#include <cstdint>

namespace tunstack {

/// Names an interface of one node: its index in the node's configuration.
enum class InterfaceId : std::uint8_t {};

/// Names a node among those of one process, for whoever is told of events.
enum class NodeId : std::uint32_t {};

}  // namespace tunstack
