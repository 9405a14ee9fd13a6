#include "tunstack/firewall/bench/nfnetlink.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t answer_room = 1 << 16;
constexpr int waiting_room = 8 << 20;  // of a socket: what many packets leave behind

using OnMessage = std::function<void(const nlmsghdr&)>;

int tell(const nlmsghdr* message, void* on_message) {
  const auto& tell_it = *static_cast<const OnMessage*>(on_message);
  if (tell_it) tell_it(*message);
  return MNL_CB_OK;
}

}  // namespace

NfnetlinkSocket::NfnetlinkSocket() : socket_(mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC)), buffer_(answer_room) {
  if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0)
    throw SystemError(fmt::format("cannot talk to the kernel's packet filter: {}", std::strerror(errno)),
                      "this kernel has no nfnetlink, or too many files are open", "as root: modprobe nf_tables");
  const int fd = mnl_socket_get_fd(socket_.get());
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &waiting_room, sizeof waiting_room) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &waiting_room, sizeof waiting_room);
}

void NfnetlinkSocket::join(int group) const {
  if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
    throw SystemError(fmt::format("cannot hear of the kernel's packet filter: {}", std::strerror(errno)),
                      "this kernel does not tell what its rules do", "as root: modprobe nf_tables");
}

bool NfnetlinkSocket::take(const OnMessage& on_message) {
  bool whole = true;
  for (;;) {
    const ssize_t got = ::recv(mnl_socket_get_fd(socket_.get()), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == ENOBUFS) whole = false;
    if (got < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (got <= 0) return whole;
    mnl_cb_run(buffer_.data(), static_cast<std::size_t>(got), 0, 0, tell, const_cast<OnMessage*>(&on_message));
  }
}

int NfnetlinkSocket::ask(const nlmsghdr& request, const OnMessage& on_answer) {
  if (mnl_socket_sendto(socket_.get(), &request, request.nlmsg_len) < 0) return errno;
  for (;;) {
    const ssize_t got = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    const int run = mnl_cb_run(buffer_.data(), static_cast<std::size_t>(got), request.nlmsg_seq, 0, tell,
                               const_cast<OnMessage*>(&on_answer));
    if (run < 0) return errno;
    if (run == MNL_CB_STOP) return 0;
  }
}

NfnetlinkMessages::NfnetlinkMessages() : buffer_(answer_room) {}

void NfnetlinkMessages::begin(std::uint8_t subsystem, std::uint8_t type, std::uint16_t flags, std::uint8_t family,
                              std::uint16_t resource) {
  if (current_ != nullptr) used_ += (current_->nlmsg_len + 3U) & ~3U;  // each begins at a word
  current_ = mnl_nlmsg_put_header(buffer_.data() + used_);
  current_->nlmsg_type = static_cast<std::uint16_t>(subsystem << 8 | type);
  current_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  current_->nlmsg_seq = static_cast<std::uint32_t>(++asked_);
  auto* const body = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(current_, sizeof(nfgenmsg)));
  body->nfgen_family = family;
  body->version = NFNETLINK_V0;
  body->res_id = htons(resource);
}

void NfnetlinkMessages::put(std::uint16_t attribute, const std::string& text) {
  mnl_attr_put_strz(current_, attribute, text.c_str());
}
void NfnetlinkMessages::put_be32(std::uint16_t attribute, std::uint32_t value) {
  mnl_attr_put_u32(current_, attribute, htonl(value));
}
void NfnetlinkMessages::put_be16(std::uint16_t attribute, std::uint16_t value) {
  mnl_attr_put_u16(current_, attribute, htons(value));
}
void NfnetlinkMessages::put_octets(std::uint16_t attribute, const void* octets, std::size_t size) {
  mnl_attr_put(current_, attribute, size, octets);
}
void NfnetlinkMessages::nest(std::uint16_t attribute, const std::function<void()>& inside) {
  nlattr* const outer = mnl_attr_nest_start(current_, attribute);
  inside();
  mnl_attr_nest_end(current_, outer);
}

void NfnetlinkMessages::begin_mark(std::uint16_t type) {
  begin(0, 0, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
  current_->nlmsg_type = type;
  current_->nlmsg_flags = NLM_F_REQUEST;
}

int NfnetlinkMessages::commit(NfnetlinkSocket& socket, const std::function<void(NfnetlinkMessages&)>& fill) {
  NfnetlinkMessages batch;
  batch.begin_mark(NFNL_MSG_BATCH_BEGIN);
  fill(batch);
  batch.begin_mark(NFNL_MSG_BATCH_END);
  const std::size_t size = batch.used_ + batch.current_->nlmsg_len;
  if (mnl_socket_sendto(socket.get(), batch.buffer_.data(), size) < 0) return errno;
  int first_error = 0;
  // Each request is acknowledged; the marks are not.
  for (std::size_t left = batch.asked_ - 2; left > 0;) {
    std::vector<char> answer(answer_room);
    const ssize_t got = mnl_socket_recvfrom(socket.get(), answer.data(), answer.size());
    if (got < 0) return errno;
    auto rest = static_cast<int>(got);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(answer.data()); mnl_nlmsg_ok(message, rest);
         message = mnl_nlmsg_next(message, &rest)) {
      if (message->nlmsg_type != NLMSG_ERROR) continue;
      const int error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
      if (first_error == 0 && error != 0) first_error = -error;
      if (left > 0) --left;
    }
    if (first_error != 0) return first_error;
  }
  return 0;
}

}  // namespace tunstack::firewall
