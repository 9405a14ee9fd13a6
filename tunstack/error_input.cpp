#include "tunstack/error_input.hpp"

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

}  // namespace

Verdict judge_error(const Ipv4Arrival& arrival, const Icmpv4View& message, const NodeState& state) {
  const auto report = icmp::parse_error(arrival.ip.source(), message);
  if (!report) return Drop{report.error()};
  const Ipv4Address source = report->source.ipv4();
  if (!is_own(state.addresses.kind_on(arrival.interface, source)))
    return Drop{Reason::icmp4_error_about_foreign_packet};
  if (!state.identification.was_given_lately(source, report->destination.ipv4(), report->protocol,
                                             report->identification))
    return Drop{Reason::icmp4_error_about_packet_not_sent};
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
