#include "tunstack/device/wake_up.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

bool add(int poll, int file) {
  epoll_event event{};
  event.events = EPOLLIN;
  return ::epoll_ctl(poll, EPOLL_CTL_ADD, file, &event) == 0;
}

void set(int timer, std::int64_t nanoseconds) {
  constexpr std::int64_t per_second = 1'000'000'000;
  itimerspec when{};
  when.it_value = {static_cast<time_t>(nanoseconds / per_second), nanoseconds % per_second};
  ::timerfd_settime(timer, 0, &when, nullptr);
}

}  // namespace

WakeUp::WakeUp(int file)
    : poll_(::epoll_create1(EPOLL_CLOEXEC)), timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!add(poll_.get(), file) || !add(poll_.get(), timer_.get()))
    throw SystemError(fmt::format("cannot wait for a time: {}", std::strerror(errno)), "the kernel refused it",
                      "see ulimit -n");
}

// Zero would mean never.
void WakeUp::in(Duration left) const { set(timer_.get(), std::max<std::int64_t>(left.count(), 1)); }

void WakeUp::never() const { set(timer_.get(), 0); }

}  // namespace tunstack
