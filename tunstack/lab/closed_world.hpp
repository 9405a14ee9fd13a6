// A lab without a kernel: hosts of ours at its doors, and virtual time that goes from event to event. The same file and
// seed give the same packets, octet for octet.
#pragma once

#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/lab/play.hpp"

namespace tunstack::lab {

/// Of a lab in a closed world, or behind the kernel.
struct LabOutcome {
  std::vector<ProgramRun> programs;
  std::vector<ExpectationOutcome> expectations;  // in the order of the file, and events that could not happen
  bool is_live = false;                          // behind the kernel: in real time, and of nothing below
  Duration lasted{};                             // of virtual time
  std::uint64_t packets = 0;                     // that arrived at nodes
  std::uint64_t hash = 0;                        // of all of them, with times and places: FNV-1a

  bool holds() const { return std::ranges::all_of(expectations, &ExpectationOutcome::holds); }
};

/// Runs a file without faults to its end: until all events are over, programs have finished, and nothing is awaited any
/// more; an hour at most.
LabOutcome run_closed(const LabFile& file);

class ClosedWorld {
 public:
  explicit ClosedWorld(const LabFile& file);
  ~ClosedWorld();
  ClosedWorld(const ClosedWorld&) = delete;
  ClosedWorld& operator=(const ClosedWorld&) = delete;

  const LabPlan& plan() const { return plan_; }
  const Network& network() const { return network_; }
  /// All observers hear of what happens from now on; it must outlive the world.
  void watch(EventSink& sink) { teller_.add(sink); }

  /// "ping host server -c 3", now, beside the events of the file. Throws UsageFault.
  clients::Conversation start_program(const std::string& words) {
    run_until(now_);  // addresses are in use then
    return programs_.conversation(play_.start_program(words, now_));
  }
  /// To the end, as run_closed() has it.
  LabOutcome run();

 private:
  class Footprint;

  bool programs_are_finished() const;
  /// To this time, and no further; whatever is due until then happens.
  void run_until(Instant time);

  LabFile file_;
  LabPlan plan_;
  Instant now_;
  Network network_;
  Programs programs_;
  Play play_;
  Stage<Network> stage_;
  EventTeller teller_;
  Observers observers_;
  std::unique_ptr<Footprint> footprint_;
  Outbox out_;
};

}  // namespace tunstack::lab
