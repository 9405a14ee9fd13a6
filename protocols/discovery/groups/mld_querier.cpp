#include "protocols/discovery/groups/mld_querier.hpp"

#include <algorithm>

#include "protocols/discovery/groups/group_protocols.hpp"

namespace tunstack::discovery {

namespace {

/// Somebody wants all sources, or some. Blocked ones say nothing about the others.
bool shows_listener(const MldListenerRecord& record) {
  switch (record.type) {
    case GroupRecordType::is_exclude:
    case GroupRecordType::change_to_exclude:
      return true;
    case GroupRecordType::is_include:
    case GroupRecordType::change_to_include:
    case GroupRecordType::allow_new_sources:
      return record.has_sources;
    case GroupRecordType::block_old_sources:
      break;
  }
  return false;  // other types are ignored
}

}  // namespace

MldQuerier::MldQuerier(const MldQuerierConfig& config, Instant start)
    : config_(config), in_force_(config), general_due_(start) {}

void MldQuerier::use_address(const std::optional<Ipv6Address>& own, Instant now) {
  if (own == own_) return;
  own_ = own;
  other_.reset();
  other_until_ = never;
  in_force_ = config_;
  startup_left_ = config_.robustness;
  ask_nothing();
  general_due_ = now;
}

void MldQuerier::ask_nothing() {
  general_due_ = never;
  for (Group& group : groups_) group.query_due = never;
}

auto MldQuerier::find(const Ipv6Address& group) -> Group* {
  const auto found = std::ranges::find(groups_, group, &Group::address);
  return found == groups_.end() ? nullptr : &*found;
}

// ---- listeners ----

MaybeReason MldQuerier::on_record(const Ipv6Address& reporter, const MldListenerRecord& record, Instant now) {
  if (!Mld::is_reported(record.group)) return {};
  if (shows_listener(record)) return keep(record.group, reporter, now);
  if (record.type == GroupRecordType::change_to_include) on_leave(record.group, now);
  return {};
}

/// Queries that are left go on, and say that they change nothing (RFC 3810 7.6.3.1).
MaybeReason MldQuerier::keep(const Ipv6Address& group, const Ipv6Address& reporter, Instant now) {
  Group* kept = find(group);
  if (kept == nullptr) {
    if (groups_.size() == capacity) return Reason::mld_listeners_full;
    kept = &groups_.emplace_back(Group{.address = group, .expires = now});
  }
  kept->reporter = reporter;
  kept->expires = now + in_force_.multicast_address_listening_interval();
  return {};
}

/// Others may listen still, and have their time from the first query on, which may have to wait. Who gives up asking
/// leaves that to the querier; who asks already need not begin anew.
void MldQuerier::on_leave(const Ipv6Address& address, Instant now) {
  Group* const group = find(address);
  if (group == nullptr || !is_querier() || group->query_due != never) return;
  if (group->expires <= now + in_force_.last_listener_query_time()) return;
  group->queries_left = in_force_.robustness;
  group->query_due = now;
}

// ---- other routers ----

/// RFC 3810 7.6.1 and 7.6.2.
MaybeReason MldQuerier::on_query(const Ipv6Address& querier, const MldQuery& query, Instant now) {
  const MaybeReason gave_way = own_ && querier.octets < own_->octets ? give_way(querier, query, now) : MaybeReason{};
  Group* const group = query.sources.empty() && !query.leaves_timers ? find(query.group) : nullptr;
  if (group != nullptr) group->expires = std::min(group->expires, now + in_force_.last_listener_query_time());
  return gave_way;
}

MaybeReason MldQuerier::give_way(const Ipv6Address& querier, const MldQuery& query, Instant now) {
  const bool asked_until_now = is_querier();
  if (query.robustness != 0) in_force_.robustness = query.robustness;
  if (query.query_interval != Duration(0))
    in_force_.query_interval = std::chrono::duration_cast<std::chrono::seconds>(query.query_interval);
  other_ = querier;
  other_until_ = now + in_force_.other_querier_present_timeout();
  ask_nothing();
  return asked_until_now ? MaybeReason(Reason::mld_other_querier_elected) : MaybeReason{};
}

// ---- time ----

/// Groups without listeners go; who asked is not heard of any more, so this node asks again, at once (RFC 3810 7.6.2).
void MldQuerier::follow_time(Instant now) {
  std::erase_if(groups_, [now](const Group& group) { return group.expires <= now; });
  if (other_until_ > now) return;
  other_.reset();
  other_until_ = never;
  in_force_ = config_;
  general_due_ = now;
}

std::optional<MldQueryMessage> MldQuerier::take_due(Instant now) {
  follow_time(now);
  if (!own_) general_due_ = never;
  if (general_due_ <= now) return general_query(now);
  const auto due = std::ranges::find_if(groups_, [now](const Group& group) { return group.query_due <= now; });
  if (due == groups_.end()) return std::nullopt;
  if (group_queries_.take(config_.group_queries, now)) return group_query(*due, now);
  const Instant later = group_queries_.next_token(config_.group_queries, now);
  for (Group& group : groups_)
    if (group.query_due <= now) group.query_due = later;
  return std::nullopt;
}

MldQueryMessage MldQuerier::general_query(Instant now) {
  if (startup_left_ > 0) --startup_left_;
  general_due_ = now + (startup_left_ > 0 ? config_.startup_query_interval() : Duration(config_.query_interval));
  return query_about({}, config_.query_response_interval);
}

MldQueryMessage MldQuerier::group_query(Group& group, Instant now) {
  const bool is_first = group.queries_left == in_force_.robustness;
  if (is_first) group.expires = std::min(group.expires, now + in_force_.last_listener_query_time());
  group.query_due = --group.queries_left > 0 ? now + config_.last_listener_query_interval : never;
  MldQueryMessage query = query_about(group.address, config_.last_listener_query_interval);
  query.leaves_timers = group.expires > now + config_.last_listener_query_time();
  return query;
}

MldQueryMessage MldQuerier::query_about(const Ipv6Address& group, std::chrono::milliseconds maximum_response) const {
  MldQueryMessage query;
  query.maximum_response = maximum_response;
  query.group = group;
  query.robustness = config_.robustness;
  query.query_interval = config_.query_interval;
  return query;
}

Instant MldQuerier::next_deadline() const {
  Instant next = std::min(general_due_, other_until_);
  for (const Group& group : groups_) next = std::min({next, group.expires, group.query_due});
  return next;
}

}  // namespace tunstack::discovery
