// A device of the machine under test from the side of those behind it: what they send, what comes out. With Ethernet it
// adds and takes away the frame, so that all others see IP datagrams alone.
#pragma once

#include "protocols/base/mac_address.hpp"
#include "tunstack/firewall/bench/places.hpp"

namespace tunstack::firewall {

class Wire {
 public:
  /// Makes the device. Throws SystemError.
  explicit Wire(const Arm& arm);

  const std::string& device() const { return device_.name(); }
  bool is_ethernet() const { return kind_ == DeviceKind::tap; }
  /// False: the device did not take it.
  bool inject(Bytes datagram) const;
  /// What came out since, without what the machine says to its neighbors by itself (RS, MLD, ARP).
  std::vector<std::vector<std::uint8_t>> take();
  void forget();

  /// The hardware address of whoever is behind the device.
  static constexpr MacAddress neighbor_mac{{0x02, 0x00, 0x5e, 0x00, 0x53, 0x01}};

 private:
  MacAddress link_destination(Bytes datagram) const;

  DeviceKind kind_;
  TunDevice device_;
  MacAddress own_mac_{};
  Ipv4Address broadcast_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace tunstack::firewall
