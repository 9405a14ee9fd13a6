#include "tunstack/report/state_report.hpp"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "protocols/discovery/neighbors/neighbor_states.hpp"
#include "tunstack/explain/icmp_names.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;
using discovery::Neighbor;
using discovery::NeighborState;

constexpr std::size_t most_routes = 1000;

constexpr std::array families = {Family::ipv4, Family::ipv6};

std::string_view name_of(Family family) { return family == Family::ipv4 ? "ipv4" : "ipv6"; }

std::string_view name_of(ip::AddressUse use) {
  constexpr std::array<std::string_view, 3> names{"preferred", "tentative", "deprecated"};
  return names[static_cast<std::size_t>(use)];
}

std::string_view name_of(ip::RouteAction action) {
  constexpr std::array<std::string_view, 5> names{"forward", "blackhole", "unreachable", "prohibit", "reject"};
  return names[static_cast<std::size_t>(action)];
}

std::string_view name_of(SecretSource source) {
  constexpr std::array<std::string_view, 3> names{"seed", "option", "file"};
  return names[static_cast<std::size_t>(source)];
}

std::string_view name_of(discovery::Reachability reachability) {
  constexpr std::array<std::string_view, 3> names{"unreachable", "unknown", "reachable"};
  return names[static_cast<std::size_t>(reachability)];
}

/// To a millisecond: more digits would only be noise.
double rounded_seconds(Duration duration) {
  return std::round(std::chrono::duration<double, std::milli>(duration).count()) / 1e3;
}

Json seconds_until(Instant end, Instant now) {
  return end == Instant::max() ? Json() : Json(rounded_seconds(end - now));
}

Json text_or_null(const std::optional<MacAddress>& address) { return address ? Json(to_text(*address)) : Json(); }

/// Of fe80::/10, which every link has (RFC 4861 5.1).
bool is_part_of_link_local(const IpPrefix& prefix) { return prefix.address.is_link_local() && prefix.length > 10; }

class Reporter {
 public:
  Reporter(const Node& node, Instant now) : node_(node), state_(node.state()), now_(now) {}

  Json interfaces() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      const Interface& interface = state_.interface(id);
      const discovery::LinkParameters& link = interface.routers.routing.link;
      rows.push_back({{"name", interface.config.name},
                      {"link", interface.is_up() ? "up" : "down"},
                      {"role", interface.is_host() ? "host" : "router"},
                      {"mtu", interface.mtu(Family::ipv4)},
                      {"ipv6_mtu", interface.mtu(Family::ipv6)},
                      {"hop_limit", interface.hop_limit()},
                      {"link_layer_address", text_or_null(interface.config.link_address)},
                      {"stable_secret", name_of(state_.secret_from)},
                      {"managed", link.values().managed},
                      {"other", link.values().other},
                      {"reachable_time", rounded_seconds(link.reachable_time())},
                      {"retrans_timer", rounded_seconds(link.values().retransmit_time)}});
    });
  }

  Json addresses() const {
    Json rows = Json::array();
    state_.addresses.for_each_address([&](InterfaceId interface, const IpPrefix& prefix, ip::AddressUse use) {
      rows.push_back(row_of(interface, prefix, name_of(use), lifetimes_of(interface, prefix.address), Instant::max()));
    });
    for (const Json& lost : lost_addresses()) rows.push_back(lost);
    return rows;
  }

  Json neighbors() const {
    Json rows = Json::array();
    state_.neighbors.for_each([&](const Neighbor& neighbor) { rows.push_back(row_of(neighbor)); });
    return rows;
  }

  Json routers() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      const auto reachability = [&](const IpAddress& router) { return state_.reachability_of({id, router}, now_); };
      const discovery::RouterList& list = state_.interface(id).routers.routing.routers;
      for (const discovery::DefaultRouter& router : list.routers())
        if (router.expires > now_)
          rows.push_back({{"interface", name(id)},
                          {"address", to_text(router.address)},
                          {"preference", router.preference},
                          {"lifetime", seconds_until(router.expires, now_)},
                          {"reachability", name_of(reachability(router.address))},
                          {"in_use", list.choose(router.address.family(), reachability) == router.address}});
    });
  }

  Json prefixes() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      for (const discovery::OnLinkPrefix& held : state_.interface(id).routers.routing.prefixes.prefixes())
        if (held.expires > now_ && !is_part_of_link_local(held.prefix))
          rows.push_back({{"interface", name(id)},
                          {"prefix", to_text(network_of(held.prefix))},
                          {"on_link", true},
                          {"configured", held.is_configured},
                          {"valid_lifetime", seconds_until(held.expires, now_)}});
    });
  }

  /// As many as an answer holds.
  Json routes() const {
    Json rows = Json::array();
    for (const ip::Route& route : state_.routes.routes()) {
      if (rows.size() == most_routes) break;
      const bool is_refusing = route.action != ip::RouteAction::forward;
      rows.push_back({{"prefix", to_text(route.prefix)},
                      {"next_hop", route.gateway ? Json(to_text(*route.gateway)) : Json()},
                      {"interface", is_refusing ? Json() : Json(name(route.interface))},
                      {"action", is_refusing ? Json(name_of(route.action)) : Json()},
                      {"tos", route.type_of_service != 0 ? Json(route.type_of_service) : Json()}});
    }
    return rows;
  }

  Json redirects() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      for (const Family family : families)
        state_.interface(id).routers.redirects(family).for_each(
            now_, [&](const IpAddress& destination, const IpAddress& next_hop, Instant until) {
              rows.push_back({{"interface", name(id)},
                              {"destination", to_text(destination)},
                              {"next_hop", to_text(next_hop)},
                              {"lifetime", seconds_until(until, now_)}});
            });
    });
  }

  Json groups() const {
    Json rows = Json::array();
    state_.addresses.for_each_group([&](InterfaceId interface, const IpAddress& group) {
      rows.push_back({{"interface", name(interface)}, {"group", to_text(group)}});
    });
    return rows;
  }

  /// As a router, which groups others listen to.
  Json listeners() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      const auto& querier = state_.interface(id).groups.querier;
      if (!querier) return;
      for (const auto& group : querier->groups())
        if (group.expires > now_)
          rows.push_back({{"interface", name(id)},
                          {"group", to_text(group.address)},
                          {"reporter", to_text(group.reporter)},
                          {"lifetime", seconds_until(group.expires, now_)}});
    });
  }

  Json queriers() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      const auto& querier = state_.interface(id).groups.querier;
      if (querier && querier->querier())
        rows.push_back({{"interface", name(id)},
                        {"address", to_text(*querier->querier())},
                        {"is_this_node", querier->is_querier()}});
    });
  }

  Json path_mtus() const {
    Json rows = Json::array();
    state_.path_mtus.for_each(now_, [&](const IpAddress& destination, std::size_t mtu, Instant until) {
      rows.push_back({{"destination", to_text(destination)}, {"mtu", mtu}, {"lifetime", seconds_until(until, now_)}});
    });
    return rows;
  }

  Json reassembly() const {
    Json rows = Json::array();
    for (const Family family : families)
      rows.push_back({{"family", name_of(family)},
                      {"datagrams", node_.reassembly(family).datagrams_held()},
                      {"memory", node_.reassembly(family).memory_used()}});
    return rows;
  }

  Json limiters() const {
    Json rows = Json::array();
    for (const Family family : families) {
      const icmp::ErrorLimits& limits =
          family == Family::ipv4 ? state_.options.ipv4_error_limits : state_.options.ipv6_error_limits;
      // A rate of 0 for destinations turns both off.
      const RateLimit node = limits.destination.rate == 0 ? RateLimit{0, limits.node.burst} : limits.node;
      rows.push_back(row_of(family, {}, node, node_.error_limiter(family).node()));
      node_.error_limiter(family).for_each(now_, [&](const IpAddress& destination, const TokenBucket& bucket) {
        rows.push_back(row_of(family, to_text(destination), limits.destination, bucket));
      });
      node_.error_limiter(family).for_each_prefix(now_, [&](const Ipv6Address& prefix, const TokenBucket& bucket) {
        rows.push_back(row_of(family, to_text(IpPrefix{prefix, 64}), limits.prefix, bucket));
      });
    }
    return rows;
  }

  Json counters() const {
    const Counters& counters = node_.counters();
    Json reasons = Json::object();
    for (const ReasonInfo& reason : all_reasons())
      if (const std::uint64_t count = counters.count(reason.reason)) reasons[std::string(reason.name)] = count;
    Json icmp = Json::array();
    add_icmp(icmp, Family::ipv4, counters.icmp4);
    add_icmp(icmp, Family::ipv6, counters.icmp6);
    return {{"packets_in", counters.packets_in},
            {"packets_out", counters.packets_out},
            {"reasons", std::move(reasons)},
            {"icmp", std::move(icmp)}};
  }

 private:
  Json row_of(InterfaceId interface, const IpPrefix& prefix, std::string_view state,
              const discovery::AddressLifetimes& lifetimes, Instant retry_at) const {
    return {{"interface", name(interface)},
            {"address", to_text(prefix.address)},
            {"prefix_length", prefix.length},
            {"state", state},
            {"preferred_lifetime", seconds_until(lifetimes.preferred_until, now_)},
            {"valid_lifetime", seconds_until(lifetimes.valid_until, now_)},
            {"checked_again", seconds_until(retry_at, now_)}};
  }

  /// Which another node has, or seems to have: they are not used.
  Json lost_addresses() const {
    return of_each_interface([&](InterfaceId id, Json& rows) {
      const InterfaceAddresses& addresses = state_.interface(id).addresses;
      const auto add = [&](const IpPrefix& prefix, const discovery::AddressLifetimes& lifetimes, Instant retry_at) {
        rows.push_back(row_of(id, prefix, "duplicate", lifetimes, retry_at));
      };
      if (addresses.ipv4)
        addresses.ipv4->for_each_lost([&](Ipv4Address address, Instant retry_at) {
          for (const IpPrefix& prefix : state_.interface(id).config.addresses)
            if (prefix.address == IpAddress(address)) add(prefix, {}, retry_at);
        });
      if (!addresses.ipv6) return;
      for (const discovery::InterfaceAddress& held : addresses.ipv6->addresses())
        if (held.state == discovery::AddressState::duplicate)
          add({held.address, held.length}, held.lifetimes, held.retry_at);
    });
  }

  /// Of an address that is not known to end: for ever.
  discovery::AddressLifetimes lifetimes_of(InterfaceId interface, const IpAddress& address) const {
    const auto& held = state_.interface(interface).addresses.ipv6;
    const auto found = held && !address.is_ipv4() ? held->find(address.ipv6()) : std::nullopt;
    return found ? found->lifetimes : discovery::AddressLifetimes{};
  }
  const std::string& name(InterfaceId id) const { return state_.interface(id).config.name; }

  template <class Add>
  Json of_each_interface(const Add& add) const {
    Json rows = Json::array();
    for (std::size_t i = 0; i < state_.interfaces.size(); ++i) add(InterfaceId(i), rows);
    return rows;
  }

  Json row_of(const Neighbor& neighbor) const {
    const NeighborState state = state_.neighbors.state_of(neighbor.key, now_);
    const bool is_known = state >= NeighborState::reachable && state <= NeighborState::probe;
    // What was reachable too long ago is stale already, and waits for nothing.
    const Instant deadline = state == NeighborState::stale ? Instant::max() : neighbor.deadline;
    return {{"interface", name(neighbor.key.interface)},
            {"address", to_text(neighbor.key.address)},
            {"link_layer_address", is_known ? Json(to_text(neighbor.mac)) : Json()},
            {"state", discovery::name_of(state)},
            {"is_router", neighbor.is_router},
            {"packets_waiting", neighbor.waiting.size},
            {"deadline", seconds_until(deadline, now_)}};
  }

  Json row_of(Family family, const Json& destination, const RateLimit& limit, const TokenBucket& bucket) const {
    return {{"family", name_of(family)},
            {"destination", destination},
            {"rate", limit.rate},
            {"burst", limit.burst},
            {"tokens", limit.rate == 0 ? Json() : Json(bucket.level(limit, now_))}};
  }

  static void add_icmp(Json& rows, Family family, const IcmpCounters& counters) {
    for (unsigned type = 0; type < 256; ++type)
      for (unsigned code = 0; code < IcmpCounters::codes; ++code) {
        const auto t = static_cast<std::uint8_t>(type);
        const auto c = static_cast<std::uint8_t>(code);
        if (counters.in(t, c) + counters.out(t, c) == 0) continue;
        rows.push_back({{"family", name_of(family)},
                        {"type", type},
                        {"code", code},
                        {"name", icmp_name(family, t, c)},
                        {"in", counters.in(t, c)},
                        {"out", counters.out(t, c)}});
      }
  }

  const Node& node_;
  const NodeState& state_;
  Instant now_;
};

std::string_view name_of(Flow flow) {
  constexpr std::array<std::string_view, 3> names{"writing", "failing", "ended"};
  return names[static_cast<std::size_t>(flow)];
}

Json rows_of(std::span<const OutletReport> outlets) {
  Json rows = Json::array();
  for (const OutletReport& outlet : outlets)
    rows.push_back({{"name", outlet.name},
                    {"unit", outlet.unit},
                    {"written", outlet.written},
                    {"left_out", outlet.left_out},
                    {"state", name_of(outlet.flow)},
                    {"error", outlet.error == 0 ? Json() : Json(std::strerror(outlet.error))}});
  return rows;
}

Json actions_of(std::uint8_t bits) {
  using namespace discovery::neighbor_action;
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 4> names{
      {{record, "record"}, {solicit, "solicit"}, {release, "release"}, {give_up, "give_up"}}};
  Json actions = Json::array();
  for (const auto& [bit, name] : names)
    if (bits & bit) actions.push_back(name);
  return actions;
}

}  // namespace

Json state_report(const Node& node, Instant now, std::span<const OutletReport> outlets) {
  const Reporter reporter(node, now);
  return {{"schema", state_schema},
          {"time", rounded_seconds(now.time_since_epoch())},
          {"interfaces", reporter.interfaces()},
          {"addresses", reporter.addresses()},
          {"neighbors", reporter.neighbors()},
          {"routers", reporter.routers()},
          {"prefixes", reporter.prefixes()},
          {"routes", reporter.routes()},
          {"redirects", reporter.redirects()},
          {"groups", reporter.groups()},
          {"queriers", reporter.queriers()},
          {"listeners", reporter.listeners()},
          {"path_mtus", reporter.path_mtus()},
          {"reassembly", reporter.reassembly()},
          {"limiters", reporter.limiters()},
          {"counters", reporter.counters()},
          {"outlets", rows_of(outlets)}};
}

Json transitions_report() {
  Json rows = Json::array();
  for (const discovery::NeighborTransition& transition : discovery::neighbor_transitions())
    rows.push_back({{"state", discovery::name_of(transition.from)},
                    {"event", discovery::name_of(transition.event)},
                    {"actions", actions_of(transition.actions)},
                    {"new_state", discovery::name_of(transition.to)}});
  return rows;
}

}  // namespace tunstack
