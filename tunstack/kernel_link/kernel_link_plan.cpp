#include "tunstack/kernel_link/kernel_link_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tunstack {

namespace {

/// The address of `prefix` whose host part is `host`, a small number.
IpAddress with_host_part(const IpPrefix& prefix, std::uint32_t host) {
  std::array<std::uint8_t, Ipv6Address::size> octets{};
  const Bytes given = prefix.address.octets();
  for (std::size_t bit = 0; bit < prefix.width(); bit += 8) {
    const std::size_t kept = std::min<std::size_t>(8, prefix.length > bit ? prefix.length - bit : 0);
    octets[bit / 8] = static_cast<std::uint8_t>(given[bit / 8] & ~(0xffU >> kept));
  }
  const std::size_t last = prefix.width() / 8 - 4;
  store_be32(octets, last, load_be32(octets, last) | host);
  if (prefix.address.is_ipv4()) return Ipv4Address::load(octets, 0);
  return Ipv6Address{octets};
}

/// Of a name in which the kernel allows what means something to a shell.
std::string shell_word(const std::string& name) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@%+=";
  if (name.find_first_not_of(plain) == std::string::npos) return name;
  std::string word = "'";
  for (const char letter : name) word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return word + "'";
}

bool contains_address(const std::vector<IpPrefix>& prefixes, const IpAddress& address) {
  return std::ranges::any_of(prefixes, [&](const IpPrefix& p) { return p.address == address; });
}

}  // namespace

std::optional<IpPrefix> free_host_address(const IpPrefix& prefix, const std::vector<IpPrefix>& taken) {
  const int host_bits = prefix.width() - prefix.length;
  // Two addresses of a longer IPv4 prefix are broadcasts; the zero address of an IPv6 prefix is anycast.
  const bool all_usable = host_bits <= 1;
  const std::uint32_t first = all_usable ? 0 : 1;
  const std::uint64_t size = host_bits >= 32 ? std::uint64_t{1} << 32 : std::uint64_t{1} << host_bits;
  const std::uint64_t end = size - (all_usable || !prefix.address.is_ipv4() ? 0 : 1);
  for (std::uint64_t host = first; host < end && host <= first + taken.size(); ++host) {
    const IpAddress address = with_host_part(prefix, static_cast<std::uint32_t>(host));
    if (!contains_address(taken, address)) return IpPrefix{address, prefix.length};
  }
  return std::nullopt;
}

std::expected<std::vector<IpPrefix>, IpPrefix> free_host_addresses(const std::vector<IpPrefix>& stack) {
  std::vector<IpPrefix> host;
  std::vector<IpPrefix> taken = stack;
  for (const IpPrefix& prefix : stack) {
    const bool covered = std::ranges::any_of(host, [&](const IpPrefix& h) { return h.contains(prefix.address); });
    if (prefix.address.is_link_local() || covered) continue;
    const auto address = free_host_address(prefix, taken);
    if (!address) return std::unexpected(prefix);
    host.push_back(*address);
    taken.push_back(*address);
  }
  return host;
}

std::string route_text(const IpPrefix& prefix) { return prefix.length == 0 ? "default" : to_text(prefix); }

std::vector<LinkRoute> missing_routes(const std::vector<IpPrefix>& stack, const std::vector<IpPrefix>& host) {
  std::vector<LinkRoute> routes;
  for (const IpPrefix& prefix : stack) {
    if (prefix.address.is_link_local()) continue;
    if (std::ranges::any_of(host, [&](const IpPrefix& h) { return h.contains(prefix.address); })) continue;
    const LinkRoute route{network_of(prefix)};
    if (std::ranges::find(routes, route) == routes.end()) routes.push_back(route);
  }
  return routes;
}

std::string address_command(const IpPrefix& address, const std::string& device) {
  return fmt::format("ip address add {} dev {}{}\n", to_text(address), shell_word(device),
                     address.address.is_ipv4() ? "" : " nodad");
}

std::string route_command(const LinkRoute& route, const std::string& device) {
  const std::string via = route.gateway ? fmt::format("via {} ", to_text(*route.gateway)) : "";
  return fmt::format("ip {}route add {} {}dev {}{}\n", route.prefix.address.is_ipv4() ? "" : "-6 ",
                     route_text(route.prefix), via, shell_word(device), route.gateway ? " onlink" : "");
}

namespace {

/// Lines of ip, each in the named network namespace.
std::string in_network(const std::string& commands, const std::string& network) {
  if (network.empty()) return commands;
  std::string text;
  for (std::size_t at = 0; at < commands.size();) {
    const std::size_t end = commands.find('\n', at) + 1;
    text += fmt::format("ip -n {} {}", shell_word(network), commands.substr(at + 3, end - at - 3));
    at = end;
  }
  return text;
}

}  // namespace

std::string ip_commands(LinkPlan plan, bool device_only, const std::string& user) {
  if (const std::size_t number = plan.device.find("%d"); number != std::string::npos)
    plan.device.replace(number, 2, "0");
  const std::string device = shell_word(plan.device);
  std::string text = fmt::format("ip tuntap add dev {} mode {}{}\n", device, plan.tap ? "tap" : "tun",
                                 user.empty() ? "" : " user " + user);
  if (device_only) return in_network(text, plan.network);
  text += fmt::format("ip link set dev {} mtu {}\n", device, plan.mtu);
  for (const IpPrefix& address : plan.addresses) text += address_command(address, plan.device);
  text += fmt::format("ip link set dev {} up\n", device);
  for (const LinkRoute& route : plan.routes) text += route_command(route, plan.device);
  return in_network(text, plan.network);
}

}  // namespace tunstack
