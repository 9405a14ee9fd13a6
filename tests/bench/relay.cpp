// The least that a router can do: what comes by one TUN device is written to the other, and nobody looks at it. It is
// what tests/bench/measure-relay holds the router against.
//   relay NEAR FAR [PACKETS]      names of the devices; packets that are read before they are written (1)
#include <sys/epoll.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "tunstack/device/tun.hpp"

namespace {

using namespace tunstack;

constexpr std::size_t largest_packet = 65536;

class Relay {
 public:
  Relay(const char* near, const char* far, std::size_t packets)
      : devices_{TunDevice(near), TunDevice(far)}, packets_(packets), buffer_(packets * largest_packet) {
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      epoll_event event{.events = EPOLLIN, .data = {.u32 = i}};
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, devices_.at(i).fd(), &event) != 0) std::perror("epoll_ctl");
    }
  }

  [[noreturn]] void run() {
    for (std::array<epoll_event, 2> events{};;) {
      const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) drain(events.at(static_cast<std::size_t>(i)).data.u32);
    }
  }

 private:
  void drain(std::size_t from) {
    const TunDevice& to = devices_.at(1 - from);
    std::size_t count = packets_;
    while (count == packets_) {
      count = read_from(devices_.at(from));
      for (std::size_t i = 0; i < count; ++i) to.write(read_[i]);  // what has no room is lost
    }
  }

  std::size_t read_from(const TunDevice& device) {
    MutableBytes room = buffer_;
    for (std::size_t count = 0; count < packets_; ++count) {
      const auto [status, packet] = device.read(room.first(largest_packet));
      if (status != DeviceStatus::packet) return count;
      read_[count] = packet;
      room = room.subspan(packet.size());
    }
    return packets_;
  }

  std::array<TunDevice, 2> devices_;
  FileDescriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::size_t packets_;  // at once
  std::vector<std::uint8_t> buffer_;
  std::vector<Bytes> read_ = std::vector<Bytes>(packets_);
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4 || (argc == 4 && std::atoi(argv[3]) < 1)) {
    std::fprintf(stderr, "usage: %s NEAR FAR [PACKETS]\n", argv[0]);
    return 2;
  }
  try {
    Relay(argv[1], argv[2], argc == 4 ? static_cast<std::size_t>(std::atoi(argv[3])) : 1).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relay: %s\n", error.what());
    return 1;
  }
}
