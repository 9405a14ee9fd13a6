#include "tests/system/left_behind.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/system/process.hpp"

namespace tunstack::test {

namespace {

std::string mounts() {
  std::ifstream file("/proc/self/mountinfo");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

LeftBehind::LeftBehind() : mounts_before_(mounts()) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  char name[] = "/tmp/left_behind.XXXXXX";
  directory_ = ::mkdtemp(name);
  if (const char* before = std::getenv("XDG_RUNTIME_DIR")) {
    had_runtime_ = true;
    runtime_before_ = before;
  }
  ::setenv("XDG_RUNTIME_DIR", directory_.c_str(), 1);
}

LeftBehind::~LeftBehind() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  had_runtime_ ? ::setenv("XDG_RUNTIME_DIR", runtime_before_.c_str(), 1) : ::unsetenv("XDG_RUNTIME_DIR");
  std::filesystem::remove_all(directory_);
}

std::vector<std::string> LeftBehind::files() const {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) paths.push_back(entry.path());
  return paths;
}

bool LeftBehind::all_processes_end() const {
  return eventually([] {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
  });
}

bool LeftBehind::mounts_are_the_same() const { return mounts() == mounts_before_; }

}  // namespace tunstack::test
