#include "protocols/wire/emit.hpp"
#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/ipv6_extensions.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/why/changes.hpp"

namespace tunstack::why {

namespace {

using notation::Octets;

/// Only where nothing else stands between the header and the message.
void add_ipv4_option_changes(Changes& changes) {
  const std::size_t header = ipv4_header_words(changes.packet()) * std::size_t{4};
  if (header == ipv4_header_size)
    changes.add("with router alert", [](Octets& p) {
      constexpr std::array<std::uint8_t, 4> alert{ipv4_option::router_alert, 4, 0, 0};
      p.insert(p.begin() + ipv4_header_size, alert.begin(), alert.end());
      p[0] = 0x46;
      notation::mend_length(p);
    });
  if (header <= ipv4_header_size || header > changes.packet().size()) return;
  changes.add("without options", [header](Octets& p) {
    p.erase(p.begin() + place(ipv4_header_size), p.begin() + place(header));
    p[0] = 0x45;
    notation::mend_length(p);
  });
}

void add_ipv6_option_changes(Changes& changes) {
  const Bytes packet = changes.packet();
  const auto upper = notation::upper_of(packet);
  if (!upper || upper->offset > packet.size()) return;
  if (upper->offset == ipv6_header_size) {
    changes.add("with router alert", [](Octets& p) {
      const std::array<std::uint8_t, 8> alert{p[ipv6_offset::next_header], 0, ipv6_option::router_alert, 2, 0, 0, 1, 0};
      p.insert(p.begin() + ipv6_header_size, alert.begin(), alert.end());
      p[ipv6_offset::next_header] = protocol_number::hop_by_hop_options;
      notation::mend_length(p);
    });
    return;
  }
  changes.add("without extension headers", [upper](Octets& p) {
    p.erase(p.begin() + place(ipv6_header_size), p.begin() + place(upper->offset));
    p[ipv6_offset::next_header] = upper->protocol;
    notation::mend_length(p);
  });
}

}  // namespace

void add_option_changes(Changes& changes) {
  if (is_ipv4(changes.packet())) add_ipv4_option_changes(changes);
  if (is_ipv6(changes.packet())) add_ipv6_option_changes(changes);
}

}  // namespace tunstack::why
