#include "tunstack/firewall/tester/host_copy.hpp"

#include <fmt/format.h>
#include <net/if.h>

#include <filesystem>
#include <fstream>

#include "tunstack/fault.hpp"
#include "tunstack/kernel_link/kernel_end.hpp"
#include "tunstack/kernel_link/kernel_route.hpp"

namespace tunstack::firewall {

namespace {

namespace fs = std::filesystem;

IpPrefix everything(Family family) {
  return {family == Family::ipv4 ? IpAddress(Ipv4Address{}) : IpAddress(Ipv6Address{}), 0};
}

bool is_global(const IpAddress& address) {
  return address.is_ipv4() || (!address.ipv6().is_link_local() && !address.ipv6().is_multicast());
}

/// Another address of the prefix: who stands for the router.
IpAddress neighbor_in(const IpPrefix& prefix) {
  if (prefix.address.is_ipv4()) {
    const std::uint32_t own = prefix.address.ipv4().value;
    const std::uint32_t first = (own & ipv4_mask(prefix.length)) + 1;
    return Ipv4Address{first == own ? first + 1 : first};
  }
  Ipv6Address other = prefix.address.ipv6();
  other.octets[15] = static_cast<std::uint8_t>(other.octets[15] ^ 1);
  return other;
}

std::string first_line_of(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  for (char& c : line)
    if (c == '\t') c = ' ';
  return line;
}

void take_directory(const std::string& below, std::map<std::string, std::string>& sysctls) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/proc/sys/" + below, none)) {
    if (!entry.is_regular_file(none) ||
        (fs::status(entry, none).permissions() & fs::perms::owner_write) == fs::perms::none)
      continue;
    std::string name = below + "/" + entry.path().filename().string();
    for (char& c : name) c = c == '/' ? '.' : c == '.' ? '/' : c;
    if (const std::string value = first_line_of(entry.path()); !value.empty()) sysctls[name] = value;
  }
}

/// What writes of the machine's own, or would take away what a test needs.
bool is_left_alone(const std::string& name) {
  for (const char* end :
       {"disable_ipv6", "accept_dad", "addr_gen_mode", "router_solicitations", "stable_secret", "mtu",
        "ping_group_range", "icmp_ratelimit", "icmp_msgs_per_sec", "icmp_msgs_burst", "nf_conntrack_max",
        "ip_local_port_range", "ip_local_reserved_ports", "forwarding", "ip_forward", "flush", "ratelimit"})
    if (name.ends_with(end)) return true;
  return false;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

}  // namespace

std::string host_interface() {
  for (const Family family : {Family::ipv4, Family::ipv6})
    for (const std::string& link : links_of_routes_to(everything(family)))
      if (!link.empty()) return link;
  struct if_nameindex* const all = ::if_nameindex();
  std::string found;
  for (const auto* one = all; one != nullptr && one->if_index != 0 && found.empty(); ++one)
    if (std::string_view(one->if_name) != "lo" && !kernel_addresses(one->if_name).empty()) found = one->if_name;
  if (all != nullptr) ::if_freenameindex(all);
  if (found.empty())
    throw UsageFault("this host has no interface to copy", "it has no default route and no address",
                     "name the interface: --iface eth0, without --like-host");
  return found;
}

void take_addresses(Places& places, const std::string& interface) {
  bool has_ipv4 = false, has_ipv6 = false;
  for (const IpPrefix& address : kernel_addresses(interface)) {
    if (!is_global(address.address)) continue;
    if (address.address.is_ipv4() && !has_ipv4 && address.length <= 30) {
      has_ipv4 = true;
      places.outside.ipv4 = address;
      places.outside.neighbor4 = neighbor_in(address);
    }
    if (!address.address.is_ipv4() && !has_ipv6 && address.length <= 126) {
      has_ipv6 = true;
      places.outside.ipv6 = address;
      places.outside.neighbor6 = neighbor_in(address);
    }
  }
}

std::map<std::string, std::string> host_sysctls(const std::string& interface) {
  std::map<std::string, std::string> sysctls;
  for (const char* below : {"net/ipv4", "net/ipv4/conf/all", "net/ipv4/conf/default", "net/ipv6/conf/all",
                            "net/ipv6/conf/default", "net/ipv6/icmp", "net/netfilter"})
    take_directory(below, sysctls);
  take_directory("net/ipv4/conf/" + interface, sysctls);
  take_directory("net/ipv6/conf/" + interface, sysctls);
  std::erase_if(sysctls, [](const auto& entry) { return is_left_alone(entry.first); });
  return sysctls;
}

std::map<std::string, std::string> read_sysctls(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw UsageFault(fmt::format("cannot read {}", path), "there is no such file, or it may not be read",
                     "name a file of lines as net.ipv4.conf.all.rp_filter = 1");
  std::map<std::string, std::string> sysctls;
  std::string line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    line = trimmed(line.substr(0, line.find_first_of("#;")));
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    std::string name = trimmed(line.substr(0, equals));
    if (name.starts_with('-')) name.erase(0, 1);
    if (equals == std::string::npos || name.empty())
      throw UsageFault(fmt::format("{}:{}: no sysctl", path, number), fmt::format("'{}' has no '='", line),
                       "net.ipv4.conf.all.rp_filter = 1");
    if (name.starts_with("net.")) sysctls[name] = trimmed(line.substr(equals + 1));
  }
  return sysctls;
}

}  // namespace tunstack::firewall
