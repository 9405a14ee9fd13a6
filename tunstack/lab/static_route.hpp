// A route of a node as people write it, in the words of ip-route(8).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocols/ip/routes.hpp"

namespace tunstack::lab {

/// The interface is known by the gateway, or by `dev`.
struct StaticRoute {
  ip::Route route;             // without interface
  std::string interface = {};  // behind `dev`; empty: not said
};

/// "198.51.100.0/24 via 192.0.2.3 [dev NAME]", "default via 2001:db8::1", "blackhole PREFIX", "unreachable PREFIX",
/// "prohibit PREFIX", "reject CODE PREFIX". The error says what is wrong.
std::expected<StaticRoute, std::string> parse_static_route(std::string_view text);

}  // namespace tunstack::lab
