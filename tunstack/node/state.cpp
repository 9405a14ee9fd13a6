#include "tunstack/node/state.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tunstack {

using discovery::NeighborState;
using discovery::Reachability;

namespace {

std::vector<InterfaceId> interfaces_to_learn_masks_of(const NodeConfig& config) {
  std::vector<InterfaceId> interfaces;
  for (std::size_t i = 0; config.options.learn_mask && i < config.interfaces.size(); ++i)
    if (has_address_of(config.interfaces[i], Family::ipv4)) interfaces.push_back(InterfaceId(i));
  return interfaces;
}

/// Links without addresses need no memory for neighbors.
discovery::NeighborLimits neighbor_limits(const NodeConfig& config) {
  const auto has_frames = [](const InterfaceConfig& i) { return i.link_address.has_value(); };
  if (std::ranges::none_of(config.interfaces, has_frames)) return {.neighbors = 0, .waiting = 0, .largest_packet = 0};
  const auto widest = std::ranges::max_element(config.interfaces, {}, &InterfaceConfig::mtu);
  constexpr std::size_t memory = std::size_t{4} << 20;  // octets, for packets that wait on links with a large MTU
  return {.neighbors = config.options.neighbors,
          .waiting = std::min<std::size_t>(256, memory / widest->mtu),
          .largest_packet = widest->mtu};
}

void add_addresses(NodeState& state, InterfaceId id) {
  const Interface& interface = state.interface(id);
  if (!interface.is_host()) state.addresses.become_router(id);
  if (interface.groups.querier) state.addresses.join(id, mld_report_destination);
  for (const IpPrefix& prefix : interface.config.addresses) state.add_address(id, prefix);
  if (interface.is_host()) return;
  for (const IpPrefix& one : state.options.proxied.ipv6) state.addresses.proxy(id, one.address.ipv6());
}

/// No node forms the addresses of another one only because nobody chose a secret (RFC 7217 5).
NodeOptions with_secret(const NodeConfig& config) {
  NodeOptions options = config.options;
  if (!options.own.secret.empty()) return options;
  Random random(config.seed, "slaac");
  options.own.secret = {std::to_string(random.next()), std::to_string(random.next())};
  return options;
}

/// From a stream of its own, so that others draw what they always did.
SipHashKey draw_flow_key(Seed seed) {
  Random random(seed, "flows");
  return SipHashKey::draw(random);
}

}  // namespace

NodeState::NodeState(const NodeConfig& config, Random& keys, Random& random)
    : options(with_secret(config)),
      group_routes(config.group_routes),
      filter(config.filter),
      path_mtus(keys),
      identifications4(keys),
      identifications6(keys),
      masks(interfaces_to_learn_masks_of(config), config.start, random),
      neighbors(neighbor_limits(config), keys),
      time_of_day_at_start(config.time_of_day_at_start),
      secret_from(config.options.own.secret.empty() ? SecretSource::seed : config.secret_from),
      flow_key(draw_flow_key(config.seed)) {
  interfaces.reserve(config.interfaces.size());
  for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
    interfaces.emplace_back(config.interfaces[i], options, config.start, random);
    add_addresses(*this, InterfaceId(i));
    if (!interfaces[i].is_up()) masks.finish(InterfaceId(i));
  }
  is_on_one_plain_link = interfaces.size() == 1 && interfaces[0].is_plain();
  pass_on_group_changes(config.start, config.start);
  routes.add(config.routes);
}

void NodeState::begin_anew(InterfaceId id, const InterfaceConfig& config, Instant now, Random& random) {
  Interface fresh(config, options, now, random);  // before what it is made of may be gone
  addresses.forget(id);
  interface(id) = std::move(fresh);
  add_addresses(*this, id);
  pass_on_group_changes(now, now);
  masks.restart(id, now, random);
  if (!interface(id).is_up()) masks.finish(id);
  is_on_one_plain_link = interfaces.size() == 1 && interfaces[0].is_plain();
}

void NodeState::add_address(InterfaceId id, const IpPrefix& prefix) {
  const bool up = interface(id).is_up();
  const bool at_once = interface(id).addresses.uses_at_once(prefix.address);
  if (prefix.address.is_ipv4() || at_once || !up)
    addresses.add(id, prefix, at_once && up ? ip::AddressUse::usable : ip::AddressUse::tentative);
}

void NodeState::pass_on_group_changes(Instant now, Instant report_at) {
  addresses.take_group_changes(
      [&](const ip::GroupChange& change) { interface(change.interface).groups.on_change(change, now, report_at); });
}

std::optional<Ipv6Address> NodeState::link_local_source(InterfaceId id) const {
  const auto source = addresses.source_for(id, ipv6_all_nodes);
  return source && source->is_link_local() ? source : std::nullopt;
}

bool NodeState::is_proxied(InterfaceId id, Ipv4Address address) const {
  return !interface(id).is_host() &&
         std::ranges::any_of(options.proxied.ipv4, [&](const IpPrefix& prefix) { return prefix.contains(address); });
}

bool NodeState::is_starting(Instant start) const {
  return std::ranges::any_of(interfaces, [&](const Interface& i) { return i.next_deadline() <= start; });
}

bool NodeState::is_checking_addresses() const {
  for (std::size_t i = 0; i < interfaces.size(); ++i)
    if (interfaces[i].is_up() && addresses.has_tentative(InterfaceId(i))) return true;
  return false;
}

Reachability NodeState::reachability_of(const discovery::NeighborKey& key, Instant now) const {
  const NeighborState state = neighbors.state_of(key, now);
  if (state == NeighborState::failed) return Reachability::unreachable;
  const bool is_unknown = state == NeighborState::none || state == NeighborState::incomplete;
  return is_unknown ? Reachability::unknown : Reachability::reachable;
}

std::uint32_t NodeState::time_of_day(Instant now) const {
  // Cut once: of two parts that were cut each, the sum could lie a millisecond back.
  const auto since_midnight = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  time_of_day_at_start + now.time_since_epoch() % std::chrono::days(1))
                                  .count();
  const auto time = static_cast<std::uint32_t>(since_midnight % icmp::milliseconds_a_day);
  return time | (options.queries.timestamp_nonstandard ? icmp::nonstandard_time : 0);
}

}  // namespace tunstack
