#include "protocols/ip/ipv4_options.hpp"

#include <algorithm>

#include "protocols/base/rule.hpp"

namespace tunstack::ip {

namespace {

constexpr std::size_t address_size = Ipv4Address::size;

// The three forms of the timestamp option.
constexpr unsigned times_only = 0;
constexpr unsigned with_addresses = 1;
constexpr unsigned prespecified = 3;

// Pointers count from 1.
constexpr std::size_t pointed(Bytes option) { return option[ipv4_option_offset::pointer] - 1U; }
constexpr bool is_full(Bytes option) { return option[ipv4_option_offset::pointer] > option.size(); }
constexpr unsigned timestamp_form(Bytes option) { return option[ipv4_option_offset::overflow_and_form] & 0x0fU; }
constexpr unsigned overflow(Bytes option) { return option[ipv4_option_offset::overflow_and_form] >> 4; }
constexpr std::size_t entry_size(Bytes timestamp) { return timestamp_form(timestamp) == times_only ? 4 : 8; }

constexpr bool is_source_route(std::uint8_t type) {
  return type == ipv4_option::loose_source_route || type == ipv4_option::strict_source_route;
}

/// What is wrong with an option, and the octet of it that shows it.
struct OptionRule {
  Reason reason;
  std::size_t at;
  bool (*broken_by)(Bytes option);
};

constexpr OptionRule route_rules[] = {
    {Reason::ipv4_option_length_invalid, ipv4_option_offset::length,
     [](Bytes o) { return o.size() < ipv4_option_offset::route; }},
    {Reason::ipv4_route_pointer_invalid, ipv4_option_offset::pointer,
     [](Bytes o) { return o[ipv4_option_offset::pointer] <= ipv4_option_offset::route; }},
    {Reason::ipv4_route_pointer_invalid, ipv4_option_offset::pointer,
     [](Bytes o) { return !is_full(o) && pointed(o) + address_size > o.size(); }},
};

constexpr OptionRule timestamp_rules[] = {
    {Reason::ipv4_option_length_invalid, ipv4_option_offset::length,
     [](Bytes o) { return o.size() < ipv4_option_offset::timestamps; }},
    {Reason::ipv4_timestamp_pointer_invalid, ipv4_option_offset::pointer,
     [](Bytes o) { return o[ipv4_option_offset::pointer] <= ipv4_option_offset::timestamps; }},
    {Reason::ipv4_timestamp_flag_unknown, ipv4_option_offset::overflow_and_form,
     [](Bytes o) {
       const unsigned form = timestamp_form(o);
       return form != times_only && form != with_addresses && form != prespecified;
     }},
    {Reason::ipv4_timestamp_pointer_invalid, ipv4_option_offset::pointer,
     [](Bytes o) { return !is_full(o) && pointed(o) + entry_size(o) > o.size(); }},
    {Reason::ipv4_timestamp_overflow, ipv4_option_offset::overflow_and_form,
     [](Bytes o) { return is_full(o) && overflow(o) == 15; }},
};

/// THE table of options that a host looks into. All others are ignored (RFC 1122 3.2.1.8).
struct OptionTreatment {
  std::uint8_t type;
  std::span<const OptionRule> rules;
};
constexpr OptionTreatment treatments[] = {
    {ipv4_option::record_route, route_rules},
    {ipv4_option::timestamp, timestamp_rules},
    {ipv4_option::loose_source_route, route_rules},
    {ipv4_option::strict_source_route, route_rules},
};

/// The error that points at an octet of the options (RFC 792: the pointer counts from the start of the header).
Error parameter_problem(Reason reason, std::size_t options_offset) {
  return {reason, Problem::erroneous_header_field, static_cast<std::uint32_t>(ipv4_header_size + options_offset)};
}

std::optional<Verdict> judge_form(const Ipv4Option& option) {
  const auto treatment = std::ranges::find(treatments, option.type(), &OptionTreatment::type);
  if (treatment == std::end(treatments)) return std::nullopt;
  for (const OptionRule& rule : treatment->rules)
    if (rule.broken_by(option.bytes)) return parameter_problem(rule.reason, option.offset + rule.at);
  return std::nullopt;
}

/// Who looks at the options: the host that the datagram is for (`router` is null), the router that it is for, or one
/// that it passes.
struct OptionJudge {
  const TransitOptions* router;
  bool in_transit;

  OptionInTransit treatment_of(const Ipv4Option& option) const {
    return in_transit ? router->of_type(option.type()) : OptionInTransit::pass;
  }
  bool may_go_on(Bytes route) const {
    return in_transit ||
           (router != nullptr && router->of_type(route[ipv4_option_offset::type]) != OptionInTransit::ignore);
  }
};

/// Of the source routes of a datagram: the one that is not ignored, if there is any.
struct SourceRoutesFound {
  bool any = false;
  Bytes followed = {};
};

std::optional<Verdict> judge_source_routes(const SourceRoutesFound& found, SourceRoutes accepted,
                                           const OptionJudge& judge) {
  if (found.any && accepted == SourceRoutes::drop) return Drop{Reason::ipv4_source_route_refused};
  if (!found.followed.empty() && !is_full(found.followed) && !judge.may_go_on(found.followed))
    return Error{Reason::ipv4_source_route_not_finished, Problem::source_route_failed};
  return std::nullopt;
}

// ---- the way back ----

/// The addresses that a source route has passed, without the sender itself: some put it first
/// (RFC 1122 3.2.1.8(c), case B).
Bytes hops_of(Bytes route, Ipv4Address sender) {
  const std::size_t passed = std::min(pointed(route), route.size()) - ipv4_option_offset::route;
  constexpr std::size_t first_hop = 0;
  const Bytes hops = route.subspan(ipv4_option_offset::route, passed / address_size * address_size);
  return !hops.empty() && Ipv4Address::load(hops, first_hop) == sender ? hops.subspan(address_size) : hops;
}

/// The last hop becomes the first; then the others backwards, and the sender in the end.
void add_reversed(ReturnRoute& back, Bytes route, Ipv4Address sender) {
  const Bytes hops = hops_of(route, sender);
  if (hops.empty()) return;
  const MutableBytes option = MutableBytes(back.storage).subspan(back.size);
  const std::size_t size = ipv4_option_offset::route + hops.size();
  option[ipv4_option_offset::type] = route[ipv4_option_offset::type];
  option[ipv4_option_offset::length] = static_cast<std::uint8_t>(size);
  option[ipv4_option_offset::pointer] = ipv4_option_offset::route + 1;
  back.first_hop = Ipv4Address::load(hops, hops.size() - address_size);
  std::size_t to = ipv4_option_offset::route;
  for (std::size_t from = hops.size() - address_size; from > 0; to += address_size) {
    from -= address_size;
    copy_bytes(option.subspan(to), hops.subspan(from, address_size));
  }
  sender.store(option, to);
  back.size += size;
}

void record_route(MutableBytes option, Ipv4Address own) {
  if (is_full(option)) return;
  own.store(option, pointed(option));
  option[ipv4_option_offset::pointer] += address_size;
}

void record_time(MutableBytes option, const Answerer& answerer, InterfaceId interface) {
  if (is_full(option)) {
    option[ipv4_option_offset::overflow_and_form] += 0x10;
    return;
  }
  const std::size_t entry = pointed(option);
  const unsigned form = timestamp_form(option);
  if (form == prespecified && !is_own(answerer.addresses.kind_on(interface, Ipv4Address::load(option, entry)))) return;
  if (form == with_addresses) answerer.source.store(option, entry);
  store_be32(option, entry + entry_size(option) - 4, answerer.time_of_day);
  option[ipv4_option_offset::pointer] =
      static_cast<std::uint8_t>(option[ipv4_option_offset::pointer] + entry_size(option));
}

MutableBytes add_copy(ReturnRoute& route, Bytes option) {
  const MutableBytes copy = MutableBytes(route.storage).subspan(route.size, option.size());
  copy_bytes(copy, option);
  route.size += option.size();
  return copy;
}

// ---- judging ----

std::optional<Verdict> judge_options_as(const OptionJudge& judge, const Ipv4View& ip, const Ipv4OptionPolicy& policy) {
  // Options that are not copied stay in the first fragment.
  bool required_is_there =
      policy.required == 0 ||
      (ip.fragment_offset() > 0 && !ipv4_option::is_copied(static_cast<std::uint8_t>(policy.required)));
  SourceRoutesFound source_routes;
  Ipv4OptionReader reader(ip.options());
  while (const auto option = reader.next()) {
    const OptionInTransit treatment = judge.treatment_of(*option);
    if (treatment == OptionInTransit::drop) return Drop{Reason::forward4_option_dropped};
    source_routes.any |= is_source_route(option->type());
    if (treatment == OptionInTransit::ignore) continue;
    if (const auto verdict = judge_form(*option)) return verdict;
    if (is_source_route(option->type())) {
      if (!source_routes.followed.empty()) return parameter_problem(Reason::ipv4_second_source_route, option->offset);
      source_routes.followed = option->bytes;
    }
    required_is_there |= option->type() == policy.required;
  }
  if (const auto at = reader.bad_length_at()) return parameter_problem(Reason::ipv4_option_length_invalid, *at);
  if (const auto verdict = judge_source_routes(source_routes, policy.source_route, judge)) return verdict;
  if (!required_is_there) return Error{Reason::ipv4_required_option_missing, Problem::required_option_missing};
  return std::nullopt;
}

}  // namespace

std::optional<Verdict> judge_options(const Ipv4View& ip, const Ipv4OptionPolicy& policy, const TransitOptions* router) {
  return judge_options_as({router, false}, ip, policy);
}

std::optional<Verdict> judge_options_in_transit(const Ipv4View& ip, const Ipv4OptionPolicy& policy,
                                                const TransitOptions& router) {
  return judge_options_as({&router, true}, ip, {.source_route = policy.source_route});
}

// ---- in transit ----

namespace {

/// The first one that `is_meant`, by its type.
template <class IsMeant>
Bytes find_option(const Ipv4View& ip, const IsMeant& is_meant) {
  Ipv4OptionReader reader(ip.options());
  while (const auto option = reader.next())
    if (is_meant(option->type())) return option->bytes;
  return {};
}

}  // namespace

std::optional<SourceRouteStep> next_of_source_route(const Ipv4View& ip) {
  const Bytes route = find_option(ip, is_source_route);
  if (route.empty() || is_full(route)) return std::nullopt;
  return SourceRouteStep{Ipv4Address::load(route, pointed(route)),
                         route[ipv4_option_offset::type] == ipv4_option::strict_source_route};
}

bool has_source_route(const Ipv4View& ip) { return !find_option(ip, is_source_route).empty(); }

bool has_strict_route(const Ipv4View& ip, const TransitOptions& router) {
  return router.of_type(ipv4_option::strict_source_route) != OptionInTransit::ignore &&
         !find_option(ip, [](std::uint8_t type) { return type == ipv4_option::strict_source_route; }).empty();
}

bool has_ignored_source_route(const Ipv4View& ip, const TransitOptions& router) {
  return !find_option(ip, [&](std::uint8_t type) {
            return is_source_route(type) && router.of_type(type) == OptionInTransit::ignore;
          }).empty();
}

void pass_on_options(MutableBytes options, const Answerer& router, InterfaceId came_by, PassingOn what) {
  Ipv4OptionReader reader(options);
  while (const auto found = reader.next()) {
    const MutableBytes option = options.subspan(found->offset, found->bytes.size());
    const std::uint8_t type = found->type();
    if (what.options.of_type(type) == OptionInTransit::ignore) continue;
    if (is_source_route(type) && what.steps_on) record_route(option, router.source);
    if (type == ipv4_option::record_route && what.logs_route) record_route(option, router.source);
    if (type == ipv4_option::timestamp && what.logs_route) record_time(option, router, came_by);
  }
}

ReturnRoute return_route(const Ipv4Arrival& request, const Answerer& answerer, ReplyOptions copied) {
  ReturnRoute route;
  Ipv4OptionReader reader(request.ip.options());
  while (const auto option = reader.next()) {
    if (judge_form(*option)) continue;  // one that a router ignored when it came
    if (is_source_route(option->type())) add_reversed(route, option->bytes, request.ip.source());
    if (copied == ReplyOptions::source_route) continue;
    if (option->type() == ipv4_option::record_route) record_route(add_copy(route, option->bytes), answerer.source);
    if (option->type() == ipv4_option::timestamp)
      record_time(add_copy(route, option->bytes), answerer, request.interface);
  }
  return route;
}

}  // namespace tunstack::ip
