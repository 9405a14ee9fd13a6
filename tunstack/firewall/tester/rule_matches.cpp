#include "tunstack/firewall/tester/rule_matches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "protocols/wire/ipv4_options.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/firewall/tester/packet_facts.hpp"

namespace tunstack::firewall {

namespace {

using Matches = std::vector<RuleMatch>;

// ---- words ----

struct IcmpName {
  Family family;
  std::uint8_t type;
  std::string_view name;  // as nft has it
};
constexpr std::array icmp_names{IcmpName{Family::ipv4, 0, "echo-reply"},
                                IcmpName{Family::ipv4, 3, "destination-unreachable"},
                                IcmpName{Family::ipv4, 4, "source-quench"},
                                IcmpName{Family::ipv4, 5, "redirect"},
                                IcmpName{Family::ipv4, 8, "echo-request"},
                                IcmpName{Family::ipv4, 9, "router-advertisement"},
                                IcmpName{Family::ipv4, 10, "router-solicitation"},
                                IcmpName{Family::ipv4, 11, "time-exceeded"},
                                IcmpName{Family::ipv4, 12, "parameter-problem"},
                                IcmpName{Family::ipv4, 13, "timestamp-request"},
                                IcmpName{Family::ipv4, 14, "timestamp-reply"},
                                IcmpName{Family::ipv4, 15, "info-request"},
                                IcmpName{Family::ipv4, 17, "address-mask-request"},
                                IcmpName{Family::ipv6, 1, "destination-unreachable"},
                                IcmpName{Family::ipv6, 2, "packet-too-big"},
                                IcmpName{Family::ipv6, 3, "time-exceeded"},
                                IcmpName{Family::ipv6, 4, "parameter-problem"},
                                IcmpName{Family::ipv6, 128, "echo-request"},
                                IcmpName{Family::ipv6, 129, "echo-reply"},
                                IcmpName{Family::ipv6, 130, "mld-listener-query"},
                                IcmpName{Family::ipv6, 131, "mld-listener-report"},
                                IcmpName{Family::ipv6, 132, "mld-listener-done"},
                                IcmpName{Family::ipv6, 133, "nd-router-solicit"},
                                IcmpName{Family::ipv6, 134, "nd-router-advert"},
                                IcmpName{Family::ipv6, 135, "nd-neighbor-solicit"},
                                IcmpName{Family::ipv6, 136, "nd-neighbor-advert"},
                                IcmpName{Family::ipv6, 137, "nd-redirect"},
                                IcmpName{Family::ipv6, 138, "router-renumbering"},
                                IcmpName{Family::ipv6, 141, "ind-neighbor-solicit"},
                                IcmpName{Family::ipv6, 142, "ind-neighbor-advert"},
                                IcmpName{Family::ipv6, 143, "mld2-listener-report"}};

std::string icmp_name(Family family, std::uint8_t type) {
  const auto found = std::ranges::find_if(
      icmp_names, [&](const IcmpName& name) { return name.family == family && name.type == type; });
  return found == icmp_names.end() ? fmt::format("{}", type) : std::string(found->name);
}

/// "icmpv6 type nd-redirect"
RuleMatch of_icmp_type(const PacketFacts& facts, std::uint8_t type) {
  const std::string name = icmp_name(facts.kind.family(), type);
  return facts.is_ipv4() ? RuleMatch{"icmp type " + name, fmt::format("-p icmp --icmp-type {}", type)}
                         : RuleMatch{"icmpv6 type " + name, fmt::format("-p ipv6-icmp --icmpv6-type {}", type)};
}

RuleMatch operator+(const RuleMatch& a, const RuleMatch& b) {
  const bool has_both = !a.iptables.empty() && !b.iptables.empty();
  return {a.nft + " " + b.nft, has_both ? a.iptables + " " + b.iptables : std::string()};
}

RuleMatch of_state(std::string_view nft, std::string_view iptables) {
  return {fmt::format("ct state {}", nft), fmt::format("-m conntrack --ctstate {}", iptables)};
}

RuleMatch invalid() { return of_state("invalid", "INVALID"); }
RuleMatch related() { return of_state("related", "RELATED"); }

/// The errors that RFC 4890 4.3.1 and RFC 2979 3.1.1 want to pass.
RuleMatch of_errors(Family family) {
  return family == Family::ipv4
             ? RuleMatch{"icmp type { destination-unreachable, time-exceeded, parameter-problem }", {}}
             : RuleMatch{"icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem }",
                         {}};
}

// ---- ports and flags ----

std::string flags_text(std::uint8_t flags, std::string_view separator) {
  constexpr std::array<std::string_view, 6> names{"fin", "syn", "rst", "psh", "ack", "urg"};
  std::string text;
  for (std::size_t bit = 0; bit < names.size(); ++bit)
    if ((flags >> bit & 1U) != 0) text += (text.empty() ? "" : std::string(separator)) + std::string(names[bit]);
  return text;
}

RuleMatch of_exact_flags(std::uint8_t flags) {
  std::string upper = flags == 0 ? "NONE" : flags_text(flags, ",");
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const std::string all = "tcp flags & (fin | syn | rst | psh | ack | urg) == ";
  const bool is_one = std::popcount(flags) == 1;
  const std::string wanted = flags == 0 ? "0x0" : is_one ? flags_text(flags, "") : "(" + flags_text(flags, " | ") + ")";
  return {all + wanted, "-p tcp --tcp-flags ALL " + upper};
}

constexpr std::uint8_t syn = 2;
RuleMatch no_opening() {
  return {"ct state new tcp flags & (fin | syn | rst | ack) != syn", "-p tcp ! --syn -m conntrack --ctstate NEW"};
}

/// "tcp dport 7777"
RuleMatch of_port(const PacketFacts& facts, std::uint16_t port) {
  const char* const protocol = facts.is_tcp() ? "tcp" : "udp";
  return {fmt::format("{} dport {}", protocol, port), fmt::format("-p {0} -m {0} --dport {1}", protocol, port)};
}

// ---- addresses ----

/// Sources that nobody has, or nobody outside (RFC 6890).
constexpr std::array foreign_sources{"240.0.0.0/4", "224.0.0.0/4",   "127.0.0.0/8",    "0.0.0.0/8", "169.254.0.0/16",
                                     "10.0.0.0/8",  "172.16.0.0/12", "192.168.0.0/16", "::1/128",   "::ffff:0:0/96",
                                     "::/96",       "fc00::/7",      "fec0::/10",      "ff00::/8"};

RuleMatch from(const std::string& prefix, bool is_ipv4, bool is_negated = false) {
  return {fmt::format("{} saddr {}{}", is_ipv4 ? "ip" : "ip6", is_negated ? "!= " : "", prefix),
          fmt::format("{}-s {}", is_negated ? "! " : "", prefix)};
}

std::string text_of_network(const IpPrefix& prefix) {
  if (prefix.address.is_ipv4())
    return to_text(IpPrefix{Ipv4Address{prefix.address.ipv4().value & ipv4_mask(prefix.length)}, prefix.length});
  Ipv6Address network = prefix.address.ipv6();
  for (std::size_t bit = prefix.length; bit < 128; ++bit)
    network.octets[bit / 8] = static_cast<std::uint8_t>(network.octets[bit / 8] & ~(0x80U >> bit % 8));
  return to_text(IpPrefix{network, prefix.length});
}

bool is_broadcast_of(const IpAddress& address, const IpPrefix& prefix) {
  return address.is_ipv4() && prefix.contains(address) && (address.ipv4().value | ipv4_mask(prefix.length)) == ~0U;
}

void add_router_sources(Matches& matches, const Case& a_case, const IpAddress& source, const Places& places) {
  const bool is_ipv4 = source.is_ipv4(), is_outside = a_case.from == Side::outside;
  const IpPrefix& inside = is_ipv4 ? places.inside.ipv4 : places.inside.ipv6;
  if (inside.contains(source) != is_outside) return;
  const std::string& device = is_outside ? places.outside.device : places.inside.device;
  matches.push_back(RuleMatch{fmt::format("iifname \"{}\"", device), "-i " + device} +
                    from(text_of_network(inside), is_ipv4, !is_outside));
}

void add_sources(Matches& matches, const Case& a_case, const IpAddress& source, const Places& places) {
  if (a_case.mode == Mode::router) add_router_sources(matches, a_case, source, places);
  if (!source.is_ipv4() && source == IpAddress(Ipv6Address{}))
    matches.push_back(from("::", false) + RuleMatch{"icmpv6 type echo-request", "-p ipv6-icmp --icmpv6-type 128"});
  for (const char* const text : foreign_sources) {
    if (const auto prefix = parse_prefix(text); prefix && prefix->contains(source))
      matches.push_back(from(text, source.is_ipv4()));
  }
  const IpPrefix& own = source.is_ipv4() ? places.outside.ipv4 : places.outside.ipv6;
  if (source == own.address) matches.push_back({"fib saddr type local", "-m addrtype --src-type LOCAL"});
  if (is_broadcast_of(source, own)) matches.push_back({"fib saddr type broadcast", "-m addrtype --src-type BROADCAST"});
}

void add_destinations(Matches& matches, const PacketFacts& facts, const Places& places) {
  const IpAddress& destination = facts.kind.destination;
  if (!destination.is_ipv4()) return;
  for (const Arm* arm : {&places.outside, &places.inside})
    if (is_broadcast_of(destination, arm->ipv4))
      matches.push_back({"fib daddr type broadcast", "-m addrtype --dst-type BROADCAST"});
  if (destination.ipv4().value >> 28 == 0xe)
    matches.push_back({"fib daddr type multicast", "-m addrtype --dst-type MULTICAST"});
}

// ---- headers ----

std::string_view option_name(std::uint8_t option) {
  switch (option) {
    case ipv4_option::record_route:
      return "rr";
    case ipv4_option::loose_source_route:
      return "lsrr";
    case ipv4_option::strict_source_route:
      return "ssrr";
    case ipv4_option::router_alert:
      return "ra";
    default:
      return {};
  }
}

RuleMatch of_extension(const PacketFacts& facts, std::uint8_t extension) {
  switch (extension) {
    case protocol_number::hop_by_hop_options:
      return {"exthdr hbh exists", "-m ipv6header --header hop --soft"};
    case protocol_number::fragment:
      return {"exthdr frag exists", "-m ipv6header --header frag --soft"};
    case protocol_number::routing:
      return {fmt::format("rt type {}", facts.routing_type.value_or(0)),
              fmt::format("-m rt --rt-type {}", facts.routing_type.value_or(0))};
    default:
      return {"exthdr dst exists", "-m ipv6header --header dst --soft"};
  }
}

void add_headers(Matches& matches, const PacketFacts& facts) {
  for (const std::uint8_t option : facts.options)
    if (const auto name = option_name(option); !name.empty())
      matches.push_back({fmt::format("ip option {} exists", name), {}});
  if (!facts.options.empty()) matches.push_back({"ip hdrlength > 5", {}});
  if (facts.has_evil_bit) matches.push_back({"ip frag-off & 0x8000 != 0", {}});
  std::vector<std::uint8_t> told;
  for (const std::uint8_t extension : facts.extensions) {
    if (std::ranges::find(told, extension) != told.end()) continue;
    told.push_back(extension);
    const RuleMatch header = of_extension(facts, extension);
    if (facts.icmp_type && facts.is_neighbor_discovery())
      matches.push_back(header + of_icmp_type(facts, *facts.icmp_type));
    matches.push_back(header);
  }
}

/// A message of ICMP whose header is behind the fixed one, from where hosts are: what is odd about others is left out.
void add_plain_icmp(Matches& matches, const Case& a_case, const PacketFacts& facts, const RuleMatch& type,
                    const Places& places) {
  const RuleMatch plain =
      (facts.is_ipv4() ? RuleMatch{"ip hdrlength 5", {}} : RuleMatch{"ip6 nexthdr icmpv6", {}}) + type;
  constexpr const char* global = "2000::/3";
  if (facts.is_neighbor_discovery()) {
    matches.push_back(type + RuleMatch{"ip6 hoplimit 255", "-m hl --hl-eq 255"});
    matches.push_back(plain + RuleMatch{"ip6 hoplimit 255", {}});
  }
  if (facts.is_listener_discovery() && facts.kind.source.is_link_local())
    matches.push_back(type + from("fe80::/10", false));
  if (a_case.mode == Mode::router && a_case.from == Side::inside)
    matches.push_back(RuleMatch{fmt::format("iifname \"{}\"", places.inside.device), "-i " + places.inside.device} +
                      type);
  matches.push_back(type);
  if (const auto prefix = parse_prefix(global); prefix && prefix->contains(facts.kind.source)) {
    matches.push_back(from(global, false) + type);
    matches.push_back(from(global, false) + plain);
  }
  matches.push_back(plain);
}

/// A port that stands for all that are not open: what is not let in by a rule is dropped behind them, or what rules
/// let in for where it comes from.
void add_blocked_port(Matches& matches, const PacketFacts& facts, std::uint16_t open) {
  const std::string protocol = facts.is_tcp() ? "tcp" : "udp";
  matches.push_back({.nft = "meta l4proto " + protocol + " ct state new",
                     .iptables = "-p " + protocol + " -m conntrack --ctstate NEW",
                     .is_last = true});
  if (facts.is_tcp())  // where the policy lets in what is open, and no rule
    matches.push_back({.nft = fmt::format("tcp dport != {} ct state new", open),
                       .iptables = fmt::format("-p tcp ! --dport {} -m conntrack --ctstate NEW", open),
                       .is_last = true});
  constexpr std::uint16_t first_unprivileged = 1024;
  const std::uint16_t source = facts.source_port.value_or(first_unprivileged);
  if (source < first_unprivileged)
    matches.push_back(RuleMatch{fmt::format("{} sport {}", protocol, source),
                                fmt::format("-p {0} -m {0} --sport {1}", protocol, source)} +
                      of_state("new", "NEW"));
}

/// What is no ICMP, TCP or UDP, or shows none of it.
void add_protocol(Matches& matches, const PacketFacts& facts) {
  if (facts.kind.is_later)
    matches.push_back(facts.is_ipv4() ? RuleMatch{"ip frag-off & 0x1fff != 0", "-f"}
                                      : of_extension(facts, protocol_number::fragment));
  else if (!facts.icmp_type && !facts.destination_port)
    matches.push_back({fmt::format("meta l4proto {}", facts.kind.protocol), fmt::format("-p {}", facts.kind.protocol)});
}

Matches matches_given(const Case& a_case) { return a_case.mend.empty() ? Matches() : Matches{{a_case.mend, {}}}; }

}  // namespace

Matches matches_to_let_in(const Case& a_case, Bytes packet, const Places& places) {
  Matches matches = matches_given(a_case);
  const auto facts = facts_of(packet);
  if (!facts) return matches;
  if (a_case.flow != Flow::none && facts->is_icmp_error()) {
    matches.push_back(related() + of_errors(facts->kind.family()));
    matches.push_back(related() + of_icmp_type(*facts, *facts->icmp_type));
    matches.push_back(related());
  } else if (a_case.flow != Flow::none) {
    matches.push_back(of_state("established", "ESTABLISHED"));
  }
  if (facts->icmp_type) add_plain_icmp(matches, a_case, *facts, of_icmp_type(*facts, *facts->icmp_type), places);
  if (facts->tcp_flags == syn && facts->destination_port)
    matches.push_back(of_port(*facts, *facts->destination_port) +
                      RuleMatch{"tcp flags & (fin | syn | rst | ack) == syn", "--syn"});
  if (facts->destination_port) matches.push_back(of_port(*facts, *facts->destination_port));
  add_protocol(matches, *facts);
  return matches;
}

Matches matches_to_keep_out(const Case& a_case, Bytes packet, const Places& places) {
  Matches matches = matches_given(a_case);
  const auto facts = facts_of(packet);
  if (!facts) return matches;
  add_sources(matches, a_case, facts->kind.source, places);
  add_headers(matches, *facts);
  add_destinations(matches, *facts, places);
  if (facts->icmp_type) {
    const RuleMatch type = of_icmp_type(*facts, *facts->icmp_type);
    if (facts->is_neighbor_discovery() && facts->hop_limit != 255)
      matches.push_back(type + RuleMatch{"ip6 hoplimit != 255", "-m hl ! --hl-eq 255"});
    if (a_case.flow == Flow::none) matches.push_back(invalid() + type);
    matches.push_back(type);
  }
  if (facts->tcp_flags && *facts->tcp_flags != syn) {
    matches.push_back(of_exact_flags(*facts->tcp_flags));
    matches.push_back(no_opening());
  }
  if (facts->destination_port == places.blocked)
    add_blocked_port(matches, *facts, places.open);
  else if (facts->destination_port)
    matches.push_back(of_port(*facts, *facts->destination_port));
  add_protocol(matches, *facts);
  if (a_case.flow == Flow::none) matches.push_back(invalid());
  return matches;
}

Matches matches_to_let_out(Family family) {
  const bool is_ipv4 = family == Family::ipv4;
  Matches matches{of_errors(family)};
  matches.push_back(is_ipv4 ? RuleMatch{"icmp type echo-reply", "-p icmp --icmp-type 0"}
                            : RuleMatch{"icmpv6 type echo-reply", "-p ipv6-icmp --icmpv6-type 129"});
  if (!is_ipv4)
    matches.push_back({"icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }", "-p ipv6-icmp --icmpv6-type 136"});
  matches.push_back(of_state("established,related", "ESTABLISHED,RELATED"));
  matches.push_back(is_ipv4 ? RuleMatch{"meta l4proto icmp", "-p icmp"}
                            : RuleMatch{"meta l4proto ipv6-icmp", "-p ipv6-icmp"});
  return matches;
}

}  // namespace tunstack::firewall
