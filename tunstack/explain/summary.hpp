// What a run did, by reason, for the end of it.
#pragma once

#include <string>

#include "protocols/base/time.hpp"
#include "tunstack/node/counters.hpp"

namespace tunstack {

/// Packets that came and were for somebody else: groups that the node is not in, as router solicitations of the kernel
/// are, and other stations.
std::uint64_t packets_for_others(const Counters& counters);

enum class SummaryLength : std::uint8_t { brief, full };

/// "impaired: 12 lost, 3 duplicated": what bad links did, without what did not happen; a line. `on_their_way`: packets.
std::string impairment_text(const Counters& counters, std::size_t on_their_way);

/// Brief: two lines, with what occurred most often. Full: a line for each reason that occurred, the most frequent ones
/// first; what a reason says, `tunstack why REASON` tells.
std::string summary_text(const Counters& counters, Instant now, SummaryLength length);

}  // namespace tunstack
