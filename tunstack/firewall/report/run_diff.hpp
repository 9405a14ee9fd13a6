// Two runs compared: what a change of rules, or of the kernel, changed.
#pragma once

#include "tunstack/firewall/report/text_report.hpp"

namespace tunstack::firewall {

/// In the order in which they matter.
enum class ChangeKind : std::uint8_t { new_failure, new_warning, mended, other, added, gone };

struct Change {
  ChangeKind kind = ChangeKind::other;
  std::string id, title;
  // With its verdict; nothing where the case is not in that run.
  std::optional<Result> result_before, result_after;
  std::string before, after;
};

/// Cases of which result or verdict changed, by their ids; those that matter most first.
std::vector<Change> changes(const Run& before, const Run& after);

/// A line for each change: "FAIL  H6-E-0200  packet too big: passed -> dropped (was ok)".
std::string diff_text(const Run& before, const Run& after, const TextStyle& style);
/// One object: "schema", "cases", "changes".
std::string diff_json(const Run& before, const Run& after);
/// Those that make a ruleset worse than one that was accepted: failures that are new.
std::vector<Change> new_failures(const Run& accepted, const Run& now);
std::string against_text(const Run& accepted, const Run& now, const TextStyle& style);

}  // namespace tunstack::firewall
