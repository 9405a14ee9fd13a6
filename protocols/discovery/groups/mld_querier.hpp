// Which IPv6 groups have listeners on one link, and who asks for them: the router of MLD (RFC 3810 7, RFC 2710 4).
// A node passes on the queries and listener records that arrive, and sends what take_due() hands out. Sources are not
// told apart: a group has listeners or has none.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/reason.hpp"
#include "protocols/base/token_bucket.hpp"
#include "protocols/wire/mld.hpp"

namespace tunstack::discovery {

/// RFC 3810 9.
struct MldQuerierConfig {
  std::uint8_t robustness = 2;  // also the number of queries at the start and for the last listener
  std::chrono::seconds query_interval{125};
  std::chrono::milliseconds query_response_interval{10'000};
  std::chrono::milliseconds last_listener_query_interval{1'000};
  RateLimit group_queries = default_amplification;  // one report may leave dozens of groups

  Duration startup_query_interval() const { return Duration(query_interval) / 4; }
  Duration multicast_address_listening_interval() const {
    return robustness * query_interval + query_response_interval;
  }
  Duration other_querier_present_timeout() const { return robustness * query_interval + query_response_interval / 2; }
  Duration last_listener_query_time() const { return robustness * last_listener_query_interval; }
};

/// After each call that changes something, and when next_deadline() comes, what take_due() hands out is to be sent.
class MldQuerier {
 public:
  static constexpr std::size_t capacity = 256;  // groups

  /// Of an interface that comes up at `start`, and has no address to ask from yet.
  MldQuerier(const MldQuerierConfig& config, Instant start);

  /// The link-local address to ask from. A new one begins as at the start; without one, nobody is asked.
  void use_address(const std::optional<Ipv6Address>& own, Instant now);

  /// A query of another router that membership_rules accept. Says if that router now asks in place of this one.
  MaybeReason on_query(const Ipv6Address& querier, const MldQuery& query, Instant now);
  /// Says if there was no place for the group.
  MaybeReason on_record(const Ipv6Address& reporter, const MldListenerRecord& record, Instant now);

  /// A query that is due and counts as sent by this call, or nothing. To be asked until there is nothing.
  std::optional<MldQueryMessage> take_due(Instant now);
  Instant next_deadline() const;

  struct Group {
    Ipv6Address address{};
    Ipv6Address reporter{};              // who spoke of it last
    Instant expires;                     // unless a listener is heard of
    std::uint8_t queries_left = 0;       // about this group
    Instant query_due = Instant::max();  // never: no query is left
  };
  /// For printing; some may have expired.
  const std::vector<Group>& groups() const { return groups_; }
  bool is_querier() const { return own_ && !other_; }
  /// Whoever asks, this node or another one.
  const std::optional<Ipv6Address>& querier() const { return other_ ? other_ : own_; }

 private:
  static constexpr Instant never = Instant::max();

  void ask_nothing();
  Group* find(const Ipv6Address& group);
  MaybeReason keep(const Ipv6Address& group, const Ipv6Address& reporter, Instant now);
  void on_leave(const Ipv6Address& group, Instant now);
  MaybeReason give_way(const Ipv6Address& querier, const MldQuery& query, Instant now);
  void follow_time(Instant now);
  MldQueryMessage general_query(Instant now);
  MldQueryMessage group_query(Group& group, Instant now);
  MldQueryMessage query_about(const Ipv6Address& group, std::chrono::milliseconds maximum_response) const;

  MldQuerierConfig config_;
  MldQuerierConfig in_force_;  // while another router asks, with its robustness and interval (RFC 3810 5.1.8, 5.1.9)
  std::optional<Ipv6Address> own_;
  std::optional<Ipv6Address> other_;  // has a lower address, and asks
  Instant other_until_ = never;
  Instant general_due_;  // at first: to be given an address
  std::uint8_t startup_left_ = 0;
  TokenBucket group_queries_;
  std::vector<Group> groups_;  // in the order in which they were reported first
};

}  // namespace tunstack::discovery
