// The sentences that all reports share.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

/// "nftables.conf:12"; empty where it is not known.
std::string place_text(const LoadedRule& rule);
/// "inet filter input: tcp dport 22 drop", or "inet filter input: policy drop".
std::string step_text(const Run& run, const TraceStep& step);
/// Who decided: "inet filter input: tcp dport 22 drop (nftables.conf:12)", "the kernel, before all rules: InHdrErrors".
/// Empty where nobody stopped it and no rule is known to have accepted it.
std::string decider_text(const Run& run, const CaseRun& one);
/// Both: "dropped by inet filter input: policy drop", "answered, let in by ...".
std::string verdict_and_decider(const Run& run, const CaseRun& one);
/// What arrived, a line for each packet; of many the first ones.
std::vector<std::string> packet_lines(const CaseRun& one);
/// "host, 150 cases, Linux 6.18.0, 1.9 s"
std::string run_line(const Run& run);
/// "112 ok", "24 ok by the kernel", "1 FAIL": what there is some of.
std::vector<std::string> tally_texts(const Tally& tally);

/// What the kernel decides whatever the rules say, and what it leaves to them: sentences, none where there is nothing.
std::vector<std::string> who_is_in_charge(const Run& run);

}  // namespace tunstack::firewall
