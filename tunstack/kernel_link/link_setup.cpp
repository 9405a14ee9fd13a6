#include "tunstack/kernel_link/link_setup.hpp"

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

struct CloseSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};

/// One request of rtnetlink, built in place and acknowledged by the kernel.
class Request {
 public:
  Request(std::uint16_t type, std::uint16_t flags) : header_(mnl_nlmsg_put_header(buffer_)) {
    header_->nlmsg_type = type;
    header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  }
  template <class Body>
  Body& body() {
    return *static_cast<Body*>(mnl_nlmsg_put_extra_header(header_, sizeof(Body)));
  }
  void put(std::uint16_t attribute, std::uint32_t value) { mnl_attr_put_u32(header_, attribute, value); }
  void put(std::uint16_t attribute, const std::string& text) { mnl_attr_put_strz(header_, attribute, text.c_str()); }
  void put(std::uint16_t attribute, Bytes octets) { mnl_attr_put(header_, attribute, octets.size(), octets.data()); }

  /// Has the kernel carry the request out, or answer it: `answer` is called with each message of the answer.
  /// 0, or the errno of the failure.
  int send(mnl_cb_t answer = nullptr, void* data = nullptr) {
    const std::unique_ptr<mnl_socket, CloseSocket> socket(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
    if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return errno;
    if (mnl_socket_sendto(socket.get(), header_, header_->nlmsg_len) < 0) return errno;
    const ssize_t got = mnl_socket_recvfrom(socket.get(), buffer_, sizeof buffer_);
    if (got < 0) return errno;
    const auto run =
        mnl_cb_run(buffer_, static_cast<std::size_t>(got), 0, mnl_socket_get_portid(socket.get()), answer, data);
    return run < 0 ? errno : 0;
  }

 private:
  alignas(nlmsghdr) char buffer_[8192] = {};
  nlmsghdr* header_;
};

std::uint8_t address_family(const IpPrefix& prefix) { return prefix.address.is_ipv4() ? AF_INET : AF_INET6; }

int change_address(unsigned index, const IpPrefix& address, bool add) {
  Request request(add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
  auto& body = request.body<ifaddrmsg>();
  body.ifa_family = address_family(address);
  body.ifa_prefixlen = address.length;
  body.ifa_index = index;
  // Nobody else is on the link: waiting for duplicate address detection would only delay the first packet.
  if (!address.address.is_ipv4()) body.ifa_flags = IFA_F_NODAD;
  request.put(IFA_LOCAL, address.address.octets());
  request.put(IFA_ADDRESS, address.address.octets());
  return request.send();
}

int change_route(unsigned index, const IpPrefix& route, bool add) {
  Request request(add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
  auto& body = request.body<rtmsg>();
  body.rtm_family = address_family(route);
  body.rtm_dst_len = route.length;
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = RT_SCOPE_LINK;
  body.rtm_type = RTN_UNICAST;
  request.put(RTA_DST, route.address.octets());
  request.put(RTA_OIF, index);
  return request.send();
}

/// Whether the kernel takes packets to this address as its own.
bool is_local(const IpPrefix& address) {
  Request request(RTM_GETROUTE, 0);
  auto& body = request.body<rtmsg>();
  body.rtm_family = address_family(address);
  body.rtm_dst_len = address.width();
  request.put(RTA_DST, address.address.octets());
  bool local = false;
  const auto read_type = [](const nlmsghdr* message, void* found) {
    *static_cast<bool*>(found) = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message))->rtm_type == RTN_LOCAL;
    return MNL_CB_OK;
  };
  return request.send(read_type, &local) == 0 && local;
}

/// The kernel puts a new IPv6 address to use in the background; until then it drops what is sent to it.
void wait_until_local(const IpPrefix& address) {
  using namespace std::chrono_literals;
  for (int tries = 0; tries < 1000 && !is_local(address); ++tries) std::this_thread::sleep_for(1ms);
}

int set_up(unsigned index, bool up) {
  Request request(RTM_NEWLINK, 0);
  auto& body = request.body<ifinfomsg>();
  body.ifi_index = static_cast<int>(index);
  body.ifi_flags = up ? IFF_UP : 0;
  body.ifi_change = IFF_UP;
  return request.send();
}

int set_mtu(unsigned index, std::size_t mtu) {
  Request request(RTM_NEWLINK, 0);
  request.body<ifinfomsg>().ifi_index = static_cast<int>(index);
  request.put(IFLA_MTU, static_cast<std::uint32_t>(mtu));
  return request.send();
}

void require(int error, const std::string& what) {
  if (error == 0) return;
  const std::string failed = fmt::format("cannot {}: {}", what, std::strerror(error));
  if (error == EPERM)
    throw SystemError(failed, "changing a network link needs CAP_NET_ADMIN; this process has none",
                      "run it as root, or prepare the link yourself and use --host none");
  if (error == EACCES || error == EOPNOTSUPP)
    throw SystemError(failed, "IPv6 is switched off on this host (net.ipv6.conf.*.disable_ipv6)",
                      "give IPv4 addresses only, or as root: sysctl net.ipv6.conf.all.disable_ipv6=0");
  throw SystemError(failed, "the kernel refused the request",
                    "--dry-run shows the same steps as ip commands; --host none leaves them to you");
}

struct LinkState {
  unsigned index = 0;  // 0 where there is no such link
  std::size_t mtu = 0;
  bool is_up = false;
};

int read_link_attribute(const nlattr* attribute, void* found) {
  if (mnl_attr_get_type(attribute) == IFLA_MTU) static_cast<LinkState*>(found)->mtu = mnl_attr_get_u32(attribute);
  return MNL_CB_OK;
}

int read_link_state(const nlmsghdr* message, void* found) {
  auto& state = *static_cast<LinkState*>(found);
  const auto* const body = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  state.index = static_cast<unsigned>(body->ifi_index);
  state.is_up = (body->ifi_flags & IFF_UP) != 0;
  return mnl_attr_parse(message, sizeof *body, read_link_attribute, found);
}

LinkState state_of(const std::string& device) {
  Request request(RTM_GETLINK, 0);
  request.body<ifinfomsg>();
  request.put(IFLA_IFNAME, device);
  LinkState state;
  request.send(read_link_state, &state);
  return state;
}

}  // namespace

LinkSetup::LinkSetup(LinkPlan plan, bool device_stays) : plan_(std::move(plan)), device_stays_(device_stays) {
  const LinkState before = state_of(plan_.device);
  index_ = before.index;
  mtu_before_ = before.mtu;
  was_up_ = before.is_up;
  try {
    require(set_mtu(index_, plan_.mtu), fmt::format("set the MTU of {} to {}", plan_.device, plan_.mtu));
    for (const IpPrefix& address : plan_.addresses) {
      const int error = change_address(index_, address, true);
      if (error == EEXIST) continue;
      require(error, fmt::format("add the address {} to {}", to_text(address), plan_.device));
      added_addresses_.push_back(address);
    }
    require(set_up(index_, true), fmt::format("set {} up", plan_.device));
    for (const IpPrefix& route : plan_.routes) {
      const int error = change_route(index_, route, true);
      if (error == EEXIST) continue;
      require(error, fmt::format("add a route to {} into {}", to_text(route), plan_.device));
      added_routes_.push_back(route);
    }
    for (const IpPrefix& address : plan_.addresses) wait_until_local(address);
  } catch (...) {
    restore();
    throw;
  }
}

LinkSetup::~LinkSetup() { restore(); }

void LinkSetup::restore() noexcept {
  if (!device_stays_) return;
  for (const IpPrefix& route : added_routes_) change_route(index_, route, false);
  for (const IpPrefix& address : added_addresses_) change_address(index_, address, false);
  if (!was_up_) set_up(index_, false);
  set_mtu(index_, mtu_before_);
}

void set_loopback_up() { require(set_up(state_of("lo").index, true), "set the loopback device up"); }

}  // namespace tunstack
