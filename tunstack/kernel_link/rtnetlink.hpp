// Requests to rtnetlink, one socket each, and what they tell of a link. Used by who sets a link up and who watches it.
#pragma once

#include <libmnl/libmnl.h>

#include <string>

#include "protocols/base/bytes.hpp"
#include "tunstack/kernel_link/netlink_socket.hpp"

namespace tunstack {

/// Bound, and closed in commands that are started. None if there are no more files.
NetlinkSocket open_netlink_socket();

/// One request, built in place and acknowledged by the kernel.
class NetlinkRequest {
 public:
  NetlinkRequest(std::uint16_t type, std::uint16_t flags);

  template <class Body>
  Body& body() {
    return *static_cast<Body*>(mnl_nlmsg_put_extra_header(header_, sizeof(Body)));
  }
  void put(std::uint16_t attribute, std::uint32_t value) { mnl_attr_put_u32(header_, attribute, value); }
  void put(std::uint16_t attribute, const std::string& text) { mnl_attr_put_strz(header_, attribute, text.c_str()); }
  void put(std::uint16_t attribute, Bytes octets) { mnl_attr_put(header_, attribute, octets.size(), octets.data()); }

  /// Has the kernel carry the request out, or answer it: `answer` is called with each message of the answer.
  /// 0, or the errno of the failure.
  int send(mnl_cb_t answer = nullptr, void* data = nullptr);
  /// The same over a socket that is open and bound already: all that a stack in its sandbox may do.
  int send_over(mnl_socket* socket, mnl_cb_t answer = nullptr, void* data = nullptr);

 private:
  alignas(nlmsghdr) char buffer_[8192] = {};
  nlmsghdr* header_;
};

struct LinkAttributes {
  unsigned index = 0;  // 0 where there is no such link
  std::size_t mtu = 0;
  bool is_set_up = false;    // by an administrator; it may lack a carrier
  bool is_ethernet = false;  // its packets are frames
  std::string kind;          // "tun" for TUN and TAP; empty for hardware and for what the kernel has by itself
};

/// What a link is now. Nothing of it is known where the kernel does not answer.
LinkAttributes attributes_of_link(const std::string& device);

}  // namespace tunstack
