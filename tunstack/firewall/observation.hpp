// What was seen of the packets of a case: plain data, made by tunstack/firewall/bench, judged without rights
// (verdict.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

/// Where a packet can be seen on its way through the kernel, in this order.
enum class Point : std::uint8_t {
  device,       // the device took it
  ingress,      // of netdev, before all rules
  prerouting,   // the first hook of rules; fragments are single still
  input_first,  // before all rules of INPUT
  input_last,   // behind all of them
  forward_first,
  forward_last,
  output_first,  // what the machine sends because of it
  output_last,
};
inline constexpr std::size_t point_count = 9;

/// What a rule, or the policy of a chain, did with a packet.
struct TraceStep {
  std::string family, table, chain;  // "inet", "filter", "input"
  std::uint64_t handle = 0;          // of the rule; 0: the policy of the chain
  std::string verdict;               // "accept", "drop", "continue", "jump NAME", "return", ...
  std::size_t packet = 0;            // which of the traced ones: all steps of one have the same number
  bool of_answer = false;            // of a packet that the machine sends

  friend bool operator==(const TraceStep&, const TraceStep&) = default;
};

/// A packet that came out of a device because of the case.
struct Reaction {
  Side side = Side::outside;
  std::vector<std::uint8_t> octets;
};

struct Injection {
  Side side = Side::outside;
  std::vector<std::uint8_t> octets;
};

struct EffectSeen {
  Effect kind = Effect::none;
  std::string what;  // "path MTU 1280", "ECONNREFUSED 3/3", "address configured", "route changed", "delivered"

  friend bool operator==(const EffectSeen&, const EffectSeen&) = default;
};

/// A counter of the kernel that grew: /proc/net/snmp, netstat and snmp6.
struct Counted {
  std::string name;
  std::int64_t by = 0;
};

struct Observation {
  std::string id;                   // of the case
  std::string failed_precondition;  // why the conversation of the case could not be opened; empty: it is open
  std::vector<Injection> injections;
  std::vector<std::uint8_t> wanted;  // the packet of Case::wanted_packet, with the addresses that its names stand for
  std::vector<unsigned> seen = std::vector<unsigned>(point_count);  // how many packets at each Point
  std::vector<TraceStep> trace;
  std::vector<Reaction> reactions;
  std::vector<EffectSeen> effects;
  std::vector<Counted> counters;
  /// Whether rules can be watched here; if not, only devices, reactions and effects tell.
  bool has_probes = true;

  unsigned at(Point point) const { return seen[static_cast<std::size_t>(point)]; }
};

/// One object of JSON, and back. Throws nothing but what nlohmann's parser throws for a text that is none.
std::string to_json(const Observation& observation);
Observation observation_from_json(const std::string& text);

}  // namespace tunstack::firewall
