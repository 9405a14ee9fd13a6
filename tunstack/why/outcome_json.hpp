// An outcome on its way from a stack that runs to who asked it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "tunstack/why/question.hpp"

namespace tunstack::why {

/// {verdict, reason, ladder: [{table, passed, broken}], sent: [HEX]}
nlohmann::ordered_json to_json(const Outcome& outcome);
/// Nothing where it is none, or names what this version does not know.
std::optional<Outcome> outcome_of(const nlohmann::ordered_json& json);

}  // namespace tunstack::why
