// What a stack has no business doing, tried from inside: does the sandbox hold on this kernel?
#pragma once

#include <string>
#include <vector>

namespace tunstack {

struct Attempt {
  std::string what;     // in words
  std::string outcome;  // the errno in words
  bool refused = false;
};

struct SandboxTrial {
  std::vector<Attempt> attempts;
  std::vector<std::string> missing;  // of the state that /proc/PID/status shows: what does not hold
};

/// Forks a process that enters the sandbox of a stack (unless not `sandboxed`, which shows what the attempts are worth)
/// and tries one thing after the other. None does harm where it succeeds. Throws SystemError.
SandboxTrial try_what_is_forbidden(bool sandboxed);

}  // namespace tunstack
