#include "tunstack/firewall/bench/wire.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tunstack::firewall {

namespace {

constexpr std::size_t ethernet_octets = 14;
constexpr std::uint16_t ethertype_ipv4 = 0x0800, ethertype_ipv6 = 0x86dd;
constexpr std::size_t most_octets = 65536 + ethernet_octets;

std::array<std::uint8_t, 6> mac_of(const std::string& device) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, device.data(), std::min<std::size_t>(device.size(), IFNAMSIZ - 1));
  std::array<std::uint8_t, 6> mac{};
  if (::ioctl(socket.get(), SIOCGIFHWADDR, &request) == 0) std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, 6);
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
      broadcast_(arm.ipv4.address.ipv4().value | ~ipv4_mask(arm.ipv4.length)),
      buffer_(most_octets) {
  if (is_ethernet()) own_mac_ = mac_of(device_.name());
}

std::array<std::uint8_t, 14> Wire::ethernet_header(Bytes datagram) const {
  std::array<std::uint8_t, 14> header{};
  std::ranges::copy(own_mac_, header.begin());
  std::ranges::copy(neighbor_mac, header.begin() + 6);
  const bool v6 = !datagram.empty() && datagram[0] >> 4 == 6;
  store_be16(header, 12, v6 ? ethertype_ipv6 : ethertype_ipv4);
  if (v6 && datagram.size() >= 40 && datagram[24] == 0xff) {  // RFC 2464 7
    header[0] = header[1] = 0x33;
    std::copy_n(datagram.begin() + 36, 4, header.begin() + 2);
  }
  if (!v6 && datagram.size() >= 20) {
    const std::uint32_t destination = load_be32(datagram, 16);
    if (destination >> 28 == 0xe) {  // RFC 1112 6.4
      header = {0x01, 0x00, 0x5e, static_cast<std::uint8_t>(datagram[17] & 0x7f), datagram[18], datagram[19]};
      std::ranges::copy(neighbor_mac, header.begin() + 6);
      store_be16(header, 12, ethertype_ipv4);
    }
    if (destination == 0xffffffff || destination == broadcast_) std::fill_n(header.begin(), 6, std::uint8_t{0xff});
  }
  return header;
}

bool Wire::inject(Bytes datagram) const {
  if (!is_ethernet()) return device_.write(datagram);
  return device_.write(ethernet_header(datagram), datagram);
}

std::vector<std::vector<std::uint8_t>> Wire::take() {
  std::vector<std::vector<std::uint8_t>> taken;
  for (DeviceRead got = device_.read(buffer_); got.status == DeviceStatus::packet; got = device_.read(buffer_)) {
    Bytes datagram = got.packet;
    if (is_ethernet()) {
      if (datagram.size() < ethernet_octets) continue;
      const std::uint16_t type = load_be16(datagram, 12);
      if (type != ethertype_ipv4 && type != ethertype_ipv6) continue;
      datagram = datagram.subspan(ethernet_octets);
    }
    if (!is_chatter(datagram)) taken.emplace_back(datagram.begin(), datagram.end());
  }
  return taken;
}

void Wire::forget() { take(); }

}  // namespace tunstack::firewall
