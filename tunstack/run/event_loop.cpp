#include "tunstack/run/event_loop.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "tunstack/fault.hpp"

namespace tunstack {

EventLoop::EventLoop() : poll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void EventLoop::watch(int fd, std::function<void()> ready) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ready_.size();
  if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    throw SystemError(std::string("cannot wait for a file: ") + std::strerror(errno), "the kernel refused it",
                      "see ulimit -n");
  ready_.push_back(std::move(ready));
}

void EventLoop::wait(const std::optional<Duration>& left) {
  constexpr Duration::rep per_second = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
  timespec timeout{};
  if (left) timeout = {static_cast<time_t>(left->count() / per_second), left->count() % per_second};
  std::array<epoll_event, 8> events{};
  const int count = ::epoll_pwait2(poll_.get(), events.data(), events.size(), left ? &timeout : nullptr, nullptr);
  const auto happened = std::span(events).first(static_cast<std::size_t>(std::max(count, 0)));
  std::ranges::sort(happened, std::greater(), [](const epoll_event& event) { return std::uint64_t{event.data.u64}; });
  for (const epoll_event& event : happened) ready_[event.data.u64]();
}

Instant EventLoop::next_timer() const {
  Instant next = Instant::max();
  for (const Timer& timer : timers_) next = std::min(next, timer.when);
  return next;
}

void EventLoop::run_timers(Instant now) {
  for (std::size_t i = 0; i < timers_.size();) {
    if (timers_[i].when > now) {
      ++i;
      continue;
    }
    const auto expired = std::move(timers_[i].expired);
    timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(i));
    expired();
  }
}

}  // namespace tunstack
