// One case as it went, hook by hook and rule by rule: the answer of `tunstack why --ruleset`.
#pragma once

#include "tunstack/firewall/report/text_report.hpp"

namespace tunstack::firewall {

std::string story_text(const Run& run, const CaseRun& one, const TextStyle& style);
/// One object: "packets", "steps", "verdict", "by", "reactions", "effects".
std::string story_json(const Run& run, const CaseRun& one);

}  // namespace tunstack::firewall
