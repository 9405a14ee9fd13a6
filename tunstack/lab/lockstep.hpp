// The lockstep door: a test in any language drives a lab by lines, in virtual time. It says what comes in by which door
// and how far time goes; it is told what goes out and when.
#pragma once

#include <istream>
#include <ostream>

#include "tunstack/lab/lab_plan.hpp"

namespace tunstack::lab {

/// Reads until the end, or `quit`. Lines, octets in hexadecimal digits, doors by their names:
///
///   inject DOOR HEX     a packet (on a link with frames a frame) arrives there now
///   advance DURATION    time goes on: 250ms, 6h
///   now                 asks for the time
///   set KEY VALUE       as an event of a lab file
///
/// and it answers each line with what happened, in the order of time, and an end:
///
///   out DOOR TIME HEX   a packet left; TIME in seconds since the start, with nine digits
///   error TEXT          the line could not be done; nothing happened
///   now TIME            the end of the answer
void run_lockstep(const LabPlan& plan, std::istream& in, std::ostream& out);

}  // namespace tunstack::lab
