// The secret that stable IPv6 addresses are made from (RFC 7217 5): drawn at the first start, and kept, so that
// addresses stay and no two machines have the same.
#pragma once

#include <filesystem>
#include <string>

namespace tunstack {

/// Where state is kept: $STATE_DIRECTORY (as systemd sets it), /var/lib/tunstack for root, else
/// $XDG_STATE_HOME/tunstack or ~/.local/state/tunstack. Empty if there is no such place.
std::filesystem::path state_directory();

/// 32 hexadecimal digits, from the file "secret" in `directory`, which is made with new ones if it is not there. A
/// Fault if it cannot be made, or is not what it should be.
std::string kept_secret(const std::filesystem::path& directory);

}  // namespace tunstack
