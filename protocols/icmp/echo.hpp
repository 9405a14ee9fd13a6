// Echo requests (RFC 792, RFC 1122 3.2.2.6, RFC 4443 4.2).
#pragma once

#include "protocols/arrival.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::icmp {

enum class EchoCode : std::uint8_t { copy, drop };

struct Echo4Policy {
  bool enabled = true;
  bool to_groups = false;          // RFC 1122 3.2.2.6
  EchoCode code = EchoCode::copy;  // for requests whose code is not 0
  bool dont_fragment = false;      // the flag of replies
};

struct Echo6Policy {
  bool enabled = true;
  bool to_groups = true;            // RFC 4443 4.2
  bool reflect_flow_label = false;  // RFC 6437 2
};

struct Echo4Request {
  const Icmpv4View& message;
  AddressKind destination;
  const Echo4Policy& policy;
};

struct Echo6Request {
  AddressKind destination;
  const Echo6Policy& policy;
};

inline constexpr std::array echo4_rules = {
    Rule<Echo4Request>{Reason::icmp4_echo_off, [](const Echo4Request& r) { return !r.policy.enabled; }},
    Rule<Echo4Request>{Reason::icmp4_echo_to_group,
                       [](const Echo4Request& r) { return !is_own(r.destination) && !r.policy.to_groups; }},
    Rule<Echo4Request>{Reason::icmp4_echo_code_not_0,
                       [](const Echo4Request& r) { return r.message.code() != 0 && r.policy.code == EchoCode::drop; }},
};

inline constexpr std::array echo6_rules = {
    Rule<Echo6Request>{Reason::icmp6_echo_off, [](const Echo6Request& r) { return !r.policy.enabled; }},
    Rule<Echo6Request>{Reason::icmp6_echo_to_group,
                       [](const Echo6Request& r) { return !is_own(r.destination) && !r.policy.to_groups; }},
};

inline Verdict answer_echo(const Ipv4Arrival& arrival, const Icmpv4View& message, const Echo4Policy& policy,
                           RuleTrace* trace = nullptr) {
  if (const auto broken = first_broken<echo4_rules>(Echo4Request{message, arrival.destination, policy}, trace))
    return Drop{*broken};
  // RFC 792, RFC 1122 3.2.2.6: the reply has the TOS of the request, and logs its way.
  return Reply{Reason::icmp4_echo_request_for_us, Icmpv4EchoReply{message.bytes()},
               ReplyHeader{.traffic_class = without_ecn(arrival.ip.type_of_service()),
                           .dont_fragment = policy.dont_fragment ? DontFragment::if_it_fits : DontFragment::never,
                           .logs_route = true}};
}

inline Verdict answer_echo(const Ipv6Arrival& arrival, const Icmpv6View& message, const Echo6Policy& policy,
                           RuleTrace* trace = nullptr) {
  if (const auto broken = first_broken<echo6_rules>(Echo6Request{arrival.destination, policy}, trace))
    return Drop{*broken};
  return Reply{Reason::icmp6_echo_request_for_us, Icmpv6EchoReply{message.bytes(), is_own(arrival.destination)},
               ReplyHeader{.traffic_class = without_ecn(arrival.ip.traffic_class()),
                           .flow_label = policy.reflect_flow_label ? arrival.ip.flow_label() : 0}};
}

}  // namespace tunstack::icmp
