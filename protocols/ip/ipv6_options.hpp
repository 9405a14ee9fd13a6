// The options of hop-by-hop and destination options headers, as the node judges them that the packet is for
// (RFC 8200 4.2).
#pragma once

#include "protocols/verdict.hpp"
#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack::ip {

/// Eight options are aligned with less. It bounds the steps along a header that looks like nothing but padding.
inline constexpr std::size_t max_paddings = 16;  // in one header

struct Ipv6OptionPolicy {
  std::uint32_t options = 8;  // in one header, without padding
  std::uint32_t padding = 0;  // octets of padding in a row; 0 is no limit
  bool jumbo = false;         // look into jumbo payload options (RFC 2675) instead of not knowing them
};

/// An options header within its packet.
struct Ipv6OptionsHeader {
  std::uint8_t kind = 0;
  std::size_t offset = 0;  // octets from the start of the packet
  Bytes bytes;
  bool to_group = false;  // the packet went to a multicast address, or in a frame to a group
};

/// The first option that ends the matter, be it by its type or by a limit; nothing if all options are in order. Those
/// with the action "skip" are, known or not.
std::optional<Verdict> judge_options(const Ipv6OptionsHeader& header, const Ipv6OptionPolicy& policy);

/// What is wrong with a packet whose payload length of 0 promises a jumbo payload option in the hop-by-hop header that
/// follows: on links like ours something always is (RFC 2675 3). `received` goes beyond the fixed header.
Verdict judge_jumbogram(Bytes received);

}  // namespace tunstack::ip
