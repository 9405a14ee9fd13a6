#include "tunstack/kernel_link/rtnetlink.hpp"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace tunstack {

void CloseNetlinkSocket::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

NetlinkSocket open_netlink_socket() {
  NetlinkSocket socket(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
  if (socket && mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) socket.reset();
  return socket;
}

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags) : header_(mnl_nlmsg_put_header(buffer_)) {
  header_->nlmsg_type = type;
  header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
}

int NetlinkRequest::send(mnl_cb_t answer, void* data) {
  const NetlinkSocket socket = open_netlink_socket();
  return socket ? send_over(socket.get(), answer, data) : errno;
}

// The answer ends with an acknowledgement, or as dumps do.
int NetlinkRequest::send_over(mnl_socket* socket, mnl_cb_t answer, void* data) {
  if (::send(mnl_socket_get_fd(socket), header_, header_->nlmsg_len, 0) < 0) return errno;
  for (;;) {
    const ssize_t got = mnl_socket_recvfrom(socket, buffer_, sizeof buffer_);
    if (got < 0) return errno;
    const auto size = static_cast<std::size_t>(got);
    const int run = mnl_cb_run(buffer_, size, 0, mnl_socket_get_portid(socket), answer, data);
    if (run < 0) return errno;
    if (run == MNL_CB_STOP) return 0;
  }
}

namespace {

int read_kind(const nlattr* attribute, void* kind) {
  if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND) *static_cast<std::string*>(kind) = mnl_attr_get_str(attribute);
  return MNL_CB_OK;
}

int read_link_attribute(const nlattr* attribute, void* found) {
  auto& attributes = *static_cast<LinkAttributes*>(found);
  const auto type = mnl_attr_get_type(attribute);
  if (type == IFLA_MTU) attributes.mtu = mnl_attr_get_u32(attribute);
  if (type == IFLA_LINKINFO) return mnl_attr_parse_nested(attribute, read_kind, &attributes.kind);
  return MNL_CB_OK;
}

int read_link_attributes(const nlmsghdr* message, void* found) {
  auto& attributes = *static_cast<LinkAttributes*>(found);
  const auto* const body = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  attributes.index = static_cast<unsigned>(body->ifi_index);
  attributes.is_ethernet = body->ifi_type == ARPHRD_ETHER;
  attributes.is_set_up = (body->ifi_flags & IFF_UP) != 0;
  return mnl_attr_parse(message, sizeof *body, read_link_attribute, found);
}

}  // namespace

LinkAttributes attributes_of_link(const std::string& device) {
  NetlinkRequest request(RTM_GETLINK, 0);
  request.body<ifinfomsg>();
  request.put(IFLA_IFNAME, device);
  LinkAttributes attributes;
  request.send(read_link_attributes, &attributes);
  return attributes;
}

}  // namespace tunstack
