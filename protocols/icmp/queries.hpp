// Timestamp, address mask and information requests (RFC 792, RFC 950 I, RFC 1122 3.2.2.7 to 3.2.2.9).
#pragma once

#include <optional>

#include "protocols/arrival.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::icmp {

inline constexpr std::uint32_t milliseconds_a_day = 86'400'000;
/// Marks a time that is not in ms since midnight UT (RFC 792).
inline constexpr std::uint32_t nonstandard_time = 0x8000'0000;

struct QueryPolicy {
  bool timestamp = true;
  bool timestamp_nonstandard = false;  // mark our own times so
  bool mask_agent = true;
  bool information = false;
};

struct TimestampRequest {
  const Icmpv4View& message;
  AddressKind destination;
  const QueryPolicy& policy;
  bool to_groups;
};

inline constexpr std::size_t timestamp_size = icmpv4_timestamp_size;
inline constexpr std::size_t address_mask_size = icmpv4_address_mask_size;

inline constexpr std::array timestamp_rules = {
    Rule<TimestampRequest>{Reason::icmp4_timestamp_off, [](const TimestampRequest& r) { return !r.policy.timestamp; }},
    Rule<TimestampRequest>{Reason::icmp4_timestamp_to_group,
                           [](const TimestampRequest& r) { return !is_own(r.destination) && !r.to_groups; }},
    Rule<TimestampRequest>{Reason::icmp4_timestamp_code_not_0,
                           [](const TimestampRequest& r) { return r.message.code() != 0; }},
    Rule<TimestampRequest>{Reason::icmp4_timestamp_too_short,
                           [](const TimestampRequest& r) { return r.message.bytes().size() < timestamp_size; }},
};

/// `now`: a time as the wire has it. A request is answered at once, so it is received and sent at the same time.
inline Verdict answer_timestamp(const TimestampRequest& request, std::uint32_t now, RuleTrace* trace = nullptr) {
  if (const auto broken = first_broken<timestamp_rules>(request, trace)) return Drop{*broken};
  const Bytes message = request.message.bytes();
  return Reply{Reason::icmp4_timestamp_request_for_us,
               Icmpv4Query{Icmpv4Type::timestamp_reply,
                           icmp_identifier_and_sequence(message),
                           3,
                           {load_be32(message, icmpv4_query_offset::originate), now, now}}};
}

/// A query that is answered: the reply has the TOS of the request, and logs its way (RFC 1122 3.2.2.8).
inline Verdict as_query_reply(Verdict verdict, const Ipv4Arrival& request) {
  if (auto* const reply = std::get_if<Reply>(&verdict))
    reply->header = {.traffic_class = without_ecn(request.ip.type_of_service()), .logs_route = true};
  return verdict;
}

struct AddressMaskRequest {
  const Icmpv4View& message;
  AddressKind destination;
  std::optional<std::uint32_t> mask;  // of the link, or nothing if it is not clear which one is meant
  const QueryPolicy& policy;
};

inline constexpr std::array address_mask_rules = {
    Rule<AddressMaskRequest>{Reason::icmp4_mask_agent_off,
                             [](const AddressMaskRequest& r) { return !r.policy.mask_agent; }},
    Rule<AddressMaskRequest>{Reason::icmp4_mask_request_to_multicast,
                             [](const AddressMaskRequest& r) { return is_multicast(r.destination); }},
    Rule<AddressMaskRequest>{Reason::icmp4_mask_message_too_short,
                             [](const AddressMaskRequest& r) { return r.message.bytes().size() < address_mask_size; }},
    Rule<AddressMaskRequest>{Reason::icmp4_mask_ambiguous, [](const AddressMaskRequest& r) { return !r.mask; }},
};

inline Verdict answer_address_mask(const AddressMaskRequest& request, RuleTrace* trace = nullptr) {
  if (const auto broken = first_broken<address_mask_rules>(request, trace)) return Drop{*broken};
  return Reply{Reason::icmp4_mask_request_for_us, Icmpv4Query{Icmpv4Type::address_mask_reply,
                                                              icmp_identifier_and_sequence(request.message.bytes()),
                                                              1,
                                                              {request.mask.value_or(0)}}};
}

inline Verdict answer_information(const Icmpv4View& request, const QueryPolicy& policy) {
  if (!policy.information) return Drop{Reason::icmp4_information_off};
  return Reply{Reason::icmp4_information_request_for_us,
               Icmpv4Query{Icmpv4Type::information_reply, icmp_identifier_and_sequence(request.bytes())}};
}

/// What a timestamp reply tells whoever asked. Times in ms as the wire has them.
struct TimestampEstimate {
  std::int32_t round_trip = 0;  // ms, without the time that the other side took
  std::int32_t offset = 0;      // ms, of the other clock against ours, if both ways take equally long
  bool is_standard = true;      // otherwise the other clock does not count ms since midnight UT
};

/// The difference of two times of day, the shorter way round midnight.
constexpr std::int32_t time_difference(std::uint32_t later, std::uint32_t earlier) {
  constexpr std::int64_t day = milliseconds_a_day;
  const std::int64_t difference = (static_cast<std::int64_t>(later) - earlier) % day;
  if (difference > day / 2) return static_cast<std::int32_t>(difference - day);
  if (difference < -day / 2) return static_cast<std::int32_t>(difference + day);
  return static_cast<std::int32_t>(difference);
}

constexpr TimestampEstimate timestamp_estimate(std::uint32_t originate, std::uint32_t receive, std::uint32_t transmit,
                                               std::uint32_t arrival) {
  const bool is_standard = ((receive | transmit) & nonstandard_time) == 0;
  receive &= ~nonstandard_time;
  transmit &= ~nonstandard_time;
  const std::int32_t out = time_difference(receive, originate);
  const std::int32_t back = time_difference(transmit, arrival);
  return {out - back, (out + back) / 2, is_standard};
}

}  // namespace tunstack::icmp
