// The file that holds the number of a running stack, for scripts.
#pragma once

#include <string>

namespace tunstack {

/// Writes the number of this process to a file, and returns its absolute path; whoever ends the stack removes it. What
/// an ended stack left there is replaced. Throws UsageFault where it is the file of a stack that runs.
std::string write_pid_file(const std::string& path);

}  // namespace tunstack
