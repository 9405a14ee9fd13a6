#include "tools/pid_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tunstack/fault.hpp"
#include "tunstack/outlet/output_file.hpp"

namespace tunstack {

namespace {

/// Of a program that runs; empty if there is none.
std::string program_of(pid_t pid) {
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
  return name;
}

/// A number that another program has meanwhile got is no stack.
bool is_stack(pid_t pid) { return pid > 0 && pid != ::getpid() && program_of(pid) == program_of(::getpid()); }

/// 0 if there is no number.
pid_t number_in(const std::string& path) {
  pid_t number = 0;
  std::ifstream(path) >> number;
  return number;
}

}  // namespace

std::string write_pid_file(const std::string& path) {
  std::error_code unknown;
  std::string absolute = std::filesystem::absolute(path, unknown);
  if (std::filesystem::is_regular_file(absolute, unknown))
    if (const pid_t pid = number_in(absolute); is_stack(pid))
      throw UsageFault(fmt::format("{} is the file of a running stack", path),
                       fmt::format("its process is {}; scripts would not find it any more", pid),
                       fmt::format("choose another file, or end it: kill {}", pid));
  OutputFile::create(absolute).write(fmt::format("{}\n", ::getpid()));
  return absolute;
}

}  // namespace tunstack
