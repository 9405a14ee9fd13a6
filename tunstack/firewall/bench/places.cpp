#include "tunstack/firewall/bench/places.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t inside_mtu = 1400;  // smaller than outside, so that a router has something to say
constexpr unsigned far_hosts = 240;       // from the first one on

IpAddress address(const char* text) { return parse_address(text).value_or(IpAddress{}); }

/// `index` hosts behind the first.
IpAddress plus(const IpAddress& first, unsigned index) {
  if (first.is_ipv4()) return Ipv4Address{first.ipv4().value + index % far_hosts};
  Ipv6Address next = first.ipv6();
  const std::uint32_t low = load_be32(next.octets, 12) + index;
  store_be32(next.octets, 12, low);
  return next;
}

IpAddress broadcast_of(const IpPrefix& prefix) {
  return Ipv4Address{prefix.address.ipv4().value | ~ipv4_mask(prefix.length)};
}

}  // namespace

Names Places::names(Family family, unsigned index) const {
  const bool v4 = family == Family::ipv4;
  Names names;
  auto& addresses = names.addresses;
  addresses["host"] = addresses["router"] = addresses["flow-source"] = (v4 ? outside.ipv4 : outside.ipv6).address;
  addresses["peer"] = v4 ? outside.neighbor4 : outside.neighbor6;
  addresses["far"] = plus(v4 ? far4 : far6, index);
  addresses["other"] = v4 ? other4 : other6;
  if (v4) addresses["broadcast"] = broadcast_of(outside.ipv4);
  addresses["host-link"] = host_link_local;
  addresses["peer-link"] = peer_link_local;
  addresses["other-peer"] = v4 ? second4 : second6;
  addresses["other-peer-link"] = second_link_local;
  if (!v4) addresses["host-group"] = solicited_node_group(outside.ipv6.address.ipv6());
  if (mode == Mode::router) {
    addresses["inside-router"] = (v4 ? inside.ipv4 : inside.ipv6).address;
    addresses["client"] = v4 ? inside.neighbor4 : inside.neighbor6;
    addresses["server"] = v4 ? server4 : server6;
    if (v4) addresses["inside-broadcast"] = broadcast_of(inside.ipv4);
  }
  names.ports = {{"open", open},
                 {"blocked", blocked},
                 {"closed", closed},
                 {"local", static_cast<std::uint16_t>(40000 + index % 20000)},
                 {"remote", 5300}};
  return names;
}

Places example_places(Mode mode, const std::string& outside, const std::string& inside) {
  Places places;
  places.mode = mode;
  places.outside = {.device = outside,
                    .ipv4 = {address("192.0.2.1"), 24},
                    .ipv6 = {address("2001:db8:1::1"), 64},
                    .neighbor4 = address("192.0.2.2"),
                    .neighbor6 = address("2001:db8:1::2")};
  places.inside = {.device = inside,
                   .mtu = inside_mtu,
                   .ipv4 = {address("198.51.100.1"), 24},
                   .ipv6 = {address("2001:db8:2::1"), 64},
                   .neighbor4 = address("198.51.100.7"),
                   .neighbor6 = address("2001:db8:2::7")};
  places.second4 = address("192.0.2.3");
  places.second6 = address("2001:db8:1::3");
  places.server4 = address("198.51.100.80");
  places.server6 = address("2001:db8:2::80");
  places.far4 = address("203.0.113.7");
  places.far6 = address("2001:db8:f::7");
  places.other4 = address("203.0.113.254");
  places.other6 = address("2001:db8:e::99");
  return places;
}

}  // namespace tunstack::firewall
