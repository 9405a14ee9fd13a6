#include "tunstack/firewall/enum_names.hpp"

#include <algorithm>
#include <array>

#include "tunstack/firewall/verdict.hpp"

namespace tunstack::firewall {

namespace {

// In the order of the enumerators.
constexpr std::array points{"device",        "ingress",      "prerouting",   "input-first", "input-last",
                            "forward-first", "forward-last", "output-first", "output-last"};
static_assert(points.size() == point_count);
constexpr std::array effects{"none", "socket-error", "path-mtu", "route", "address", "data"};
constexpr std::array sides{"outside", "inside", "host"};
constexpr std::array modes{"host", "router"};
constexpr std::array fates{"passed",         "answered",     "forwarded",      "dropped",
                           "rejected",       "kernel-early", "kernel-route",   "held",
                           "answer-dropped", "limited",      "not-observable", "precondition-failed"};
constexpr std::array levels{"must-pass", "should-pass", "must-drop", "should-drop", "informational"};
constexpr std::array results{"ok",   "ok by the kernel", "tolerated",   "info", "warn",
                             "FAIL", "not testable",     "precondition"};
constexpr std::array deciders{"nobody", "rule", "policy", "connection tracking", "kernel", "device", "unknown"};

template <class Enum>
std::optional<Enum> found_in(const auto& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, [](const char* n) { return std::string_view(n); });
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

const char* point_name(Point point) { return points.at(static_cast<std::size_t>(point)); }
const char* effect_name(Effect effect) { return effects.at(static_cast<std::size_t>(effect)); }
const char* side_name(Side side) { return sides.at(static_cast<std::size_t>(side)); }
const char* mode_name(Mode mode) { return modes.at(static_cast<std::size_t>(mode)); }
const char* fate_name(Fate fate) { return fates.at(static_cast<std::size_t>(fate)); }
const char* level_name(Level level) { return levels.at(static_cast<std::size_t>(level)); }
const char* result_name(Result result) { return results.at(static_cast<std::size_t>(result)); }
const char* decider_name(Decider decider) { return deciders.at(static_cast<std::size_t>(decider)); }

std::optional<Effect> effect_of_name(std::string_view name) { return found_in<Effect>(effects, name); }
std::optional<Side> side_of_name(std::string_view name) { return found_in<Side>(sides, name); }
std::optional<Mode> mode_of_name(std::string_view name) { return found_in<Mode>(modes, name); }
std::optional<Fate> fate_of_name(std::string_view name) { return found_in<Fate>(fates, name); }
std::optional<Level> level_of_name(std::string_view name) { return found_in<Level>(levels, name); }
std::optional<Result> result_of_name(std::string_view name) { return found_in<Result>(results, name); }
std::optional<Decider> decider_of_name(std::string_view name) { return found_in<Decider>(deciders, name); }

}  // namespace tunstack::firewall
