#include "tunstack/kernel_link/rtnetlink.hpp"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "tunstack/kernel_link/netlink_socket.hpp"

namespace tunstack {

void CloseNetlinkSocket::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags) : header_(mnl_nlmsg_put_header(buffer_)) {
  header_->nlmsg_type = type;
  header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
}

int NetlinkRequest::send(mnl_cb_t answer, void* data) {
  const NetlinkSocket socket(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return errno;
  if (mnl_socket_sendto(socket.get(), header_, header_->nlmsg_len) < 0) return errno;
  const ssize_t got = mnl_socket_recvfrom(socket.get(), buffer_, sizeof buffer_);
  if (got < 0) return errno;
  const auto run =
      mnl_cb_run(buffer_, static_cast<std::size_t>(got), 0, mnl_socket_get_portid(socket.get()), answer, data);
  return run < 0 ? errno : 0;
}

namespace {

int read_link_attribute(const nlattr* attribute, void* found) {
  if (mnl_attr_get_type(attribute) == IFLA_MTU) static_cast<LinkAttributes*>(found)->mtu = mnl_attr_get_u32(attribute);
  return MNL_CB_OK;
}

int read_link_attributes(const nlmsghdr* message, void* found) {
  auto& attributes = *static_cast<LinkAttributes*>(found);
  const auto* const body = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  attributes.index = static_cast<unsigned>(body->ifi_index);
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
