#include "tunstack/node/error_reports.hpp"

#include "protocols/base/rule.hpp"

namespace tunstack::error_reports {

namespace {

/// Errors may come in on another link than the quoted packet left by.
std::expected<std::size_t, Reason> path_mtu_of(const icmp::ErrorReport& report, InterfaceId arrival, Instant now,
                                               const NodeState& state) {
  const std::size_t estimate = choose_egress(report.destination, arrival, now, state).link.mtu;
  const ip::TooBig too_big{report.mtu, report.total_length, report.header_size};
  return report.family() == Family::ipv4 ? ip::believed_path_mtu(too_big, estimate, state.options.path_mtu_minimum)
                                         : ip::believed_ipv6_path_mtu(too_big, estimate);
}

struct ReportedError {
  const icmp::ErrorReport& report;
  InterfaceId interface;
  Instant now;
  const NodeState& state;
};

/// Some old routers count the header twice in what they quote (RFC 1191 5).
std::size_t size_sent(const icmp::ErrorReport& report) {
  return report.total_length - std::min<std::size_t>(report.total_length, report.header_size);
}

constexpr std::array icmpv4_error_rules = {
    Rule<ReportedError>{
        Reason::icmp4_error_about_foreign_packet,
        [](const ReportedError& e) { return !is_own(e.state.addresses.kind_on(e.interface, e.report.source.ipv4())); }},
    Rule<ReportedError>{Reason::icmp4_error_about_packet_not_sent,
                        [](const ReportedError& e) {
                          return !e.state.identifications4.may_have_sent(
                              e.report.destination.ipv4(), e.report.identification,
                              {size_sent(e.report), e.report.protocol}, e.now);
                        }},
};

// The MTU of a path concerns the node, whoever sent the packet.
constexpr std::array icmpv6_error_rules = {
    Rule<ReportedError>{
        Reason::icmp6_error_about_foreign_packet,
        [](const ReportedError& e) { return !is_own(e.state.addresses.kind_on(e.interface, e.report.source.ipv6())); }},
    Rule<ReportedError>{Reason::icmp6_error_upper_layer_missing,
                        [](const ReportedError& e) { return e.report.transport.empty() && !e.report.is_too_big(); }},
    Rule<ReportedError>{Reason::ipv6_path_mtu_of_packet_not_sent,
                        [](const ReportedError& e) {
                          return e.report.is_too_big() &&
                                 !e.state.path_mtus.sent_large_packet(e.report.destination.ipv6());
                        }},
};

template <const auto& rules, class Arrival, class Message>
Verdict judge_by(const Arrival& arrival, const Message& message, Reason about_our_packet, const NodeState& state) {
  const auto report = icmp::parse_error(arrival.ip.source(), message);
  if (!report) return Drop{report.error()};
  if (const auto broken =
          first_broken<rules>(ReportedError{*report, arrival.interface, arrival.now, state}, arrival.trace))
    return Drop{*broken};
  if (!report->is_too_big()) return Deliver{about_our_packet, Recipient::icmp_error};
  const auto mtu = path_mtu_of(*report, arrival.interface, arrival.now, state);
  return mtu ? Verdict(Deliver{Reason::path_mtu_lowered, Recipient::icmp_error}) : Drop{mtu.error()};
}

void lower_path_mtu(const icmp::ErrorReport& report, InterfaceId interface, Turn& turn) {
  const NodeOptions& options = turn.state.options;
  const std::uint32_t age = report.family() == Family::ipv4 ? options.path_mtu_age : options.ipv6_path_mtu_age;
  if (const auto mtu = path_mtu_of(report, interface, turn.now, turn.state))
    turn.state.path_mtus.lower(report.destination, *mtu, turn.now + std::chrono::seconds(age));
}

void take(const icmp::ErrorReport& report, InterfaceId interface, Turn& turn) {
  if (report.is_too_big()) lower_path_mtu(report, interface, turn);
  turn.output.report(report);
}

}  // namespace

Verdict judge4(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  return judge_by<icmpv4_error_rules>(arrival, message, Reason::icmp4_error_about_our_packet, state);
}

Verdict judge6(const Ipv6Arrival& arrival, const Icmpv6View& message, const NodeState& state) {
  return judge_by<icmpv6_error_rules>(arrival, message, Reason::icmp6_error_about_our_packet, state);
}

void on_error(const Ipv4Arrival& arrival, Turn& turn) {
  take(*icmp::parse_error(arrival.ip.source(), *Icmpv4View::parse(arrival.payload())), arrival.interface, turn);
}

void on_error(const Ipv6Arrival& arrival, Turn& turn) {
  const auto message = Icmpv6View::parse({arrival.payload(), icmpv6_pseudo_header(arrival)});
  take(*icmp::parse_error(arrival.ip.source(), *message), arrival.interface, turn);
}

}  // namespace tunstack::error_reports
