// A run for machines that build and test: JUnit's XML, and the annotations of a workflow.
#pragma once

#include "tunstack/firewall/report/run.hpp"

namespace tunstack::firewall {

/// A suite for each group, a test for each case. Warnings are told in the output of a test that passes.
std::string junit_report(const Run& run);

/// "::error file=nftables.conf,line=12,title=...::..." for failures and "::warning ..." for warnings, at the rule that
/// decided where it is known.
std::string annotations(const Run& run);

}  // namespace tunstack::firewall
