#include "tunstack/firewall/bench/wire.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/firewall/bench/ends.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t most_octets = 65536 + ethernet_header_size;

MacAddress mac_of(const std::string& device) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, device.data(), std::min<std::size_t>(device.size(), IFNAMSIZ - 1));
  MacAddress mac{};
  if (::ioctl(socket.get(), SIOCGIFHWADDR, &request) == 0)
    std::memcpy(mac.octets.data(), request.ifr_hwaddr.sa_data, mac.octets.size());
  return mac;
}

/// What a machine tells groups of its link whatever arrives: router solicitations and listener reports (RFC 4861 4.1,
/// RFC 9777 5.2), IGMP reports.
bool is_chatter(Bytes datagram) {
  if (datagram.size() < 20) return true;
  if (datagram[0] >> 4 == 4) return datagram[9] == 2 && load_be32(datagram, 16) >> 8 == 0xe00000;
  if (datagram[0] >> 4 != 6 || datagram.size() < 48 || load_be16(datagram, 24) != 0xff02) return false;
  const std::size_t at = datagram[6] == 0 && datagram.size() >= 56 ? 48 : 40;
  const bool is_icmp = datagram[6] == 58 || (datagram[6] == 0 && datagram[40] == 58);
  return is_icmp && (datagram[at] == 133 || datagram[at] == 131 || datagram[at] == 132 || datagram[at] == 143);
}

}  // namespace

Wire::Wire(const Arm& arm)
    : kind_(arm.kind),
      device_(arm.device, arm.kind),
      broadcast_{arm.ipv4.address.ipv4().value | ~ipv4_mask(arm.ipv4.length)},
      buffer_(most_octets) {
  if (is_ethernet()) own_mac_ = mac_of(device_.name());
}

/// To the machine, or to the group or everybody that a datagram is for.
MacAddress Wire::link_destination(Bytes datagram) const {
  const IpAddress destination = destination_of(datagram);
  if (!destination.is_ipv4()) {
    const Ipv6Address& address = destination.ipv6();
    return address.is_multicast() ? mac_of_group(address) : own_mac_;
  }
  const Ipv4Address address = destination.ipv4();
  if (address == ipv4_limited_broadcast || address == broadcast_) return mac_broadcast;
  return address.value >> 28 == 0xe ? mac_of_group(address) : own_mac_;
}

bool Wire::inject(Bytes datagram) const {
  if (!is_ethernet()) return device_.write(datagram);
  std::array<std::uint8_t, ethernet_header_size> header{};
  const std::uint16_t type = !datagram.empty() && datagram[0] >> 4 == 6 ? ethertype::ipv6 : ethertype::ipv4;
  EthernetHeader{link_destination(datagram), neighbor_mac, type}.write(header);
  return device_.write(header, datagram);
}

std::vector<std::vector<std::uint8_t>> Wire::take() {
  std::vector<std::vector<std::uint8_t>> taken;
  for (DeviceRead got = device_.read(buffer_); got.status == DeviceStatus::packet; got = device_.read(buffer_)) {
    Bytes datagram = got.packet;
    if (is_ethernet()) {
      const auto frame = EthernetView::parse(datagram);
      if (!frame || (frame->type() != ethertype::ipv4 && frame->type() != ethertype::ipv6)) continue;
      datagram = frame->payload();
    }
    if (!is_chatter(datagram)) taken.emplace_back(datagram.begin(), datagram.end());
  }
  return taken;
}

void Wire::forget() { take(); }

}  // namespace tunstack::firewall
