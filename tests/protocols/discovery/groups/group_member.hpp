// An interface that is a member of groups, driven as a node does: it wakes at its deadlines, and what leaves is text.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocols/discovery/groups/group_membership.hpp"

namespace tunstack::test::groups {

using namespace std::chrono_literals;

inline Ipv6Address ip6(std::string_view text) { return parse_address(text)->ipv6(); }
inline Ipv4Address ip4(std::string_view text) { return parse_address(text)->ipv4(); }

template <class Address>
std::string to_text(const GroupRecord<Address>& record) {
  static const std::map<GroupRecordType, std::string> names = {{GroupRecordType::is_include, "IS_IN"},
                                                               {GroupRecordType::is_exclude, "IS_EX"},
                                                               {GroupRecordType::change_to_include, "TO_IN"},
                                                               {GroupRecordType::change_to_exclude, "TO_EX"}};
  std::string text = " " + names.at(record.type) + " " + to_text(record.group);
  for (const Address& source : record.sources) text += "," + to_text(source);
  return text;
}

template <class Message>
std::string to_text(const Message& message)
  requires requires { message.size(); }
{
  if constexpr (requires { message.records; }) {
    std::string text;
    for (const auto& record : message.records) text += to_text(record);
    return text;
  } else {
    return " " + std::to_string(static_cast<int>(message.type)) + " " + to_text(message.group);
  }
}

struct Sent {
  Duration at{};     // since the start
  std::string what;  // "DESTINATION RECORD..." or "DESTINATION TYPE GROUP"
};

template <class Protocol>
class Member {
 public:
  using Membership = discovery::GroupMembership<Protocol>;
  using Address = typename Protocol::Address;

  explicit Member(std::uint64_t seed = 1, const discovery::GroupMembershipConfig& config = {})
      : random_(seed), membership_(config) {}

  Instant now() const { return now_; }
  Membership& operator*() { return membership_; }
  Membership* operator->() { return &membership_; }

  bool join(const Address& group) { return membership_.join(group, now_); }
  void leave(const Address& group) { membership_.leave(group, now_); }
  void report(const Address& group) { membership_.on_report(group, now_); }
  void query(GroupVersion version, Duration maximum_response, const Address& group = {}, Bytes sources = {}) {
    membership_.on_query({version, maximum_response, group, sources}, now_, random_);
  }

  std::optional<typename Membership::Due> take_due(Instant now) { return membership_.take_due(now, random_); }
  /// What is sent now.
  std::vector<std::string> sent_now() {
    std::vector<std::string> sent;
    while (const auto due = take_due(now_)) {
      sent.push_back(to_text(due->destination) +
                     std::visit([](const auto& message) { return to_text(message); }, due->message));
      if (sent.size() > 1000) throw std::runtime_error("it never ends");
    }
    return sent;
  }
  /// What is sent within `time` from now, now and its end included. Nothing happens but at deadlines.
  std::vector<Sent> sent_within(Duration time) {
    std::vector<Sent> all;
    const Instant end = now_ + time;
    for (;; now_ = membership_.next_deadline()) {
      for (const std::string& what : sent_now()) all.push_back({now_ - Instant{}, what});
      if (membership_.next_deadline() <= now_) throw std::runtime_error("a deadline that is over");
      if (membership_.next_deadline() > end) break;
    }
    now_ = end;
    return all;
  }
  /// Likewise, without the times.
  std::vector<std::string> texts_within(Duration time) {
    std::vector<std::string> texts;
    for (const Sent& sent : sent_within(time)) texts.push_back(sent.what);
    return texts;
  }

 private:
  Random random_;
  Instant now_{};
  Membership membership_;
};

using MldMember = Member<discovery::Mld>;
using IgmpMember = Member<discovery::Igmp>;

inline const Ipv6Address five = ip6("ff02::5"), six = ip6("ff02::6");

/// ff05::100 and those behind it.
inline Ipv6Address numbered(unsigned number) {
  Ipv6Address group = ip6("ff05::100");
  group.octets[15] = static_cast<std::uint8_t>(number);
  return group;
}

/// A member of `groups` that has told so.
inline MldMember settled(std::initializer_list<Ipv6Address> groups, std::uint64_t seed = 1,
                         const discovery::GroupMembershipConfig& config = {}) {
  MldMember member(seed, config);
  for (const Ipv6Address& group : groups) member.join(group);
  member.sent_within(2s);
  return member;
}

/// A member of `groups` that has answered a query of `version`.
template <class M>
M answered(GroupVersion version, std::initializer_list<typename M::Address> groups, std::uint64_t seed = 1) {
  M member(seed);
  for (const auto& group : groups) member.join(group);
  member.sent_within(2s);
  member.query(version, 0s);
  member.sent_now();
  return member;
}

}  // namespace tunstack::test::groups
