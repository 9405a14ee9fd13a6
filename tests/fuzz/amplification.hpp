// Octets out are never more than octets in, but for errors, one for a packet, and for what discovery says within its
// rates (ROB-003).
#pragma once

#include <map>

#include "tests/fuzz/sent_packets.hpp"

namespace tunstack::fuzz {

/// Of one node, from its start on.
class AmplificationWatch {
 public:
  explicit AmplificationWatch(Instant start) : start_(start) {}

  void on(const Decision& decision) {
    if (std::holds_alternative<Error>(decision.verdict)) return check_error(decision);
    if (std::holds_alternative<Reply>(decision.verdict)) return check_reply(decision);
    if (const auto* const delivery = std::get_if<Deliver>(&decision.verdict))
      changes_ += may_change_addresses(*delivery);
  }
  void on(const Origination& origination) {
    const std::size_t sent = ++originations_[origination.reason];
    if (const auto limit = limit_of(origination.reason))
      require(static_cast<double>(sent) <= limit->burst + limit->rate * seconds_until(origination.time));
  }

 private:
  struct Limit {
    double burst, rate;  // packets, a second
  };
  /// What answers cause is limited by tokens; what is sent without being asked comes on top.
  std::optional<Limit> limit_of(Reason reason) const {
    constexpr double tokens = default_amplification.burst, rate = default_amplification.rate;
    // An advertisement may bring seven prefixes with two addresses each, whose groups are reported twice.
    constexpr double reports_of_changes = 28, at_the_start = 16;
    switch (reason) {
      case Reason::mld_query_sent:
      case Reason::router_advertisement_sent:
      case Reason::irdp_advertisement_sent:
        return Limit{tokens + 4, rate + 1};
      case Reason::mld_report_sent:
      case Reason::igmp_report_sent:
        return Limit{tokens + at_the_start + reports_of_changes * changes_, rate + 1};
      default:
        return std::nullopt;
    }
  }
  static bool may_change_addresses(const Deliver& delivery) {
    return delivery.recipient == Recipient::router_advertisement ||
           delivery.recipient == Recipient::neighbor_advertisement ||
           delivery.recipient == Recipient::tentative_address;
  }
  double seconds_until(Instant now) const { return std::chrono::duration<double>(now - start_).count(); }

  static std::size_t octets_of(const Decision& decision) {
    std::size_t octets = 0;
    for (const OutgoingPacket& sent : decision.sent) octets += sent.bytes.size();
    return octets;
  }
  static void check_error(const Decision& decision) {
    require(decision.sent.size() <= 1 && octets_of(decision) <= 1280);
  }
  /// Each fragment has headers of its own.
  static void check_reply(const Decision& decision) {
    constexpr std::size_t headers = 40 + 8;
    const std::size_t more = decision.sent.empty() ? 0 : decision.sent.size() - 1;
    require(octets_of(decision) <= decision.packet.size() + headers * more);
  }

  Instant start_;
  std::map<Reason, std::size_t> originations_;
  double changes_ = 0;
};

}  // namespace tunstack::fuzz
