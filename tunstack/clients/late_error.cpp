#include "tunstack/clients/late_error.hpp"

#include <algorithm>

namespace tunstack::clients {

namespace {

/// The first of later probes that was answered.
std::optional<std::size_t> next_answered(std::span<const TraceProbe> probes, std::size_t number) {
  for (std::size_t next = number + 1; next < probes.size() && probes[next].is_sent; ++next)
    if (probes[next].is_done) return next;
  return std::nullopt;
}

/// How many hops away the sender of an error is: as many behind a router that told its own distance as its answer came
/// farther than that router's.
std::size_t distance(const TraceProbe& error, std::span<const TraceProbe> before, std::size_t probes_per_hop) {
  const unsigned back = hops_back(error.hop_limit);
  for (std::size_t i = before.size(); i-- > 0;)
    if (before[i].took && !before[i].is_last)
      if (const unsigned nearer = hops_back(before[i].hop_limit); nearer < back)
        return i / probes_per_hop + 1 + back - nearer;
  return back;
}

}  // namespace

std::optional<std::size_t> late_error(std::span<const TraceProbe> probes, std::size_t number,
                                      std::size_t probes_per_hop) {
  const std::size_t hop = number - number % probes_per_hop;
  if (!std::ranges::all_of(probes.subspan(hop, number - hop), &TraceProbe::is_last)) return std::nullopt;
  const auto next = next_answered(probes, number);
  if (!next || probes[*next].mark.empty()) return std::nullopt;  // a hop, or the target: answers of both come in order
  if (number != hop || *next < hop + probes_per_hop) return next;  // the whole hop is the end of the way

  const auto before = probes.first(number);
  const TraceProbe& error = probes[*next];
  const bool is_from_hop_before =
      std::ranges::any_of(before, [&](const TraceProbe& probe) { return probe.took && probe.from == error.from; });
  const bool is_here = is_from_hop_before || distance(error, before, probes_per_hop) <= number / probes_per_hop + 1;
  return is_here ? next : std::nullopt;
}

}  // namespace tunstack::clients
