// Sends datagrams as fast as the kernel takes them, for a time, and prints how many and for how long it did.
//   datagrams ADDRESS OCTETS SECONDS      octets of the whole packet
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr in_port_t discard_port = 9;
constexpr std::size_t udp_header = 8, ipv4_header = 20, ipv6_header = 40;
constexpr std::size_t at_once = 64;

/// A socket connected to `address`; -1 if there cannot be one. `headers`: octets in front of its data.
int connect_to(const char* address, std::size_t& headers) {
  sockaddr_in four{.sin_family = AF_INET, .sin_port = htons(discard_port), .sin_addr = {}, .sin_zero = {}};
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(discard_port);
  const bool is_four = ::inet_pton(AF_INET, address, &four.sin_addr) == 1;
  if (!is_four && ::inet_pton(AF_INET6, address, &six.sin6_addr) != 1) return -1;
  headers = udp_header + (is_four ? ipv4_header : ipv6_header);
  const int fd = ::socket(is_four ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int connected = is_four ? ::connect(fd, reinterpret_cast<const sockaddr*>(&four), sizeof four)
                                : ::connect(fd, reinterpret_cast<const sockaddr*>(&six), sizeof six);
  return connected == 0 ? fd : -1;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t headers = 0;
  const int fd = argc == 4 ? connect_to(argv[1], headers) : -1;
  const auto octets = static_cast<std::size_t>(argc == 4 ? std::atoi(argv[2]) : 0);
  if (fd < 0 || octets < headers) {
    std::fprintf(stderr, "usage: %s ADDRESS OCTETS SECONDS\n", argv[0]);
    return 2;
  }
  std::vector<char> data(octets - headers);
  iovec part{data.data(), data.size()};
  std::array<mmsghdr, at_once> messages{};
  for (mmsghdr& message : messages) {
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
  }
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::atof(argv[3])));
  std::size_t sent = 0;
  while (Clock::now() < end) {
    const int taken = ::sendmmsg(fd, messages.data(), messages.size(), 0);
    if (taken > 0) sent += static_cast<std::size_t>(taken);
  }
  std::printf("%zu %.6f\n", sent, std::chrono::duration<double>(Clock::now() - begin).count());
}
