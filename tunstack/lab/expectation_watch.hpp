// Whether what a lab expects comes about: fed with the events of all nodes, and at the end with results and state.
#pragma once

#include <array>
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
  std::vector<std::string> against;  // decisions that speak against it, or came near it; or that there was none
  bool is_left_out = false;          // it is about who cannot be asked
};

/// About decisions.
class ExpectationWatch {
 public:
  ExpectationWatch(const LabExpectation& expectation, Instant start);

  void take(const Event& event, const EventNames& names);
  ExpectationOutcome outcome() const;

 private:
  /// How near to what is expected something came, the most telling first. All but one are of the right place.
  enum class Near {
    late,            // it is all that is expected
    other_decision,  // on a packet that matches
    other_field,     // on a packet that matches but for one field
    other_packet,    // with the reason that is expected
    mishap,          // a drop, or a fault on purpose
    mishap_elsewhere,
    other
  };

  bool is_of_place(const Event& event, const EventNames& names) const;
  bool is_in_time(const Event& event) const;
  bool has_reason(const Event& event) const;
  bool is_decided_so(const Event& event) const;
  std::size_t differences(const Event& event, const EventNames& names) const;
  std::optional<Near> nearness(const Event& event, bool is_here, std::size_t differing) const;
  void keep(std::vector<std::string>& lines, const Event& event, const EventNames& names) const;
  const std::vector<std::string>& lines_of(Near near) const { return near_[static_cast<std::size_t>(near)]; }
  std::string absence() const;
  std::vector<std::string> evidence() const;

  const LabExpectation& expectation_;
  Instant start_;
  EventFilter filter_;
  bool asks_about_packets_, fails_without_any_;
  std::size_t count_ = 0;
  std::vector<std::string> matched_;
  std::array<std::vector<std::string>, 7> near_;  // kept as long as there is none that is right
  std::string elsewhere_;                         // the last of the kind that was at another place
};

/// What the `state` of an expectation may ask for: "path_mtu" and other lists, whose rows are chosen by an address in
/// brackets; and "counters".
std::vector<std::string> state_words();

/// What can be measured of the result of a program: "loss", "hops".
std::vector<std::string> result_words();
/// What to write instead, where a result cannot be so: it lacks its unit, or is no share. Empty: it can.
std::string result_remedy(const LabResult& wanted);
/// About the result of a program.
ExpectationOutcome outcome_of(const LabExpectation& expectation, const clients::ClientResult& result);
/// The program that it is about did not run.
ExpectationOutcome did_not_run(const LabExpectation& expectation);
/// About state, as `tunstack state` has it.
ExpectationOutcome outcome_of(const LabExpectation& expectation, const nlohmann::ordered_json& state);

}  // namespace tunstack::lab
