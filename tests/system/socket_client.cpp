// Connects a socket and prints what a program learns from the kernel then: socket_client udp|tcp ADDRESS PORT
// prints "connected", "timeout", or the name of an errno.
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace {

struct FreeAddress {
  void operator()(addrinfo* found) const { ::freeaddrinfo(found); }
};
using Address = std::unique_ptr<addrinfo, FreeAddress>;

Address resolve(const char* address, const char* port, int type) {
  addrinfo wanted{};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  wanted.ai_socktype = type;
  addrinfo* found = nullptr;
  return ::getaddrinfo(address, port, &wanted, &found) == 0 ? Address(found) : nullptr;
}

const char* failure() { return ::strerrorname_np(errno); }

const char* send_and_receive(int fd) {
  if (::send(fd, "hello", 5, 0) < 0) return failure();
  pollfd answered{fd, POLLIN, 0};
  if (::poll(&answered, 1, 5000) == 0) return "timeout";
  char buffer[16];
  return ::recv(fd, buffer, sizeof buffer, 0) < 0 ? failure() : "answered";
}

const char* attempt(const addrinfo& where) {
  const int fd = ::socket(where.ai_family, where.ai_socktype | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, where.ai_addr, where.ai_addrlen) != 0) return failure();
  return where.ai_socktype == SOCK_DGRAM ? send_and_receive(fd) : "connected";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Address where = resolve(argv[2], argv[3], std::string_view(argv[1]) == "udp" ? SOCK_DGRAM : SOCK_STREAM);
  if (where == nullptr) return 2;
  std::puts(attempt(*where));
}
