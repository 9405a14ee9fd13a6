#include "tunstack/why/other_answers.hpp"

#include <algorithm>

#include "tunstack/node/advertised.hpp"
#include "tunstack/options/option_value.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/why/packet_changes.hpp"

namespace tunstack::why {

namespace {

/// A list that holds what the packet is about.
std::string prefix_like(option::Families families) { return families == option::Families::ipv6 ? "::/0" : "0.0.0.0/0"; }

/// Values that stand for all: each of a choice, the ends of a range, what means something special.
std::vector<std::string> values_to_try(const OptionRow& row) {
  std::vector<std::string> values;
  if (std::holds_alternative<option::Flag>(row.kind)) values = {"on", "off"};
  if (const auto* const number = std::get_if<option::Number>(&row.kind))
    values = {std::to_string(number->minimum), std::to_string(number->maximum)};
  if (const auto* const prefixes = std::get_if<option::Prefixes>(&row.kind)) values = {prefix_like(prefixes->families)};
  for (const auto& meaning : option::choices_of(row.kind)) values.push_back(meaning.value);
  for (const auto& meaning : option::special_values_of(row.kind)) values.push_back(meaning.value);
  return values;
}

bool is_possible(const NodeConfig& config) {
  const NodeOptions& options = config.options;
  return std::ranges::none_of(config.interfaces, [&](const InterfaceConfig& interface) {
    if (interface.role == Role::host) return false;
    return (options.router.advertises && fault_of(advertising_config(options.router, interface))) ||
           (options.router4.advertises && fault_of(irdp_config(options.router4, interface)));
  });
}

/// The same verdict for another reason is no other answer.
bool is_other(const Outcome& outcome, const Outcome& now) { return outcome.verdict != now.verdict; }

void try_options(const World& world, Bytes packet, const Outcome& now, OtherAnswers& answers) {
  for_each_setting(world, [&](const World& changed, const std::string& assignment) {
    ++answers.settings_tried;
    const Outcome outcome = ask(changed, packet);
    if (is_other(outcome, now)) answers.found.push_back({"--set " + assignment, outcome});
  });
}

void try_changes(const World& world, Bytes packet, const Outcome& now, OtherAnswers& answers) {
  for (const PacketChange& change : packet_changes(world.node, packet)) {
    ++answers.changes_tried;
    const Outcome outcome = ask(world, change.packet);
    if (is_other(outcome, now)) answers.found.push_back({change.what, outcome});
  }
}

}  // namespace

void for_each_setting(const World& world, const std::function<void(const World&, const std::string&)>& each) {
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      for (const std::string& value : values_to_try(row)) {
        World changed = world;
        const std::string assignment = std::string(row.key) + "=" + value;
        if (!set_option(changed.node.options, assignment) && is_possible(changed.node)) each(changed, assignment);
      }
}

OtherAnswers other_answers(const World& world, Bytes packet, const Outcome& now) {
  OtherAnswers answers;
  try_options(world, packet, now, answers);
  try_changes(world, packet, now, answers);
  return answers;
}

}  // namespace tunstack::why
