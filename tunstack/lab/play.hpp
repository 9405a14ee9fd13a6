// The events of a lab on its clock, and what is expected of them: an actor beside the network, and a sink of its
// events. A closed world and a stack behind the kernel play them alike.
#pragma once

#include <map>

#include "tunstack/lab/expectation_watch.hpp"
#include "tunstack/programs/programs.hpp"

namespace tunstack::lab {

/// What a program of the lab printed and found.
struct ProgramRun {
  std::string words;  // "ping host server -c 3"
  Duration began{};
  std::string text;
  clients::ClientResult result;
};

class Play final : public Actor, public EventSink {
 public:
  /// All must outlive it. `outside`: hosts at doors that are not ours, whose programs and packets are not played here.
  Play(const LabFile& file, Network& network, Programs& programs, EventNames names, Instant start,
       std::vector<std::string> outside = {});

  Instant next_deadline() const override;
  void act(Instant now, Outbox& out) override;
  void take(const Event& event) override;

  /// "ping host server -c 3", beside the events. Throws UsageFault.
  Programs::Number start_program(const std::string& text, Instant now);
  /// Of the last one, since the start.
  Duration last_event() const { return events_.empty() ? Duration(0) : events_.back().of->at.value; }
  Instant start() const { return start_; }
  /// How many events have happened, in the order of their times.
  std::size_t events_happened() const { return next_event_; }
  /// All events have happened, and programs have finished.
  bool is_over() const { return next_event_ == events_.size() && programs_are_finished(); }
  /// Hears of settings right before an event changes them, so that the same can be done again; of a packet likewise.
  void on_change(std::function<void(const std::vector<std::string>&, Instant)> hear) {
    hears_change_ = std::move(hear);
  }
  void on_send(std::function<void(const std::string& node, Bytes, bool is_frame, Instant)> hear) {
    hears_sending_ = std::move(hear);
  }
  /// None has anything to say any more.
  bool programs_are_finished() const;
  /// In the order in which they began.
  std::vector<ProgramRun> programs();
  /// As Ctrl-C does: they say what there is to say.
  void interrupt_programs(Instant now);
  /// In the order of the file; nothing of those that are about who is outside.
  std::vector<std::optional<ExpectationOutcome>> expectations(Instant now);
  /// Events that could not happen, or were left out.
  const std::vector<ExpectationOutcome>& failures() const { return failures_; }
  /// Those whose time has not come, where that is the end.
  std::vector<ExpectationOutcome> left_over() const;

 private:
  struct PlannedEvent {
    const LabEvent* of;
    std::optional<std::size_t> run = {};  // of `do`, once it began
  };
  struct Run {
    ProgramRun told;
    std::optional<Programs::Number> number;  // as long as it is one
  };

  void happen(PlannedEvent& event, Instant now, Outbox& out);
  void change(const LabEvent& event, const Setting& setting, Instant now, Outbox& out);
  void begin(PlannedEvent& event, Instant now);
  void send(const std::string& text, Instant now, Outbox& out);
  void gather();
  bool is_outside(const std::string& name) const;
  std::optional<ExpectationOutcome> outcome_of_program(const LabExpectation& expectation) const;
  std::optional<ExpectationOutcome> outcome(const LabExpectation& expectation, Instant now) const;

  const LabFile& file_;
  Network& network_;
  Programs& programs_;
  EventNames names_;
  Instant start_;
  std::vector<std::string> outside_;
  std::vector<PlannedEvent> events_;  // in the order of their times
  std::size_t next_event_ = 0;
  std::vector<Run> runs_;
  std::map<const LabExpectation*, ExpectationWatch> watches_;
  std::vector<ExpectationOutcome> failures_;
  std::function<void(const std::vector<std::string>&, Instant)> hears_change_ = [](const auto&, Instant) {};
  std::function<void(const std::string&, Bytes, bool, Instant)> hears_sending_ = [](const auto&, Bytes, bool, Instant) {
  };
};

/// Of an event without a `do` nothing.
const std::string& program_text(const LabEvent& event);

/// The events of a file in the order of their times.
std::vector<const LabEvent*> events_in_order(const LabFile& file);
/// The event of the `do` that an expectation is about, the N-th of its program; null if there is none.
const LabEvent* program_of(const LabExpectation& expectation, const LabFile& file);
/// How long something is awaited that must come in time.
Duration longest_within(const LabFile& file);
/// Of an event that could not happen, or that is left out.
ExpectationOutcome impossible(const LabEvent& event, const std::string& why);
ExpectationOutcome left_out(const LabEvent& event, const std::string& why);

/// "ping host server -c 3": who runs what.
struct ProgramWords {
  std::string node;
  std::vector<std::string> words;  // without the node
};
ProgramWords program_words(const std::string& text);

}  // namespace tunstack::lab
