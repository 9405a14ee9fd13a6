#include "tunstack/network/chain.hpp"

#include <algorithm>
#include <charconv>

#include "tunstack/network/shortest_paths.hpp"
#include "tunstack/node/interface_config.hpp"

namespace tunstack {

namespace {

using Refused = std::unexpected<OptionFault>;

constexpr std::string_view mtu_key = ",mtu=";
// Links have two addresses each (RFC 3021, RFC 6164): what is sent to others has no route, and its sender is told so.
constexpr std::uint8_t length4 = 31, length6 = 127;
constexpr Ipv4Address between4{0xc6336400};       // 198.51.100.0/24
constexpr Ipv4Address last4{0xcb007100};          // 203.0.113.0/24
constexpr std::uint16_t between6 = 1, last6 = 2;  // 2001:db8:1:N::/64 and 2001:db8:2::/64

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(count) : std::nullopt;
}

Ipv6Address documentation6(std::uint16_t site, std::uint16_t subnet, std::uint8_t host) {
  return {{0x20, 0x01, 0x0d, 0xb8, static_cast<std::uint8_t>(site >> 8), static_cast<std::uint8_t>(site),
           static_cast<std::uint8_t>(subnet >> 8), static_cast<std::uint8_t>(subnet), 0, 0, 0, 0, 0, 0, 0, host}};
}

/// The addresses of both ends of a link.
struct Ends {
  std::vector<IpPrefix> left, right;
};

Ends ends_of(Ipv4Address network4, std::uint32_t first, std::uint16_t site6, std::uint16_t subnet6) {
  const auto end = [&](std::uint32_t right) -> std::vector<IpPrefix> {
    return {{Ipv4Address{network4.value + first + right}, length4},
            {documentation6(site6, subnet6, static_cast<std::uint8_t>(2 + right)), length6}};
  };
  return {end(0), end(1)};
}

/// The n-th link between two routers, from 1 on.
Ends ends_between(std::size_t number) {
  return ends_of(between4, 2 * static_cast<std::uint32_t>(number), between6, static_cast<std::uint16_t>(number));
}

Ends ends_of_last() { return ends_of(last4, 2, last6, 0); }

class Builder {
 public:
  explicit Builder(const NodeConfig& node) : node_(node), first_(node.interfaces[0]) {}

  NetworkPlan plan_of(const ChainArguments& chain) {
    routers_ = chain.routers;
    plan_.seed = node_.seed;
    plan_.start = node_.start;
    const std::size_t last_mtu = chain.mtu.value_or(first_.mtu);
    add_node("r1");
    InterfaceConfig& door = plan_.nodes[0].config.interfaces.emplace_back(first_);
    door.role = Role::router;
    plan_.links.push_back({.name = first_.name, .prefixes = first_.addresses, .ends = {{}, {.door = 0}}});
    for (std::size_t i = 1; i < chain.routers; ++i) extend("r" + std::to_string(i + 1), ends_between(i), first_.mtu);
    extend(chain_server, ends_of_last(), last_mtu);
    InterfaceConfig& of_server = plan_.nodes.back().config.interfaces[0];
    of_server.role = Role::host;
    of_server.name = "eth0";
    add_shortest_paths(plan_);
    return std::move(plan_);
  }

 private:
  void add_node(std::string name) {
    PlannedNode& node = plan_.nodes.emplace_back();
    node.name = std::move(name);
    node.config = node_;
    node.config.interfaces.clear();
    reach_back(node.config.options);
    if (plan_.nodes.size() > 1)
      node.config.options.own.reports_ipv6_groups = false;  // nobody on the links between asks for groups
  }
  /// Answers of the last nodes of a long chain would die on their way back.
  void reach_back(NodeOptions& options) const {
    const NodeOptions usual;
    if (routers_ < usual.ipv4_ttl) return;
    if (options.ipv4_ttl == usual.ipv4_ttl) options.ipv4_ttl = 255;
    if (options.ipv6_hop_limit == usual.ipv6_hop_limit) options.ipv6_hop_limit = 255;
  }
  /// One more node behind the last one.
  void extend(std::string name, const Ends& ends, std::size_t mtu) {
    const std::size_t left = plan_.nodes.size() - 1;
    PlannedLink link{.name = plan_.nodes[left].name + "-" + name, .prefixes = {}, .ends = {}};
    link.ends.push_back(attach(left, "right", ends.left, mtu));
    add_node(std::move(name));
    link.ends.push_back(attach(left + 1, "left", ends.right, mtu));
    for (const IpPrefix& prefix : ends.left)
      if (has_address_of(first_, prefix.address.family())) link.prefixes.push_back(prefix);
    plan_.links.push_back(std::move(link));
  }
  LinkEnd attach(std::size_t node, const char* name, const std::vector<IpPrefix>& addresses, std::size_t mtu) {
    auto& interfaces = plan_.nodes[node].config.interfaces;
    InterfaceConfig interface{.name = name, .addresses = {}, .mtu = mtu, .role = Role::router};
    for (const IpPrefix& address : addresses)
      if (has_address_of(first_, address.address.family())) interface.addresses.push_back(address);
    add_link_local_address(interface);
    interfaces.push_back(std::move(interface));
    return {.node = node, .interface = InterfaceId(interfaces.size() - 1)};
  }

  const NodeConfig& node_;
  const InterfaceConfig& first_;
  std::size_t routers_ = 0;
  NetworkPlan plan_;
};

std::optional<OptionFault> overlap_fault(const NetworkPlan& chain) {
  for (const IpPrefix& own : chain.links[0].prefixes)
    for (const IpPrefix& behind : prefixes_behind(chain))
      if (!own.address.is_link_local() && overlap(own, behind))
        return OptionFault{to_text(own) + " and the chain have the same addresses",
                           "its links are in " + to_text(behind), "give the stack another address"};
  return std::nullopt;
}

}  // namespace

std::expected<ChainArguments, OptionFault> parse_chain(const std::string& text) {
  const std::size_t comma = text.find(',');
  const auto routers = parse_count(std::string_view(text).substr(0, comma));
  if (!routers || *routers == 0 || *routers > most_routers_of_a_chain)
    return Refused({"'" + text.substr(0, 40) + "' cannot be a chain",
                    "it is a number of routers from 1 to " + std::to_string(most_routers_of_a_chain) +
                        ", and perhaps the MTU of the last link",
                    "for example --chain 3 or --chain 3,mtu=1300"});
  ChainArguments chain{.routers = *routers};
  if (comma == std::string::npos) return chain;
  if (text.compare(comma, mtu_key.size(), mtu_key) == 0)
    chain.mtu = parse_count(std::string_view(text).substr(comma + mtu_key.size()));
  if (!chain.mtu || *chain.mtu < ipv4_minimum_mtu || *chain.mtu > maximum_mtu)
    return Refused({"'" + text.substr(comma + 1, 40) + "' cannot be the MTU of the last link",
                    "it is a number of octets from 68 to 65535", "for example --chain 3,mtu=1300"});
  return chain;
}

std::expected<NetworkPlan, OptionFault> plan_chain(const ChainArguments& chain, const NodeConfig& first) {
  NetworkPlan plan = Builder(first).plan_of(chain);
  if (const auto fault = overlap_fault(plan)) return Refused(*fault);
  const InterfaceConfig& server = plan.nodes.back().config.interfaces[0];
  if (const auto fault = mtu_fault(server))
    return Refused({"the last link of the chain cannot have this MTU", *fault,
                    "choose a larger one, or IPv4 addresses alone: 192.0.2.2/24"});
  return plan;
}

std::vector<IpPrefix> prefixes_behind(const NetworkPlan& chain) {
  std::vector<IpPrefix> prefixes;
  const bool has_links_between = chain.nodes.size() > 2;
  for (const IpPrefix& last : chain.links.back().prefixes) {
    const bool is_ipv4 = last.address.is_ipv4();
    if (has_links_between)
      prefixes.push_back(is_ipv4 ? IpPrefix{between4, 24} : IpPrefix{documentation6(between6, 0, 0), 48});
    prefixes.push_back(is_ipv4 ? IpPrefix{last4, 24} : IpPrefix{documentation6(last6, 0, 0), 64});
  }
  return prefixes;
}

}  // namespace tunstack
