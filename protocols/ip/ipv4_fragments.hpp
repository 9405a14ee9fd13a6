// What an IPv4 fragment must fulfil before it joins the others (RFC 791 3.1), and the datagram that comes of them.
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/ip/reassembly.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::ip {

struct Ipv4FragmentInput {
  const Ipv4View& ip;
  std::size_t largest;  // octets of a whole datagram
};

inline constexpr std::array ipv4_fragment_rules = {
    Rule<Ipv4FragmentInput>{Reason::fragment_without_data,
                            [](const Ipv4FragmentInput& in) { return in.ip.payload().empty(); }},
    Rule<Ipv4FragmentInput>{Reason::fragment_length_not_multiple_of_8,
                            [](const Ipv4FragmentInput& in) {
                              return in.ip.more_fragments() && in.ip.payload().size() % fragment_unit != 0;
                            }},
    Rule<Ipv4FragmentInput>{
        Reason::fragment_beyond_largest_datagram,
        [](const Ipv4FragmentInput& in) { return in.ip.fragment_offset() + in.ip.bytes().size() > in.largest; }},
};

/// A datagram that cannot be put together is dropped silently.
inline std::optional<Verdict> judge_incomplete(const Ipv4Arrival&, const FragmentRefusal&) { return std::nullopt; }

/// A fragment that breaks no rule, for the Reassembler.
inline Fragment fragment_of(const Ipv4Arrival& arrival) {
  const Ipv4View& ip = arrival.ip;
  return {.key = {ip.source(), ip.destination(), ip.identification(), ip.protocol()},
          .offset = ip.fragment_offset(),
          .more = ip.more_fragments(),
          .ecn = static_cast<std::uint8_t>(ip.type_of_service() & 3),
          .header = ip.header(),
          .data = ip.payload(),
          .interface = arrival.interface,
          .link_layer_group = arrival.link_layer_group,
          .is_looped_back = is_looped_back(arrival)};
}

/// Makes the header of the first fragment that of the whole datagram.
template <>
inline Ipv4View make_whole<Ipv4View>(const Reassembled& datagram) {
  const MutableBytes bytes = datagram.bytes;
  store_be16(bytes, ipv4_offset::total_length, static_cast<std::uint16_t>(bytes.size()));
  store_be16(bytes, ipv4_offset::flags_and_fragment_offset,
             load_be16(bytes, ipv4_offset::flags_and_fragment_offset) & ipv4_fragment_field::kept_of_whole);
  if (datagram.congestion_experienced) bytes[ipv4_offset::type_of_service] |= ecn_congestion_experienced;
  write_header_checksum(bytes);
  return Ipv4View::of(bytes);
}

}  // namespace tunstack::ip
