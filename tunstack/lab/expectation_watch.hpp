// Whether what a lab expects comes about: fed with the events of all nodes, and at the end with results and state.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tunstack/clients/client.hpp"
#include "tunstack/events/event_filter.hpp"
#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

struct ExpectationOutcome {
  Place place;
  std::string what;  // "r1 sends, icmp[icmptype] == 3: at least once"
  bool holds = false;
  std::string found;                 // "3 times", "loss is 0.333"
  std::vector<std::string> against;  // decisions that speak against it, or that came near it
  bool is_left_out = false;          // it is about who cannot be asked
};

/// About decisions.
class ExpectationWatch {
 public:
  ExpectationWatch(const LabExpectation& expectation, Instant start);

  void take(const Event& event, const EventNames& names);
  ExpectationOutcome outcome() const;

 private:
  bool is_of_place(const Event& event, const EventNames& names) const;
  bool is_as_expected(const Event& event, const EventNames& names) const;
  void keep(std::vector<std::string>& lines, const Event& event, const EventNames& names) const;

  const LabExpectation& expectation_;
  Instant start_;
  EventFilter filter_;
  std::size_t count_ = 0;
  std::vector<std::string> matched_, near_;
};

/// What the `state` of an expectation may ask for: "path_mtu" and other lists, whose rows are chosen by an address in
/// brackets; and "counters".
std::vector<std::string> state_words();

/// What can be measured of the result of a program: "loss", "hops".
std::vector<std::string> result_words();
/// About the result of a program.
ExpectationOutcome outcome_of(const LabExpectation& expectation, const clients::ClientResult& result);
/// About state, as `tunstack state` has it.
ExpectationOutcome outcome_of(const LabExpectation& expectation, const nlohmann::ordered_json& state);

}  // namespace tunstack::lab
