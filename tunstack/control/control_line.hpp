// A line as clients of a stack get it: one JSON object, with the schema first.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tunstack {

/// Of answers; raised when a member changes its meaning or goes.
inline constexpr int control_schema = 1;

/// With its end. A device may have any name; JSON may not: what is no UTF-8 is replaced.
std::string control_line(const nlohmann::ordered_json& content);

}  // namespace tunstack
