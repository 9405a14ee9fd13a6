#include "tunstack/kernel_link/kernel_route.hpp"

#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "tunstack/kernel_link/rtnetlink.hpp"

namespace tunstack {

namespace {

std::optional<IpAddress> address_in(const nlattr* attribute) {
  const Bytes octets{static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
                     mnl_attr_get_payload_len(attribute)};
  if (octets.size() == 4) return Ipv4Address::load(octets, 0);
  if (octets.size() == Ipv6Address::size) return Ipv6Address::load(octets, 0);
  return std::nullopt;
}

struct RouteFound {
  KernelRoute route;
  unsigned link = 0;
};

int read_route_attribute(const nlattr* attribute, void* found) {
  auto& [route, link] = *static_cast<RouteFound*>(found);
  const auto type = mnl_attr_get_type(attribute);
  if (type == RTA_GATEWAY) route.gateway = address_in(attribute);
  if (type == RTA_PREFSRC) route.source = address_in(attribute);
  if (type == RTA_OIF) link = mnl_attr_get_u32(attribute);
  return MNL_CB_OK;
}

int read_route(const nlmsghdr* message, void* found) {
  const auto* const body = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  static_cast<RouteFound*>(found)->route.is_local = body->rtm_type == RTN_LOCAL;
  return mnl_attr_parse(message, sizeof *body, read_route_attribute, found);
}

int read_name_attribute(const nlattr* attribute, void* name) {
  if (mnl_attr_get_type(attribute) == IFLA_IFNAME) *static_cast<std::string*>(name) = mnl_attr_get_str(attribute);
  return MNL_CB_OK;
}

int read_name(const nlmsghdr* message, void* name) {
  return mnl_attr_parse(message, sizeof(ifinfomsg), read_name_attribute, name);
}

std::string name_of_link(mnl_socket* socket, unsigned index) {
  NetlinkRequest request(RTM_GETLINK, 0);
  request.body<ifinfomsg>().ifi_index = static_cast<int>(index);
  std::string name;
  request.send_over(socket, read_name, &name);
  return name;
}

/// What is looked for in a dump of all routes, and the links found.
struct RouteSearch {
  IpPrefix prefix;
  std::vector<unsigned> links;
};

struct RouteSeen {
  std::optional<IpAddress> destination;
  unsigned link = 0;
  std::uint32_t table = RT_TABLE_UNSPEC;
};

int read_seen_attribute(const nlattr* attribute, void* seen) {
  auto& [destination, link, table] = *static_cast<RouteSeen*>(seen);
  const auto type = mnl_attr_get_type(attribute);
  if (type == RTA_DST) destination = address_in(attribute);
  if (type == RTA_OIF) link = mnl_attr_get_u32(attribute);
  if (type == RTA_TABLE) table = mnl_attr_get_u32(attribute);
  return MNL_CB_OK;
}

int look_at_route(const nlmsghdr* message, void* data) {
  auto& search = *static_cast<RouteSearch*>(data);
  const auto* const body = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  if (body->rtm_dst_len != search.prefix.length) return MNL_CB_OK;
  RouteSeen seen;
  mnl_attr_parse(message, sizeof *body, read_seen_attribute, &seen);
  const bool is_it =
      seen.table == RT_TABLE_MAIN && (body->rtm_dst_len == 0 || seen.destination == search.prefix.address);
  if (is_it) search.links.push_back(seen.link);
  return MNL_CB_OK;
}

}  // namespace

std::vector<std::string> links_of_routes_to(const IpPrefix& prefix) {
  const NetlinkSocket socket = open_netlink_socket();
  if (!socket) return {};
  NetlinkRequest request(RTM_GETROUTE, NLM_F_DUMP);
  request.body<rtmsg>().rtm_family = prefix.address.is_ipv4() ? AF_INET : AF_INET6;
  RouteSearch search{prefix, {}};
  request.send_over(socket.get(), look_at_route, &search);
  std::vector<std::string> names;
  names.reserve(search.links.size());
  for (const unsigned link : search.links) names.push_back(name_of_link(socket.get(), link));
  return names;
}

std::string to_text(const IpAddress& destination, const KernelRoute& route) {
  if (route.error != 0) return fmt::format("{}: {}", to_text(destination), std::strerror(route.error));
  std::string text = (route.is_local ? "local " : "") + to_text(destination);
  if (route.gateway) text += " via " + to_text(*route.gateway);
  text += " dev " + route.device;
  if (route.source) text += " src " + to_text(*route.source);
  return text;
}

KernelRoutes::KernelRoutes(const std::string& device)
    : socket_(open_netlink_socket()), link_(attributes_of_link(device).index) {}

std::optional<KernelRoute> KernelRoutes::to(const IpAddress& address) const {
  if (!socket_) return std::nullopt;
  NetlinkRequest request(RTM_GETROUTE, 0);
  auto& body = request.body<rtmsg>();
  body.rtm_family = address.is_ipv4() ? AF_INET : AF_INET6;
  body.rtm_dst_len = address.is_ipv4() ? 32 : 128;
  request.put(RTA_DST, address.octets());
  if (address.is_link_local()) request.put(RTA_OIF, link_);
  RouteFound found;
  auto& [route, link] = found;
  route.error = request.send_over(socket_.get(), read_route, &found);
  if (route.error != 0) return route;
  route.leads_into_link = link == link_ && !route.is_local;
  route.device = name_of_link(socket_.get(), link);
  return route;
}

}  // namespace tunstack
