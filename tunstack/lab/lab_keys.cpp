#include "tunstack/lab/lab_keys.hpp"

namespace tunstack::lab {

namespace {

using enum ValueKind;
constexpr NumberLimits of_mtu{68, 65535};
constexpr NumberLimits of_seed{0, std::numeric_limits<std::int64_t>::max()};

constexpr LabKey<LabFile> of_file[] = {
    {"name", text, "what the lab is called", [](LabFile& f, const LabValue& v) { f.name = v.text; }},
    {"description", text, "what it shows, in a sentence",
     [](LabFile& f, const LabValue& v) { f.description = v.text; }},
    {"seed", number, "fixes all randomness: the same file, seed and input give the same packets",
     [](LabFile& f, const LabValue& v) { f.seed = static_cast<std::uint64_t>(v.number); }, of_seed},
    {"host", table, "the door where the kernel is connected; of several doors [host.NAME] each"},
    {"link", named, "a link between interfaces and doors"},
    {"node", named, "a host or router of ours"},
    {"topology", table, "many routers in a known shape"},
    {"event", tables, "traffic and changes, on the lab's clock"},
    {"expect", tables, "what must come of them"},
    {"step", ignored, "texts of a lesson; kept for later"},
    {"quiz", ignored, "a fault to be found; kept for later"},
};

constexpr LabKey<LabDoor> of_door[] = {
    {"link", text, "the link that the device is an end of",
     [](LabDoor& d, const LabValue& v) { d.link = v.placed_text(); }},
    {"addresses", addresses, "of the kernel's end; the first free ones of the link if left out",
     [](LabDoor& d, const LabValue& v) { d.addresses = v.prefixes; }},
    {"routes", texts, "what the kernel sends into the device: prefixes, or \"default\"",
     [](LabDoor& d, const LabValue& v) { d.routes = v.texts; }},
    {"gateway", gateways, "the router on the link that it sends them to; the first one if left out",
     [](LabDoor& d, const LabValue& v) { d.gateways = v.gateways; }},
    {"device", text, "name of the device; tun0, tun1, ... if left out",
     [](LabDoor& d, const LabValue& v) { d.device = v.placed_text(); }},
};

constexpr LabKey<LabLink> of_link[] = {
    {"net", prefixes, "prefixes of the link, of each family at most one",
     [](LabLink& l, const LabValue& v) { l.nets = v.prefixes; }},
    {"mtu", number, "octets of the largest datagram; 1500 if left out",
     [](LabLink& l, const LabValue& v) { l.mtu = v.placed_size(); }, of_mtu},
    {"tap", truth, "Ethernet: stations ask for each other by ARP and neighbor discovery",
     [](LabLink& l, const LabValue& v) { l.tap = v.truth; }},
    {"delay", time, "of all packets, in each direction",
     [](LabLink& l, const LabValue& v) { l.impairments.delay = v.time; }},
    {"jitter", time, "as much more or less, drawn for each packet",
     [](LabLink& l, const LabValue& v) { l.impairments.jitter = v.time; }},
    {"loss", share, "packets that are lost", [](LabLink& l, const LabValue& v) { l.impairments.loss = v.share; }},
    {"duplicate", share, "packets that come twice",
     [](LabLink& l, const LabValue& v) { l.impairments.duplicate = v.share; }},
    {"reorder", share, "packets that others overtake",
     [](LabLink& l, const LabValue& v) { l.impairments.reorder = v.share; }},
    {"corrupt", share, "packets of which a bit is turned over",
     [](LabLink& l, const LabValue& v) { l.impairments.corrupt = v.share; }},
    {"rate", rate, "bits a second; unlimited if left out",
     [](LabLink& l, const LabValue& v) { l.impairments.rate = v.rate; }},
    {"queue",
     number,
     "packets that wait for the rate; what does not fit is dropped",
     [](LabLink& l, const LabValue& v) { l.impairments.queue = static_cast<std::size_t>(v.number); },
     {1, 100'000}},
    {"cost",
     number,
     "of paths over the link",
     [](LabLink& l, const LabValue& v) { l.cost = static_cast<std::uint32_t>(v.number); },
     {1, 65535}},
};

constexpr LabKey<LabInterface> of_interface[] = {
    {"link", text, "the link that it is at", [](LabInterface& i, const LabValue& v) { i.link = v.placed_text(); }},
    {"addresses", addresses, "the first free ones of the link if left out",
     [](LabInterface& i, const LabValue& v) { i.addresses = v.prefixes; }},
    {"mtu", number, "where it is another one than the link's",
     [](LabInterface& i, const LabValue& v) { i.mtu = v.placed_size(); }, of_mtu},
    {"mac", text, "link-layer address, on Ethernet",
     [](LabInterface& i, const LabValue& v) { i.mac = v.placed_text(); }},
    {"gateway", gateways, "default routers of a host, the best first",
     [](LabInterface& i, const LabValue& v) { i.gateways = v.gateways; }},
    {"autoconf", truth, "no addresses but those that routers advertise",
     [](LabInterface& i, const LabValue& v) { i.autoconf = v.truth; }},
};

constexpr LabKey<LabAdvertise> of_advertise[] = {
    {"prefixes", prefixes, "that hosts may form addresses from; those of the interface if left out",
     [](LabAdvertise& a, const LabValue& v) { a.prefixes = v.prefixes; }},
    {"interval", time, "longest time between two advertisements",
     [](LabAdvertise& a, const LabValue& v) { a.interval = v.placed_time(); }},
    {"lifetime", time, "for which hosts may use this router",
     [](LabAdvertise& a, const LabValue& v) { a.lifetime = v.placed_time(); }},
};

constexpr LabKey<LabFilterRule> of_filter[] = {
    {"match", text, "which packets in transit, in the language of capture filters; all if left out",
     [](LabFilterRule& f, const LabValue& v) { f.match = v.placed_text(); }},
    {"action", text, "accept, drop, prohibit, or reject CODE",
     [](LabFilterRule& f, const LabValue& v) { f.action = v.placed_text(); }},
};

/// What is said of a node of a row stands behind what is said of the row.
void add(std::vector<Setting>& settings, const std::vector<Setting>& more) {
  settings.insert(settings.end(), more.begin(), more.end());
}

constexpr LabKey<LabNode> of_node[] = {
    {"role", text, "host or router", [](LabNode& n, const LabValue& v) { n.role = v.placed_text(); }},
    {"options", settings, "any key of 'tunstack options'",
     [](LabNode& n, const LabValue& v) { add(n.options, v.settings); }},
    {"interfaces", named, "where it is connected"},
    {"advertise", table, "an IPv6 router tells hosts about itself"},
    {"filter", tables, "what a router lets pass; the first rule that matches decides"},
    {"routes", texts,
     "\"PREFIX via ADDRESS\", \"blackhole PREFIX\", unreachable, prohibit, or \"reject CODE PREFIX\", "
     "instead of computed ones",
     [](LabNode& n, const LabValue& v) { n.routes = v.texts; }},
    {"computed_routes", truth, "computed routes too, or none at all",
     [](LabNode& n, const LabValue& v) { n.computed_routes = v.truth; }},
    {"services", texts, "open ports: udp-echo, udp-discard",
     [](LabNode& n, const LabValue& v) { n.services = v.texts; }},
    {"misbehave", settings, "deliberate faults", [](LabNode& n, const LabValue& v) { add(n.misbehave, v.settings); }},
    {"count",
     number,
     "so many of these in a row: NAME1, NAME2, ...",
     [](LabNode& n, const LabValue& v) { n.as_template.count = v.placed_size(); },
     {1, 10'000}},
    {"chain", text, "of a row: the link of the first one",
     [](LabNode& n, const LabValue& v) { n.as_template.chain = v.placed_text(); }},
    {"to", text, "of a row: the link behind the last one",
     [](LabNode& n, const LabValue& v) { n.as_template.to = v.placed_text(); }},
    {"nets", prefixes,
     "of a row: what the links between have their prefixes from; 198.18.0.0/15 and "
     "2001:db8:ffff::/48 if left out",
     [](LabNode& n, const LabValue& v) { n.as_template.nets = v.prefixes; }},
};

constexpr LabKey<LabTopology> of_topology[] = {
    {"kind", text, "chain, tree, ring, grid or random",
     [](LabTopology& t, const LabValue& v) { t.kind = v.placed_text(); }},
    {"size",
     number,
     "how many routers, n1, n2, ...",
     [](LabTopology& t, const LabValue& v) { t.size = v.placed_size(); },
     {2, 10'000}},
    {"link", text, "the link that n1 is at", [](LabTopology& t, const LabValue& v) { t.link = v.placed_text(); }},
    {"to", text, "the link that the last one is at", [](LabTopology& t, const LabValue& v) { t.to = v.placed_text(); }},
    {"nets", prefixes,
     "what the links between have their prefixes from; 198.18.0.0/15 and 2001:db8:ffff::/48 if left "
     "out",
     [](LabTopology& t, const LabValue& v) { t.nets = v.prefixes; }},
};

constexpr LabKey<LabEvent> of_event[] = {
    {"at", time, "since the start; \"0s\" if left out", [](LabEvent& e, const LabValue& v) { e.at = v.placed_time(); }},
    {"do", text, "a program, as in \"ping host server -c 3\"",
     [](LabEvent& e, const LabValue& v) { e.run = v.placed_text(); }},
    {"set", settings, "what changes: link.NAME.KEY, node.NAME.options.KEY, node.NAME.misbehave.KEY",
     [](LabEvent& e, const LabValue& v) { e.set = v.settings; }},
    {"send", text, "who sends which packet, as docs/packets.md has it: \"host: 192.0.2.1 > 192.0.2.2 UDP 1 > 2\"",
     [](LabEvent& e, const LabValue& v) { e.send = v.placed_text(); }},
};

void take_result(LabExpectation& e, const LabValue& v) { e.results.push_back({v.key, v.comparison, v.place}); }
void take_field(LabExpectation& e, const LabValue& v) { e.fields.push_back({v.key, v.text, v.place, v.place}); }

constexpr LabKey<LabExpectation> of_expectation[] = {
    {"node", text, "who decides", [](LabExpectation& e, const LabValue& v) { e.node = v.placed_text(); }},
    {"interface", text, "where", [](LabExpectation& e, const LabValue& v) { e.interface = v.placed_text(); }},
    {"event", text, "decided, sent or noted", [](LabExpectation& e, const LabValue& v) { e.event = v.placed_text(); }},
    {"verdict", text, "a word of docs/events.md",
     [](LabExpectation& e, const LabValue& v) { e.verdict = v.placed_text(); }},
    {"reason", text, "a name of 'tunstack rules'",
     [](LabExpectation& e, const LabValue& v) { e.reason = v.placed_text(); }},
    {"match", text, "which packets, in the language of capture filters",
     [](LabExpectation& e, const LabValue& v) { e.match = v.placed_text(); }},
    {"fields", settings, "any fields of the packet, as docs/events.md names them",
     [](LabExpectation& e, const LabValue& v) {
       e.fields.insert(e.fields.end(), v.settings.begin(), v.settings.end());
     }},
    {"source", scalar, "address", take_field},
    {"destination", scalar, "address", take_field},
    {"length", scalar, "octets", take_field},
    {"ttl", scalar, "or hop limit", take_field},
    {"tos", scalar, "or traffic class", take_field},
    {"protocol", scalar, "number of the upper layer", take_field},
    {"type", scalar, "of ICMP", take_field},
    {"code", scalar, "of ICMP", take_field},
    {"id", scalar, "of a message", take_field},
    {"seq", scalar, "of a message", take_field},
    {"mtu", scalar, "of a message", take_field},
    {"pointer", scalar, "of a message", take_field},
    {"target", scalar, "of neighbor discovery", take_field},
    {"source_port", scalar, "of UDP and TCP", take_field},
    {"destination_port", scalar, "of UDP and TCP", take_field},
    {"of", text, "\"PROGRAM N\": the result of the N-th `do` of that program",
     [](LabExpectation& e, const LabValue& v) { e.of = v.placed_text(); }},
    {"hop",
     number,
     "of the result of a traceroute: one hop's sent, received, loss, least, mean, most",
     [](LabExpectation& e, const LabValue& v) { e.hop = v.placed_size(); },
     {1, 255}},
    {"from", text, "who answered at that hop, and nobody else",
     [](LabExpectation& e, const LabValue& v) { e.from = v.placed_text(); }},
    {"sent", comparison, "of a result: packets", take_result},
    {"received", comparison, "of a result: packets", take_result},
    {"duplicates", comparison, "of a result: packets", take_result},
    {"errors", comparison, "of a result: packets", take_result},
    {"loss", comparison, "of a result: the share that did not come back", take_result},
    {"least", comparison, "of a result: round trip", take_result},
    {"mean", comparison, "of a result: round trip", take_result},
    {"most", comparison, "of a result: round trip", take_result},
    {"hops", comparison, "of a result: to the target", take_result},
    {"path_mtu", comparison, "of a result: octets", take_result},
    {"reached", comparison, "of a result: whether the target answered", take_result},
    {"state", text, "\"NODE.WHAT\": of 'tunstack state'",
     [](LabExpectation& e, const LabValue& v) { e.state = v.placed_text(); }},
    {"equals", scalar, "what the state is",
     [](LabExpectation& e, const LabValue& v) { e.equals = Setting{v.key, v.text, v.place, v.place}; }},
    {"within", time, "of the start", [](LabExpectation& e, const LabValue& v) { e.within = v.placed_time(); }},
    {"count", comparison, "how many; \">=1\" if left out",
     [](LabExpectation& e, const LabValue& v) { e.count = {v.comparison, v.place}; }},
    {"not", truth, "it must not be so", [](LabExpectation& e, const LabValue& v) { e.is_absent = v.truth; }},
};

}  // namespace

LabKeys<LabFile> file_keys() { return of_file; }
LabKeys<LabDoor> door_keys() { return of_door; }
LabKeys<LabLink> link_keys() { return of_link; }
LabKeys<LabNode> node_keys() { return of_node; }
LabKeys<LabInterface> interface_keys() { return of_interface; }
LabKeys<LabAdvertise> advertise_keys() { return of_advertise; }
LabKeys<LabFilterRule> filter_keys() { return of_filter; }
LabKeys<LabTopology> topology_keys() { return of_topology; }
LabKeys<LabEvent> event_keys() { return of_event; }
LabKeys<LabExpectation> expectation_keys() { return of_expectation; }

}  // namespace tunstack::lab
