#include "tunstack/firewall/bench/listeners.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack::firewall {

namespace {

constexpr int backlog = 512;

/// Closed where the host serves the port itself.
FileDescriptor open_service(const Service& service, const std::string& only_at) {
  const int type = (service.is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  FileDescriptor fd(::socket(AF_INET6, type, 0));
  const int off = 0, on = 1;
  ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!only_at.empty())
    ::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, only_at.c_str(), static_cast<socklen_t>(only_at.size()));
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(service.port);
  const bool is_open = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0 &&
                       (!service.is_tcp || ::listen(fd.get(), backlog) == 0);
  if (!is_open && errno == EADDRINUSE && !only_at.empty()) return {};
  if (!is_open)
    throw SystemError(
        fmt::format("cannot listen at {} {}: {}", service.is_tcp ? "TCP" : "UDP", service.port, std::strerror(errno)),
        "the same port is named twice, or the kernel refused it", "name each service once");
  return fd;
}

}  // namespace

Listeners::Listeners(const std::vector<Service>& services, const std::string& only_at) {
  for (const Service& service : services)
    if (FileDescriptor fd = open_service(service, only_at); fd.is_open())
      (service.is_tcp ? tcp_ : udp_).push_back(std::move(fd));
}

bool Listeners::take_delivered() {
  bool any = false;
  std::array<char, 2048> data{};
  for (const FileDescriptor& socket : udp_)
    while (::recv(socket.get(), data.data(), data.size(), MSG_DONTWAIT) >= 0) any = true;
  return any;
}

}  // namespace tunstack::firewall
