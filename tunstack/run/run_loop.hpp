// Ties a machine to devices and to time: wait, drain, answer, until told to stop.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/device/device.hpp"
#include "tunstack/run/clock.hpp"
#include "tunstack/run/event_loop.hpp"
#include "tunstack/run/machine.hpp"

namespace tunstack {

enum class LoopEnd : std::uint8_t { stopped, device_gone };

template <Machine M, Device D, class Clock = MonotonicClock>
class RunLoop {
 public:
  /// The n-th device is the link of the n-th interface. All must outlive the loop. Throws SystemError.
  RunLoop(std::span<D* const> devices, M& machine, const Clock& clock)
      : devices_(devices.begin(), devices.end()), machine_(machine), clock_(clock) {
    for (std::size_t i = 0; i < devices_.size(); ++i)
      events_.watch(devices_[i]->fd(), [this, i] { drain(static_cast<InterfaceId>(i), packets_a_turn); });
  }

  /// Has something done to the machine by `change(now, outbox)`, and sends what it leaves.
  template <class Change>
  void act(const Change& change) {
    change(clock_.now(), outbox_);
    send();
  }
  /// Calls `ready` whenever `fd` is readable; never between two packets of one drain, and before those of devices that
  /// are readable too: what comes by a link comes after the news that it is up.
  void watch(int fd, std::function<void()> ready) { events_.watch(fd, std::move(ready)); }
  /// Calls `expired` once, at or after `when`.
  void at(Instant when, std::function<void()> expired) { events_.at(when, std::move(expired)); }

  /// Returns after stop(), or when a device was deleted.
  LoopEnd run() {
    return run_while([] { return true; });
  }
  /// Likewise, and as soon as `going` is false.
  template <class Going>
  LoopEnd run_while(const Going& going) {
    while (!stopping_ && !gone_ && going()) {
      events_.wait(time_to_next_timer());
      run_timers();
    }
    return gone_ ? LoopEnd::device_gone : LoopEnd::stopped;
  }
  void stop() { stopping_ = true; }
  /// Whose device was deleted, if one was.
  std::optional<InterfaceId> gone() const { return gone_; }
  /// From here on each packet has a time of its own; otherwise those that wait together share one.
  void take_time_of_each(bool takes) { takes_time_of_each_ = takes; }

  /// Answers what already waits in all devices, up to `limit` packets of each.
  void drain(std::size_t limit) {
    for (std::size_t i = 0; i < devices_.size(); ++i) drain(static_cast<InterfaceId>(i), limit);
  }

 private:
  // So many packets a turn, so that timers and control get their share under any load.
  static constexpr std::size_t packets_a_turn = 64;
  // Read first, then answered, then written: what the machine needs of the CPU's caches is fetched once for all.
  static constexpr std::size_t packets_a_batch = 16;
  static constexpr std::size_t largest_packet = 65536 + 64;
  // Their answers fit into the outbox, whatever they are.
  static constexpr std::size_t most_octets_together = 32 * 1024;

  std::optional<Duration> time_to_next_timer() const {
    const Instant next = std::min(machine_.next_deadline(), events_.next_timer());
    if (next == Instant::max()) return std::nullopt;
    return std::max(next - clock_.now(), Duration::zero());
  }

  void run_timers() {
    const bool machine_waits = machine_.next_deadline() != Instant::max();
    if (events_.next_timer() == Instant::max() && !machine_waits) return;
    const Instant now = clock_.now();
    if (machine_waits && machine_.next_deadline() <= now) {
      machine_.tick(now, outbox_);
      send();
    }
    events_.run_timers(now);
  }

  void drain(InterfaceId interface, std::size_t limit) {
    Instant now = clock_.now();
    for (bool is_empty = false; !is_empty && limit > 0;) {
      const Batch batch = read_batch(interface, limit);
      if (!takes_time_of_each_ && are_better_together(batch)) {
        receive_together(interface, batch, now);
      } else {
        for (const Bytes packet : batch.packets) {
          if (takes_time_of_each_) [[unlikely]]
            now = clock_.now();
          machine_.receive({.interface = interface, .bytes = packet, .now = now}, outbox_);
          if (outbox_.is_quarter_full()) [[unlikely]]
            send();
        }
      }
      send();
      limit -= batch.packets.size();
      is_empty = batch.was_last;
    }
  }

  struct Batch {
    std::span<const Bytes> packets;
    std::size_t octets = 0;  // of all of them
    bool was_last = false;   // nothing more waits
  };

  bool are_better_together(const Batch& batch) const {
    if constexpr (TakesMany<M>)
      return machine_.takes_many() && batch.packets.size() > 1 && batch.octets <= most_octets_together;
    return false;
  }
  void receive_together(InterfaceId interface, const Batch& batch, Instant now) {
    if constexpr (TakesMany<M>) {
      for (std::size_t i = 0; i < batch.packets.size(); ++i)
        received_[i] = {.interface = interface, .bytes = batch.packets[i], .now = now};
      machine_.receive_together(std::span(received_).first(batch.packets.size()), outbox_);
    }
  }

  /// What waits in the device, at most `limit` packets and as many as there is surely room for.
  Batch read_batch(InterfaceId interface, std::size_t limit) {
    D& device = *devices_[static_cast<std::size_t>(interface)];
    const std::size_t most = std::min(limit, packets_a_batch);
    std::size_t count = 0, octets = 0;
    for (MutableBytes room = buffer_; count < most && room.size() >= largest_packet;) {
      const auto [status, packet] = device.read(room.first(largest_packet));
      if (status == DeviceStatus::gone) gone_ = interface;
      if (status != DeviceStatus::packet) return {std::span(packets_).first(count), octets, true};
      octets += packet.size();
      packets_[count++] = packet;
      room = room.subspan(packet.size());
    }
    return {std::span(packets_).first(count), octets};
  }

  void send() {
    for (const OutgoingPacket& packet : outbox_.packets())
      if (!write(packet)) [[unlikely]]
        machine_.note({.time = clock_.now(),
                       .reason = Reason::device_write_failed,
                       .interface = packet.interface,
                       .cause = packet.ids.number});
    outbox_.clear();
  }

  bool write(const OutgoingPacket& packet) {
    D& device = *devices_[static_cast<std::size_t>(packet.interface)];
    if (!packet.is_framed()) return device.write(packet.bytes);
    std::array<std::uint8_t, ethernet_header_size> header;
    ethernet_header(packet).write(header);
    return device.write(header, packet.bytes);
  }

  std::vector<D*> devices_;
  M& machine_;
  const Clock& clock_;
  EventLoop events_;
  Outbox outbox_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(2 * largest_packet);
  std::array<Bytes, packets_a_batch> packets_{};
  std::array<Received, packets_a_batch> received_{};
  bool takes_time_of_each_ = false;
  bool stopping_ = false;
  std::optional<InterfaceId> gone_;  // whose device was deleted
};

}  // namespace tunstack
