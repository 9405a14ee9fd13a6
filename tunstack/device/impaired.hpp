// A device behind a bad link: what it reads and writes is lost, doubled, corrupted, delayed and reordered as asked for.
// Where nothing is asked for it is the device itself, but for one branch.
#pragma once

#include <memory>
#include <optional>

#include "tunstack/device/device.hpp"
#include "tunstack/device/impairment.hpp"
#include "tunstack/device/wake_up.hpp"

namespace tunstack {

template <Device D, class Clock>
class ImpairedDevice {
 public:
  /// Device and clock must outlive it. Throws SystemError.
  ImpairedDevice(D& device, const Clock& clock, const Impairments& impairments, const Seed& seed)
      : device_(device), clock_(clock) {
    if (impairments.any()) link_ = std::make_unique<Link>(device.fd(), impairments, seed);
  }
  ImpairedDevice(const ImpairedDevice&) = delete;
  ImpairedDevice& operator=(const ImpairedDevice&) = delete;

  int fd() const { return link_ ? link_->wake_up.fd() : device_.fd(); }
  DeviceRead read(MutableBytes buffer) {
    if (!link_) [[likely]]
      return device_.read(buffer);
    return read_late(buffer);
  }
  bool write(Bytes packet) {
    if (!link_) [[likely]]
      return device_.write(packet);
    return write_late(packet, {});
  }
  bool write(Bytes header, Bytes payload) {
    if (!link_) [[likely]]
      return device_.write(header, payload);
    return write_late(header, payload);
  }

  /// Nothing if the link is as good as the device.
  std::optional<ImpairmentCounts> counts() const { return link_ ? std::optional(link_->counts) : std::nullopt; }

 private:
  struct Link {
    Link(int file, const Impairments& impairments, const Seed& seed)
        : wake_up(file),
          in(ImpairedDirection::Name::in, impairments, seed, counts),
          out(ImpairedDirection::Name::out, impairments, seed, counts) {}

    WakeUp wake_up;
    ImpairmentCounts counts;
    ImpairedDirection in, out;
  };

  // Of a flood of which all is lost so many are read before others get their turn.
  static constexpr std::size_t most_at_once = 64;

  DeviceRead read_late(MutableBytes buffer) {
    const Instant now = clock_.now();
    send_due(now);
    for (std::size_t i = 0; i < most_at_once; ++i) {
      if (const auto due = link_->in.take(now)) {
        const Bytes fits = Bytes(*due).first(std::min(due->size(), buffer.size()));
        copy_bytes(buffer, fits);
        return {DeviceStatus::packet, buffer.first(fits.size())};
      }
      const DeviceRead got = device_.read(buffer);
      if (got.status == DeviceStatus::gone) return got;
      if (got.status == DeviceStatus::none) break;
      link_->in.put({got.packet.begin(), got.packet.end()}, now);
    }
    wake_up_in_time(now);
    return {DeviceStatus::none, {}};
  }

  /// The link takes all that it is given; what becomes of it is counted.
  bool write_late(Bytes header, Bytes payload) {
    const Instant now = clock_.now();
    ImpairedDirection::Packet packet(header.begin(), header.end());
    packet.insert(packet.end(), payload.begin(), payload.end());
    link_->out.put(std::move(packet), now);
    send_due(now);
    wake_up_in_time(now);
    return true;
  }

  void send_due(Instant now) {
    while (const auto due = link_->out.take(now))
      if (!device_.write(*due)) ++link_->counts.refused;
  }

  void wake_up_in_time(Instant now) const {
    const Instant next = std::min(link_->in.next_due(), link_->out.next_due());
    next == Instant::max() ? link_->wake_up.never() : link_->wake_up.in(next - now);
  }

  D& device_;
  const Clock& clock_;
  std::unique_ptr<Link> link_;
};

}  // namespace tunstack
