#include "protocols/ip/filter.hpp"

#include <algorithm>

#include "protocols/ip/ipv6_fragments.hpp"
#include "protocols/wire/ipv4_options.hpp"

namespace tunstack::ip {

namespace {

/// Of the first fragment of a TCP segment (RFC 3128 3).
constexpr std::size_t least_tcp_in_first_fragment = 16;
/// Where another fragment would lie upon the fields behind ports and sequence number (RFC 1858 3.2.1).
constexpr std::size_t upon_tcp_fields = 8;

bool is_tiny_tcp(const Ipv4View& ip) {
  if (ip.protocol() != protocol_number::tcp) return false;
  return ip.fragment_offset() == upon_tcp_fields ||
         (ip.fragment_offset() == 0 && ip.more_fragments() && ip.payload().size() < least_tcp_in_first_fragment);
}

bool is_first_of_several(const Ipv6FragmentHeader& fragment) { return fragment.offset() == 0 && fragment.more(); }

template <class Value>
bool fits(const std::optional<Value>& asked, const Value& value) {
  return !asked || *asked == value;
}

bool fits(const std::optional<IpPrefix>& asked, const IpAddress& address) { return !asked || asked->contains(address); }

bool ports_fit(const FilterRule& rule, const FilterSubject& subject) {
  if (!rule.asks_for_ports()) return true;
  return subject.has_ports() && rule.source_ports.contains(load_be16(subject.message, 0)) &&
         rule.destination_ports.contains(load_be16(subject.message, 2));
}

bool icmp_fits(const FilterRule& rule, const FilterSubject& subject) {
  if (!rule.asks_for_icmp()) return true;
  return subject.has_type() && fits(rule.icmp_type, subject.message[0]) && fits(rule.icmp_code, subject.message[1]);
}

bool has_option(Bytes options, std::uint8_t type) {
  Ipv4OptionReader reader(options);
  while (const auto option = reader.next())
    if (option->type() == type) return true;
  return false;
}

bool headers_fit(const FilterRule& rule, const FilterSubject& subject) {
  return (!rule.option || has_option(subject.options, *rule.option)) &&
         (!rule.extension || (*rule.extension < 64 && (subject.extensions >> *rule.extension & 1) != 0)) &&
         (!rule.routing_type || rule.routing_type == subject.routing_type);
}

bool matches(const FilterRule& rule, const FilterSubject& subject) {
  return fits(rule.family, subject.family) && fits(rule.from, subject.from) && fits(rule.source, subject.source) &&
         fits(rule.destination, subject.destination) && fits(rule.protocol, subject.protocol) &&
         subject.precedence >= rule.least_precedence && headers_fit(rule, subject) && ports_fit(rule, subject) &&
         icmp_fits(rule, subject);
}

bool asks_for_ports_of_tcp(const FilterRule& rule) {
  return rule.asks_for_ports() && fits(rule.protocol, protocol_number::tcp);
}

bool is_about_ipv6(const FilterRule& rule) {
  const auto is_of_ipv6 = [](const std::optional<IpPrefix>& prefix) { return !prefix || !prefix->address.is_ipv4(); };
  return fits(rule.family, Family::ipv6) && is_of_ipv6(rule.source) && is_of_ipv6(rule.destination) && !rule.option;
}

bool is_about_chain(const FilterRule& rule) {
  return is_about_ipv6(rule) &&
         (rule.protocol || rule.extension || rule.routing_type || rule.asks_for_ports() || rule.asks_for_icmp());
}

}  // namespace

Filter::Filter(std::vector<FilterRule> rules)
    : rules_(std::move(rules)),
      asks_for_tcp_(std::ranges::any_of(rules_, asks_for_ports_of_tcp)),
      asks_for_chain_(std::ranges::any_of(rules_, is_about_chain)) {}

const FilterRule* Filter::first_match(const FilterSubject& subject) const {
  const auto found = std::ranges::find_if(rules_, [&](const FilterRule& rule) { return matches(rule, subject); });
  return found == rules_.end() ? nullptr : &*found;
}

FilterSubject filter_subject(const Ipv4Arrival& arrival) {
  const Ipv4View& ip = arrival.ip;
  return {.family = Family::ipv4,
          .from = arrival.interface,
          .source = ip.source(),
          .destination = ip.destination(),
          .protocol = ip.protocol(),
          .precedence = static_cast<std::uint8_t>(ip.type_of_service() >> 5),
          .options = ip.options(),
          .message = ip.fragment_offset() == 0 ? ip.payload() : Bytes(),
          .is_icmp = ip.protocol() == protocol_number::icmpv4,
          .is_tiny_tcp = is_tiny_tcp(ip)};
}

FilterSubject filter_subject(const Ipv6Arrival& arrival) {
  FilterSubject subject{.family = Family::ipv6,
                        .from = arrival.interface,
                        .source = arrival.ip.source(),
                        .destination = arrival.ip.destination()};
  const Bytes packet = arrival.ip.bytes();
  bool is_first_fragment = false;
  const ChainWalk walk = walk_extensions(packet, [&](const UpperLayer& at, Bytes header) {
    subject.extensions |= std::uint64_t{1} << at.protocol;
    if (at.protocol == protocol_number::routing) subject.routing_type = header[ipv6_routing_offset::type];
    if (at.protocol == protocol_number::fragment) is_first_fragment |= is_first_of_several(Ipv6FragmentHeader(header));
  });
  subject.protocol = walk.reached.protocol;
  if (!walk.ended_by) subject.message = packet.subspan(walk.reached.offset);
  subject.is_icmp = subject.protocol == protocol_number::icmpv6;
  subject.lacks_headers =
      is_first_fragment && (walk.ended_by || subject.message.size() < least_upper_layer(subject.protocol));
  return subject;
}

}  // namespace tunstack::ip
