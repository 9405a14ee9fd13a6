// The network behind `--chain N`: a row of routers and a host at its end, with addresses from documentation (RFC 5737,
// RFC 3849), so that hops can be counted and a path MTU be found.
#pragma once

#include <expected>

#include "tunstack/network/network_plan.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

inline constexpr std::size_t most_routers_of_a_chain = 128;

/// The host at the end of a chain.
inline constexpr const char* chain_server = "server";

/// "3", or "3,mtu=1300": the MTU of the last link.
struct ChainArguments {
  std::size_t routers = 0;
  std::optional<std::size_t> mtu = {};  // octets
};
std::expected<ChainArguments, OptionFault> parse_chain(const std::string& text);

/// Routers are r1, r2, ..., the host is `server`; all are as `first` is but for interfaces and, in a long chain, the
/// hops of what they send: their answers come back. The first interface of that
/// is the one of r1 whose link has the door 0; the other links have the families that it has.
std::expected<NetworkPlan, OptionFault> plan_chain(const ChainArguments& chain, const NodeConfig& first);

/// What is behind the first link: where who is at the door must send to reach it.
std::vector<IpPrefix> prefixes_behind(const NetworkPlan& chain);

}  // namespace tunstack
