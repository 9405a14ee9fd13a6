#include "tunstack/options/former_keys.hpp"

#include <algorithm>
#include <iterator>

namespace tunstack::option {

namespace {

struct Renamed {
  std::string_view former, present;
};

constexpr Renamed keys[] = {{"pmtu4.min", "ip4.pmtu.min"},
                            {"pmtu4.age", "ip4.pmtu.age"},
                            {"pmtu6.age", "ip6.pmtu.age"},
                            {"icmp.ext", "icmp.extensions"},
                            {"probe", "probe.enable"},
                            {"mld", "mld.enable"},
                            {"igmp", "igmp.enable"},
                            {"irdp.host", "irdp.accept_ra"},
                            {"irdp.adv", "irdp.adv.enable"},
                            {"nd.adv", "nd.adv.enable"},
                            {"nd.adv_reachable_ms", "nd.adv.reachable"},
                            {"nd.adv_retrans_ms", "nd.adv.retrans"},
                            {"nd.accept_redirects", "icmp6.accept_redirects"},
                            {"arp.acd", "acd.enable"},
                            {"arp.defend", "acd.defend"},
                            {"l4.udp_echo", "udp.echo"},
                            {"l4.udp_discard", "udp.discard"},
                            {"l4.tcp_closed", "tcp.closed"},
                            {"nd.retrans_ms", "nd.retrans"},
                            {"nd.reachable_ms", "nd.reachable"},
                            {"nd.delay_ms", "nd.delay"},
                            {"arp.retrans_ms", "arp.retrans"},
                            {"arp.reachable_ms", "arp.reachable"},
                            {"arp.delay_ms", "arp.delay"},
                            {"nd.neighbors", "neighbors.max"},
                            {"ip4.forward.record_route", "ip4.forward.option.record_route"},
                            {"nd.solicit_rate", "neighbors.solicit_rate"}};

/// Of all other keys that begin so.
constexpr Renamed beginnings[] = {{"v4.", "ip4."}, {"v6.", "ip6."}, {"nd.adv_", "nd.adv."}, {"irdp.adv_", "irdp.adv."}};

}  // namespace

std::string present_key(std::string_view key) {
  if (const auto* const found = std::ranges::find(keys, key, &Renamed::former); found != std::end(keys))
    return std::string(found->present);
  for (const auto& [former, present] : beginnings)
    if (key.starts_with(former)) return std::string(present).append(key.substr(former.size()));
  return std::string(key);
}

}  // namespace tunstack::option
