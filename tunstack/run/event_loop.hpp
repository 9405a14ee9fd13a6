// Waits for files and for time.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "protocols/base/time.hpp"
#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

class EventLoop {
 public:
  /// Throws SystemError.
  EventLoop();

  /// Calls `ready` whenever `fd` is readable. Throws SystemError.
  void watch(int fd, std::function<void()> ready);
  /// Calls `expired` once, at or after `when`.
  void at(Instant when, std::function<void()> expired) { timers_.push_back({when, std::move(expired)}); }

  /// Waits for a file, or for `left` at most; for ever without it. Calls what is ready, what was watched last first.
  void wait(const std::optional<Duration>& left);
  Instant next_timer() const;
  void run_timers(Instant now);

 private:
  struct Timer {
    Instant when;
    std::function<void()> expired;
  };

  FileDescriptor poll_;
  std::vector<std::function<void()>> ready_;  // for each file that is watched
  std::vector<Timer> timers_;
};

}  // namespace tunstack
