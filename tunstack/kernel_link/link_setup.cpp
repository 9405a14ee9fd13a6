#include "tunstack/kernel_link/link_setup.hpp"

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/kernel_end.hpp"
#include "tunstack/kernel_link/kernel_route.hpp"
#include "tunstack/kernel_link/rtnetlink.hpp"

namespace tunstack {

namespace {

std::uint8_t address_family(const IpPrefix& prefix) { return prefix.address.is_ipv4() ? AF_INET : AF_INET6; }

int change_address(unsigned index, const IpPrefix& address, bool add) {
  NetlinkRequest request(add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
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

/// Asked first: who has no rights may not even add what is there.
bool has_address(const std::string& device, const IpPrefix& address) {
  const auto all = kernel_addresses(device);
  return std::ranges::find(all, address.address, &IpPrefix::address) != all.end();
}

int change_route(unsigned index, const LinkRoute& route, bool add) {
  NetlinkRequest request(add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
  auto& body = request.body<rtmsg>();
  body.rtm_family = address_family(route.prefix);
  body.rtm_dst_len = route.prefix.length;
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  body.rtm_type = RTN_UNICAST;
  if (route.gateway) body.rtm_flags = RTNH_F_ONLINK;
  request.put(RTA_DST, route.prefix.address.octets());
  if (route.gateway) request.put(RTA_GATEWAY, route.gateway->octets());
  request.put(RTA_OIF, index);
  return request.send();
}

/// The kernel puts a new IPv6 address to use in the background; until then it drops what is sent to it.
void wait_until_local(const IpAddress& address, const KernelRoutes& routes) {
  using namespace std::chrono_literals;
  const auto is_local = [&] {
    const auto route = routes.to(address);
    return route && route->is_local;
  };
  for (int tries = 0; tries < 1000 && !is_local(); ++tries) std::this_thread::sleep_for(1ms);
}

int set_up(unsigned index, bool up) {
  NetlinkRequest request(RTM_NEWLINK, 0);
  auto& body = request.body<ifinfomsg>();
  body.ifi_index = static_cast<int>(index);
  body.ifi_flags = up ? IFF_UP : 0;
  body.ifi_change = IFF_UP;
  return request.send();
}

int set_mtu(unsigned index, std::size_t mtu) {
  NetlinkRequest request(RTM_NEWLINK, 0);
  request.body<ifinfomsg>().ifi_index = static_cast<int>(index);
  request.put(IFLA_MTU, static_cast<std::uint32_t>(mtu));
  return request.send();
}

void require(int error, const std::string& what) {
  if (error == 0) return;
  const std::string failed = fmt::format("cannot {}: {}", what, std::strerror(error));
  if (error == EPERM)
    throw SystemError(
        failed, "changing a network link needs CAP_NET_ADMIN; this process has none",
        "run it as root; or once, for this user: tunstack up --dry-run | sudo sh    (with the same options)");
  if (error == EACCES || error == EOPNOTSUPP)
    throw SystemError(failed, "IPv6 is switched off on this host (net.ipv6.conf.*.disable_ipv6)",
                      "give IPv4 addresses only, or as root: sysctl net.ipv6.conf.all.disable_ipv6=0");
  throw SystemError(failed, "the kernel refused the request",
                    "--dry-run shows the same steps as ip commands; --host none leaves them to you");
}

}  // namespace

LinkSetup::LinkSetup(LinkPlan plan, bool device_stays) : plan_(std::move(plan)), device_stays_(device_stays) {
  const LinkAttributes before = attributes_of_link(plan_.device);
  index_ = before.index;
  mtu_before_ = before.mtu;
  was_up_ = before.is_set_up;
  try {
    if (mtu_before_ != plan_.mtu)
      require(set_mtu(index_, plan_.mtu), fmt::format("set the MTU of {} to {}", plan_.device, plan_.mtu));
    for (const IpPrefix& address : plan_.addresses) add_address(address);
    if (!was_up_) require(set_up(index_, true), fmt::format("set {} up", plan_.device));
    for (const LinkRoute& route : plan_.routes) add_route(route);
    const KernelRoutes routes(plan_.device);
    for (const IpPrefix& address : plan_.addresses) wait_until_local(address.address, routes);
  } catch (...) {
    restore();
    throw;
  }
}

void LinkSetup::add_address(const IpPrefix& address) {
  if (has_address(plan_.device, address)) return;
  const int error = change_address(index_, address, true);
  if (error == EEXIST) return;
  require(error, fmt::format("add the address {} to {}", to_text(address), plan_.device));
  added_addresses_.push_back(address);
}

// Another metric would do for the kernel, and then the better one wins, without a word.
void LinkSetup::add_route(const LinkRoute& route) {
  const std::vector<std::string> links = links_of_routes_to(route.prefix);
  if (std::ranges::find(links, plan_.device) != links.end()) return;
  const std::string text = route_text(route.prefix);
  if (!links.empty())
    throw SystemError(fmt::format("cannot add the {} into {}",
                                  route.prefix.length == 0 ? "default route" : "route to " + text, plan_.device),
                      fmt::format("this host has such a route{}, and tunstack takes nothing from it",
                                  links[0].empty() ? "" : " through " + links[0]),
                      "a longer prefix with --route; or tunstack exec, whose network has no other routes");
  require(change_route(index_, route, true), fmt::format("add a route to {} into {}", text, plan_.device));
  added_routes_.push_back(route);
}

LinkSetup::~LinkSetup() { restore(); }

void LinkSetup::give_back() noexcept {
  for (const IpPrefix& address : added_addresses_)
    if (!address.address.is_ipv4()) change_address(index_, address, true);
  for (const LinkRoute& route : added_routes_) change_route(index_, route, true);
}

void LinkSetup::restore() noexcept {
  if (!device_stays_) return;
  for (const LinkRoute& route : added_routes_) change_route(index_, route, false);
  for (const IpPrefix& address : added_addresses_) change_address(index_, address, false);
  if (!was_up_) set_up(index_, false);
  if (mtu_before_ != plan_.mtu) set_mtu(index_, mtu_before_);
}

void check_kind_of_link(const std::string& device, bool tap) {
  const LinkAttributes found = attributes_of_link(device);
  if (found.index == 0) return;
  if (found.kind != "tun")
    throw UsageFault(fmt::format("{} is no TUN device", device),
                     "there is a link of this name, and it is of another kind",
                     "choose another name: --dev tun%d lets the kernel number it");
  if (found.is_ethernet != tap)
    throw UsageFault(
        fmt::format("{} is a {} device", device, found.is_ethernet ? "TAP" : "TUN"),
        fmt::format("its packets are {}", found.is_ethernet ? "Ethernet frames" : "IP datagrams"),
        fmt::format("{} --tap, or choose another name with --dev", found.is_ethernet ? "add" : "leave out"));
}

void set_loopback_up() { require(set_up(attributes_of_link("lo").index, true), "set the loopback device up"); }

}  // namespace tunstack
