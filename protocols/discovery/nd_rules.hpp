// What messages of Neighbor Discovery must fulfil (RFC 4861 6.1, 7.1). Their checksum was checked before.
#pragma once

#include "protocols/base/address_kind.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ndp.hpp"

namespace tunstack::discovery {

struct NdInput {
  const Ipv6View& ip;
  Bytes message;               // from the ICMPv6 type on
  std::size_t options_offset;  // octets of the fixed part
  AddressKind target = AddressKind::unicast;

  Bytes options() const { return message.subspan(options_offset); }
  Ipv6Address target_address() const { return Ipv6Address::load(message, nd_offset::target); }
  std::uint8_t flags() const { return message[nd_offset::flags]; }  // of a neighbor advertisement
};

/// What every message must fulfil; asked first.
inline constexpr std::array nd_rules = {
    Rule<NdInput>{Reason::nd_hop_limit_not_255, [](const NdInput& in) { return in.ip.hop_limit() != nd_hop_limit; }},
    Rule<NdInput>{Reason::nd_code_not_0, [](const NdInput& in) { return in.message[icmp_offset::code] != 0; }},
    Rule<NdInput>{Reason::nd_message_too_short,
                  [](const NdInput& in) { return in.message.size() < in.options_offset; }},
    Rule<NdInput>{Reason::nd_option_malformed,
                  [](const NdInput& in) { return !nd_options_are_well_formed(in.options()); }},
};

/// The first 104 bits of ff02::1:ff00:0/104.
inline bool is_solicited_node_group(const Ipv6Address& address) { return solicited_node_group(address) == address; }

inline bool is_from_unspecified(const NdInput& in) { return in.ip.source() == Ipv6Address{}; }

/// Others may answer too, whose answers must not be overridden (RFC 4861 7.2.7, 7.2.8).
constexpr bool is_answered_for(AddressKind target) {
  return target == AddressKind::own_anycast || target == AddressKind::proxied;
}

inline constexpr std::array neighbor_solicitation_rules = {
    Rule<NdInput>{Reason::nd_target_multicast, [](const NdInput& in) { return in.target_address().is_multicast(); }},
    Rule<NdInput>{
        Reason::nd_unspecified_not_to_solicited_node,
        [](const NdInput& in) { return is_from_unspecified(in) && !is_solicited_node_group(in.ip.destination()); }},
    Rule<NdInput>{Reason::nd_unspecified_has_link_address,
                  [](const NdInput& in) {
                    return is_from_unspecified(in) &&
                           find_nd_option(in.options(), nd_option::source_link_layer_address);
                  }},
    Rule<NdInput>{Reason::nd_target_not_ours,
                  [](const NdInput& in) {
                    return in.target != AddressKind::own && in.target != AddressKind::tentative &&
                           !is_answered_for(in.target);
                  }},
};

inline constexpr std::array neighbor_advertisement_rules = {
    Rule<NdInput>{Reason::nd_target_multicast, [](const NdInput& in) { return in.target_address().is_multicast(); }},
    Rule<NdInput>{Reason::nd_solicited_advertisement_to_group,
                  [](const NdInput& in) {
                    return NeighborAdvertisementView::of(in.message).is_solicited() &&
                           in.ip.destination().is_multicast();
                  }},
    Rule<NdInput>{Reason::nd_advertisement_of_own_address,
                  [](const NdInput& in) { return in.target == AddressKind::own; }},
};

/// RFC 4861 6.1.2
inline constexpr std::array router_advertisement_rules = {
    Rule<NdInput>{Reason::router_advertisement_source_not_link_local,
                  [](const NdInput& in) { return !in.ip.source().is_link_local(); }},
};

/// RFC 4861 6.1.1
inline constexpr std::array router_solicitation_rules = {
    Rule<NdInput>{Reason::router_solicitation_unspecified_has_link_address,
                  [](const NdInput& in) {
                    return is_from_unspecified(in) &&
                           find_nd_option(in.options(), nd_option::source_link_layer_address);
                  }},
};

}  // namespace tunstack::discovery
