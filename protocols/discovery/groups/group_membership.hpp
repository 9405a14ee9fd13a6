// The multicast groups of one interface and when they are reported to routers: the listener of MLD (RFC 3810 6, RFC
// 2710 4) and the host of IGMP (RFC 3376 5, RFC 2236 3) in one mechanism. A node passes on what is joined and left, and
// the queries and reports that arrive, and sends what take_due() hands out. Sources are not filtered: every member
// wants all.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/random.hpp"
#include "protocols/base/token_bucket.hpp"
#include "protocols/discovery/groups/group_protocols.hpp"
#include "protocols/discovery/groups/wanted_sources.hpp"

namespace tunstack::discovery {

/// RFC 3810 9, RFC 3376 8, RFC 2710 7, RFC 2236 8.
struct GroupMembershipConfig {
  std::size_t mtu = 1280;       // of the interface; a report with many groups is divided by it
  std::uint8_t robustness = 2;  // how often a change is reported
  Duration query_interval = std::chrono::seconds(125);
  Duration query_response_interval = std::chrono::seconds(10);
  Duration unsolicited_report_interval = std::chrono::seconds(1);
  Duration older_unsolicited_report_interval = std::chrono::seconds(10);
  RateLimit answers = default_amplification;  // a query of an older version is answered by a report for each group

  /// RFC 3810 9.12, RFC 3376 8.12.
  Duration older_version_querier_present_timeout() const {
    return robustness * query_interval + query_response_interval;
  }
};

/// `Protocol`: Mld or Igmp. After each call that changes something, what take_due() hands out is to be sent.
template <class Protocol>
class GroupMembership {
 public:
  using Address = typename Protocol::Address;
  using Query = GroupQuery<Address>;
  using Record = GroupRecord<Address>;
  static constexpr std::size_t capacity = 64;  // groups

  explicit GroupMembership(const GroupMembershipConfig& config);

  /// `group` is joined, and first reported at `report_at`, by default at once: the delay of RFC 4862 5.4.2. If it was
  /// joined already and is not reported yet, it is reported at the earlier instant. Groups that are never reported need
  /// no place here. False: all places are taken.
  bool join(const Address& group, Instant now) { return join(group, now, now); }
  bool join(const Address& group, Instant now, Instant report_at);
  void leave(const Address& group, Instant now);
  /// Reports all groups anew: the interface came up, or got the address that routers believe (RFC 3590 4).
  void announce_all(Instant now);

  /// A query that membership_rules accept.
  void on_query(const Query& query, Instant now, Random& random);
  /// A report of another node in an older version, for `group`.
  void on_report(const Address& group, Instant now);

  struct Due {
    Address destination;
    std::variant<typename Protocol::Report, typename Protocol::OlderMessage> message;  // valid until the next call
  };
  /// What is due and counts as sent by this call, or nothing. To be asked until there is nothing.
  std::optional<Due> take_due(Instant now, Random& random);
  Instant next_deadline() const;

  /// Those that are joined, for printing.
  std::vector<Address> groups() const;
  GroupVersion version() const { return version_; }

 private:
  static constexpr Instant never = Instant::max();

  struct Membership {
    Address group{};
    bool is_joined = false;
    std::uint8_t changes_left = 0;        // how often the last join or leave is still to be reported
    bool others_reported = false;         // since our last report, in an older version
    Instant change_due = never;           // Retransmission Timer (RFC 3810 6.3)
    Instant answer_due = never;           // Multicast Address Timer
    WantedSources<Address> sources = {};  // of the answer

    bool is_free() const { return !is_joined && change_due == never; }
    Instant due() const { return std::min(change_due, answer_due); }
  };

  Membership* find_joined(const Address& group);
  Membership* place_for(const Address& group);
  void announce(Membership& membership, Instant now);
  std::uint8_t leaves_to_report(const Membership& membership) const;
  void count_change(Membership& membership, Instant now, Random& random);
  void cancel(Membership& membership, Instant now);
  void follow_querier(Instant now);
  void schedule_answer(const Query& query, Instant now, Random& random);
  void schedule_group_answer(Membership& membership, const Query& query, Instant due);
  void schedule_older_answer(Membership& membership, const Query& query, Instant now, Random& random);
  void spread_general_answer(Instant now);
  void postpone_answers(Instant until, Instant now);
  std::optional<Due> take_older(Instant now, Random& random);
  std::optional<Due> take_report(Instant now, Random& random);
  Record record_of(const Membership& membership, Instant now) const;
  void count_record(Membership& membership, Instant now, Random& random);

  GroupMembershipConfig config_;
  std::vector<Membership> memberships_;  // places, made as needed up to the capacity
  std::vector<Record> records_;          // of the report that is handed out
  GroupVersion version_ = GroupVersion::current;
  Instant older_until_ = never;   // Older Version Querier Present, or IGMPv2 Querier Present; never: none is
  Instant oldest_until_ = never;  // IGMPv1 Querier Present
  Instant general_due_ = never;   // Interface Timer (RFC 3810 6.2)
  TokenBucket answers_;           // packets with answers to queries
};

extern template class GroupMembership<Mld>;
extern template class GroupMembership<Igmp>;
using MldMembership = GroupMembership<Mld>;
using IgmpMembership = GroupMembership<Igmp>;

}  // namespace tunstack::discovery
