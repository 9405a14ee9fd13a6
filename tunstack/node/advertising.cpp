#include "tunstack/node/advertising.hpp"

#include <algorithm>

#include "protocols/discovery/nd_rules.hpp"
#include "tunstack/node/advertised.hpp"
#include "tunstack/node/nd_input.hpp"

namespace tunstack::routers {

// ---- sending ----

namespace {

/// From a link-local address alone (RFC 4861 4.2).
void advertise(InterfaceId id, Turn& turn) {
  auto& advertising = turn.state.interface(id).routers.advertising;
  if (!advertising || advertising->advertiser.next_deadline() > turn.now) return;
  const auto source = turn.state.link_local_source(id);
  if (!source) return advertising->advertiser.suspend();
  while (const auto due = advertising->advertiser.take_due(turn.now, turn.random)) {
    const Reason reason =
        due->lifetime_is_zero ? Reason::router_final_advertisement_sent : Reason::router_advertisement_sent;
    for (std::size_t i = 0; i < advertising->parts.count(); ++i)
      turn.output.originate(reason, nd_header(*source, due->destination),
                            advertising->parts.part(i, due->lifetime_is_zero), id, turn);
  }
}

void advertise_irdp(discovery::IrdpRouter& router, InterfaceId id, Turn& turn) {
  while (const auto due = router.take_due(turn.now, turn.random)) {
    const auto source = turn.state.addresses.source_for(id, due->destination);
    if (!source) continue;
    const bool is_to_group = turn.state.addresses.kind_on(id, due->destination) != AddressKind::unicast;
    const Ipv4Header header{
        .source = *source,
        .destination = due->destination,
        .protocol = protocol_number::icmpv4,
        .ttl = is_to_group ? irdp_group_ttl : static_cast<std::uint8_t>(turn.state.options.ipv4_ttl)};
    const Reason reason =
        due->lifetime_is_zero ? Reason::irdp_final_advertisement_sent : Reason::irdp_advertisement_sent;
    turn.output.originate(reason, header, router.message_of(*due), id, turn);
  }
}

}  // namespace

void step_advertising(InterfaceId id, Turn& turn) {
  advertise(id, turn);
  if (auto& router = turn.state.interface(id).routers.irdp_router) advertise_irdp(*router, id, turn);
}

void say_farewell(InterfaceId id, Role role, Turn& turn) {
  InterfaceRouters& routers = turn.state.interface(id).routers;
  const NodeOptions& options = turn.state.options;
  if (routers.advertising && (role == Role::host || !options.router.advertises))
    routers.advertising->advertiser.stop(turn.now);
  if (routers.irdp_router && (role == Role::host || !options.router4.advertises)) routers.irdp_router->stop(turn.now);
  step_advertising(id, turn);
}

void shut_down(NodeState& state, Instant now) {
  for (Interface& interface : state.interfaces) {
    if (interface.routers.advertising) interface.routers.advertising->advertiser.stop(now);
    if (interface.routers.irdp_router) interface.routers.irdp_router->stop(now);
  }
}

// ---- other addresses ----

namespace {

using Addresses = std::vector<IpPrefix>;

/// Those of a family that the other list has not.
Addresses without(const Addresses& all, const Addresses& others, Family family) {
  Addresses rest;
  for (const IpPrefix& one : all)
    if (one.address.family() == family && std::ranges::find(others, one) == others.end()) rest.push_back(one);
  return rest;
}

bool differ(const Addresses& some, const Addresses& others, Family family) {
  return !without(some, others, family).empty() || !without(others, some, family).empty();
}

/// That prefixes are of no use any more is told as long as others are: a single message may be lost (RFC 4861 6.3.4,
/// RFC 4862 5.5.3(e)).
void keep_withdrawing(discovery::AdvertisingConfig& config, const std::vector<PrefixInformation>& before) {
  constexpr std::size_t most = 64;  // prefixes in all
  for (PrefixInformation prefix : before) {
    const bool is_told = std::ranges::any_of(config.prefixes, [&](const auto& p) { return is_same_prefix(p, prefix); });
    if (is_told || config.prefixes.size() >= most) continue;
    prefix.valid = prefix.preferred = 0;
    config.prefixes.push_back(prefix);
  }
}

void advertise_anew(InterfaceId id, Turn& turn) {
  Interface& interface = turn.state.interface(id);
  auto& advertising = interface.routers.advertising;
  const NodeOptions& options = turn.state.options;
  auto config = advertising_config(options.router, interface.config, options.amplification_limit());
  keep_withdrawing(config, advertising->config.prefixes);
  const Instant start = std::max(turn.now, advertising->advertiser.earliest_multicast());
  advertising.emplace(config, interface.config, start, turn.random);
}

/// Addresses that are checked still are not offered.
void advertise_irdp_anew(InterfaceId id, Turn& turn) {
  Interface& interface = turn.state.interface(id);
  const NodeOptions& options = turn.state.options;
  auto config = irdp_config(options.router4, interface.config, options.amplification_limit());
  std::erase_if(config.addresses, [&](const auto& listed) {
    return turn.state.addresses.kind_on(id, listed.address) != AddressKind::own;
  });
  interface.routers.irdp_router.emplace(config, turn.now, turn.random);
}

/// Of several addresses each is a router of its own.
void withdraw_irdp(const Addresses& going, InterfaceId id, Turn& turn) {
  InterfaceConfig some = turn.state.interface(id).config;
  some.addresses = going;
  discovery::IrdpRouter router(irdp_config(turn.state.options.router4, some), turn.now, turn.random);
  router.stop(turn.now);
  advertise_irdp(router, id, turn);
}

}  // namespace

void withdraw_addresses(InterfaceId id, const Addresses& wanted, Turn& turn) {
  const Interface& interface = turn.state.interface(id);
  if (!interface.is_up()) return;
  const auto source = turn.state.link_local_source(id);
  const auto going6 = without(interface.config.addresses, wanted, Family::ipv6);
  const bool source_goes = source && std::ranges::find(going6, IpAddress(*source), &IpPrefix::address) != going6.end();
  if (interface.routers.advertising && source_goes) {
    turn.state.interface(id).routers.advertising->advertiser.stop(turn.now);
    advertise(id, turn);
  }
  const auto going4 = without(interface.config.addresses, wanted, Family::ipv4);
  const auto& irdp_router = interface.routers.irdp_router;
  if (irdp_router && irdp_router->is_advertising() && !going4.empty()) withdraw_irdp(going4, id, turn);
}

void on_addresses_changed(InterfaceId id, const Addresses& before, Turn& turn) {
  Interface& interface = turn.state.interface(id);
  const Addresses& now = interface.config.addresses;
  interface.routers.routing.prefixes.configure(now);
  if (interface.routers.advertising && differ(before, now, Family::ipv6)) advertise_anew(id, turn);
  if (interface.routers.irdp_router && differ(before, now, Family::ipv4)) advertise_irdp_anew(id, turn);
}

void on_address_in_use(InterfaceId id, const IpAddress& address, Turn& turn) {
  InterfaceRouters& routers = turn.state.interface(id).routers;
  if (address.is_ipv4()) {
    if (routers.irdp_router && !routers.irdp_router->lists(address.ipv4())) advertise_irdp_anew(id, turn);
  } else if (routers.advertising && turn.state.link_local_source(id) == address.ipv6()) {
    routers.advertising->advertiser.begin_anew(turn.now, turn.random);
  }
}

}  // namespace tunstack::routers
