#include "tools/route_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

/// The stack's address of a family, rather one that is not of the link alone.
const IpPrefix* stack_address(const std::vector<IpPrefix>& stack, bool ipv4) {
  const IpPrefix* found = nullptr;
  for (const IpPrefix& prefix : stack) {
    if (prefix.address.is_ipv4() != ipv4) continue;
    if (!prefix.address.is_link_local()) return &prefix;
    if (found == nullptr) found = &prefix;
  }
  return found;
}

IpPrefix parse_route(const std::string& text) {
  const auto prefix = parse_prefix(text);
  if (!prefix)
    throw UsageFault(fmt::format("'{}' is not the prefix of a route", text.substr(0, 60)),
                     "a route leads to PREFIX/LEN, to one address, or is the word default",
                     "for example --route 198.51.100.0/24");
  const IpPrefix network = network_of(*prefix);
  if (network != *prefix)
    throw UsageFault(fmt::format("there is no route to {}", to_text(*prefix)),
                     fmt::format("the address has bits behind its length of {}", prefix->length),
                     fmt::format("--route {}", to_text(network)));
  return network;
}

std::vector<IpPrefix> parse_routes(const std::string& text, const std::vector<IpPrefix>& stack) {
  if (text != "default") return {parse_route(text)};
  std::vector<IpPrefix> both;
  for (const char* prefix : {"0.0.0.0/0", "::/0"}) {
    const IpPrefix all = parse_route(prefix);
    if (stack_address(stack, all.address.is_ipv4()) != nullptr) both.push_back(all);
  }
  return both;
}

}  // namespace

void add_route_option(CLI::App& command, std::vector<std::string>& routes, const char* group) {
  command
      .add_option("--route", routes,
                  "Let this host send to the stack what is for PREFIX, or by 'default' all that has no other route; "
                  "repeatable. Refused where another link has this route already")
      ->type_name("PREFIX")
      ->allow_extra_args(false)
      ->group(group);
}

std::vector<LinkRoute> routes_of(const std::vector<std::string>& texts, const std::vector<IpPrefix>& stack,
                                 bool by_neighbors) {
  std::vector<LinkRoute> routes;
  for (const std::string& text : texts)
    for (const IpPrefix& prefix : parse_routes(text, stack)) {
      const IpPrefix* const next_hop = stack_address(stack, prefix.address.is_ipv4());
      if (next_hop == nullptr)
        throw UsageFault(fmt::format("no route to {} can lead to the stack", text),
                         fmt::format("the stack has no {} address", prefix.address.is_ipv4() ? "IPv4" : "IPv6"),
                         "give it one, or leave out the route");
      LinkRoute route{prefix};
      if (by_neighbors) route.gateway = next_hop->address;
      if (std::ranges::find(routes, route) == routes.end()) routes.push_back(route);
    }
  return routes;
}

}  // namespace tunstack
