#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr SpecialNumber irdp_default_minimum[] = {{0, "0.75 of irdp.adv_max"}};
constexpr SpecialNumber default_lifetime[] = {{0, "three times irdp.adv_max"}};

constexpr OptionRow ipv4_router_options[] = {
    {"irdp.adv", Flag{[](NodeOptions& o) { return &o.router4.advertises; }}, "off", "off", "RFC 1256 4.1",
     "send IPv4 router advertisements; needs --role router"},
    {"irdp.adv_broadcast", Flag{[](NodeOptions& o) { return &o.router4.by_broadcast; }}, "off", "off", "RFC 1256 4.1",
     "send IPv4 router advertisements to 255.255.255.255 instead of 224.0.0.1"},
    {"irdp.adv_max", Number{4, 1800, "seconds", [](NodeOptions& o) { return &o.router4.max_interval; }}, "600", "600",
     "RFC 1256 4.1", "longest time between two unsolicited IPv4 router advertisements"},
    {"irdp.adv_min",
     Number{0, 1800, "seconds", [](NodeOptions& o) { return &o.router4.min_interval; }, irdp_default_minimum}, "0", "0",
     "RFC 1256 4.1",
     "shortest time between two unsolicited IPv4 router advertisements, from 3 seconds to irdp.adv_max"},
    {"irdp.adv_lifetime",
     Number{0, 9000, "seconds", [](NodeOptions& o) { return &o.router4.lifetime; }, default_lifetime}, "0", "0",
     "RFC 1256 4.1", "time for which hosts may use an advertised IPv4 router, at least irdp.adv_max"},
    {"irdp.adv_unicast", Flag{[](NodeOptions& o) { return &o.router4.answers_by_unicast; }}, "on", "on", "RFC 1256 4.3",
     "answer an IPv4 router solicitation to its source alone, not to all hosts"},
    {"irdp.adv_pref", Number{0, 0x7fffffff, "", [](NodeOptions& o) { return &o.router4.preference; }}, "0", "0",
     "RFC 1256 4.1", "preference of this node as an IPv4 default router; hosts use the router with the highest"},
};

}  // namespace

std::span<const OptionRow> ipv4_router_rows() { return ipv4_router_options; }

}  // namespace tunstack::option
