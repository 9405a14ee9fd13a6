#include "tools/capture_output.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tunstack/fault.hpp"

namespace tunstack {

bool is_standard_output(const std::string& path) {
  if (path == "-") return true;
  struct stat file{}, output{};
  if (::stat(path.c_str(), &file) != 0 || ::fstat(STDOUT_FILENO, &output) != 0) return false;
  const bool keeps_nothing = S_ISCHR(output.st_mode) && ::isatty(STDOUT_FILENO) == 0;  // /dev/null
  return !keeps_nothing && file.st_dev == output.st_dev && file.st_ino == output.st_ino;
}

void check_capture_output(const HostPlan& plan, StandardOutput output) {
  if (!plan.capture || !is_standard_output(*plan.capture)) return;
  const auto refuse = [](const std::string& why, const std::string& remedy) {
    throw UsageFault("the capture cannot go to the standard output", why, remedy);
  };
  if (output == StandardOutput::shared_with_command)
    refuse("the command writes there, too: nobody could tell them apart",
           "--capture FILE, or to a reader of its own: --capture >(wireshark -k -i -)");
  if (plan.json_fd)
    refuse("--json writes there, too: nobody could tell them apart", "--capture FILE, or leave out --json");
  if (::isatty(STDOUT_FILENO) != 0)
    refuse("it is a terminal, and a capture is no text",
           "a pipe: tunstack up --capture - | wireshark -k -i -, or --capture FILE");
}

}  // namespace tunstack
