// Which messages of MLD and IGMP count for a listener (RFC 3810 6.2, RFC 3376 5.2 and 9.1). What does not is dropped
// silently.
#pragma once

#include <algorithm>
#include <expected>

#include "protocols/base/address_kind.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/igmp.hpp"
#include "protocols/wire/mld.hpp"

namespace tunstack::discovery {

/// A message of MLD whose ICMPv6 checksum holds, with what the IPv6 headers say.
struct MldInput {
  Bytes message;
  Ipv6Address source;
  std::uint8_t hop_limit;
  bool router_alert;  // a hop-by-hop router alert of value 0 (RFC 2711 2.1)
  RuleTrace* trace = nullptr;
};

/// Every message of MLD. Those of version 1 are sent so as well (RFC 2710 3), so forged ones of others are caught.
inline constexpr std::array mld_rules = {
    Rule<MldInput>{Reason::mld_source_not_link_local, [](const MldInput& in) { return !in.source.is_link_local(); }},
    Rule<MldInput>{Reason::mld_hop_limit_not_1, [](const MldInput& in) { return in.hop_limit != mld_hop_limit; }},
    Rule<MldInput>{Reason::mld_without_router_alert, [](const MldInput& in) { return !in.router_alert; }},
};

inline constexpr std::array mld_query_rules = {
    Rule<MldQuery>{Reason::mld_query_group_not_multicast,
                   [](const MldQuery& q) { return !q.is_general() && !q.group.is_multicast(); }},
    Rule<MldQuery>{Reason::mld_query_sources_without_group,
                   [](const MldQuery& q) { return q.is_general() && !q.sources.empty(); }},
};

/// A query that is to be answered, or why it is not.
inline std::expected<MldQuery, Reason> accept_mld_query(const MldInput& in) {
  if (const auto broken = first_broken<mld_rules>(in, in.trace)) return std::unexpected(*broken);
  const auto view = MldQueryView::parse(in.message, in.trace);
  if (!view) return std::unexpected(view.error());
  const MldQuery query = view->query();
  if (const auto broken = first_broken<mld_query_rules>(query, in.trace)) return std::unexpected(*broken);
  return query;
}

/// The group of a report or done of version 1.
inline std::expected<Ipv6Address, Reason> accept_mld_v1_report(const MldInput& in) {
  if (const auto broken = first_broken<mld_rules>(in, in.trace)) return std::unexpected(*broken);
  const auto view = MldV1View::parse(in.message);
  if (!view) return std::unexpected(view.error());
  return view->group();
}

/// Why a report of version 2 is not read, if so.
inline MaybeReason refuses_mld_v2_report(const MldInput& in) {
  if (const auto broken = first_broken<mld_rules>(in, in.trace)) return broken;
  return MldReportView::parse(in.message) ? MaybeReason{} : Reason::mld_report_records_past_end;
}

struct IgmpPolicy {
  bool query_needs_router_alert = true;  // RFC 3376 9.1 SHOULD, against queries forged elsewhere
};

struct IgmpInput {
  Bytes message;
  Ipv4Address destination;
  bool router_alert;
  IgmpPolicy policy{};
  RuleTrace* trace = nullptr;
};

inline bool is_igmp_type(std::uint8_t type) {
  constexpr std::array known = {IgmpType::membership_query, IgmpType::membership_report_v1,
                                IgmpType::membership_report_v2, IgmpType::leave_group, IgmpType::membership_report_v3};
  return std::ranges::find(known, IgmpType{type}) != known.end();
}

/// Every message of IGMP. The time to live is not looked at: no RFC asks for it.
inline constexpr std::array igmp_rules = {
    Rule<IgmpInput>{Reason::igmp_too_short, [](const IgmpInput& in) { return in.message.size() < igmp_minimum_size; }},
    Rule<IgmpInput>{Reason::igmp_checksum_wrong,
                    [](const IgmpInput& in) { return !checksum_is_intact(checksum_sum(in.message)); }},
    Rule<IgmpInput>{Reason::igmp_type_unknown,
                    [](const IgmpInput& in) { return !is_igmp_type(in.message[igmp_offset::type]); }},
};

struct IgmpQueryInput {
  const IgmpInput& in;
  const IgmpQuery& query;
};

inline constexpr std::array igmp_query_rules = {
    Rule<IgmpQueryInput>{Reason::igmp_query_group_not_multicast,
                         [](const IgmpQueryInput& q) {
                           return !q.query.is_general() && kind_of(q.query.group) != AddressKind::multicast;
                         }},
    Rule<IgmpQueryInput>{Reason::igmp_query_sources_without_group,
                         [](const IgmpQueryInput& q) { return q.query.is_general() && !q.query.sources.empty(); }},
    Rule<IgmpQueryInput>{Reason::igmp_query_without_router_alert,
                         [](const IgmpQueryInput& q) {
                           return q.in.policy.query_needs_router_alert && !q.in.router_alert &&
                                  q.query.version != GroupVersion::oldest;
                         }},
    Rule<IgmpQueryInput>{Reason::igmp_query_to_another_group,
                         [](const IgmpQueryInput& q) {
                           return q.query.is_general() && kind_of(q.in.destination) == AddressKind::multicast &&
                                  q.in.destination != ipv4_all_systems;
                         }},
};

/// A query that is to be answered, or why it is not. Of a message that holds igmp_rules.
inline std::expected<IgmpQuery, Reason> accept_igmp_query(const IgmpInput& in) {
  const auto view = IgmpQueryView::parse(in.message, in.trace);
  if (!view) return std::unexpected(view.error());
  const IgmpQuery query = view->query();
  if (const auto broken = first_broken<igmp_query_rules>(IgmpQueryInput{in, query}, in.trace))
    return std::unexpected(*broken);
  return query;
}

/// The group in a report of version 1 or 2, of a message that holds igmp_rules.
inline Ipv4Address reported_igmp_group(const IgmpInput& in) { return IgmpV2View::of(in.message).group(); }

/// A report of version 3 that holds igmp_rules: why it is nothing for us.
inline Reason judge_igmp_v3_report(const IgmpInput& in) {
  return IgmpReportView::parse(in.message) ? Reason::igmp_message_for_routers : Reason::igmp_report_records_past_end;
}

}  // namespace tunstack::discovery
