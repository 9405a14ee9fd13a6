// What a run loop needs of a device: TUN and TAP have it, and queues in memory.
#pragma once

#include <concepts>

#include "protocols/base/bytes.hpp"

namespace tunstack {

/// `none`: nothing waits, or the link is down. `gone`: there is no device any more.
enum class DeviceStatus : std::uint8_t { packet, none, gone };

struct DeviceRead {
  DeviceStatus status;
  Bytes packet;  // within the buffer given: an IP datagram, or a whole frame
};

/// read() and write() never wait; write() says whether the device took the packet, given whole or as header and
/// payload. The file is readable when a packet waits.
template <class D>
concept Device = requires(D& device, MutableBytes buffer, Bytes packet) {
  { device.read(buffer) } -> std::same_as<DeviceRead>;
  { device.write(packet) } -> std::same_as<bool>;
  { device.write(packet, packet) } -> std::same_as<bool>;
  { device.fd() } -> std::convertible_to<int>;
};

}  // namespace tunstack
