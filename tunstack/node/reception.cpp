#include "tunstack/node/reception.hpp"

#include "protocols/discovery/neighbors/ethernet_rules.hpp"
#include "protocols/ip/ipv4_fragments.hpp"
#include "protocols/ip/ipv6_fragments.hpp"
#include "tunstack/node/neighbors.hpp"

namespace tunstack {

// ---- what has no good shape ----

Ipv4Arrival arrival_of(const Received& received, const ip::TruncatedIpv4& truncated, const NodeState& state) {
  Ipv4Arrival arrival = classify(received, truncated.view(), state);
  arrival.header_as_arrived = truncated.header();
  if (received.is_looped_back) mark_looped_back(arrival);
  return arrival;
}

namespace {

/// Whether it would be dropped without a word if all of it had arrived, as far as its header tells.
bool is_silently_refused(const Ipv4Arrival& arrival, const NodeState& state) {
  if (refuses(arrival, state, nullptr)) return true;
  const std::optional<Verdict> verdict =
      is_in_transit(arrival) ? forwarder::judge(arrival, state) : forwarder::judge_way_back(arrival, state);
  return verdict && std::holds_alternative<Drop>(*verdict);
}

}  // namespace

Verdict judge_misshapen(const Received& received, const Drop& misshapen, const NodeState& state) {
  if (!state.options.forwarding4.reports_truncated || !state.is_forwarding(received.interface, Family::ipv4))
    return misshapen;
  const auto truncated = ip::TruncatedIpv4::parse(received.bytes);
  if (!truncated || is_silently_refused(arrival_of(received, *truncated, state), state)) return misshapen;
  return Error{misshapen.reason, Problem::erroneous_header_field, ipv4_offset::total_length};
}

// ---- datagrams ----

std::optional<Verdict> judge_options_and_fragment(const Ipv4Arrival& arrival, const NodeState& state) {
  if (ip::has_options_to_judge(arrival.ip, state.options.ipv4_options)) {
    const bool goes_on = state.is_forwarding(arrival.interface, Family::ipv4);
    const ip::TransitOptions* const router = goes_on ? &state.options.forwarding4.options : nullptr;
    if (const auto verdict = ip::judge_options(arrival.ip, state.options.ipv4_options, router)) return verdict;
    if (const auto next = ip::next_of_source_route(arrival.ip))
      return forwarder::judge_source_route(arrival, *next, state);
  }
  if (!arrival.ip.is_fragment()) return std::nullopt;
  if (const auto broken = first_broken<ip::ipv4_fragment_rules>(
          ip::Ipv4FragmentInput{arrival.ip, state.options.fragments4.largest}, arrival.trace))
    return Drop{*broken};
  return Hold{Reason::fragment_of_datagram};
}

std::optional<Verdict> judge_options_and_fragment(Ipv6Arrival& arrival, const NodeState& state) {
  const ip::Ipv6Walk walk = ip::walk_chain(arrival, state.options.ipv6_chain);
  if (walk.verdict) return walk.verdict;
  arrival.upper = walk.reached;
  if (const auto refused = refuses(arrival, state, arrival.trace)) return Drop{*refused};
  if (arrival.protocol() != protocol_number::fragment) return std::nullopt;
  if (arrival.was_held)
    return Error{Reason::ipv6_fragment_in_fragments, Problem::erroneous_header_field, arrival.upper.offset};
  if (const auto verdict = ip::judge_fragment(ip::Ipv6Fragment(arrival), arrival.trace)) return verdict;
  return Hold{Reason::fragment_of_datagram};
}

std::expected<Received, Reason> unwrap(const Received& frame, const NodeState& state, RuleTrace* trace) {
  const auto ethernet = EthernetView::parse(frame.bytes);
  if (!ethernet) return std::unexpected(ethernet.error());
  const Interface& interface = state.interface(frame.interface);
  const MacAddress destination = ethernet->destination();
  const bool is_ours =
      destination == mac_broadcast ||
      (destination.is_group() && (state.addresses.listens_to(frame.interface, destination) ||
                                  interface.groups.querier ||  // hears reports to any group (RFC 3810 4)
                                  !state.group_routes.empty()));
  if (const auto broken =
          first_broken<discovery::frame_rules>(discovery::FrameInput{*ethernet, interface.mac(), is_ours}, trace))
    return std::unexpected(*broken);
  return Received{frame.interface, ethernet->payload(), frame.now, destination.is_group()};
}

bool carries_arp(const Received& frame) {
  const auto ethernet = EthernetView::parse(frame.bytes);
  return ethernet && ethernet->type() == ethertype::arp;
}

namespace {

Verdict judge_datagram(const Received& received, const NodeState& state, RuleTrace* trace) {
  const auto judge_found = [&](const auto& found) -> Verdict {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Drop>) {
      return judge_misshapen(received, found, state);
    } else {
      auto arrival = classify(received, found, state);
      arrival.trace = trace;
      if (received.is_looped_back) mark_looped_back(arrival);
      return judge(arrival, state, trace);
    }
  };
  return by_family(received.bytes, judge_found, trace);
}

}  // namespace

Verdict judge_received(const Received& received, const NodeState& state, RuleTrace* trace) {
  if (!state.interface(received.interface).is_up()) return Drop{Reason::link_is_down};
  if (received.is_looped_back || !state.interface(received.interface).has_frames())
    return judge_datagram(received, state, trace);
  const auto content = unwrap(received, state, trace);
  if (!content) return Drop{content.error()};
  return carries_arp(received) ? neighbors::judge_arp(*content, state, trace) : judge_datagram(*content, state, trace);
}

}  // namespace tunstack
