#include "tunstack/node/node.hpp"

#include "protocols/ip/ipv4_fragments.hpp"
#include "protocols/ip/ipv6_fragments.hpp"
#include "protocols/ip/ipv6_input.hpp"
#include "tunstack/node/dispatch.hpp"

namespace tunstack {

namespace {

constexpr icmp::LimitReasons extended_echo_limit_reasons{Reason::extended_echo_rate_exceeded,
                                                         Reason::extended_echo_rate_exceeded};

std::vector<InterfaceId> interfaces_to_learn_masks_of(const NodeConfig& config) {
  std::vector<InterfaceId> interfaces;
  for (std::size_t i = 0; config.options.learn_mask && i < config.interfaces.size(); ++i)
    if (std::ranges::any_of(config.interfaces[i].addresses, [](const IpPrefix& p) { return p.address.is_ipv4(); }))
      interfaces.push_back(InterfaceId(i));
  return interfaces;
}

bool has_link_addresses(const NodeConfig& config) {
  return std::ranges::any_of(config.interfaces, [](const auto& i) { return i.link_address.has_value(); });
}

/// Links without addresses need no memory for neighbors.
discovery::NeighborLimits neighbor_limits(const NodeConfig& config) {
  if (!has_link_addresses(config)) return {.neighbors = 0, .waiting = 0, .largest_packet = 0};
  const auto widest = std::ranges::max_element(config.interfaces, {}, &InterfaceConfig::mtu);
  constexpr std::size_t memory = std::size_t{4} << 20;  // octets, for packets that wait on links with a large MTU
  return {.neighbors = config.options.neighbors,
          .waiting = std::min<std::size_t>(256, memory / widest->mtu),
          .largest_packet = widest->mtu};
}

/// Those that are checked come with their events.
void add_addresses(NodeState& state, InterfaceId interface) {
  const LinkDiscovery& link = state.link(interface);
  for (const IpPrefix& prefix : state.interfaces[static_cast<std::size_t>(interface)].addresses) {
    const bool is_ipv4 = prefix.address.is_ipv4();
    if (is_ipv4)
      state.addresses.add(interface, prefix, link.addresses4 ? ip::AddressUse::tentative : ip::AddressUse::usable);
    if (!is_ipv4 && !link.addresses6) state.addresses.add(interface, prefix);
  }
}

NodeState make_state(const NodeConfig& config, Random& random) {
  NodeState state{.options = config.options,
                  .link_mtus = {},
                  .ipv6_mtus = {},
                  .hop_limits = {},
                  .addresses = {},
                  .interfaces = config.interfaces,
                  .identification = ip::Ipv4Identification(random),
                  .path_mtus = ip::PathMtus(random),
                  .mask_learner = icmp::MaskLearner(interfaces_to_learn_masks_of(config), Instant{}, random),
                  .neighbors = discovery::NeighborCache(neighbor_limits(config), random),
                  .links = {},
                  .time_of_day_at_start = config.time_of_day_at_start};
  for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
    state.link_mtus.push_back(config.interfaces[i].mtu);
    state.ipv6_mtus.push_back(config.interfaces[i].mtu);
    state.hop_limits.push_back(static_cast<std::uint8_t>(config.options.ipv6_hop_limit));
    state.links.emplace_back(config.interfaces[i], config.options, random);
    if (config.interfaces[i].role == Role::router) state.addresses.become_router(InterfaceId(i));
    if (state.links[i].querier6) state.addresses.join(InterfaceId(i), mld_report_destination);
    add_addresses(state, InterfaceId(i));
    if (config.interfaces[i].role == Role::router)
      for (const IpPrefix& one : config.options.proxied.ipv6) state.addresses.proxy(InterfaceId(i), one.address.ipv6());
  }
  state.pass_on_group_changes(Instant{}, Instant{});
  return state;
}

}  // namespace

Node::Node(const NodeConfig& config)
    : has_ethernet_(has_link_addresses(config)),
      random_(config.seed),
      state_(make_state(config, random_)),
      error_limiter4_(icmp::ipv4_error_limit_reasons, random_),
      error_limiter6_(icmp::ipv6_error_limit_reasons, random_),
      probe_limiter_(extended_echo_limit_reasons, random_),
      reassembler4_(config.options.reassembly4, random_),
      reassembler6_(config.options.reassembly6, random_) {
  update_deadline();
}

// ---- deciding ----

namespace {

AddressKind kind_of_source(const NodeState& state, InterfaceId interface, Ipv4Address source) {
  return state.addresses.kind_on(interface, source);
}

/// That others send from an optimistic address is no forgery (RFC 4429 3.3).
AddressKind kind_of_source(const NodeState& state, InterfaceId interface, const Ipv6Address& source) {
  const AddressKind kind = state.addresses.kind_on(interface, source);
  return kind == AddressKind::own && state.is_optimistic(interface, source) ? AddressKind::tentative : kind;
}

}  // namespace

template <class View>
inline Arrival<View> Node::classify(const Received& received, const View& ip) const {
  return {ip,
          kind_of_source(state_, received.interface, ip.source()),
          state_.addresses.kind_on(received.interface, ip.destination()),
          received.link_layer_group,
          received.interface,
          received.now,
          upper_layer_without_extensions(ip),
          received.bytes.size()};
}

MaybeReason Node::refuses(const Ipv4Arrival& arrival) const { return ip::refuses({arrival, state_.options.ipv4}); }
MaybeReason Node::refuses(const Ipv6Arrival& arrival) const { return ip::refuses(arrival); }

inline bool Node::is_unusual(const Ipv4Arrival& arrival) const {
  return !arrival.ip.is_plain() || state_.options.ipv4_options.required != 0;
}

std::optional<Verdict> Node::judge_unusual(const Ipv4Arrival& arrival) const {
  if (ip::has_options_to_judge(arrival.ip, state_.options.ipv4_options))
    if (const auto verdict = ip::judge_options(arrival.ip, state_.options.ipv4_options)) return verdict;
  if (!arrival.ip.is_fragment()) return std::nullopt;
  if (const auto broken =
          first_broken<ip::ipv4_fragment_rules>(ip::Ipv4FragmentInput{arrival.ip, state_.options.fragments4.largest}))
    return Drop{*broken};
  return Hold{Reason::fragment_of_datagram};
}

std::optional<Verdict> Node::judge_unusual(Ipv6Arrival& arrival) const {
  const ip::Ipv6Walk walk = ip::walk_chain(arrival, state_.options.ipv6_chain);
  if (walk.verdict) return walk.verdict;
  arrival.upper = walk.reached;
  if (const auto refused = refuses(arrival)) return Drop{*refused};
  if (arrival.protocol() != protocol_number::fragment) return std::nullopt;
  if (arrival.was_held)
    return Error{Reason::ipv6_fragment_in_fragments, Problem::erroneous_header_field, arrival.upper.offset};
  if (const auto verdict = judge<ip::ipv6_fragment_rules>(ip::Ipv6Fragment(arrival))) return verdict;
  return Hold{Reason::fragment_of_datagram};
}

namespace {

/// Tells the families apart and checks the shape. `then` gets a view or the Drop that ends the matter.
template <class Then>
auto by_family(Bytes bytes, const Then& then) {
  if (bytes.empty()) return then(Drop{Reason::empty_read});
  if (bytes[0] >> 4 == 4) {
    const auto ip = Ipv4View::parse(bytes);
    return ip ? then(*ip) : then(Drop{ip.error()});
  }
  if (bytes[0] >> 4 == 6) {
    const auto ip = Ipv6View::parse(bytes);
    return ip ? then(*ip) : then(Drop{ip.error()});
  }
  return then(Drop{Reason::ip_version_unknown});
}

}  // namespace

Verdict Node::decide(const Received& received) const {
  return has_frames(received.interface) ? decide_frame(received) : decide_datagram(received);
}

Verdict Node::decide_datagram(const Received& received) const {
  return by_family(received.bytes, [&](const auto& found) -> Verdict {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>)
      return found;
    else {
      auto arrival = classify(received, found);
      if (const auto refused = refuses(arrival)) return Drop{*refused};
      if (is_unusual(arrival))
        if (const auto verdict = judge_unusual(arrival)) return *verdict;
      return dispatch(arrival, state_);
    }
  });
}

// ---- acting ----

void Node::receive(const Received& received, Outbox& out) {
  if (next_deadline() <= received.now) [[unlikely]]
    tick(received.now, out);
  ++counters_.packets_in;
  if (has_frames(received.interface)) [[unlikely]]
    return receive_frame(received, out);
  receive_datagram(received, out);
}

void Node::receive_datagram(const Received& received, Outbox& out) {
  by_family(received.bytes, [&](const auto& found) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>)
      conclude({received.now, received.bytes}, found, {}, {});
    else {
      auto arrival = classify(received, found);
      process(arrival, out);
    }
  });
}

template <class Arrival>
inline void Node::process(Arrival& arrival, Outbox& out) {
  if (const auto refused = refuses(arrival)) return conclude({arrival.now, arrival.ip.bytes()}, Drop{*refused}, {}, {});
  if (is_unusual(arrival)) [[unlikely]]
    if (const auto verdict = judge_unusual(arrival)) return act_unusual(*verdict, arrival, out);
  count_icmp_in(arrival);
  act(dispatch(arrival, state_), arrival, out);
}

template <class Arrival>
void Node::act_unusual(const Verdict& verdict, const Arrival& arrival, Outbox& out) {
  if (std::holds_alternative<Hold>(verdict)) return hold(verdict, arrival, out);
  if (reason_of(verdict) == Reason::ipv6_first_fragment_lacks_headers) refuse_others(arrival);
  act(verdict, arrival, out);
}

template <class Arrival>
inline void Node::act(const Verdict& verdict, const Arrival& arrival, Outbox& out) {
  const std::size_t sent_before = out.packets().size();
  const auto withheld = std::visit([&](const auto& v) { return apply(v, arrival, out); }, verdict);
  conclude({arrival.now, arrival.ip.bytes(), !arrival.was_held}, verdict, withheld, out.packets().subspan(sent_before));
}

template <class Arrival>
void Node::count_icmp_in(const Arrival& arrival) {
  const Bytes message = arrival.payload();
  if (is_icmp(arrival) && message.size() >= 2) counters_.icmp(family_of(arrival)).add_in(message[0], message[1]);
}

template <class Arrival>
MaybeReason Node::apply(const Drop&, const Arrival&, Outbox&) {
  return {};
}

template <class Arrival>
MaybeReason Node::apply(const Hold&, const Arrival&, Outbox&) {
  return {};  // hold() is what acts
}

// ---- what happens later ----

void Node::tick(Instant now, Outbox& out) {
  give_up_all_due<Ipv4View>(now, out);
  give_up_all_due<Ipv6View>(now, out);
  step_neighbors(now, out);
  step_links(now, out);
  while (const auto request = state_.mask_learner.take_due(now)) ask_for_mask(*request, now, out);
  update_deadline();
}

template <class View>
void Node::hold(const Verdict& verdict, const Arrival<View>& arrival, Outbox& out) {
  const Family family = family_of(arrival);
  const auto added = reassembler(family).add(ip::fragment_of(arrival), fragment_policy(family), arrival.now);
  note_reassembly();
  if (!added)
    if (const auto error = ip::judge_incomplete(arrival, added.error())) return act(*error, arrival, out);
  conclude({arrival.now, arrival.ip.bytes()}, verdict, added ? MaybeReason{} : MaybeReason{added.error()}, {});
  if (!added) return;
  if (const std::optional<ip::Reassembled>& whole = *added) process_whole<View>(*whole, arrival.now, out);
}

void Node::refuse_others(const Ipv6Arrival& first_fragment) {
  reassembler6_.refuse_later_fragments(ip::fragment_of(first_fragment), state_.options.fragments6, first_fragment.now);
  note_reassembly();
}

void Node::note_reassembly() {
  update_deadline();
  counters_.by_reason[index_of(Reason::fragment_datagram_evicted)] = reassembler4_.evicted() + reassembler6_.evicted();
}

namespace {

using Ipv4HeaderStorage = std::array<std::uint8_t, ipv4_header_size + ipv4_options_largest>;

/// RFC 8200 4.5 wants errors to quote the whole packet; an IPv4 header is quoted as it arrived (RFC 1122 3.2.2).
template <class View>
Bytes keep_first_header(const ip::Reassembled& datagram, Ipv4HeaderStorage& storage) {
  if (std::is_same_v<View, Ipv6View>) return {};
  copy_bytes(storage, datagram.bytes.first(datagram.header_size));
  return Bytes(storage).first(datagram.header_size);
}

}  // namespace

/// A complete datagram is decided like any other; only an error about it shows that it came in fragments.
template <class View>
void Node::process_whole(const ip::Reassembled& datagram, Instant now, Outbox& out) {
  Ipv4HeaderStorage storage;
  const Bytes first_header = keep_first_header<View>(datagram, storage);
  const View ip = ip::make_whole<View>(datagram);
  auto arrival = classify({datagram.interface, ip.bytes(), now, datagram.link_layer_group}, ip);
  arrival.was_held = true;
  arrival.first_header = first_header;
  process(arrival, out);
}

template <class View>
void Node::give_up_all_due(Instant now, Outbox& out) {
  constexpr Family family = std::is_same_v<View, Ipv4View> ? Family::ipv4 : Family::ipv6;
  while (const auto first_fragment = reassembler(family).expire(now)) give_up<View>(*first_fragment, now, out);
}

/// RFC 792: only who has the first fragment can tell the source.
template <class View>
void Node::give_up(const ip::Reassembled& first_fragment, Instant now, Outbox& out) {
  const Bytes bytes = first_fragment.bytes;
  if (bytes.empty()) return conclude({now, {}, false}, Drop{Reason::fragment_timeout_without_first}, {}, {});
  auto arrival = classify({first_fragment.interface, bytes, now, first_fragment.link_layer_group}, View::of(bytes));
  arrival.was_held = true;
  act(Error{Reason::fragment_timeout, Problem::reassembly_timeout}, arrival, out);
}

}  // namespace tunstack
