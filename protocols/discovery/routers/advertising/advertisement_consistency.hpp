// What another router advertises differently (RFC 4861 6.2.7). A field that either side leaves unspecified differs from
// nothing, and routers may advertise different prefixes.
#pragma once

#include <bitset>

#include "protocols/base/rule.hpp"
#include "protocols/discovery/routers/advertising/advertising_config.hpp"

namespace tunstack::discovery {

/// An advertisement of another router beside our own.
struct Compared {
  const AdvertisingConfig& ours;
  RouterAdvertisementHeader theirs;
  Bytes their_options;
};

constexpr bool differ_if_specified(std::uint32_t ours, std::uint32_t theirs) {
  return ours != 0 && theirs != 0 && ours != theirs;
}

/// Whether a prefix that both advertise has two values of `lifetime`.
inline bool differ_in(const Compared& c, std::uint32_t PrefixInformation::* lifetime) {
  NdOptionReader reader(c.their_options);
  while (const auto option = reader.next()) {
    if (option->type() != nd_option::prefix_information) continue;
    const auto theirs = PrefixInformation::parse(*option);
    if (theirs && std::ranges::any_of(c.ours.prefixes, [&](const PrefixInformation& ours) {
          return is_same_prefix(ours, *theirs) && ours.*lifetime != (*theirs).*lifetime;
        }))
      return true;
  }
  return false;
}

inline constexpr std::array consistency_rules = {
    Rule<Compared>{Reason::advertised_hop_limit_differs,
                   [](const Compared& c) { return differ_if_specified(c.ours.hop_limit, c.theirs.hop_limit); }},
    Rule<Compared>{Reason::advertised_managed_flag_differs,
                   [](const Compared& c) { return c.ours.managed != c.theirs.managed; }},
    Rule<Compared>{Reason::advertised_other_flag_differs,
                   [](const Compared& c) { return c.ours.other != c.theirs.other; }},
    Rule<Compared>{
        Reason::advertised_reachable_time_differs,
        [](const Compared& c) { return differ_if_specified(c.ours.reachable_time, c.theirs.reachable_time); }},
    Rule<Compared>{
        Reason::advertised_retransmit_time_differs,
        [](const Compared& c) { return differ_if_specified(c.ours.retransmit_time, c.theirs.retransmit_time); }},
    Rule<Compared>{Reason::advertised_mtu_differs,
                   [](const Compared& c) {
                     return differ_if_specified(c.ours.mtu.value_or(0), find_mtu_option(c.their_options).value_or(0));
                   }},
    Rule<Compared>{Reason::advertised_valid_lifetime_differs,
                   [](const Compared& c) { return differ_in(c, &PrefixInformation::valid); }},
    Rule<Compared>{Reason::advertised_preferred_lifetime_differs,
                   [](const Compared& c) { return differ_in(c, &PrefixInformation::preferred); }},
};

/// Bit i is set if consistency_rules[i] is broken.
using Inconsistencies = std::bitset<consistency_rules.size()>;

/// How a message differs whose shape was checked: at least router_advertisement_size octets, options well formed.
inline Inconsistencies inconsistencies(const AdvertisingConfig& ours, Bytes message) {
  const Compared compared{ours, RouterAdvertisementHeader::parse(message), message.subspan(router_advertisement_size)};
  Inconsistencies broken;
  for (std::size_t i = 0; i < consistency_rules.size(); ++i) broken[i] = consistency_rules[i].broken_by(compared);
  return broken;
}

}  // namespace tunstack::discovery
