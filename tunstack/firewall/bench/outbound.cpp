#include "tunstack/firewall/bench/outbound.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "tunstack/device/file_descriptor.hpp"

namespace tunstack::firewall {

namespace {

bool send_by(int family, const sockaddr* to, socklen_t size, Bytes datagram) {
  const FileDescriptor socket(::socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));  // headers are included
  if (!socket.is_open()) return false;
  const ssize_t sent = ::sendto(socket.get(), datagram.data(), datagram.size(), 0, to, size);
  return sent >= 0 || errno == EPERM;  // which tells of a rule
}

}  // namespace

bool send_from_host(Bytes datagram) {
  if (datagram.size() >= 40 && datagram[0] >> 4 == 6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    std::memcpy(&to.sin6_addr, datagram.data() + 24, 16);
    return send_by(AF_INET6, reinterpret_cast<const sockaddr*>(&to), sizeof to, datagram);
  }
  if (datagram.size() < 20 || datagram[0] >> 4 != 4) return false;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  std::memcpy(&to.sin_addr, datagram.data() + 16, 4);
  return send_by(AF_INET, reinterpret_cast<const sockaddr*>(&to), sizeof to, datagram);
}

}  // namespace tunstack::firewall
