// JSON that came from whoever wrote it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace tunstack {

/// Nothing where it is no object, or nested deeper than anything that is said here, which would take the stack of who
/// copies or prints it.
std::optional<nlohmann::ordered_json> parse_object(std::string_view text);

}  // namespace tunstack
