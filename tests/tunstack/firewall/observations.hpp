// Observations as the tests of verdicts and reports make them up: how far packets came, what rules said, what came
// back.
#pragma once

#include "tests/support/packets.hpp"
#include "tunstack/firewall/verdict.hpp"

namespace tunstack::firewall::observed {

using namespace tunstack::test;  // NOLINT: packets as all tests write them

inline TraceStep rule_step(std::string verdict, std::uint64_t handle = 7, std::string chain = "input") {
  return {
      .family = "inet", .table = "filter", .chain = std::move(chain), .handle = handle, .verdict = std::move(verdict)};
}
inline TraceStep policy_step(std::string verdict = "drop") { return rule_step(std::move(verdict), 0); }
inline TraceStep answer_step(std::string verdict = "drop") {
  TraceStep step = rule_step(std::move(verdict), 9, "output");
  step.of_answer = true;
  return step;
}

inline Case case_of(Mode mode) {
  Case a_case;
  a_case.mode = mode;
  return a_case;
}
inline Case repeated(unsigned count) {
  Case a_case;
  a_case.repeat = count;
  return a_case;
}
inline Case in_three_fragments() {
  Case a_case;
  a_case.fragments = {"0-8", "8-16", "16-24"};
  return a_case;
}

/// What was seen of packets that came as far as the last of the points.
class Seen {
 public:
  explicit Seen(Packet packet = echo4({.source = "192.0.2.2", .destination = "192.0.2.1"})) {
    inject(std::move(packet));
    observation_.id = "H4-Q-08";
  }

  Seen& inject(Packet packet, Side side = Side::outside) {
    observation_.injections.push_back({side, std::move(packet)});
    ++observation_.seen[static_cast<std::size_t>(Point::device)];
    return *this;
  }
  /// The device is a point too: it takes all that is injected, unless it is named.
  Seen& at(std::initializer_list<Point> points, unsigned count = 1) {
    for (const Point point : points) observation_.seen[static_cast<std::size_t>(point)] = count;
    return *this;
  }
  Seen& traced(TraceStep step) {
    observation_.trace.push_back(std::move(step));
    return *this;
  }
  Seen& reacted(Packet packet, Side side = Side::outside) {
    observation_.reactions.push_back({side, std::move(packet)});
    return *this;
  }
  Seen& effect(Effect kind, std::string what) {
    observation_.effects.push_back({kind, std::move(what)});
    return *this;
  }
  Seen& counted(std::string name, std::int64_t by = 1) {
    observation_.counters.push_back({std::move(name), by});
    return *this;
  }
  Seen& without_probes() {
    observation_.has_probes = false;
    return *this;
  }

  const Observation& observation() const { return observation_; }
  Verdict verdict(const Case& a_case = Case()) const { return verdict_of(a_case, observation_); }

 private:
  Observation observation_;
};

inline constexpr Ipv4Fields from_host{.source = "192.0.2.1", .destination = "192.0.2.2"};
inline constexpr Ipv4Fields to_host{.source = "192.0.2.2", .destination = "192.0.2.1"};

inline Packet echo_reply() { return ipv4(from_host, icmpv4(0, 0, 0x05010001, counting(56))); }
inline Packet error4(unsigned type, unsigned code) { return ipv4(from_host, icmpv4(type, code, 0, udp4(to_host))); }
inline Packet segment_from_host(unsigned flags) {
  Ipv4Fields fields = from_host;
  fields.protocol = 6;
  return ipv4(fields, tcp(fields, {.source_port = 80, .destination_port = 40000, .flags = flags}));
}
inline Packet segment_to_host(unsigned flags) {
  Ipv4Fields fields = to_host;
  fields.protocol = 6;
  return ipv4(fields, tcp(fields, {.destination_port = 80, .flags = flags}));
}

}  // namespace tunstack::firewall::observed
