#include "tunstack/firewall/bench/conversation.hpp"

#include <fmt/format.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tunstack/firewall/bench/ends.hpp"
#include "tunstack/kernel_link/kernel_route.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::array<char, 64> some_data{};

int socket_family(Family family) { return family == Family::ipv4 ? AF_INET : AF_INET6; }

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  SocketAddress(const IpAddress& address, std::uint16_t port) {
    if (address.is_ipv4()) {
      auto& v4 = *reinterpret_cast<sockaddr_in*>(&storage);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      std::memcpy(&v4.sin_addr, address.octets().data(), 4);
      size = sizeof v4;
    } else {
      auto& v6 = *reinterpret_cast<sockaddr_in6*>(&storage);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      std::memcpy(&v6.sin6_addr, address.octets().data(), 16);
      size = sizeof v6;
    }
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

void set_option(int fd, int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); }

int mtu_of_socket(int fd, Family family) {
  int mtu = 0;
  socklen_t size = sizeof mtu;
  const bool v4 = family == Family::ipv4;
  return ::getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &size) == 0 ? mtu : 0;
}

/// "ECONNREFUSED 3/3"
std::string error_text(const sock_extended_err& error) {
  const char* const name = ::strerrorname_np(static_cast<int>(error.ee_errno));
  return fmt::format("{} {}/{}", name != nullptr ? name : "error", error.ee_type, error.ee_code);
}

/// The first error that waits for a socket.
std::optional<std::string> queued_error(int fd) {
  std::array<char, 512> data{}, control{};
  iovec part{data.data(), data.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    const bool is_error = (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_RECVERR) ||
                          (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_RECVERR);
    if (!is_error) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(item), sizeof error);
    if (error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6) return error_text(error);
  }
  return std::nullopt;
}

std::uint16_t port_at(Bytes datagram, std::size_t at) {
  const std::size_t header = datagram[0] >> 4 == 4 ? (datagram[0] & 0xfU) * 4 : 40;
  return datagram.size() >= header + at + 2 ? load_be16(datagram, header + at) : 0;
}

std::uint32_t sequence_of(Bytes datagram) {
  const std::size_t header = datagram[0] >> 4 == 4 ? (datagram[0] & 0xfU) * 4 : 40;
  return load_be32(datagram, header + 4);
}

bool inject_line(const Wire& wire, const std::string& line) {
  const auto packet = notation::parse_packet(line);
  return packet && wire.inject(*packet);
}

std::string text_of(const Names& names, std::string_view who) { return to_text(names.addresses.find(who)->second); }
std::uint16_t port_of(const Names& names, std::string_view which) { return names.ports.find(which)->second; }

}  // namespace

Conversation::Conversation(Ground& ground, const Case& a_case, Names& names)
    : family_(a_case.family), is_host_(a_case.mode == Mode::host) {
  if (a_case.flow == Flow::none) return;
  ground.outside().forget();
  if (!is_host_) open_through_router(ground, a_case.flow, names);
  if (is_host_ && a_case.flow == Flow::udp) open_udp(ground, names);
  if (is_host_ && a_case.flow == Flow::tcp) open_tcp(ground, names);
  if (is_host_ && a_case.flow == Flow::echo) open_echo(ground, names);
  mtu_before_ = path_mtu();
}

bool Conversation::connect_socket(int type, int protocol, const Names& names) {
  socket_ = FileDescriptor(::socket(socket_family(family_), type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  const int fd = socket_.get();
  const bool v4 = family_ == Family::ipv4;
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
  const linger at_once{1, 0};
  if (type == SOCK_STREAM) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  const SocketAddress here(names.addresses.find("host")->second, port_of(names, "local"));
  const SocketAddress there(names.addresses.find("far")->second, port_of(names, "remote"));
  if (socket_.is_open() && ::bind(fd, here.get(), here.size) == 0 &&
      (::connect(fd, there.get(), there.size) == 0 || errno == EINPROGRESS))
    return true;
  failure_ = fmt::format("the machine cannot open a socket to {}: {}", text_of(names, "far"), std::strerror(errno));
  return false;
}

bool Conversation::take_flow(Ground& ground, Names& names) {
  auto out = ground.outside().take();
  const IpAddress& far = names.addresses.find("far")->second;
  for (auto& packet : out) {
    if (destination_of(packet) != far) continue;
    names.addresses["flow-source"] = source_of(packet);
    names.packets["flow"] = std::move(packet);
    return true;
  }
  failure_ = fmt::format("the first packet of a conversation with {} did not get out", to_text(far));
  return false;
}

void Conversation::open_udp(Ground& ground, Names& names) {
  if (!connect_socket(SOCK_DGRAM, 0, names)) return;
  if (::send(socket_.get(), some_data.data(), some_data.size(), 0) < 0)
    failure_ = fmt::format("the machine cannot send: {}", std::strerror(errno));
  else
    take_flow(ground, names);
}

void Conversation::open_tcp(Ground& ground, Names& names) {
  if (!connect_socket(SOCK_STREAM, 0, names) || !take_flow(ground, names)) return;
  const std::uint32_t sequence = sequence_of(names.packets["flow"]);
  inject_line(ground.outside(),
              fmt::format("{} > {} TCP {} > {}, flags [S.], seq 1000, ack {}, win 65000, tcp options 020405a0",
                          text_of(names, "far"), text_of(names, "host"), port_of(names, "remote"),
                          port_of(names, "local"), sequence + 1));
  if (!take_flow(ground, names)) failure_ = "the handshake of a connection that the machine opens does not complete";
}

void Conversation::open_echo(Ground& ground, Names& names) {
  const bool v4 = family_ == Family::ipv4;
  if (!connect_socket(SOCK_DGRAM, v4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6), names))
    return;
  std::array<std::uint8_t, 64> request{};
  request[0] = v4 ? 8 : 128;
  request[7] = 1;
  if (::send(socket_.get(), request.data(), request.size(), 0) < 0)
    failure_ = fmt::format("the machine cannot send an echo request: {}", std::strerror(errno));
  else
    take_flow(ground, names);
}

void Conversation::open_through_router(Ground& ground, Flow flow, Names& names) {
  ground.inside().forget();
  const std::string client = text_of(names, "client"), far = text_of(names, "far");
  const auto local = port_of(names, "local"), remote = port_of(names, "remote");
  const char* const icmp = family_ == Family::ipv4 ? "ICMP" : "ICMP6";
  std::string line;
  if (flow == Flow::udp) line = fmt::format("{} > {} UDP {} > {}, length 64", client, far, local, remote);
  if (flow == Flow::echo)
    line = fmt::format("{} > {} {} echo request, id {}, seq 1, length 64", client, far, icmp, local);
  if (flow == Flow::tcp)
    line = fmt::format("{} > {} TCP {} > {}, flags [S], seq 1000, win 65000", client, far, local, remote);
  inject_line(ground.inside(), line);
  if (!take_flow(ground, names)) return;
  const std::size_t at = flow == Flow::echo ? 4 : 0;  // an identifier is what a port is
  names.ports["local"] = port_at(names.packets["flow"], at);
  if (flow != Flow::tcp) return;
  inject_line(ground.outside(),
              fmt::format("{} > {} TCP {} > {}, flags [S.], seq 5000, ack 1001, win 65000, tcp options 020405a0", far,
                          text_of(names, "flow-source"), remote, port_of(names, "local")));
  inject_line(ground.inside(),
              fmt::format("{} > {} TCP {} > {}, flags [.], seq 1001, ack 5001, win 65000", client, far, local, remote));
  take_flow(ground, names);
  ground.inside().forget();
}

int Conversation::path_mtu() const { return socket_.is_open() ? mtu_of_socket(socket_.get(), family_) : 0; }

std::vector<EffectSeen> Conversation::effects() const {
  std::vector<EffectSeen> seen;
  if (!socket_.is_open() || !failure_.empty()) return seen;
  if (auto error = queued_error(socket_.get())) seen.push_back({Effect::socket_error, *error});
  if (const int mtu = path_mtu(); mtu != mtu_before_ && mtu != 0)
    seen.push_back({Effect::path_mtu, fmt::format("path MTU {}", mtu)});
  std::array<char, 2048> data{};
  if (::recv(socket_.get(), data.data(), data.size(), MSG_DONTWAIT) > 0) seen.push_back({Effect::data, "delivered"});
  return seen;
}

int path_mtu_to(const IpAddress& address) {
  const FileDescriptor socket(::socket(socket_family(address.family()), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const SocketAddress there(address, 9);
  if (::connect(socket.get(), there.get(), there.size) != 0) return 0;
  return mtu_of_socket(socket.get(), address.family());
}

std::optional<IpAddress> gateway_to(const std::string& device, const IpAddress& address) {
  const auto route = KernelRoutes(device).to(address);
  return route ? route->gateway : std::nullopt;
}

}  // namespace tunstack::firewall
