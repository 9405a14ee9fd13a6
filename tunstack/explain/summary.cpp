#include "tunstack/explain/summary.hpp"

#include <fmt/format.h>

#include "tunstack/explain/explain.hpp"

namespace tunstack {

std::string summary_text(const Counters& counters, Instant now) {
  std::string text = fmt::format("tunstack: {} packets in, {} out in {:.1f} s\n", counters.packets_in,
                                 counters.packets_out, std::chrono::duration<double>(now.time_since_epoch()).count());
  for (const ReasonInfo& reason : all_reasons())
    if (const std::uint64_t count = counters.count(reason.reason))
      text += fmt::format("{:>8}  {:<36}  {:<24}  {}\n", count, reason.name, citation(reason), reason.text);
  return text;
}

}  // namespace tunstack
