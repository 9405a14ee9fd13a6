// What an IPv6 fragment must fulfil before it joins the others, and the packet that comes of them (RFC 8200 4.5).
#pragma once

#include <array>
#include <cstring>

#include "protocols/error_rule.hpp"
#include "protocols/ip/ipv6_chain.hpp"
#include "protocols/ip/reassembly.hpp"

namespace tunstack::ip {

/// Payload and fixed header of the largest packet, and the fragment header that is kept until the end.
inline constexpr std::size_t ipv6_largest_held = 65535 + ipv6_header_size + ipv6_fragment_header_size;

// A first fragment with the longest chain is kept in one block.
static_assert(ipv6_longest_chain <= BlockPool::block_size);

/// A packet that a walk along its chain found to be a fragment.
class Ipv6Fragment {
 public:
  explicit Ipv6Fragment(const Ipv6Arrival& arrival) : packet_(arrival.ip.bytes()), offset_(arrival.upper.offset) {}

  Ipv6FragmentHeader header() const { return Ipv6FragmentHeader(packet_.subspan(offset_, ipv6_fragment_header_size)); }
  bool is_first() const { return header().offset() == 0; }
  /// Octets from the start of the packet.
  std::size_t header_offset() const { return offset_; }
  std::size_t offset_field() const { return offset_ + ipv6_fragment_offset::offset_and_more; }
  /// Up to the end of the fragment header.
  Bytes headers() const { return packet_.first(offset_ + ipv6_fragment_header_size); }
  Bytes data() const { return packet_.subspan(offset_ + ipv6_fragment_header_size); }
  /// Octets that the whole packet has behind its fixed header, as far as this fragment tells.
  std::size_t payload_reached() const { return offset_ - ipv6_header_size + header().offset() + data().size(); }
  Bytes packet() const { return packet_; }

 private:
  Bytes packet_;
  std::size_t offset_;
};

/// Octets that make an upper-layer header complete in a first fragment (RFC 7112 4).
constexpr std::size_t least_upper_layer(std::uint8_t protocol) {
  switch (protocol) {
    case protocol_number::icmpv6:
    case protocol_number::udp:
      return 8;
    case protocol_number::tcp:
      return 20;
    case protocol_number::no_next_header:
      return 0;
    default:
      return 1;
  }
}

/// A chain too long to be searched is not said to lack anything: the whole packet will have too many headers.
inline bool lacks_headers(Bytes first_fragment) {
  const auto upper = find_upper_layer(first_fragment);
  if (!upper) return upper.error() != NoUpperLayer::behind_too_many_headers;
  return first_fragment.size() < upper->offset + least_upper_layer(upper->protocol);
}

inline constexpr std::array ipv6_fragment_rules = {
    ErrorRule<Ipv6Fragment>{Reason::fragment_without_data, silently, [](const Ipv6Fragment&) { return std::size_t{0}; },
                            [](const Ipv6Fragment& f) { return f.data().empty() && !f.is_first(); }},
    ErrorRule<Ipv6Fragment>{
        Reason::ipv6_fragment_length_not_multiple_of_8, Problem::erroneous_header_field,
        [](const Ipv6Fragment&) { return ipv6_offset::payload_length; },
        [](const Ipv6Fragment& f) { return f.header().more() && f.data().size() % fragment_unit != 0; }},
    ErrorRule<Ipv6Fragment>{Reason::ipv6_fragment_beyond_largest_packet, Problem::erroneous_header_field,
                            [](const Ipv6Fragment& f) { return f.offset_field(); },
                            [](const Ipv6Fragment& f) { return f.payload_reached() > largest_fragmented_payload; }},
};

/// What its headers must be, which no other fragment brings.
inline constexpr std::array ipv6_first_fragment_rules = {
    ErrorRule<Ipv6Fragment>{
        Reason::ipv6_hop_by_hop_misplaced, Problem::protocol_unreachable,
        [](const Ipv6Fragment& f) { return f.header_offset(); },
        [](const Ipv6Fragment& f) { return f.header().next_header() == protocol_number::hop_by_hop_options; }},
    ErrorRule<Ipv6Fragment>{Reason::ipv6_first_fragment_lacks_headers, Problem::header_chain_incomplete,
                            [](const Ipv6Fragment&) { return std::size_t{0}; },
                            [](const Ipv6Fragment& f) { return lacks_headers(f.packet()); }},
    ErrorRule<Ipv6Fragment>{Reason::fragment_without_data, silently, [](const Ipv6Fragment&) { return std::size_t{0}; },
                            [](const Ipv6Fragment& f) { return f.data().empty(); }},
};

/// Nothing if the fragment may join the others.
inline std::optional<Verdict> judge_fragment(const Ipv6Fragment& fragment, RuleTrace* trace = nullptr) {
  if (const auto verdict = judge<ipv6_fragment_rules>(fragment, trace)) return verdict;
  if (!fragment.is_first()) return std::nullopt;
  auto verdict = judge<ipv6_first_fragment_rules>(fragment, trace);
  if (auto* const error = verdict ? std::get_if<Error>(&*verdict) : nullptr) error->refuses_rest = true;
  return verdict;
}

/// Headers of the first fragment that make the whole packet too large show only when the last fragment is there.
inline std::optional<Verdict> judge_incomplete(const Ipv6Arrival& last, const FragmentRefusal& why_not_whole) {
  if (!why_not_whole.too_large) return std::nullopt;
  return Error{Reason::ipv6_fragment_beyond_largest_packet, Problem::erroneous_header_field,
               static_cast<std::uint32_t>(Ipv6Fragment(last).offset_field())};
}

/// A fragment in which nothing is wrong, for the Reassembler. Its key has no protocol: what the others say behind
/// their fragment header does not count.
inline Fragment fragment_of(const Ipv6Arrival& arrival) {
  const Ipv6Fragment fragment(arrival);
  return {.key = {arrival.ip.source(), arrival.ip.destination(), fragment.header().identification()},
          .offset = fragment.header().offset(),
          .more = fragment.header().more(),
          .ecn = static_cast<std::uint8_t>(arrival.ip.traffic_class() & 3),
          .header = fragment.headers(),
          .data = fragment.data(),
          .interface = arrival.interface,
          .link_layer_group = arrival.link_layer_group,
          .is_looped_back = is_looped_back(arrival)};
}

/// Takes the fragment header out, so that the headers of the first fragment are those of the whole packet.
template <>
inline Ipv6View make_whole<Ipv6View>(const Reassembled& datagram) {
  const std::size_t fragment_header = datagram.header_size - ipv6_fragment_header_size;
  datagram.bytes[announcing_octet(datagram.bytes, fragment_header)] =
      datagram.bytes[fragment_header + ipv6_fragment_offset::next_header];
  std::memmove(datagram.bytes.data() + ipv6_fragment_header_size, datagram.bytes.data(), fragment_header);
  const MutableBytes packet = datagram.bytes.subspan(ipv6_fragment_header_size);
  store_be16(packet, ipv6_offset::payload_length, static_cast<std::uint16_t>(packet.size() - ipv6_header_size));
  if (datagram.congestion_experienced) {
    const std::uint32_t word = load_be32(packet, ipv6_offset::version_class_and_label);
    store_be32(packet, ipv6_offset::version_class_and_label, word | std::uint32_t{ecn_congestion_experienced} << 20);
  }
  return Ipv6View::of(packet);
}

}  // namespace tunstack::ip
