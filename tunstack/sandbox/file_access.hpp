// Landlock: what a process may still do to files, the network and other processes, whoever it is.
#pragma once

#include <string>
#include <vector>

namespace tunstack {

/// The version of the kernel's Landlock; 0 where it has none.
int landlock_version();

/// From here on this thread and those it makes open, make, change and remove no files, but for removing in the
/// directories `may_remove_in`; bind and connect no TCP sockets, and signal nobody outside, as far as the kernel's
/// Landlock goes. Files that are open stay so. Needs no_new_privs. Throws SystemError.
void forbid_file_access(const std::vector<std::string>& may_remove_in);

}  // namespace tunstack
