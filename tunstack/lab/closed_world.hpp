// A lab without a kernel: hosts of ours at its doors, and virtual time that goes from event to event. The same file and
// seed give the same packets, octet for octet.
#pragma once

#include <map>

#include "tunstack/lab/expectation_watch.hpp"
#include "tunstack/lab/lab_change.hpp"
#include "tunstack/lab/lab_plan.hpp"

namespace tunstack::lab {

/// What a program of the lab printed and found.
struct ProgramRun {
  std::string words;  // "ping host server -c 3"
  Duration began{};
  std::string text;
  clients::ClientResult result;
};

struct LabOutcome {
  std::vector<ProgramRun> programs;
  std::vector<ExpectationOutcome> expectations;  // in the order of the file
  Duration lasted{};                             // of virtual time
  std::uint64_t packets = 0;                     // that arrived at nodes
  std::uint64_t hash = 0;                        // of all of them, with times and places: FNV-1a

  bool holds() const { return std::ranges::all_of(expectations, &ExpectationOutcome::holds); }
};

/// Runs a file without faults to its end: until all events are over, programs have finished, and nothing is awaited any
/// more; an hour at most. Throws UsageFault for an event that cannot be.
LabOutcome run_closed(const LabFile& file);

/// A world that somebody else drives: programs can be started, packets sent, time goes as far as it is told.
class ClosedWorld {
 public:
  explicit ClosedWorld(const LabFile& file);
  ~ClosedWorld();
  ClosedWorld(const ClosedWorld&) = delete;
  ClosedWorld& operator=(const ClosedWorld&) = delete;

  Instant now() const { return now_; }
  Network& network() { return network_; }
  const LabPlan& plan() const { return plan_; }
  /// All observers hear of what happens from now on; it must outlive the world.
  void watch(EventSink& sink) { teller_.add(sink); }

  /// "ping host server -c 3": its number. Throws UsageFault.
  std::size_t start_program(const std::string& words);
  const clients::Client& program(std::size_t number) const;
  /// None has anything to say any more, or they have said too much.
  bool programs_are_finished() const;
  /// "host: 192.0.2.1 > 198.51.100.2 UDP 4000 > 9".
  void send(const std::string& text);
  void change(const Setting& setting);
  /// When something is due.
  Instant next_deadline() const;
  /// To this time, and no further; whatever is due until then happens.
  void run_until(Instant time);
  LabOutcome outcome();

 private:
  class Ears;
  struct Program;

  /// Throws UsageFault.
  NodeId node_named(const std::string& name) const;
  void settle();
  void send_from(NodeId node, const std::vector<std::uint8_t>& datagram);
  InterfaceId way_to(NodeId node, const IpAddress& destination) const;

  const LabFile& file_;
  LabPlan plan_;
  Network network_;
  Outbox out_;
  Instant now_{};
  EventTeller teller_;
  std::unique_ptr<Ears> ears_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::size_t said_ = 0;  // packets of programs
};

}  // namespace tunstack::lab
