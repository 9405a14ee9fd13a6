// Which router solicitations and advertisements of ICMPv4 are valid (RFC 1256 4.2 and 5.2).
#pragma once

#include "protocols/base/rule.hpp"
#include "protocols/wire/icmpv4_router_discovery.hpp"

namespace tunstack::discovery {

/// A message whose checksum holds.
struct IrdpInput {
  Ipv4Address source;
  Bytes message;
  bool source_is_neighbor;  // in a subnet of the arrival interface
  bool is_to_multicast = false;
  std::uint8_t ttl = 1;
};

inline bool is_too_short(const IrdpInput& in) { return in.message.size() < icmp_header_size; }

/// The reserved field and octets beyond it are ignored.
inline constexpr std::array irdp_solicitation_rules = {
    Rule<IrdpInput>{Reason::icmp4_too_short, is_too_short},
    Rule<IrdpInput>{Reason::irdp_solicitation_code_not_0,
                    [](const IrdpInput& in) { return in.message[icmp_offset::code] != 0; }},
    Rule<IrdpInput>{Reason::irdp_solicitation_source_off_link,
                    [](const IrdpInput& in) { return in.source.value != 0 && !in.source_is_neighbor; }},
};

/// RFC 1256 asks nothing of the source, but who is no neighbor is no router here; and what a router sends to a group
/// has come through none (RFC 1256 4.1).
inline constexpr std::array irdp_advertisement_rules = {
    Rule<IrdpInput>{Reason::icmp4_too_short, is_too_short},
    Rule<IrdpInput>{Reason::irdp_advertisement_source_off_link,
                    [](const IrdpInput& in) { return !in.source_is_neighbor; }},
    Rule<IrdpInput>{Reason::irdp_advertisement_ttl_not_1,
                    [](const IrdpInput& in) { return in.is_to_multicast && in.ttl != 1; }},
    Rule<IrdpInput>{Reason::irdp_advertisement_code_unknown,
                    [](const IrdpInput& in) {
                      const std::uint8_t code = Icmpv4RouterAdvertisementView(in.message).code();
                      return code != irdp_routes_common_traffic && code != irdp_routes_no_common_traffic;
                    }},
    Rule<IrdpInput>{Reason::irdp_advertisement_empty,
                    [](const IrdpInput& in) { return Icmpv4RouterAdvertisementView(in.message).router_count() == 0; }},
    Rule<IrdpInput>{Reason::irdp_advertisement_entries_too_small,
                    [](const IrdpInput& in) {
                      return Icmpv4RouterAdvertisementView(in.message).entry_words() < AdvertisedRouter::words;
                    }},
    Rule<IrdpInput>{Reason::irdp_advertisement_cut_short,
                    [](const IrdpInput& in) { return !Icmpv4RouterAdvertisementView(in.message).holds_all_entries(); }},
};

}  // namespace tunstack::discovery
