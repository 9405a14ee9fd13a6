// Labs behind the kernel: each in a private network of its own, whose hosts at doors are this system.
#pragma once

#include "tools/lab_arguments.hpp"
#include "tunstack/lab/lab_report.hpp"

namespace tunstack {

/// In real time; programs without an end are ended five minutes after the last event. Throws SystemError, with what the
/// run has printed, if it does not come to its end.
lab::LabRun run_live(const LabArguments& arguments);

}  // namespace tunstack
