// Rules that mend failures, in the language of the ruleset: each is made from the packet of a case, and was tried. The
// ruleset with it is loaded, and all cases run.
#pragma once

#include "tunstack/firewall/tester/tester.hpp"

namespace tunstack::firewall {

/// Fills CaseRun::mend for failures that one more rule makes right while no other case gets worse by it. Cases that
/// one rule mends together get the same. Scripts and the host's own rules get none: there is no text to change.
void suggest(const TestPlan& plan, Run& run, const OnProgress& on_progress);

}  // namespace tunstack::firewall
