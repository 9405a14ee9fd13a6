#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr SpecialNumber default_minimum[] = {
    {0, "auto", "0.33 of nd.adv.max, or 0.75 if nd.adv.max is below 9 seconds; never below 3 seconds"}};
constexpr SpecialNumber lifetimes[] = {{0, "0", "not a default router"},
                                       {RouterOptions::default_lifetime, "auto", "three times nd.adv.max"}};
constexpr SpecialNumber unspecified[] = {{0, "unspecified", "hosts keep their own value"}};
constexpr SpecialNumber no_mtu[] = {{0, "none", "no MTU option is sent"}};
constexpr SpecialNumber infinity[] = {{0xffffffff, "infinity", "without an end"}};

constexpr Choice preferences[] = {{"medium", AdvertisedPreference::medium, "before routers of low preference"},
                                  {"high", AdvertisedPreference::high, "before all routers of lower preference"},
                                  {"low", AdvertisedPreference::low, "after all routers of higher preference"}};

constexpr OptionRow router_options[] = {
    {"nd.adv.enable", Flag{[](NodeOptions& o) { return &o.router.advertises; }}, "off", "off", "RFC 4861 6.2.1",
     "send IPv6 router advertisements; needs --role router"},
    {"nd.adv.max", Number{4, 1800, "seconds", [](NodeOptions& o) { return &o.router.max_interval; }}, "600", "600",
     "RFC 4861 6.2.1", "longest time between two unsolicited IPv6 router advertisements"},
    {"nd.adv.min", Number{3, 1350, "seconds", [](NodeOptions& o) { return &o.router.min_interval; }, default_minimum},
     "auto", "auto", "RFC 4861 6.2.1",
     "shortest time between two unsolicited IPv6 router advertisements, at most 0.75 of nd.adv.max", "D-16"},
    {"nd.adv.lifetime", Number{0, 9000, "seconds", [](NodeOptions& o) { return &o.router.lifetime; }, lifetimes},
     "auto", "auto", "RFC 4861 6.2.1",
     "time for which hosts may use this node as an IPv6 default router, at least nd.adv.max"},
    {"nd.adv.unicast", Flag{[](NodeOptions& o) { return &o.router.answers_by_unicast; }}, "off", "off",
     "RFC 4861 6.2.6", "answer an IPv6 router solicitation to its source alone, not to all nodes"},
    {"nd.adv.hop_limit", Number{1, 255, "hops", [](NodeOptions& o) { return &o.router.hop_limit; }, unspecified}, "64",
     "64", "RFC 4861 6.2.1", "hop limit that IPv6 router advertisements tell hosts to use"},
    {"nd.adv.managed", Flag{[](NodeOptions& o) { return &o.router.managed; }}, "off", "off", "RFC 4861 6.2.1",
     "set the M flag in IPv6 router advertisements: addresses are available by DHCPv6"},
    {"nd.adv.other", Flag{[](NodeOptions& o) { return &o.router.other; }}, "off", "off", "RFC 4861 6.2.1",
     "set the O flag in IPv6 router advertisements: other configuration is available by DHCPv6"},
    {"nd.adv.pref", OneOf{preferences, [](NodeOptions& o) { return &o.router.preference; }}, "medium", "medium",
     "RFC 4191 2.2",
     "order in which hosts choose this node among IPv6 routers, as a default router and for nd.adv.routes"},
    {"nd.adv.reachable", Number{1, 3'600'000, "ms", [](NodeOptions& o) { return &o.router.reachable; }, unspecified},
     "unspecified", "unspecified", "RFC 4861 6.2.1",
     "reachable time of neighbors that IPv6 router advertisements tell hosts to use"},
    {"nd.adv.retrans", Number{1, 0xffffffff, "ms", [](NodeOptions& o) { return &o.router.retransmit; }, unspecified},
     "unspecified", "unspecified", "RFC 4861 6.2.1",
     "time between two neighbor solicitations that IPv6 router advertisements tell hosts to use"},
    {"nd.adv.mtu", Number{1280, 65535, "octets", [](NodeOptions& o) { return &o.router.mtu; }, no_mtu}, "none", "none",
     "RFC 4861 6.2.1", "MTU that IPv6 router advertisements tell hosts to use, at most the MTU of the interface"},
    {"nd.adv.prefixes",
     Prefixes{
         Families::ipv6, {"own", "the prefixes of the interface"}, [](NodeOptions& o) { return &o.router.prefixes; }},
     "own", "own", "RFC 4861 6.2.1", "prefixes of the link that IPv6 router advertisements list"},
    {"nd.adv.on_link", Flag{[](NodeOptions& o) { return &o.router.on_link; }}, "on", "on", "RFC 4861 6.2.1",
     "set the L flag of all advertised IPv6 prefixes: addresses with the prefix are on the link"},
    {"nd.adv.autonomous", Flag{[](NodeOptions& o) { return &o.router.autonomous; }}, "on", "on", "RFC 4861 6.2.1",
     "set the A flag of all advertised IPv6 prefixes: hosts may form addresses from the prefix"},
    {"nd.adv.valid", Number{0, 0xfffffffe, "seconds", [](NodeOptions& o) { return &o.router.valid; }, infinity},
     "2592000", "2592000", "RFC 4861 6.2.1", "valid lifetime of all advertised IPv6 prefixes"},
    {"nd.adv.preferred", Number{0, 0xfffffffe, "seconds", [](NodeOptions& o) { return &o.router.preferred; }, infinity},
     "604800", "604800", "RFC 4861 6.2.1",
     "preferred lifetime of all advertised IPv6 prefixes, at most their valid lifetime"},
    {"nd.adv.routes",
     Prefixes{Families::ipv6, {"none", "no route option is sent"}, [](NodeOptions& o) { return &o.router.routes; }},
     "none", "none", "RFC 4191 2.3", "destinations beyond this node that IPv6 router advertisements list as routes"},
    {"nd.adv.rdnss",
     Addresses{Families::ipv6,
               AddressScope::any,
               {"none", "no RDNSS option is sent"},
               [](NodeOptions& o) { return &o.router.dns_servers; }},
     "none", "none", "RFC 8106 5.1", "DNS servers that IPv6 router advertisements list"},
    {"nd.adv.dnssl",
     Names{"domain names", {"none", "no DNSSL option is sent"}, [](NodeOptions& o) { return &o.router.dns_names; }},
     "none", "none", "RFC 8106 5.2", "DNS search list that IPv6 router advertisements carry"},
    {"nd.adv.pref64",
     Prefixes{Families::ipv6, {"none", "no PREF64 option is sent"}, [](NodeOptions& o) { return &o.router.nat64; }},
     "none", "none", "RFC 8781 4",
     "NAT64 prefixes that IPv6 router advertisements list, of 32, 40, 48, 56, 64 or 96 bits"},
};

}  // namespace

std::span<const OptionRow> router_rows() { return router_options; }

}  // namespace tunstack::option
