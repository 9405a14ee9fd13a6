// Expectations: whether what they name is there, and can be: what cannot be holds wherever `not` is beside it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "protocols/base/reason.hpp"
#include "tunstack/events/event_filter.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/expectation_watch.hpp"
#include "tunstack/lab/field_check.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

const std::vector<std::string> verdicts{"reply", "error", "drop", "forward", "hold", "take", "send", "own", "note"};
const std::vector<std::string> event_kinds{"decided", "sent", "noted"};

const std::vector<std::string>& reasons() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const ReasonInfo& reason : all_reasons()) names.emplace_back(reason.name);
    return names;
  }();
  return all;
}

class ExpectationCheck {
 public:
  ExpectationCheck(const LabFile& file, const Names& names, Faults& faults)
      : file_(file), names_(names), faults_(faults) {}

  void check(const LabExpectation& expectation) {
    const bool is_about_decisions = expectation.node || expectation.interface || expectation.event ||
                                    expectation.verdict || expectation.reason || expectation.match ||
                                    !expectation.fields.empty();
    const int said = int{is_about_decisions} + int{expectation.of.has_value()} + int{expectation.state.has_value()};
    if (said != 1)
      return refuse(expectation.place,
                    said == 0 ? "an expectation says nothing that could be so"
                              : "an expectation is about decisions, a result or state: one of them",
                    "node, match, verdict, reason; or of and loss; or state and equals");
    if (is_about_decisions) check_decisions(expectation);
    if (expectation.of) check_result(expectation, *expectation.of);
    if (expectation.state) check_state(expectation, *expectation.state);
    if (!is_about_decisions) refuse_of_decisions(expectation);
    if (!expectation.of) refuse_of_results(expectation);
  }

 private:
  void refuse_of_decisions(const LabExpectation& expectation) {
    if (expectation.within)
      refuse(expectation.within->place, "'within' is of decisions", "an event at that time, whose result is judged");
    if (expectation.count) refuse(expectation.count->place, "'count' is of decisions", "received = 3, of a result");
  }
  void refuse_of_results(const LabExpectation& expectation) {
    if (expectation.hop || expectation.from)
      refuse(expectation.hop ? expectation.hop->place : expectation.from->place, "hops are of a result",
             "of = \"traceroute 1\"");
    if (!expectation.results.empty())
      refuse(expectation.results[0].place, fmt::format("'{}' is of a result", expectation.results[0].key),
             "of = \"ping 1\" with it");
  }
  bool check_name(const std::string& name, Place place) { return lab::check_name(name, place, names_, faults_); }

  void check_word(const std::optional<Placed<std::string>>& word, const std::vector<std::string>& known,
                  const char* what) {
    if (!word || std::ranges::find(known, word->value) != known.end()) return;
    refuse(word->place, fmt::format("'{}' is no {}", word->value, what),
           fmt::format("{}{}", did_you_mean(word->value, known),
                       known.size() < 20 ? fmt::format("{}", fmt::join(known, ", ")) : "tunstack rules"));
  }
  void check_decisions(const LabExpectation& expectation) {
    if (expectation.node) check_name(expectation.node->value, expectation.node->place);
    check_word(expectation.event, event_kinds, "kind of event");
    check_word(expectation.verdict, verdicts, "verdict");
    check_word(expectation.reason, reasons(), "reason");
    if (expectation.interface) check_interface(expectation, *expectation.interface);
    if (expectation.match) check_match(*expectation.match);
    for (const Setting& field : expectation.fields)
      if (auto fault = field_fault(field)) faults_.push_back(std::move(*fault));
    if (expectation.count && expectation.count->value.unit != Comparison::Unit::number)
      refuse(expectation.count->place, "'count' is a number", "count = \">= 3\"");
  }
  void check_interface(const LabExpectation& expectation, const Placed<std::string>& named) {
    for (const LabNode& node : file_.nodes)
      for (const LabInterface& interface : node.interfaces)
        if (interface.name == named.value && (!expectation.node || expectation.node->value == node.name)) return;
    refuse(named.place, fmt::format("there is no interface '{}'", named.value), "an interface of the node");
  }
  void check_match(const Placed<std::string>& match) {
    try {
      const EventFilter filter(match.value);
    } catch (const Fault& fault) {
      refuse(match.place, fmt::format("{}: {}", fault.what(), fault.why()), fault.remedy());
    }
  }

  /// "ping 2"
  void check_result(const LabExpectation& expectation, const Placed<std::string>& of) {
    const std::vector<std::string> words = words_in(of.value);
    const std::string program = words.empty() ? "" : words[0];
    const auto runs = std::ranges::count_if(
        file_.events, [&](const LabEvent& event) { return event.run && event.run->value.starts_with(program + " "); });
    const std::string number = words.size() == 2 ? words[1] : "";
    const bool is_number =
        !number.empty() && number.size() < 6 && number.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || std::stol(number) == 0)
      return refuse(of.place, fmt::format("'{}' is no result", of.value), "\"ping 1\": the first ping of the events");
    if (std::stol(number) > runs)
      return refuse(of.place,
                    fmt::format("there is no '{}': {} runs {} time{}", of.value, program, runs, runs == 1 ? "" : "s"),
                    "an event with do, or another number");
    for (const LabResult& result : expectation.results)
      if (const std::string remedy = result_remedy(result); !remedy.empty())
        refuse(result.place, fmt::format("'{}' cannot be so", result.key), remedy);
    if (expectation.hop || expectation.from) return check_hop(expectation, program);
    if (program == "ping") check_no_hops(expectation);
    if (expectation.results.empty())
      refuse(expectation.place, fmt::format("it does not say what is expected of {}", of.value), "loss = \"0%\"");
  }

  void check_no_hops(const LabExpectation& expectation) {
    for (const LabResult& result : expectation.results)
      if (result.key == "hops") refuse(result.place, "ping counts no hops", "of = \"traceroute 1\"");
  }
  void check_hop(const LabExpectation& expectation, const std::string& program) {
    static const std::vector<std::string> of_hops = {"sent", "received", "loss", "least", "mean", "most"};
    if (!expectation.hop) {
      if (expectation.from) refuse(expectation.from->place, "'from' does not say at which hop", "hop = 2");
      return;
    }
    if (program != "traceroute")
      return refuse(expectation.hop->place, fmt::format("{} has no hops", program), "of = \"traceroute 1\"");
    if (expectation.results.empty() && !expectation.from)
      refuse(expectation.place, "it does not say what is expected of the hop", "received = 1");
    if (expectation.from && !parse_address(expectation.from->value))
      refuse(expectation.from->place, fmt::format("'{}' is not an address", expectation.from->value),
             "from = \"192.0.2.2\"");
    for (const LabResult& result : expectation.results)
      if (std::ranges::find(of_hops, result.key) == of_hops.end())
        refuse(result.place, fmt::format("'{}' is not of one hop", result.key),
               fmt::format("{}", fmt::join(of_hops, ", ")));
  }

  void check_state(const LabExpectation& expectation, const Placed<std::string>& state) {
    const std::size_t dot = state.value.find('.');
    if (dot == std::string::npos)
      return refuse(state.place, fmt::format("'{}' does not say what of a node", state.value),
                    "\"host.path_mtu[198.51.100.2]\"");
    check_name(state.value.substr(0, dot), state.place);
    const std::string what = state.value.substr(dot + 1);
    check_word(Placed<std::string>{what.substr(0, what.find_first_of("[.")), state.place}, state_words(),
               "state of a node");
    check_row(what, state.place);
    constexpr std::string_view of_reasons = "counters.reasons.";
    if (what.starts_with(of_reasons))
      check_word(Placed<std::string>{what.substr(of_reasons.size()), state.place}, reasons(), "reason");
    if (!expectation.equals)
      refuse(expectation.place, "it does not say what the state is to be", "equals = 1300");
    else if (expectation.equals->value.find_first_of("<>=!") == 0)
      refuse(expectation.equals->value_place, "'equals' is a value, and nothing is compared otherwise",
             "equals = 1300");
  }
  /// "neighbors[192.0.2.1]"
  void check_row(const std::string& what, Place place) {
    const std::size_t bracket = what.find('[');
    if (bracket == std::string::npos) return;
    const std::string address = what.substr(bracket + 1, what.size() - bracket - 2);
    if (!what.ends_with(']') || !parse_address(address))
      refuse(place, fmt::format("'{}' is not the address of a row", address), "\"host.path_mtu[198.51.100.2]\"");
  }

  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  const LabFile& file_;
  const Names& names_;
  Faults& faults_;
};

}  // namespace

void check_expectations(const LabFile& file, const Names& names, Faults& faults) {
  ExpectationCheck check(file, names, faults);
  for (const LabExpectation& expectation : file.expectations) check.check(expectation);
}

}  // namespace tunstack::lab
