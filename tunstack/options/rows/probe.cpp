#include "tunstack/options/rows/rows.hpp"

namespace tunstack::option {

namespace {

constexpr Choice reply_bodies[] = {{"copy", icmp::ProbeBody::copy, "the header and the data of the request"},
                                   {"none", icmp::ProbeBody::none, "the header alone"}};

constexpr Choice zero_checksums[] = {
    {"accept", icmp::ZeroChecksum::accept, "accepted, as an extension structure without a checksum"},
    {"reject", icmp::ZeroChecksum::reject, "answered as a malformed query"}};

constexpr Choice localities[] = {{"both", icmp::ProbeLocality::both, "interfaces of this node and of its neighbors"},
                                 {"local", icmp::ProbeLocality::local, "interfaces of this node"},
                                 {"remote", icmp::ProbeLocality::remote, "interfaces of neighbors of this node"}};

constexpr Choice kinds[] = {{"name", icmp::probe_kind::name, "by the name of the interface"},
                            {"index", icmp::probe_kind::index, "by the number of the interface"},
                            {"address", icmp::probe_kind::address, "by an address of the interface"}};

constexpr OptionRow probe_options[] = {
    {"probe.enable", Flag{[](NodeOptions& o) { return &o.probe.enabled; }}, "off", "off", "RFC 8335 4",
     "answer ICMP extended echo requests, of IPv4 and IPv6", "D-30"},
    {"probe.reply_body", OneOf{reply_bodies, [](NodeOptions& o) { return &o.probe.reply_body; }}, "copy", "none",
     "RFC 8335 4", "content of ICMP extended echo replies", "D-12"},
    {"probe.zero_checksum", OneOf{zero_checksums, [](NodeOptions& o) { return &o.probe.zero_checksum; }}, "accept",
     "accept", "RFC 4884 7", "treatment of ICMP extended echo requests with the checksum 0 in the extension structure",
     "D-12"},
    {"probe.allow_sources",
     Prefixes{Families::both, {"any", "every source"}, [](NodeOptions& o) { return &o.probe.sources; }}, "any", "any",
     "RFC 8335 8", "source addresses from which ICMP extended echo requests are answered", "D-30"},
    {"probe.allow_local", OneOf{localities, [](NodeOptions& o) { return &o.probe.locality; }}, "both", "local",
     "RFC 8335 8", "interfaces that ICMP extended echo requests may ask about", "D-30"},
    {"probe.allow_kinds", SetOf{kinds, [](NodeOptions& o) { return &o.probe.kinds; }}, "name,index,address", "address",
     "RFC 8335 8", "ways in which ICMP extended echo requests may identify an interface", "D-30"},
};

}  // namespace

std::span<const OptionRow> probe_rows() { return probe_options; }

}  // namespace tunstack::option
