#include "tunstack/firewall/report/case_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tunstack/explain/describe.hpp"
#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/report/plain_text.hpp"
#include "tunstack/firewall/report/wording.hpp"

namespace tunstack::firewall {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t story_label_width = 13;

std::string line_of_story(std::string_view label, std::string_view text, const TextStyle& style) {
  return text.empty() ? std::string() : wrapped(padded(label, story_label_width), harmless(text), style.width);
}

std::string place_of(const Run& run, const TraceStep& step) {
  const LoadedRule* const rule = run.rule_of(step);
  return rule == nullptr ? std::string() : place_text(*rule);
}

std::string step_line(const Run& run, const Observation& seen, std::size_t index, const TextStyle& style) {
  const TraceStep& step = seen.trace[index];
  const std::string place = place_of(run, step), hook = run.hook_of(seen, index);
  const std::string text =
      fmt::format("{}{}{}{}", step_text(run, step), place.empty() ? "" : fmt::format(" ({})", place),
                  step.handle == 0 ? "" : "  -> ", step.handle == 0 ? "" : step.verdict);
  return line_of_story(hook.empty() ? "rules" : hook, text, style);
}

/// The steps of each packet below each other; which packet is told where there are several.
std::string steps_text(const Run& run, const Observation& seen, const TextStyle& style) {
  const bool several =
      std::ranges::any_of(seen.trace, [&](const TraceStep& step) { return step.packet != seen.trace[0].packet; });
  std::string text;
  for (std::size_t i = 0; i < seen.trace.size(); ++i) {
    const TraceStep& step = seen.trace[i];
    if (several && (i == 0 || seen.trace[i - 1].packet != step.packet))
      text += fmt::format("{}\n", step.of_answer ? "what the machine sends" : "what arrives");
    text += step_line(run, seen, i, style);
  }
  if (seen.trace.empty() && seen.has_probes)
    text += line_of_story("rules", "none that it came to, or none that can be watched", style);
  return text;
}

Json steps_json(const Run& run, const Observation& seen) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < seen.trace.size(); ++i) {
    const TraceStep& step = seen.trace[i];
    const LoadedRule* const rule = run.rule_of(step);
    steps.push_back({{"hook", run.hook_of(seen, i)},
                     {"family", step.family},
                     {"table", step.table},
                     {"chain", step.chain},
                     {"rule", rule == nullptr ? Json() : Json(rule->text)},
                     {"file", rule == nullptr ? Json() : Json(rule->file)},
                     {"line", rule == nullptr ? Json() : Json(rule->line)},
                     {"verdict", step.verdict},
                     {"packet", step.packet},
                     {"of_answer", step.of_answer}});
  }
  return steps;
}

}  // namespace

std::string story_text(const Run& run, const CaseRun& one, const TextStyle& style) {
  const Observation& seen = one.observation;
  std::string text;
  for (const std::string& line : packet_lines(one)) text += line_of_story("arrives", line, style);
  if (!seen.failed_precondition.empty()) text += line_of_story("not tried", seen.failed_precondition, style);
  text += steps_text(run, seen, style) + line_of_story("verdict", verdict_and_decider(run, one), style);
  for (const Reaction& reaction : seen.reactions)
    text += line_of_story("comes out",
                          fmt::format("{}: {}", side_name(reaction.side), line_of(describe(reaction.octets))), style);
  for (const EffectSeen& effect : seen.effects) text += line_of_story("effect", effect.what, style);
  if (seen.reactions.empty() && seen.effects.empty()) text += line_of_story("comes out", "nothing", style);
  return text;
}

std::string story_json(const Run& run, const CaseRun& one) {
  Json reactions = Json::array(), effects = Json::array();
  for (const Reaction& reaction : one.observation.reactions)
    reactions.push_back({{"side", side_name(reaction.side)}, {"packet", line_of(describe(reaction.octets))}});
  for (const EffectSeen& effect : one.observation.effects) effects.push_back(effect.what);
  const Json json{{"schema", 1},
                  {"ruleset", run.ruleset},
                  {"packets", packet_lines(one)},
                  {"steps", steps_json(run, one.observation)},
                  {"verdict", verdict_text(one.verdict)},
                  {"decider", decider_name(one.verdict.decider)},
                  {"by", decider_text(run, one)},
                  {"reactions", std::move(reactions)},
                  {"effects", std::move(effects)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tunstack::firewall
