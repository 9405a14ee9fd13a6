// What forbids private networks on this host, and the command that allows them: for doctor and for who is refused.
#pragma once

#include <filesystem>
#include <string>

namespace tunstack {

/// One command for root, or where no setting is the cause, what else helps. `settings` is where the kernel's settings
/// are read. Who is root makes no user namespace, and needs only those settings that limit networks.
std::string namespace_remedy(bool as_root, const std::filesystem::path& settings = "/proc/sys");

}  // namespace tunstack
