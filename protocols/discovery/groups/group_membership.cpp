#include "protocols/discovery/groups/group_membership.hpp"

namespace tunstack::discovery {

namespace {

/// Later than `after` by as much as `longest`, or by less; at once only if `longest` is 0.
Instant random_instant(Instant after, Duration longest, Random& random) {
  return after + (longest - random.up_to(std::max(longest, Duration(1)) - Duration(1)));
}

}  // namespace

template <class Protocol>
GroupMembership<Protocol>::GroupMembership(const GroupMembershipConfig& config) : config_(config) {}

// ---- joining and leaving ----

template <class Protocol>
bool GroupMembership<Protocol>::join(const Address& group, Instant now, Instant report_at) {
  if (!Protocol::is_reported(group)) return true;
  Membership* const membership = place_for(group);
  if (membership == nullptr) return false;
  const Instant due = std::max(now, report_at);
  if (!membership->is_joined) {
    *membership = {.group = group, .is_joined = true};
    announce(*membership, due);
  } else if (membership->changes_left == config_.robustness && membership->change_due != never) {  // not reported yet
    membership->change_due = std::min(membership->change_due, due);
  }
  return true;
}

template <class Protocol>
void GroupMembership<Protocol>::leave(const Address& group, Instant now) {
  follow_querier(now);
  Membership* const membership = find_joined(group);
  if (membership == nullptr) return;
  membership->is_joined = false;
  membership->answer_due = never;
  announce(*membership, now);
}

template <class Protocol>
void GroupMembership<Protocol>::announce_all(Instant now) {
  for (Membership& membership : memberships_)
    if (membership.is_joined) announce(membership, now);
}

template <class Protocol>
auto GroupMembership<Protocol>::find_joined(const Address& group) -> Membership* {
  const auto found = std::ranges::find_if(
      memberships_, [&](const Membership& membership) { return membership.is_joined && membership.group == group; });
  return found == memberships_.end() ? nullptr : &*found;
}

/// That of the group, else a free one, else a new one, else that of a group whose leave was reported most often.
template <class Protocol>
auto GroupMembership<Protocol>::place_for(const Address& group) -> Membership* {
  constexpr int free = 1, taken = 1000;
  const auto cost = [&](const Membership& membership) {
    if (membership.is_free()) return free;
    if (membership.group == group) return 0;
    return membership.is_joined ? taken : free + membership.changes_left;
  };
  const auto best = std::ranges::min_element(memberships_, {}, cost);
  const int least = best == memberships_.end() ? taken : cost(*best);
  if (least > free && memberships_.size() < capacity) return &memberships_.emplace_back();
  return least == taken ? nullptr : &*best;
}

/// The first report of a change leaves at once, and replaces what is still to be reported of the one before.
template <class Protocol>
void GroupMembership<Protocol>::announce(Membership& membership, Instant now) {
  membership.changes_left = membership.is_joined ? config_.robustness : leaves_to_report(membership);
  membership.change_due = membership.changes_left > 0 ? now : never;
}

/// In an older version, routers need no leave where another member was heard; IGMPv1 has none (RFC 2236 3 and 4).
template <class Protocol>
std::uint8_t GroupMembership<Protocol>::leaves_to_report(const Membership& membership) const {
  if (version_ == GroupVersion::current) return config_.robustness;
  return version_ == GroupVersion::older && !membership.others_reported ? 1 : 0;
}

// ---- what arrives ----

template <class Protocol>
void GroupMembership<Protocol>::on_query(const Query& query, Instant now, Random& random) {
  if (Protocol::shows_older_querier(query)) {
    Instant& until = query.version == GroupVersion::oldest ? oldest_until_ : older_until_;
    until = now + config_.older_version_querier_present_timeout();
  }
  follow_querier(now);
  if (version_ == GroupVersion::current) return schedule_answer(query, now, random);
  for (Membership& membership : memberships_)
    if (membership.is_joined && (query.is_general() || query.group == membership.group))
      schedule_older_answer(membership, query, now, random);
}

/// RFC 2710 4, RFC 2236 3: while our answer is pending, that of another node makes it needless.
template <class Protocol>
void GroupMembership<Protocol>::on_report(const Address& group, Instant now) {
  Membership* const membership = find_joined(group);
  if (version_ == GroupVersion::current || membership == nullptr || membership->due() == never) return;
  cancel(*membership, now);
  membership->others_reported = true;
}

/// RFC 3810 8.2.1, RFC 3376 7.2.1: a change of version cancels all that is pending.
template <class Protocol>
void GroupMembership<Protocol>::follow_querier(Instant now) {
  if (older_until_ <= now) older_until_ = never;
  if (oldest_until_ <= now) oldest_until_ = never;
  const GroupVersion version = oldest_until_ != never  ? GroupVersion::oldest
                               : older_until_ != never ? GroupVersion::older
                                                       : GroupVersion::current;
  if (version == version_) return;
  version_ = version;
  general_due_ = never;
  for (Membership& membership : memberships_) cancel(membership, now);
}

/// What is due already counts as on its way.
template <class Protocol>
void GroupMembership<Protocol>::cancel(Membership& membership, Instant now) {
  if (membership.change_due > now) membership.change_due = never;
  if (membership.answer_due > now) membership.answer_due = never;
}

/// The rules of RFC 3810 6.2 and RFC 3376 5.2, in their order.
template <class Protocol>
void GroupMembership<Protocol>::schedule_answer(const Query& query, Instant now, Random& random) {
  const Instant due = random_instant(now, query.maximum_response, random);
  if (general_due_ <= due) return;
  if (query.is_general())
    general_due_ = due;
  else if (Membership* const membership = find_joined(query.group))
    schedule_group_answer(*membership, query, due);
}

template <class Protocol>
void GroupMembership<Protocol>::schedule_group_answer(Membership& membership, const Query& query, Instant due) {
  const bool whole_group_is_pending = membership.answer_due != never && membership.sources.empty();
  if (query.sources.empty() || whole_group_is_pending)
    membership.sources.clear();
  else
    membership.sources.add(query);
  membership.answer_due = std::min(membership.answer_due, due);
}

/// One timer for each group; a running one is set anew only if it would end too late (RFC 2710 4, RFC 2236 3).
template <class Protocol>
void GroupMembership<Protocol>::schedule_older_answer(Membership& membership, const Query& query, Instant now,
                                                      Random& random) {
  if (membership.due() <= now + query.maximum_response) return;
  cancel(membership, now);
  membership.answer_due = random_instant(now, query.maximum_response, random);
}

// ---- what leaves ----

template <class Protocol>
auto GroupMembership<Protocol>::take_due(Instant now, Random& random) -> std::optional<Due> {
  follow_querier(now);
  if (answers_.is_empty(config_.answers, now)) postpone_answers(answers_.next_token(config_.answers, now), now);
  return version_ == GroupVersion::current ? take_report(now, random) : take_older(now, random);
}

template <class Protocol>
Instant GroupMembership<Protocol>::next_deadline() const {
  Instant next = std::min({general_due_, older_until_, oldest_until_});
  for (const Membership& membership : memberships_) next = std::min(next, membership.due());
  return next;
}

/// Whoever asks too often waits; queries that come meanwhile are answered by the same reports.
template <class Protocol>
void GroupMembership<Protocol>::postpone_answers(Instant until, Instant now) {
  if (general_due_ <= now) general_due_ = until;
  for (Membership& membership : memberships_)
    if (membership.answer_due <= now) membership.answer_due = until;
}

template <class Protocol>
auto GroupMembership<Protocol>::take_older(Instant now, Random& random) -> std::optional<Due> {
  const auto membership = std::ranges::find_if(memberships_, [&](const Membership& m) { return m.due() <= now; });
  if (membership == memberships_.end()) return std::nullopt;
  if (membership->answer_due <= now) answers_.spend(config_.answers, now);
  membership->answer_due = never;
  membership->others_reported = false;
  count_change(*membership, now, random);
  const Address& group = membership->group;
  if (!membership->is_joined) return Due{Protocol::leave_destination, Protocol::older_leave(group)};
  return Due{group, Protocol::older_report(version_, group)};
}

/// As many records as fit into one packet; the others stay due. One that is too large alone goes in fragments.
template <class Protocol>
auto GroupMembership<Protocol>::take_report(Instant now, Random& random) -> std::optional<Due> {
  spread_general_answer(now);
  records_.clear();
  bool answers = false;
  std::size_t size = Protocol::headers_size + group_report_header_size;
  for (Membership& membership : memberships_) {
    if (membership.due() > now) continue;
    const Record record = record_of(membership, now);
    size += record.size();
    if (size > config_.mtu && !records_.empty()) break;
    records_.push_back(record);
    answers |= membership.answer_due <= now;
    count_record(membership, now, random);
  }
  if (records_.empty()) return std::nullopt;
  if (answers) answers_.spend(config_.answers, now);
  return Due{Protocol::report_destination, typename Protocol::Report{{}, records_}};
}

/// A general answer is one about each whole group, pending ones about single groups among them.
template <class Protocol>
void GroupMembership<Protocol>::spread_general_answer(Instant now) {
  if (general_due_ > now) return;
  general_due_ = never;
  for (Membership& membership : memberships_) {
    if (!membership.is_joined) continue;
    membership.answer_due = now;
    membership.sources.clear();
  }
}

/// A change before an answer. Of wanted sources none is excluded, so all of them are included (RFC 3810 6.3).
template <class Protocol>
auto GroupMembership<Protocol>::record_of(const Membership& membership, Instant now) const -> Record {
  using enum GroupRecordType;
  if (membership.change_due <= now)
    return {membership.is_joined ? change_to_exclude : change_to_include, membership.group};
  if (membership.sources.empty()) return {is_exclude, membership.group};
  return {is_include, membership.group, membership.sources.addresses()};
}

template <class Protocol>
void GroupMembership<Protocol>::count_record(Membership& membership, Instant now, Random& random) {
  if (membership.change_due <= now) return count_change(membership, now, random);
  membership.answer_due = never;
  membership.sources.clear();
}

template <class Protocol>
void GroupMembership<Protocol>::count_change(Membership& membership, Instant now, Random& random) {
  if (membership.change_due > now) return;
  const Duration interval = version_ == GroupVersion::current ? config_.unsolicited_report_interval
                                                              : config_.older_unsolicited_report_interval;
  membership.change_due = --membership.changes_left > 0 ? random_instant(now, interval, random) : never;
}

template <class Protocol>
auto GroupMembership<Protocol>::groups() const -> std::vector<Address> {
  std::vector<Address> groups;
  for (const Membership& membership : memberships_)
    if (membership.is_joined) groups.push_back(membership.group);
  return groups;
}

template class GroupMembership<Mld>;
template class GroupMembership<Igmp>;

}  // namespace tunstack::discovery
