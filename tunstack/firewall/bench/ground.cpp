#include "tunstack/firewall/bench/ground.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>

#include "tunstack/device/namespace.hpp"
#include "tunstack/kernel_link/kernel_end.hpp"
#include "tunstack/kernel_link/rtnetlink.hpp"

namespace tunstack::firewall {

namespace {

bool write_file(const std::string& path, const std::string& text) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.is_open() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// "net.ipv4.conf.eth0/1.rp_filter": a dot within a name is written as a slash, as sysctl(8) has it.
std::string sysctl_path(const std::string& name) {
  std::string path = name;
  for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return "/proc/sys/" + path;
}

/// The lock of iptables, and whatever else the user's script leaves in /run, is not the host's.
void hide_run() {
  if (::unshare(CLONE_NEWNS) != 0) return;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  ::mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m");
}

/// By the link-local address of the router, as its advertisements would have it, so that it may redirect (RFC
/// 4861 8.1); of another metric than theirs, or the kernel would not take them any more.
void add_default_route(const std::string& device, const IpAddress& gateway) {
  constexpr std::uint32_t metric = 500;
  NetlinkRequest request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  auto& body = request.body<rtmsg>();
  body.rtm_family = gateway.is_ipv4() ? AF_INET : AF_INET6;
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = RT_SCOPE_UNIVERSE;
  body.rtm_type = RTN_UNICAST;
  request.put(RTA_GATEWAY, gateway.octets());
  request.put(RTA_OIF, if_nametoindex(device.c_str()));
  request.put(RTA_PRIORITY, metric);
  request.send();
}

}  // namespace

Ground::Ground(const GroundPlan& plan) : places_(plan.places), is_live_(plan.is_live) {
  if (!is_live_) enter();
  outside_ = std::make_unique<Wire>(places_.outside);
  if (places_.mode == Mode::router) inside_ = std::make_unique<Wire>(places_.inside);
  if (!is_live_) {
    if (has_inside()) {
      write_sysctl("net.ipv4.ip_forward", "1", false);
      write_sysctl("net.ipv6.conf.all.forwarding", "1", false);
    }
    for (const std::string& name : plan.further_interfaces)
      if (name != places_.outside.device && name != places_.inside.device && name != "lo")
        further_.push_back(std::make_unique<TunDevice>(name, DeviceKind::tap));
    for (const auto& [name, value] : plan.sysctls) write_sysctl(name, value, true);
  }
  set_up(places_.outside, true);
  if (has_inside()) set_up(places_.inside, false);
}

void Ground::enter() {
  enter_private_network();
  hide_run();
  set_loopback_up();
  // What the machine does by itself would come in between; what limits errors would hide what rules let through.
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"net.ipv6.conf.all.disable_ipv6", "0"},
                                                                  {"net.ipv6.conf.default.disable_ipv6", "0"},
                                                                  {"net.ipv6.conf.default.router_solicitations", "0"},
                                                                  {"net.ipv6.conf.default.accept_dad", "0"},
                                                                  {"net.ipv6.conf.default.addr_gen_mode", "1"},
                                                                  {"net.ipv4.icmp_ratelimit", "0"},
                                                                  {"net.ipv4.icmp_msgs_per_sec", "1000000"},
                                                                  {"net.ipv4.icmp_msgs_burst", "1000000"},
                                                                  {"net.ipv6.icmp.ratelimit", "0"},
                                                                  {"net.ipv4.tcp_challenge_ack_limit", "2147483647"},
                                                                  {"net.ipv4.ping_group_range", "0 0"}})
    write_sysctl(name, value, false);
}

void Ground::write_sysctl(const std::string& name, const std::string& value, bool is_wanted) {
  if (!write_file(sysctl_path(name), value) && is_wanted) refused_.push_back(name);
}

void Ground::set_up(const Arm& arm, bool is_default_way) {
  LinkPlan plan{.device = arm.device,
                .mtu = arm.mtu,
                .addresses = {arm.ipv4, arm.ipv6},
                .routes = {},
                .tap = arm.kind == DeviceKind::tap};
  plan.addresses.push_back({host_link_local, 64});
  // The host keeps its own default route: only those far away in documentation prefixes are behind the device.
  if (is_live_ && is_default_way)
    plan.routes = {{{places_.far4, 24}, arm.neighbor4}, {{places_.far6, 64}, arm.neighbor6}};
  for (LinkRoute& route : plan.routes) route.prefix = network_of(route.prefix);
  links_.push_back(std::make_unique<LinkSetup>(std::move(plan), false));
  if (is_default_way && !is_live_)
    for (const IpAddress& gateway : {arm.neighbor4, peer_link_local}) add_default_route(arm.device, gateway);
  if (arm.kind != DeviceKind::tap) return;
  for (const IpAddress& neighbor : {arm.neighbor4, arm.neighbor6, peer_link_local, second_link_local})
    add_neighbor(arm.device, neighbor);
  if (is_default_way)
    for (const IpAddress& second : {places_.second4, places_.second6}) add_neighbor(arm.device, second);
  if (is_default_way) return;
  for (const IpAddress& server : {places_.server4, places_.server6}) add_neighbor(arm.device, server);
}

// So that nobody has to be asked, and no answer waits for one.
void Ground::add_neighbor(const std::string& device, const IpAddress& address) {
  NetlinkRequest request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
  auto& body = request.body<ndmsg>();
  body.ndm_family = address.is_ipv4() ? AF_INET : AF_INET6;
  body.ndm_ifindex = static_cast<int>(if_nametoindex(device.c_str()));
  body.ndm_state = NUD_PERMANENT;
  request.put(NDA_DST, address.octets());
  request.put(NDA_LLADDR, Bytes(Wire::neighbor_mac.octets));
  request.send();
}

void Ground::forget_discoveries() {
  if (!is_live_) write_file("/proc/sys/net/ipv4/route/flush", "1");
  const auto index = if_nametoindex(places_.outside.device.c_str());
  for (const IpPrefix& address : kernel_addresses(places_.outside.device)) {
    if (address.address.is_ipv4() || address.address == places_.outside.ipv6.address ||
        address.address == host_link_local)
      continue;
    NetlinkRequest request(RTM_DELADDR, 0);
    auto& body = request.body<ifaddrmsg>();
    body.ifa_family = AF_INET6;
    body.ifa_prefixlen = address.length;
    body.ifa_index = index;
    request.put(IFA_LOCAL, address.address.octets());
    request.send();
  }
  NetlinkRequest request(RTM_DELROUTE, 0);
  auto& body = request.body<rtmsg>();
  body.rtm_family = AF_INET6;
  body.rtm_table = RT_TABLE_MAIN;
  body.rtm_protocol = RTPROT_RA;
  body.rtm_type = RTN_UNICAST;
  request.put(RTA_GATEWAY, peer_link_local.octets());
  request.put(RTA_OIF, index);
  request.send();
}

}  // namespace tunstack::firewall
