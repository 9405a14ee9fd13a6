// An event that came as JSON, in one line for people: the form of --explain.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tunstack/explain/decision_line.hpp"

namespace tunstack {

/// Never fails: what is missing is left out. Without an end.
std::string event_text(const nlohmann::ordered_json& event, const Screen& screen = {});

}  // namespace tunstack
