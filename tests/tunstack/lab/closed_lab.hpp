// A lab that runs in a closed world, and what came of it.
#pragma once

#include "tests/tunstack/lab/small_lab.hpp"
#include "tunstack/lab/closed_world.hpp"

namespace tunstack::test {

/// A host, r1 and a server behind a link of 10 ms.
inline const std::string row_lab = R"(name = "row"
seed = 3
[host]
link = "edge"
addresses = ["192.0.2.1/24", "2001:db8::1/64"]
routes = ["198.51.100.0/24", "2001:db8:1::/64"]
[link.edge]
net = ["192.0.2.0/24", "2001:db8::/64"]
[link.core]
net = ["198.51.100.0/24", "2001:db8:1::/64"]
delay = "10ms"
[node.r1]
role = "router"
options = { "mld.enable" = false }
interfaces.left = { link = "edge" }
interfaces.right = { link = "core" }
[node.server]
services = ["udp-echo"]
interfaces.eth0 = { link = "core" }
)";

inline lab::LabOutcome run_lab(const std::string& text, const std::vector<std::string>& with = {}) {
  return lab::run_closed(read_good_lab(text, with));
}

/// The row with these events and expectations behind it.
inline lab::LabOutcome run_row(const std::string& more) { return run_lab(row_lab + more); }

}  // namespace tunstack::test
