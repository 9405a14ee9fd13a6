// What came of a lab: for people, and for machines that build and test.
#pragma once

#include <span>

#include "tunstack/lab/closed_world.hpp"

namespace tunstack::lab {

/// A lab that ran, with its file for the places of expectations.
struct LabRun {
  std::string name, file;
  std::uint64_t seed = 0;
  LabOutcome outcome;
};

/// What programs printed, then a line for each expectation, with the decisions that speak against those that fail, and
/// the sum with the hash of all packets. `quiet`: without what programs printed, and what holds.
std::string run_text(const LabRun& run, bool quiet);

/// Of several labs.
std::string junit_text(std::span<const LabRun> runs);
std::string tap_text(std::span<const LabRun> runs);
/// "::error file=...,line=...::..." for expectations that fail, as workflows show them at their lines.
std::string annotation_text(std::span<const LabRun> runs);

/// Expectations that hold for what came about, in TOML: a result of each program that none of `known` is about.
std::string blessed_text(const LabOutcome& outcome, std::span<const LabExpectation> known);

}  // namespace tunstack::lab
