// Cases as users see them: in a line, whole, and as JSON. Read by `tunstack firewall list`.
#pragma once

#include <nlohmann/json.hpp>

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

/// "H4-FR-OK  should-pass  echo request of 3000 bytes in three fragments": ids of `id_width` columns.
std::string case_line(const Case& a_case, std::size_t id_width);

/// All that is known of it, a line for each thing, and its packets with the addresses of examples.
std::string case_text(const Case& a_case);

/// One object: "schema", "cases".
nlohmann::ordered_json cases_json(const std::vector<Case>& cases);

}  // namespace tunstack::firewall
