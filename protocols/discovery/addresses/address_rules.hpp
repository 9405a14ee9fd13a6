// Which prefixes of router advertisements give addresses (RFC 4862 5.5.3), when an address may be added at all, and
// what a solicitation says about one that is being checked (RFC 4862 5.4.3).
#pragma once

#include "protocols/base/rule.hpp"
#include "protocols/discovery/addresses/duplicate_detection.hpp"
#include "protocols/wire/router_advertisement.hpp"

namespace tunstack::discovery {

struct OfferedPrefix {
  PrefixInformation information;
  bool autoconfigure = true;
  bool is_known = false;  // an address was formed from it already
};

/// Multicast, or one of addresses with special meaning: ::, ::1, those that hold an IPv4 address (RFC 4291 2.4, 2.5).
inline bool begins_unicast(const Ipv6Address& prefix) {
  return !prefix.is_multicast() && (load_be32(prefix.octets, 0) != 0 || load_be32(prefix.octets, 4) != 0);
}

inline constexpr std::array prefix_rules = {
    Rule<OfferedPrefix>{Reason::address_autoconfiguration_off, [](const OfferedPrefix& p) { return !p.autoconfigure; }},
    Rule<OfferedPrefix>{Reason::address_prefix_not_autonomous,
                        [](const OfferedPrefix& p) { return !p.information.autonomous; }},
    Rule<OfferedPrefix>{Reason::address_prefix_link_local,
                        [](const OfferedPrefix& p) { return p.information.prefix.is_link_local(); }},
    Rule<OfferedPrefix>{Reason::address_prefix_preferred_after_valid,
                        [](const OfferedPrefix& p) { return p.information.preferred > p.information.valid; }},
    Rule<OfferedPrefix>{Reason::address_prefix_length_not_64,
                        [](const OfferedPrefix& p) { return p.information.length != 64; }},
    Rule<OfferedPrefix>{Reason::address_prefix_not_unicast,
                        [](const OfferedPrefix& p) { return !begins_unicast(p.information.prefix); }},
    Rule<OfferedPrefix>{Reason::address_prefix_not_valid,
                        [](const OfferedPrefix& p) { return !p.is_known && p.information.valid == 0; }},
};

struct AddressAdmission {
  bool is_ipv6_disabled = false;
  bool is_held = false;
  bool is_share_used = false;
  bool is_table_full = false;
};

inline constexpr std::array admission_rules = {
    Rule<AddressAdmission>{Reason::address_ipv6_disabled, [](const AddressAdmission& a) { return a.is_ipv6_disabled; }},
    Rule<AddressAdmission>{Reason::address_held_already, [](const AddressAdmission& a) { return a.is_held; }},
    Rule<AddressAdmission>{Reason::address_share_used, [](const AddressAdmission& a) { return a.is_share_used; }},
    Rule<AddressAdmission>{Reason::address_table_full, [](const AddressAdmission& a) { return a.is_table_full; }},
};

/// A solicitation for an address that is held here.
struct HeardSolicitation {
  AddressState state = AddressState::tentative;
  bool is_from_unspecified = false;
  bool has_own_nonce = false;
};

/// Another node checks the address as well (RFC 4862 5.4.3).
inline bool is_probe_of_another(const HeardSolicitation& s) {
  return s.is_from_unspecified && !s.has_own_nonce && is_being_checked(s.state);
}

inline constexpr std::array solicitation_rules = {
    Rule<HeardSolicitation>{Reason::address_probe_looped_back,
                            [](const HeardSolicitation& s) { return s.has_own_nonce; }},
    Rule<HeardSolicitation>{
        Reason::address_resolved_while_tentative,
        [](const HeardSolicitation& s) { return !s.is_from_unspecified && s.state == AddressState::tentative; }},
    Rule<HeardSolicitation>{Reason::address_probed_by_another, is_probe_of_another},
};

}  // namespace tunstack::discovery
