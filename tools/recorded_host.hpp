// The host in a capture of ours: written there by who captures, taken from there by who replays.
#pragma once

#include "tools/host_arguments.hpp"
#include "tunstack/capture/pcapng_writer.hpp"
#include "tunstack/node/node.hpp"

namespace tunstack {

/// The arguments that make the same node again; what they amount to stands in `node`. Not the only device, which the
/// kernel may have numbered, nor the seed. The secret of stable addresses is never among them.
std::vector<std::string> recorded_arguments(const HostArguments& arguments, const NodeConfig& node);

/// The interfaces of a node, and how the node was made.
CaptureSource capture_source(const NodeConfig& node, std::vector<std::string> arguments, CaptureTime started);

/// Takes what the capture says for what `command` was not told; settings that it was told come behind those of the
/// capture. Throws UsageFault.
void take_recorded(const CaptureOrigin& origin, const CLI::App& command, HostArguments& arguments);

}  // namespace tunstack
