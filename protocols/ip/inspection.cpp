#include "protocols/ip/inspection.hpp"

#include <algorithm>

#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/ipv6_extensions.hpp"

namespace tunstack::ip {

namespace {

/// Types that pass, with all of their codes or some.
struct PassingRow {
  std::uint8_t type;
  std::uint8_t first_code, last_code;
};
constexpr PassingRow passing[] = {
    {1, 0, 255},                                                 // destination unreachable
    {2, 0, 255},                                                 // packet too big
    {3, 0, 1},                                                   // time exceeded
    {4, 0, 2},                                                   // parameter problem
    {128, 0, 255}, {129, 0, 255},                                // echo
    {144, 0, 255}, {145, 0, 255}, {146, 0, 255}, {147, 0, 255},  // of Mobile IPv6
};

/// Of IANA's assigned numbers those that somebody sends over IPv6.
constexpr std::uint8_t known[] = {4,   6,   17,  33,  41,  46,  47,  50,  51,  58,  59,  88,  89, 97,
                                  103, 108, 112, 115, 132, 135, 136, 137, 139, 140, 142, 143, 144};

}  // namespace

bool passes_rfc4890(std::uint8_t type, std::uint8_t code) {
  return std::ranges::any_of(passing, [&](const PassingRow& row) {
    return row.type == type && row.first_code <= code && code <= row.last_code;
  });
}

bool is_known_upper_layer(std::uint8_t protocol) { return std::ranges::find(known, protocol) != std::end(known); }

Inspected inspect(const Ipv6Arrival& arrival, const Ipv6ForwardingPolicy& policy) {
  const Bytes packet = arrival.ip.bytes();
  const ChainWalk walk = walk_extensions(packet, [](const UpperLayer&, Bytes) {});
  const bool is_whole_chain = !walk.ended_by;
  return {policy, walk.reached, is_whole_chain ? packet.subspan(walk.reached.offset) : Bytes(), is_whole_chain};
}

}  // namespace tunstack::ip
