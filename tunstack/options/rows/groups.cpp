#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr OptionRow groups_options[] = {
    {"mld.enable", Flag{[](NodeOptions& o) { return &o.own.reports_ipv6_groups; }}, "on", "on", "RFC 3810 6",
     "report by MLD which IPv6 multicast groups this node listens to"},
    {"mld.querier", Flag{[](NodeOptions& o) { return &o.router.queries_listeners; }}, "off", "off", "RFC 3810 7",
     "query by MLD which IPv6 multicast groups have listeners, and keep track of them; needs --role router"},
    {"igmp.enable", Flag{[](NodeOptions& o) { return &o.own.reports_ipv4_groups; }}, "off", "off", "RFC 3376 5",
     "report by IGMP which IPv4 multicast groups this node is a member of"},
};

}  // namespace

std::span<const OptionRow> group_rows() { return groups_options; }

}  // namespace tunstack::option
