// Processes of a test: each is bounded in time and ends with the test, whatever happens.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <thread>
#include <vector>

#include "tunstack/device/file_descriptor.hpp"

namespace tunstack::test {

using Command = std::vector<std::string>;
using Milliseconds = std::chrono::milliseconds;

inline constexpr Milliseconds patience{20'000};  // far more than anything here takes

struct Outcome {
  int status = -1;  // 128 and the number of the signal that ended it; -1 if its time was over
  std::string out;
  std::string err;
};
std::ostream& operator<<(std::ostream& stream, const Outcome& outcome);

/// A process and what it started, in a session of its own, with nothing on stdin.
class Process {
 public:
  /// `prepare` is called in the new process before it becomes `command`, and returns whether it may go on.
  explicit Process(const Command& command, const std::function<bool()>& prepare = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  bool has_ended() const;
  /// What it wrote so far.
  std::string out() const;
  std::string err() const;
  /// Waits for its end; kills it when `limit` is over.
  Outcome wait(Milliseconds limit = patience);

 private:
  FileDescriptor out_, err_;  // files in memory
  pid_t pid_ = -1;
  FileDescriptor pidfd_;
  bool reaped_ = false;
};

/// A process of the system. A later one with the same number is another one.
struct ProcessId {
  pid_t pid;
  std::string start_time;  // as /proc has it
};
/// The process itself and all its descendants.
std::vector<ProcessId> family_of(pid_t pid);
bool is_alive(const ProcessId& process);
/// The one of `family` whose program is `name`; -1 if there is none.
pid_t pid_of(const std::vector<ProcessId>& family, const std::string& name);
/// Clock ticks that it has spent in user and kernel mode.
long cpu_ticks(pid_t pid);

/// Polls until `condition` holds; false if it does not within `limit`.
template <class Condition>
bool eventually(const Condition& condition, Milliseconds limit = patience) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Milliseconds(5));
  }
  return true;
}

}  // namespace tunstack::test
