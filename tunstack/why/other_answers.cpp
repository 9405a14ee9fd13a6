#include "tunstack/why/other_answers.hpp"

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

/// The same verdict for another reason is no other answer.
bool is_other(const Outcome& outcome, const Outcome& now) { return outcome.verdict != now.verdict; }

}  // namespace

void for_each_setting(const std::function<void(const std::string&)>& each) {
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      for (const std::string& value : values_to_try(row)) each(std::string(row.key) + "=" + value);
}

OtherAnswers other_answers(Oracle& oracle, Bytes packet, const Outcome& now) {
  OtherAnswers answers;
  for_each_setting([&](const std::string& setting) {
    const auto outcome = oracle.ask(packet, setting);
    answers.settings_tried += outcome ? 1U : 0U;
    if (outcome && is_other(*outcome, now)) answers.found.push_back({"--set " + setting, *outcome});
  });
  for (const PacketChange& change : packet_changes(oracle.node(), packet)) {
    ++answers.changes_tried;
    const auto outcome = oracle.ask(change.packet, {});
    if (outcome && is_other(*outcome, now)) answers.found.push_back({change.what, *outcome});
  }
  return answers;
}

}  // namespace tunstack::why
