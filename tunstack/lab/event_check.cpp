// Events: whether what they name is there, and can be.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "tunstack/clients/client.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/lab_change.hpp"
#include "tunstack/lab/lab_check.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/settings/link_setting.hpp"
#include "tunstack/settings/misdeed_setting.hpp"

namespace tunstack::lab {

namespace {

const std::vector<std::string> programs{"ping", "traceroute"};

/// Where a program knows all names and has an address of each family: what it refuses there, it refuses anywhere.
clients::ClientPlace any_place() {
  static const std::vector<IpAddress> any{Ipv4Address{0xc0000201}, Ipv6Address{{0x20, 0x01, 0x0d, 0xb8}}};
  return {.ipv4 = any[0], .ipv6 = any[1], .resolve = [](const void*, const std::string&) { return any; }};
}

/// What programs call the place where they are.
bool is_who_runs_it(std::string_view target) { return target == "0" || target == "localhost"; }

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

 private:
  bool check_name(const std::string& name, Place place) { return lab::check_name(name, place, names_, faults_); }

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

  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  const LabFile& file_;
  const Names& names_;
  Faults& faults_;
};

}  // namespace

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void check_events(const LabFile& file, const Names& names, Faults& faults) {
  EventCheck check(file, names, faults);
  for (const LabEvent& event : file.events) check.check(event);
}

}  // namespace tunstack::lab
