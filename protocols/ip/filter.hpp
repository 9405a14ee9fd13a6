// What a router lets pass of what is in transit: rules in a row, of which the first that matches decides
// (RFC 1812 5.3.9). Filled by whoever configures the node; asked by the forwarder, once for each datagram, where there
// are rules at all.
#pragma once

#include <optional>
#include <vector>

#include "protocols/arrival.hpp"
#include "protocols/error_rule.hpp"

namespace tunstack::ip {

/// What becomes of what a rule matches: `drop` is silent, `prohibit` is told as such (3/13, in IPv6 1/1), `reject` with
/// the code that the rule names.
enum class FilterAction : std::uint8_t { accept, drop, prohibit, reject };

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;

  bool contains(std::uint16_t port) const { return first <= port && port <= last; }
  bool is_any() const { return first == 0 && last == 0xffff; }
};

/// What is not said matches anything. Ports are those of TCP and UDP, types and codes those of ICMP of the family;
/// where a datagram shows none, because it is another fragment than the first or too short, they match nothing.
struct FilterRule {
  std::optional<Family> family = {};
  std::optional<InterfaceId> from = {};  // where it comes in
  std::optional<IpPrefix> source = {};
  std::optional<IpPrefix> destination = {};
  std::optional<std::uint8_t> protocol = {};  // behind extension headers
  PortRange source_ports = {};
  PortRange destination_ports = {};
  std::optional<std::uint8_t> icmp_type = {};
  std::optional<std::uint8_t> icmp_code = {};
  std::optional<std::uint8_t> option = {};        // the type of an IPv4 option (RFC 7126 4)
  std::optional<std::uint8_t> extension = {};     // the number of an IPv6 extension header
  std::optional<std::uint8_t> routing_type = {};  // of an IPv6 routing header
  std::uint8_t least_precedence = 0;              // of IPv4
  FilterAction action = FilterAction::accept;
  std::uint8_t code = 0;  // of Destination Unreachable, where it rejects

  bool asks_for_ports() const { return !source_ports.is_any() || !destination_ports.is_any(); }
  bool asks_for_icmp() const { return icmp_type || icmp_code; }
};

/// A datagram as rules see it.
struct FilterSubject {
  Family family = Family::ipv4;
  InterfaceId from{};
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint8_t precedence = 0;
  Bytes options = {};            // of IPv4
  std::uint64_t extensions = 0;  // of IPv6: the bits of their numbers
  std::optional<std::uint8_t> routing_type = {};
  Bytes message = {};          // from the upper layer on, as far as it is here
  bool is_icmp = false;        // of its own family
  bool is_tiny_tcp = false;    // of IPv4: a fragment which hides fields of TCP from filters, or could replace them
  bool lacks_headers = false;  // of IPv6: a first fragment which has not all of them

  bool has_ports() const {
    return message.size() >= 4 && (protocol == protocol_number::tcp || protocol == protocol_number::udp);
  }
  bool has_type() const { return message.size() >= 2 && is_icmp; }
};

FilterSubject filter_subject(const Ipv4Arrival& arrival);
FilterSubject filter_subject(const Ipv6Arrival& arrival);

class Filter {
 public:
  explicit Filter(std::vector<FilterRule> rules = {});

  bool empty() const { return rules_.empty(); }
  /// The first rule that matches, or null.
  const FilterRule* first_match(const FilterSubject& subject) const;
  /// Whether a rule asks for what fragments of TCP can hide.
  bool asks_for_tcp() const { return asks_for_tcp_; }
  /// Whether a rule asks for what stands behind the IPv6 header, which fragments can hide.
  bool asks_for_chain() const { return asks_for_chain_; }

 private:
  std::vector<FilterRule> rules_;
  bool asks_for_tcp_ = false;
  bool asks_for_chain_ = false;
};

// ---- what becomes of it ----

/// What a filter says of a datagram.
struct Filtered {
  const FilterRule* rule;     // or null
  bool is_hidden_from_rules;  // by fragments
  FilterAction action() const { return rule == nullptr ? FilterAction::accept : rule->action; }
};

inline Filtered ask(const Filter& filter, const FilterSubject& subject) {
  const bool is_hidden =
      (filter.asks_for_tcp() && subject.is_tiny_tcp) || (filter.asks_for_chain() && subject.lacks_headers);
  return {filter.first_match(subject), is_hidden};
}

template <FilterAction action>
bool is_filtered(const Filtered& filtered) {
  return filtered.action() == action;
}
inline std::size_t code_of_filter(const Filtered& filtered) { return filtered.rule->code; }
inline std::size_t no_code(const Filtered&) { return 0; }

inline constexpr std::array ipv4_filter_rules = {
    ErrorRule<Filtered>{Reason::forward4_tcp_fragment_tiny, silently, no_code,
                        [](const Filtered& f) { return f.is_hidden_from_rules; }},
    ErrorRule<Filtered>{Reason::forward4_filter_drops, silently, no_code, is_filtered<FilterAction::drop>},
    ErrorRule<Filtered>{Reason::forward4_filter_prohibits, Problem::prohibited, no_code,
                        is_filtered<FilterAction::prohibit>},
    ErrorRule<Filtered>{Reason::forward4_filter_rejects, Problem::unreachable_by_code, code_of_filter,
                        is_filtered<FilterAction::reject>},
};

/// The source is told what it is to put into a first fragment, as RFC 7112 5 lets routers do.
inline constexpr std::array ipv6_filter_rules = {
    ErrorRule<Filtered>{Reason::forward6_fragment_lacks_headers, Problem::header_chain_incomplete, no_code,
                        [](const Filtered& f) { return f.is_hidden_from_rules; }},
    ErrorRule<Filtered>{Reason::forward6_filter_drops, silently, no_code, is_filtered<FilterAction::drop>},
    ErrorRule<Filtered>{Reason::forward6_filter_prohibits, Problem::prohibited, no_code,
                        is_filtered<FilterAction::prohibit>},
    ErrorRule<Filtered>{Reason::forward6_filter_rejects, Problem::unreachable_by_code, code_of_filter,
                        is_filtered<FilterAction::reject>},
};

}  // namespace tunstack::ip
