// A TUN or TAP device: each read is one IP datagram, or one Ethernet frame, from the kernel, each write one to it. The
// only file with those ioctls.
#pragma once

#include <string>

#include "tunstack/device/device.hpp"
#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

enum class DeviceKind : std::uint8_t { tun, tap };  // IP datagrams, or Ethernet frames

class TunDevice {
 public:
  /// Attaches to the device `name`, made for the purpose unless it exists; "tun%d" lets the kernel number it.
  /// Throws SystemError.
  explicit TunDevice(const std::string& name, DeviceKind kind = DeviceKind::tun);

  const std::string& name() const { return name_; }
  /// Readable when a datagram waits; non-blocking.
  int fd() const { return fd_.get(); }
  /// Whether the device outlives this process because an administrator made it persistent.
  bool is_persistent() const { return persistent_; }

  DeviceRead read(MutableBytes buffer) const;

  /// False if the device took nothing: its link is down or its queue is full.
  bool write(Bytes packet) const;
  /// Likewise a frame in two parts.
  bool write(Bytes header, Bytes payload) const;

 private:
  FileDescriptor fd_;
  std::string name_;
  bool persistent_ = false;
};

static_assert(Device<TunDevice>);

}  // namespace tunstack
