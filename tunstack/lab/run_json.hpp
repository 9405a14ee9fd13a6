// What came of a lab as JSON: for whoever reads `lab run --json`, and for the parts of one run that are played in
// several processes, behind the kernel.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tunstack/lab/lab_report.hpp"

namespace tunstack::lab {

using LabJson = nlohmann::ordered_json;

LabJson json_of(const ProgramRun& program);
LabJson json_of(const ExpectationOutcome& outcome);
LabJson json_of(const LabRun& run);

/// What json_of() has made; what is not there, or is of another kind, is as if nothing had happened.
ProgramRun program_in(const LabJson& json);
ExpectationOutcome expectation_in(const LabJson& json);
LabRun run_in(const LabJson& json);

/// Without its end; what is no UTF-8 is replaced.
std::string line_of(const LabJson& json);

/// Of a play that goes on: programs, expectations (null where they are about who is outside), events that could not
/// happen, and whether all has happened.
enum class ProgramTexts : std::uint8_t { none, begun };  // what programs have printed, the first 64 KiB of each
LabJson json_of(Play& play, Instant now, ProgramTexts texts);

}  // namespace tunstack::lab
