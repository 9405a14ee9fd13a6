// What ARP packets must fulfil to be noted or answered (RFC 826, RFC 1812 3.3.2).
#pragma once

#include "protocols/base/address_kind.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/arp.hpp"

namespace tunstack::discovery {

struct ArpInput {
  const ArpPacket& arp;
  AddressKind sender;  // protocol addresses, as this node sees them
  AddressKind target;
  bool sender_is_known;               // to the neighbor cache
  bool target_is_in_proxied = false;  // prefixes
};

inline bool is_probe(const ArpInput& in) { return in.sender == AddressKind::unspecified; }

/// Who checks an address, or announces its own, would take the answer for a conflict (RFC 5227 2.1.1, 2.4).
inline bool asks_for_proxied(const ArpInput& in) {
  const bool is_of_a_host = in.target == AddressKind::unicast || in.target == AddressKind::own_elsewhere;
  return in.target_is_in_proxied && is_of_a_host && in.arp.operation == ArpOperation::request && !is_probe(in) &&
         in.arp.sender != in.arp.target;
}

inline constexpr std::array arp_input_rules = {
    Rule<ArpInput>{Reason::arp_sender_is_group, [](const ArpInput& in) { return in.arp.sender_mac.is_group(); }},
    Rule<ArpInput>{Reason::arp_operation_unknown,
                   [](const ArpInput& in) {
                     return in.arp.operation != ArpOperation::request && in.arp.operation != ArpOperation::reply;
                   }},
    Rule<ArpInput>{Reason::arp_sender_has_own_address,
                   [](const ArpInput& in) { return in.sender == AddressKind::own; }},
    Rule<ArpInput>{Reason::arp_sender_not_a_neighbor,
                   [](const ArpInput& in) { return in.sender != AddressKind::unicast && !is_probe(in); }},
    Rule<ArpInput>{Reason::arp_target_not_ours,
                   [](const ArpInput& in) {
                     return in.target != AddressKind::own && !in.sender_is_known && !asks_for_proxied(in);
                   }},
};

}  // namespace tunstack::discovery
