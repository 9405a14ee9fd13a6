// The words for what cases and observations enumerate, in files and reports. Those of verdicts stand in verdict.hpp.
#pragma once

#include <optional>
#include <string_view>

#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

const char* point_name(Point point);     // "input-first"
const char* effect_name(Effect effect);  // "path-mtu"
const char* side_name(Side side);        // "outside"
const char* mode_name(Mode mode);        // "router"

std::optional<Effect> effect_of_name(std::string_view name);
std::optional<Side> side_of_name(std::string_view name);
std::optional<Mode> mode_of_name(std::string_view name);

}  // namespace tunstack::firewall
