// Services that the rules must let in, as users name them.
#pragma once

#include "tunstack/firewall/bench/listeners.hpp"
#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

/// "tcp/80,udp/53". Throws UsageFault.
std::vector<Service> parse_services(const std::string& text);
std::string to_text(const Service& service);  // "tcp/80"

/// A case for each service and family that the catalogue does not have: the first service of TCP is its `open` port.
/// `router`: what a client outside reaches at the server inside.
std::vector<Case> cases_of_services(const std::vector<Service>& services, Mode mode);

/// Whether a case is about the `open` port having to be reached: nothing to ask where no service is named.
bool needs_open_port(const Case& a_case);

}  // namespace tunstack::firewall
