// A run as JSON, which programs read (docs/schemas/firewall.schema.json) and by which runs are saved and compared.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

/// One object, on lines of their own where a person may look at it.
std::string to_json(const Run& run);
/// What to_json() wrote, `name` for messages. Throws UsageFault for anything else.
Run run_from_json(const std::string& text, const std::string& name);

}  // namespace tunstack::firewall
