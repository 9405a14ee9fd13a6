#include "tunstack/run/run_loop.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

RunLoop::RunLoop(const TunDevice& device, Node& node, const MonotonicClock& clock)
    : device_(device), node_(node), clock_(clock), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  watch(device.fd(), [this] { drain(packets_a_turn); });
}

void RunLoop::watch(int fd, std::function<void()> ready) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ready_.size();
  if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    throw SystemError(std::string("cannot wait for a file: ") + std::strerror(errno), "the kernel refused it",
                      "see ulimit -n");
  ready_.push_back(std::move(ready));
}

RunLoop::End RunLoop::run() {
  return run_while([] { return true; });
}

RunLoop::End RunLoop::run_while(const std::function<bool()>& going) {
  while (!stopping_ && !device_gone_ && going()) {
    wait();
    run_timers();
  }
  return device_gone_ ? End::device_gone : End::stopped;
}

std::optional<Duration> RunLoop::time_to_next_timer() const {
  Instant next = node_.next_deadline();
  for (const Timer& timer : timers_) next = std::min(next, timer.when);
  if (next == Instant::max()) return std::nullopt;
  return std::max(next - clock_.now(), Duration::zero());
}

void RunLoop::wait() {
  constexpr Duration::rep per_second = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
  const auto left = time_to_next_timer();
  timespec timeout{};
  if (left) timeout = {static_cast<time_t>(left->count() / per_second), left->count() % per_second};
  std::array<epoll_event, 8> events{};
  const int count = ::epoll_pwait2(poll_.get(), events.data(), events.size(), left ? &timeout : nullptr, nullptr);
  for (int i = 0; i < count; ++i) ready_[events[static_cast<std::size_t>(i)].data.u64]();
}

void RunLoop::run_timers() {
  const bool node_waits = node_.next_deadline() != Instant::max();
  if (timers_.empty() && !node_waits) return;
  const Instant now = clock_.now();
  if (node_waits) {
    node_.tick(now, outbox_);
    send();
  }
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

void RunLoop::drain(std::size_t limit) {
  const Instant now = clock_.now();
  for (std::size_t i = 0; i < limit; ++i) {
    const auto [status, packet] = device_.read(buffer_);
    if (status == TunDevice::ReadStatus::gone) device_gone_ = true;
    if (status != TunDevice::ReadStatus::packet) return;
    node_.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now}, outbox_);
    send();
  }
}

bool RunLoop::write(const OutgoingPacket& packet) const {
  const auto& own = node_.state().link_address(packet.interface);
  if (!own) return device_.write(packet.bytes);
  std::array<std::uint8_t, ethernet_header_size> header;
  ethernet_header(packet, *own).write(header);
  return device_.write(header, packet.bytes);
}

void RunLoop::send() {
  for (const OutgoingPacket& packet : outbox_.packets())
    if (!write(packet)) node_.count(Reason::device_write_failed);
  outbox_.clear();
}

void RunLoop::farewell() {
  node_.farewell(clock_.now(), outbox_);
  send();
}

}  // namespace tunstack
