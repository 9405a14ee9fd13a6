// What a program leaves behind: processes, sockets, mounts.
#pragma once

#include <string>
#include <vector>

namespace tunstack::test {

/// Makes orphans of the program children of the test, has sockets made in a directory of the test's own, and
/// remembers the mounts of this moment.
class LeftBehind {
 public:
  LeftBehind();
  ~LeftBehind();
  LeftBehind(const LeftBehind&) = delete;
  LeftBehind& operator=(const LeftBehind&) = delete;

  const std::string& directory() const { return directory_; }
  /// Files in the directory.
  std::vector<std::string> files() const;
  /// Waits until no process is left of those that were started and whose parents have ended; false if that takes too
  /// long. Only when no Process runs that the test still waits for.
  bool all_processes_end() const;
  bool mounts_are_the_same() const;

 private:
  std::string directory_, runtime_before_, mounts_before_;
  bool had_runtime_ = false;
};

}  // namespace tunstack::test
