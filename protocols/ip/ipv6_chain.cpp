#include "protocols/ip/ipv6_chain.hpp"

#include "protocols/error_rule.hpp"

namespace tunstack::ip {

namespace {

struct ExtensionHeader {
  UpperLayer at;
  Bytes bytes;
  std::size_t end() const { return at.offset + bytes.size(); }
};

Error fault(Reason reason, Problem problem, std::size_t pointer) {
  return {reason, problem, static_cast<std::uint32_t>(pointer)};
}

/// No type of routing header is followed, type 0 least of all (RFC 5095 3): those with nothing left are stepped over.
std::optional<Verdict> judge_routing(const ExtensionHeader& header) {
  if (header.bytes[ipv6_routing_offset::segments_left] == 0) return std::nullopt;
  return fault(Reason::ipv6_routing_type_unrecognized, Problem::erroneous_header_field,
               header.at.offset + ipv6_routing_offset::type);
}

std::optional<Verdict> judge_content(const ExtensionHeader& header, bool to_group, const Ipv6OptionPolicy& policy) {
  switch (header.at.protocol) {
    case protocol_number::hop_by_hop_options:
    case protocol_number::destination_options:
      return judge_options({header.at.protocol, header.at.offset, header.bytes, to_group}, policy);
    case protocol_number::routing:
      return judge_routing(header);
    default:
      return std::nullopt;
  }
}

/// The n-th header of a chain, and what limits that.
struct HeaderInChain {
  const ExtensionHeader& header;
  std::size_t number;
  const Ipv6ChainPolicy& policy;
  RuleTrace* trace = nullptr;
};

/// A header beyond all limits is not read.
constexpr std::array ipv6_extension_size_rules = {
    ErrorRule<HeaderInChain>{
        Reason::ipv6_extension_header_too_big, Problem::extension_header_too_big,
        [](const HeaderInChain& h) -> std::size_t { return h.header.at.offset; },
        [](const HeaderInChain& h) { return h.header.bytes.size() + ipv6_header_size > h.policy.octets; }},
};

/// In the order of RFC 8883 4.1, behind the ordinary errors.
constexpr std::array ipv6_chain_limit_rules = {
    ErrorRule<HeaderInChain>{Reason::ipv6_chain_too_long, Problem::extension_chain_too_long,
                             [](const HeaderInChain& h) -> std::size_t { return h.policy.octets; },
                             [](const HeaderInChain& h) { return h.header.end() > h.policy.octets; }},
    ErrorRule<HeaderInChain>{Reason::ipv6_too_many_headers, Problem::too_many_extension_headers,
                             [](const HeaderInChain& h) -> std::size_t { return h.header.at.offset; },
                             [](const HeaderInChain& h) { return h.number > h.policy.headers; }},
};

std::optional<Verdict> judge_header(const HeaderInChain& in_chain, bool to_group) {
  if (auto verdict = judge<ipv6_extension_size_rules>(in_chain, in_chain.trace)) return verdict;
  if (auto verdict = judge_content(in_chain.header, to_group, in_chain.policy.options)) return verdict;
  return judge<ipv6_chain_limit_rules>(in_chain, in_chain.trace);
}

/// Hop-by-hop options stand directly behind the fixed header, or nowhere (RFC 8200 4.3).
bool is_misplaced(const UpperLayer& at) {
  return at.protocol == protocol_number::hop_by_hop_options && at.protocol_at != ipv6_offset::next_header;
}

/// The header length is wrong, unless not even that is there: then the packet just ends.
Verdict cut_short(const UpperLayer& at, Bytes packet) {
  const std::size_t length_at = at.offset + ipv6_extension_offset::length;
  if (length_at >= packet.size()) return Drop{Reason::ipv6_extension_header_missing};
  return fault(Reason::ipv6_extension_header_cut_short, Problem::erroneous_header_field, length_at);
}

bool promises_jumbogram(const Ipv6Arrival& arrival) {
  return arrival.ip.payload().empty() && arrival.ip.next_header() == protocol_number::hop_by_hop_options;
}

}  // namespace

Ipv6Walk walk_chain(const Ipv6Arrival& arrival, const Ipv6ChainPolicy& policy) {
  const Bytes packet = arrival.ip.bytes();
  UpperLayer at = upper_layer_without_extensions(arrival.ip);
  if (policy.options.jumbo && promises_jumbogram(arrival)) return {at, judge_jumbogram(arrival.all_octets())};
  const bool to_group = is_multicast(arrival.destination) || arrival.link_layer_group;
  for (std::size_t number = 1; is_ipv6_extension(at.protocol); ++number) {
    if (is_misplaced(at))
      return {at, fault(Reason::ipv6_hop_by_hop_misplaced, Problem::protocol_unreachable, at.protocol_at)};
    const auto bytes = ipv6_extension_at(packet, at.offset, at.protocol);
    if (!bytes) return {at, cut_short(at, packet)};
    const ExtensionHeader header{at, *bytes};
    if (const auto verdict = judge_header({header, number, policy, arrival.trace}, to_group)) return {at, verdict};
    if (at.protocol == protocol_number::fragment && !Ipv6FragmentHeader(*bytes).is_atomic()) break;
    at = step_over(at, *bytes);
  }
  return {at};
}

}  // namespace tunstack::ip
