#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr SpecialNumber not_checked[] = {{0, "0", "addresses are used without detection"}};
constexpr SpecialNumber not_advertised[] = {{0, "0", "new addresses are not advertised"}};

constexpr SpecialNumber not_retried[] = {{0, "never", "the address stays unused"}};

constexpr Choice modes[] = {{"normal", DetectionMode::normal, "after duplicate address detection"},
                            {"optimistic", DetectionMode::optimistic,
                             "during duplicate address detection, as far as optimistic addresses may"}};

constexpr Choice identifiers[] = {
    {"stable", IdentifierKind::stable, "opaque, the same whenever the prefix is the same"},
    {"eui64", IdentifierKind::eui64, "modified EUI-64 of the link-layer address"}};

constexpr Choice defences[] = {
    {"off", discovery::Defence::ignore, "ignored"},
    {"never", discovery::Defence::never, "the address is given up"},
    {"once", discovery::Defence::once, "the address is defended, and given up after a second conflict within 10 s"},
    {"always", discovery::Defence::always, "the address is defended every 10 s at most, and never given up"}};

constexpr OptionRow addresses_options[] = {
    {"dad.transmits", Number{0, 10, "solicitations", [](NodeOptions& o) { return &o.own.probes; }, not_checked}, "1",
     "1", "RFC 4862 5.1",
     "number of neighbor solicitations by which an IPv6 address is checked for duplicates, on links with link-layer "
     "addresses"},
    {"dad.mode", OneOf{modes, [](NodeOptions& o) { return &o.own.mode; }}, "normal", "normal", "RFC 4429",
     "point in time from which a new IPv6 address is used"},
    {"nd.gratuitous",
     Number{0, 3, "advertisements", [](NodeOptions& o) { return &o.own.advertisements; }, not_advertised}, "1", "1",
     "RFC 4861 7.2.6", "number of unsolicited neighbor advertisements to all nodes about a new IPv6 address"},
    {"slaac.enable", Flag{[](NodeOptions& o) { return &o.own.autoconfigures; }}, "on", "on", "RFC 4862 5.5",
     "form IPv6 addresses from the prefixes that routers advertise"},
    {"slaac.tempaddr", Flag{[](NodeOptions& o) { return &o.own.temporary; }}, "off", "on", "RFC 8981 3",
     "form temporary IPv6 addresses, which change every day, besides the public ones", "D-24"},
    {"slaac.iid", OneOf{identifiers, [](NodeOptions& o) { return &o.own.identifiers; }}, "stable", "stable", "RFC 7217",
     "interface identifier of IPv6 addresses that this node forms", "D-24"},
    {"slaac.secret",
     Names{"words",
           {"none", "one is drawn at the first start and kept, or comes from the seed if one is given"},
           [](NodeOptions& o) { return &o.own.secret; }},
     "none", "none", "RFC 7217 5", "secret key from which stable IPv6 interface identifiers are made"},
    {"acd.enable", Flag{[](NodeOptions& o) { return &o.own.checks_ipv4; }}, "off", "off", "RFC 5227 2.1",
     "check IPv4 addresses for conflicts before they are used, and announce them"},
    {"acd.defend", OneOf{defences, [](NodeOptions& o) { return &o.own.defence; }}, "always", "always", "RFC 5227 2.4",
     "treatment of conflicts about an IPv4 address in use"},
    {"dad.retry", Number{1, 86400, "seconds", [](NodeOptions& o) { return &o.own.retry; }, not_retried}, "60", "60",
     "RFC 4862 5.4, RFC 5227 2.4",
     "time after which an IPv4 or IPv6 address that another node has is checked again, and used if nobody objects"},
};

}  // namespace

std::span<const OptionRow> address_rows() { return addresses_options; }

}  // namespace tunstack::option
