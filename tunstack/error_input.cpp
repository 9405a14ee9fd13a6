#include "tunstack/error_input.hpp"

#include "protocols/base/rule.hpp"

namespace tunstack {

namespace {

constexpr std::uint8_t fragmentation_needed = 4;

bool is_too_big(const icmp::ErrorReport& report) {
  return report.type == static_cast<std::uint8_t>(Icmpv4Type::destination_unreachable) &&
         report.code == fragmentation_needed;
}

std::expected<std::size_t, Reason> path_mtu_of(const icmp::ErrorReport& report, const Ipv4Arrival& arrival,
                                               const NodeState& state) {
  const std::size_t link_mtu = state.link_mtus[static_cast<std::size_t>(arrival.interface)];
  return ip::believed_path_mtu({report.mtu, report.total_length, report.header_size},
                               state.path_mtus.to(report.destination, link_mtu, arrival.now));
}

struct ReportedError {
  const icmp::ErrorReport& report;
  InterfaceId interface;
  const NodeState& state;
};

constexpr std::array error_rules = {
    Rule<ReportedError>{
        Reason::icmp4_error_about_foreign_packet,
        [](const ReportedError& e) { return !is_own(e.state.addresses.kind_on(e.interface, e.report.source.ipv4())); }},
    Rule<ReportedError>{Reason::icmp4_error_about_packet_not_sent,
                        [](const ReportedError& e) {
                          return !e.state.identification.was_given_lately(e.report.source.ipv4(),
                                                                          e.report.destination.ipv4(),
                                                                          e.report.protocol, e.report.identification);
                        }},
};

}  // namespace

Verdict judge_error(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const auto report = icmp::parse_error(arrival.ip.source(), message);
  if (!report) return Drop{report.error()};
  if (const auto broken = first_broken<error_rules>(ReportedError{*report, arrival.interface, state}))
    return Drop{*broken};
  if (!is_too_big(*report)) return Deliver{Reason::icmp4_error_about_our_packet};
  const auto mtu = path_mtu_of(*report, arrival, state);
  return mtu ? Verdict(Deliver{Reason::path_mtu_lowered}) : Drop{mtu.error()};
}

icmp::ErrorReport report_of(const Ipv4Arrival& arrival) {
  return *icmp::parse_error(arrival.ip.source(), *Icmpv4View::parse(arrival.ip.payload()));
}

std::optional<std::size_t> lowered_path_mtu(const icmp::ErrorReport& report, const Ipv4Arrival& arrival,
                                            const NodeState& state) {
  if (!is_too_big(report)) return std::nullopt;
  const auto mtu = path_mtu_of(report, arrival, state);
  return mtu ? std::optional(*mtu) : std::nullopt;
}

}  // namespace tunstack
