#include "tunstack/explain/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

#include "tunstack/explain/explain.hpp"

namespace tunstack {

std::uint64_t packets_for_others(const Counters& counters) {
  std::uint64_t count = 0;
  for (const Reason reason :
       {Reason::ipv6_group_not_joined, Reason::frame_for_another_station, Reason::router_solicitation_to_no_advertiser})
    count += counters.count(reason);
  return count;
}

namespace {

struct Counted {
  const ReasonInfo* reason;
  std::uint64_t count;
};

/// The most frequent ones first, those of one count in the order of the table.
std::vector<Counted> counted_reasons(const Counters& counters) {
  std::vector<Counted> counted;
  for (const ReasonInfo& reason : all_reasons())
    if (const std::uint64_t count = counters.count(reason.reason)) counted.push_back({&reason, count});
  std::ranges::sort(counted, [](const Counted& one, const Counted& other) {
    return one.count != other.count ? one.count > other.count : one.reason < other.reason;
  });
  return counted;
}

std::string brief_text(const std::vector<Counted>& counted) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (const auto& [reason, count] : std::span(counted).first(std::min(shown, counted.size())))
    text += fmt::format("{}{} {}", text.empty() ? "  most often: " : ", ", count, reason->name);
  return text.empty() ? text : text + "    (-v lists all)\n";
}

std::string full_text(const std::vector<Counted>& counted) {
  std::size_t name_width = 0;
  for (const auto& [reason, count] : counted) name_width = std::max(name_width, reason->name.size());
  const std::size_t count_width = counted.empty() ? 0 : std::to_string(counted.front().count).size();
  std::string text;
  for (const auto& [reason, count] : counted)
    text += fmt::format("  {:>{}}  {:<{}}  {}\n", count, count_width, reason->name, name_width, citation(*reason));
  return text;
}

}  // namespace

std::string summary_text(const Counters& counters, Instant now, SummaryLength length) {
  const std::vector<Counted> counted = counted_reasons(counters);
  return fmt::format("tunstack: {} packets in, {} out in {:.1f} s\n{}", counters.packets_in, counters.packets_out,
                     std::chrono::duration<double>(now.time_since_epoch()).count(),
                     length == SummaryLength::brief ? brief_text(counted) : full_text(counted));
}

std::string impairment_text(const Counters& counters, std::size_t on_their_way) {
  const std::pair<std::uint64_t, std::string_view> parts[] = {
      {counters.count(Reason::link_packet_lost), "lost"},
      {counters.count(Reason::link_packet_duplicated), "duplicated"},
      {counters.count(Reason::link_packet_overtaken), "reordered"},
      {counters.count(Reason::link_packet_corrupted), "corrupted"},
      {counters.count(Reason::link_queue_full), "dropped: the queue was full"},
      {counters.count(Reason::network_full), "left out: too many were on their way"},
      {on_their_way, "still on their way"},
  };
  std::string text;
  for (const auto& [count, what] : parts)
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  return fmt::format("impaired: {}\n", text.empty() ? "nothing" : text);
}

}  // namespace tunstack
