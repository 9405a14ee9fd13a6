// Which cases are run: by what users ask for.
#pragma once

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

struct Selection {
  std::vector<std::string> only;  // "pmtud", "rfc4890", names of groups, ids or what they begin with; empty: all
  bool core_only = false;
  bool floods = false;
  bool host = true, router = false;
};

/// In the order of `cases`. Throws UsageFault for a word of `only` that chooses none.
std::vector<Case> select_cases(const std::vector<Case>& cases, const Selection& selection);

}  // namespace tunstack::firewall
