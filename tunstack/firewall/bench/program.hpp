// A program that runs to its end: nft and iptables-restore, which load what the user wrote.
#pragma once

#include <string>
#include <vector>

namespace tunstack::firewall {

inline constexpr int no_such_program = 127;  // a status

struct ProgramEnd {
  int status = 0;
  std::string output;  // of stdout and stderr, the first 64 KiB
};

/// Finds it by PATH, and where administrators' programs are. It dies with this process. Throws SystemError.
ProgramEnd run_program(const std::vector<std::string>& command, const std::string& input);

}  // namespace tunstack::firewall
