// Ties a node to a device and to time: wait, drain, answer, until told to stop.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tunstack/device/tun.hpp"
#include "tunstack/node/node.hpp"
#include "tunstack/run/clock.hpp"

namespace tunstack {

class RunLoop {
 public:
  /// All three must outlive the loop. Throws SystemError.
  RunLoop(const TunDevice& device, Node& node, const MonotonicClock& clock);

  /// Calls `ready` whenever `fd` is readable; never between two packets of one drain.
  void watch(int fd, std::function<void()> ready);
  /// Calls `expired` once, at or after `when`.
  void at(Instant when, std::function<void()> expired) { timers_.push_back({when, std::move(expired)}); }

  enum class End : std::uint8_t { stopped, device_gone };
  /// Returns after stop(), or when the device was deleted.
  End run();
  void stop() { stopping_ = true; }
  /// Likewise, and as soon as `going` is false.
  End run_while(const std::function<bool()>& going);

  /// Lets the node take leave of its neighbors.
  void farewell();
  /// Answers what already waits in the device, up to `limit` packets.
  void drain(std::size_t limit);

 private:
  struct Timer {
    Instant when;
    std::function<void()> expired;
  };

  void wait();
  std::optional<Duration> time_to_next_timer() const;
  void run_timers();
  void send();
  bool write(const OutgoingPacket& packet) const;

  // So many packets a turn, so that timers and control get their share under any load.
  static constexpr std::size_t packets_a_turn = 64;
  static constexpr std::size_t largest_packet = 65536 + 64;

  const TunDevice& device_;
  Node& node_;
  const MonotonicClock& clock_;
  FileDescriptor poll_;
  std::vector<std::function<void()>> ready_;  // for each file that is watched; the first is the device
  std::vector<Timer> timers_;
  Outbox outbox_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(largest_packet);
  bool stopping_ = false;
  bool device_gone_ = false;
};

}  // namespace tunstack
