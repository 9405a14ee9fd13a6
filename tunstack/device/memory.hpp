// A device in memory: two bounded queues instead of a kernel. Who plays the other end puts packets in and takes out
// what was sent.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "tunstack/device/device.hpp"
#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

class MemoryDevice {
 public:
  using Packet = std::vector<std::uint8_t>;
  static constexpr std::size_t capacity = 512;  // packets in each queue, as many as a TUN device holds

  /// Throws SystemError.
  MemoryDevice();

  // The stack's end.
  DeviceRead read(MutableBytes buffer);
  bool write(Bytes packet) { return write(packet, {}); }
  bool write(Bytes header, Bytes payload);
  int fd() const { return waiting_.get(); }

  // The other end.
  /// False if the queue is full.
  bool put(Bytes packet);
  /// The oldest packet that was sent, or nothing.
  std::optional<Packet> take();
  /// From now on the device is gone.
  void remove();

 private:
  void set_readable(bool readable) const;

  FileDescriptor waiting_;  // counts 1 while a packet waits, or the device is gone
  std::deque<Packet> to_stack_;
  std::deque<Packet> from_stack_;
  bool gone_ = false;
};

static_assert(Device<MemoryDevice>);

}  // namespace tunstack
