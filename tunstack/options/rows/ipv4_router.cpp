#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr SpecialNumber irdp_default_minimum[] = {{0, "auto", "0.75 of irdp.adv.max"}};
constexpr SpecialNumber default_lifetime[] = {{0, "auto", "three times irdp.adv.max"}};

constexpr OptionRow ipv4_router_options[] = {
    {"irdp.adv.enable", Flag{[](NodeOptions& o) { return &o.router4.advertises; }}, "off", "off", "RFC 1256 4.1",
     "send IPv4 router advertisements; needs --role router"},
    {"irdp.adv.broadcast", Flag{[](NodeOptions& o) { return &o.router4.by_broadcast; }}, "off", "off", "RFC 1256 4.1",
     "send IPv4 router advertisements to 255.255.255.255 instead of 224.0.0.1"},
    {"irdp.adv.max", Number{4, 1800, "seconds", [](NodeOptions& o) { return &o.router4.max_interval; }}, "600", "600",
     "RFC 1256 4.1", "longest time between two unsolicited IPv4 router advertisements"},
    {"irdp.adv.min",
     Number{3, 1800, "seconds", [](NodeOptions& o) { return &o.router4.min_interval; }, irdp_default_minimum}, "auto",
     "auto", "RFC 1256 4.1", "shortest time between two unsolicited IPv4 router advertisements, at most irdp.adv.max"},
    {"irdp.adv.lifetime",
     Number{4, 9000, "seconds", [](NodeOptions& o) { return &o.router4.lifetime; }, default_lifetime}, "auto", "auto",
     "RFC 1256 4.1", "time for which hosts may use an advertised IPv4 router, at least irdp.adv.max"},
    {"irdp.adv.unicast", Flag{[](NodeOptions& o) { return &o.router4.answers_by_unicast; }}, "on", "on", "RFC 1256 4.3",
     "answer an IPv4 router solicitation to its source alone, not to all hosts"},
    {"irdp.adv.pref", Number{0, 0x7fffffff, "", [](NodeOptions& o) { return &o.router4.preference; }}, "0", "0",
     "RFC 1256 4.1", "preference of this node as an IPv4 default router; hosts use the router with the highest"},
};

}  // namespace

std::span<const OptionRow> ipv4_router_rows() { return ipv4_router_options; }

}  // namespace tunstack::option
