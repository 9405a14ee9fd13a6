// Every type and code of ICMP, in both families: which of them a ruleset lets in, in as few lines as say all of it.
#pragma once

#include "tunstack/firewall/tester/tester.hpp"

namespace tunstack::firewall {

/// 65,536 messages of a family, from the neighbor; with `router` from far away to a client inside.
std::vector<Case> all_icmp_messages(Mode mode, Family family);

/// The fate of each: by type and code.
struct IcmpMap {
  Mode mode = Mode::host;
  Family family = Family::ipv4;
  std::vector<Fate> fates = std::vector<Fate>(65536, Fate::not_observable);
};

/// Throws what benches throw.
std::vector<IcmpMap> map_icmp(const TestPlan& plan, const OnProgress& on_progress);

/// Ranges of types with equal fates: "types 4-7  dropped", "type 3  codes 0-15 passed, 16-255 dropped".
std::string icmp_map_text(const std::vector<IcmpMap>& maps);
std::string icmp_map_json(const std::vector<IcmpMap>& maps);

}  // namespace tunstack::firewall
