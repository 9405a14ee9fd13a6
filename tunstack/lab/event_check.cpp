// Events and expectations: whether what they name is there, and can be.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "protocols/base/reason.hpp"
#include "tunstack/events/event_filter.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/expectation_watch.hpp"
#include "tunstack/lab/lab_change.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/lab/lab_keys.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/settings/link_setting.hpp"
#include "tunstack/settings/misdeed_setting.hpp"

namespace tunstack::lab {

namespace {

const std::vector<std::string> programs{"ping", "traceroute"};
const std::vector<std::string> verdicts{"reply", "error", "drop", "forward", "hold", "take", "send", "own", "note"};
const std::vector<std::string> event_kinds{"decided", "sent", "noted"};

/// Where a program knows all names and has an address of each family: what it refuses there, it refuses anywhere.
clients::ClientPlace any_place() {
  static const std::vector<IpAddress> any{Ipv4Address{0xc0000201}, Ipv6Address{{0x20, 0x01, 0x0d, 0xb8}}};
  return {.ipv4 = any[0], .ipv6 = any[1], .resolve = [](const void*, const std::string&) { return any; }};
}

/// What programs call the place where they are.
bool is_who_runs_it(std::string_view target) { return target == "0" || target == "localhost"; }

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

template <class Part>
std::vector<std::string> keys_of(LabKeys<Part> keys) {
  std::vector<std::string> names;
  for (const LabKey<Part>& key : keys) names.emplace_back(key.name);
  return names;
}

class EventCheck {
 public:
  EventCheck(const LabFile& file, const Names& names, Faults& faults) : file_(file), names_(names), faults_(faults) {}

  void check(const LabEvent& event) {
    const int said = int{event.run.has_value()} + int{!event.set.empty()} + int{event.send.has_value()};
    if (said != 1) return refuse(event.place, "an event has one of do, set and send", "do = \"ping host NODE -c 3\"");
    if (event.run) check_run(*event.run);
    for (const Setting& one : event.set) check_set(one);
    if (event.send) check_send(*event.send);
  }

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
    if (!expectation.of && (expectation.hop || expectation.from))
      refuse(expectation.hop ? expectation.hop->place : expectation.from->place, "hops are of a result",
             "of = \"traceroute 1\"");
    if (!expectation.of && !expectation.results.empty())
      refuse(expectation.results[0].place, fmt::format("'{}' is of a result", expectation.results[0].key),
             "of = \"ping 1\" with it");
  }

 private:
  bool check_name(const std::string& name, Place place) {
    if (names_.contains(name)) return true;
    refuse(place, fmt::format("there is no node or door '{}'", name), suggest(name, names_, "a name of the file"));
    return false;
  }

  // ---- events ----

  /// "ping host server -c 3": program, who, and whom.
  void check_run(const Placed<std::string>& run) {
    std::vector<std::string> words = words_in(run.value);
    if (words.size() < 2 || std::ranges::find(programs, words[0]) == programs.end())
      return refuse(run.place,
                    words.empty() || words.size() < 2 ? "it says no program and who runs it"
                                                      : fmt::format("'{}' is no program of a lab", words[0]),
                    fmt::format("{}{}: \"ping host NODE -c 3\"", words.empty() ? "" : did_you_mean(words[0], programs),
                                fmt::join(programs, ", ")));
    if (!check_name(words[1], run.place)) return;
    const bool has_target = words.size() > 2 && !words[2].starts_with('-');
    const bool is_name = has_target && !parse_address(words[2]) && !is_who_runs_it(words[2]);
    if (is_name && !check_name(words[2], run.place)) return;
    words.erase(words.begin() + 1);
    try {
      clients::make_client(words, any_place());
    } catch (const UsageFault& fault) {
      refuse(run.place, fmt::format("{}: {}", fault.what(), fault.why()),
             fmt::format("{}; who runs it comes first: \"ping host NODE -c 3\"", fault.remedy()));
    }
  }

  void check_set(const Setting& one) {
    const std::size_t first = one.key.find('.'), second = one.key.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos) return refuse_path(one);
    const std::string kind = one.key.substr(0, first), name = one.key.substr(first + 1, second - first - 1);
    const std::string rest = one.key.substr(second + 1);
    if (kind == "link") return check_link_set(one, name, rest);
    if (kind == "node") return check_node_set(one, name, rest);
    refuse_path(one);
  }
  void check_link_set(const Setting& one, const std::string& name, const std::string& key) {
    if (std::ranges::find(file_.links, name, &LabLink::name) == file_.links.end())
      return refuse(one.place, fmt::format("there is no link '{}'", name),
                    did_you_mean(name, names_of_links(file_)) + "[link.NAME]");
    const std::vector<std::string> keys = link_setting_keys();
    if (std::ranges::find(keys, key) == keys.end())
      refuse(one.place, fmt::format("'{}' of a link cannot be set while it runs", key),
             fmt::format("{}{}", did_you_mean(key, keys), fmt::join(keys, ", ")));
    else
      check_value(one);
  }
  void check_value(const Setting& one) {
    try {
      check_change(one);
    } catch (const Fault& fault) {
      refuse(one.value_place, fmt::format("{}: {}", fault.what(), fault.why()), fault.remedy());
    }
  }
  void check_node_set(const Setting& one, const std::string& name, const std::string& rest) {
    if (!check_name(name, one.place)) return;
    constexpr std::string_view of_options = "options.", of_faults = "misbehave.";
    if (rest.starts_with(of_options)) {
      NodeOptions options;
      const std::string key = rest.substr(of_options.size());
      if (find_option(key) == nullptr) {
        const OptionFault fault = unknown_option(key);
        refuse(one.place, fault.what, fault.remedy);
      } else if (const auto fault = set_option(options, key + "=" + one.value)) {
        refuse(one.value_place, fault->what + ": " + fault->why, fault->remedy);
      }
    } else if (rest.starts_with(of_faults)) {
      const std::string key = rest.substr(of_faults.size());
      const auto known = known_misdeeds();
      if (std::ranges::find(known, key) == known.end())
        refuse(one.place, fmt::format("'{}' is no fault that a node can have", key),
               did_you_mean(key, {known.begin(), known.end()}) + "docs/labs.md lists them");
      else
        check_value(one);
    } else {
      refuse_path(one);
    }
  }
  void refuse_path(const Setting& one) {
    refuse(one.place, fmt::format("'{}' cannot be set", one.key),
           "link.NAME.KEY, node.NAME.options.KEY or node.NAME.misbehave.KEY");
  }

  /// "host: 192.0.2.1 > 192.0.2.2 UDP 1 > 2"
  void check_send(const Placed<std::string>& send) {
    const std::size_t colon = send.value.find(": ");
    if (colon == std::string::npos)
      return refuse(send.place, "it does not say who sends", "\"host: 192.0.2.1 > 192.0.2.2 UDP 1 > 2\"");
    if (!check_name(send.value.substr(0, colon), send.place)) return;
    const std::string line = send.value.substr(colon + 2);
    if (notation::parse_frame(line)) return;
    if (const auto packet = notation::parse_packet(line); !packet)
      refuse({send.place.line, send.place.column + static_cast<std::uint32_t>(1 + colon + 2 + packet.error().at)},
             packet.error().what, "packets are written as docs/packets.md says");
  }

  // ---- expectations ----

  void check_word(const std::optional<Placed<std::string>>& word, const std::vector<std::string>& known,
                  const char* what) {
    if (!word || std::ranges::find(known, word->value) != known.end()) return;
    refuse(word->place, fmt::format("'{}' is no {}", word->value, what),
           fmt::format("{}{}", did_you_mean(word->value, known),
                       known.size() < 20 ? fmt::format("{}", fmt::join(known, ", ")) : "tunstack rules"));
  }
  void check_decisions(const LabExpectation& expectation) {
    static const std::vector<std::string> reasons = [] {
      std::vector<std::string> names;
      for (const ReasonInfo& reason : all_reasons()) names.emplace_back(reason.name);
      return names;
    }();
    if (expectation.node) check_name(expectation.node->value, expectation.node->place);
    check_word(expectation.event, event_kinds, "kind of event");
    check_word(expectation.verdict, verdicts, "verdict");
    check_word(expectation.reason, reasons, "reason");
    if (expectation.interface) check_interface(expectation, *expectation.interface);
    if (expectation.match) check_match(*expectation.match);
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
    if (expectation.hop || expectation.from) return check_hop(expectation, program);
    if (expectation.results.empty())
      refuse(expectation.place, fmt::format("it does not say what is expected of {}", of.value), "loss = \"0%\"");
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
    if (!expectation.equals) refuse(expectation.place, "it does not say what the state is to be", "equals = 1300");
  }

  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  const LabFile& file_;
  const Names& names_;
  Faults& faults_;
};

}  // namespace

void check_events(const LabFile& file, const Names& names, Faults& faults) {
  EventCheck check(file, names, faults);
  for (const LabEvent& event : file.events) check.check(event);
}

void check_expectations(const LabFile& file, const Names& names, Faults& faults) {
  EventCheck check(file, names, faults);
  for (const LabExpectation& expectation : file.expectations) check.check(expectation);
}

}  // namespace tunstack::lab
