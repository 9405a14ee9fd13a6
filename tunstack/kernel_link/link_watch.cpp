#include "tunstack/kernel_link/link_watch.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/rtnetlink.hpp"

namespace tunstack {

namespace {

constexpr std::size_t largest_datagram = 32768;  // as rtnetlink makes them

constexpr sock_filter statement(std::uint16_t code, std::uint32_t operand) { return {code, 0, 0, operand}; }
/// How many statements are skipped if what was loaded is the operand, and if it is not.
constexpr sock_filter if_equal(std::uint32_t operand, std::uint8_t then, std::uint8_t otherwise) {
  return {BPF_JMP | BPF_JEQ | BPF_K, then, otherwise, operand};
}

/// However many other links come and go, they fill no queue here and wake nobody. (Filters read in network order.)
bool hear_one_link(int socket, unsigned index) {
  constexpr std::uint32_t all = ~0U;
  std::array<sock_filter, 7> program{
      statement(BPF_LD | BPF_H | BPF_ABS, offsetof(nlmsghdr, nlmsg_type)),
      if_equal(htons(RTM_NEWLINK), 1, 0),
      if_equal(htons(RTM_DELLINK), 0, 2),
      statement(BPF_LD | BPF_W | BPF_ABS, sizeof(nlmsghdr) + offsetof(ifinfomsg, ifi_index)),
      if_equal(htonl(index), 0, 1),
      statement(BPF_RET | BPF_K, all),
      statement(BPF_RET | BPF_K, 0),
  };
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

}  // namespace

LinkWatch::LinkWatch(const std::string& device)
    : index_(attributes_of_link(device).index), socket_(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK)) {
  if (!socket_ || !hear_one_link(fd(), index_) || mnl_socket_bind(socket_.get(), RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0 ||
      !ask())
    throw SystemError(fmt::format("cannot watch the link {}: {}", device, std::strerror(errno)),
                      "the kernel's rtnetlink refused it", "see ulimit -n");
  take_news();
}

int LinkWatch::fd() const { return mnl_socket_get_fd(socket_.get()); }

/// By a call that names no receiver: the sandbox of a stack allows no other.
bool LinkWatch::ask() const {
  struct {
    nlmsghdr header;
    ifinfomsg body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.ifi_index = static_cast<int>(index_);
  return ::send(fd(), &request, sizeof request, 0) == sizeof request;
}

// The queue takes nothing more until it was emptied, the answer included: first all of it is read, then the kernel is
// asked, which answers at once.
LinkNews LinkWatch::take_news() {
  alignas(nlmsghdr) std::array<std::uint8_t, largest_datagram> buffer;
  LinkHistory history{.state = state_};
  for (bool is_lost = false;;) {
    const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      read_link_messages(Bytes(buffer).first(static_cast<std::size_t>(got)), index_, history);
    } else if (got < 0 && errno == ENOBUFS) {
      history.was_down = is_lost = true;
    } else if (got >= 0 || errno != EINTR) {
      if (!is_lost || !ask()) break;
      is_lost = false;
    }
  }
  const bool was_up = std::exchange(state_, history.state) != LinkState::down;
  const bool is_up = state_ != LinkState::down;
  return {.went_down = was_up && (history.was_down || !is_up), .came_up = is_up && (history.was_down || !was_up)};
}

}  // namespace tunstack
