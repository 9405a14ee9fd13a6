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
  Inspected inspected{policy, upper_layer_without_extensions(arrival.ip)};
  const Bytes packet = arrival.ip.bytes();
  for (std::size_t headers = 0; is_ipv6_extension(inspected.reached.protocol); ++headers) {
    const auto header = ipv6_extension_at(packet, inspected.reached.offset, inspected.reached.protocol);
    if (!header || headers == ipv6_headers_searched) {
      inspected.is_whole_chain = false;
      return inspected;
    }
    const bool ends_here =
        inspected.reached.protocol == protocol_number::fragment && Ipv6FragmentHeader(*header).offset() != 0;
    inspected.reached = step_over(inspected.reached, *header);
    if (!ends_here) continue;
    inspected.is_whole_chain = false;
    return inspected;
  }
  inspected.message = packet.subspan(inspected.reached.offset);
  return inspected;
}

}  // namespace tunstack::ip
