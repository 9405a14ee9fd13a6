#include "tunstack/why/other_answers.hpp"

#include <set>

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

/// Follows changes that bring the packet further, to another reason, each reason once: so the fewest changes that bring
/// another answer are found, and the work is bounded.
class Combinations {
 public:
  Combinations(Oracle& oracle, Bytes packet, const Outcome& now, OtherAnswers& answers)
      : oracle_(oracle),
        now_(now),
        answers_(answers),
        seen_{now.reason},
        steps_{{"", {packet.begin(), packet.end()}}} {}

  void try_them() {
    try_all(Step(steps_[next_++]), packet_changes(oracle_.node(), steps_[0].packet));
    follow();
    for (std::size_t i = 0, count = steps_.size(); i < count && answers_.found.empty(); ++i)
      try_all(Step(steps_[i]), last_resorts(oracle_.node(), steps_[i].packet));
    follow();
  }

 private:
  static constexpr std::size_t most_steps = 16;  // more at a time, of which each is asked some 30 times

  struct Step {
    std::string what;
    Octets packet;
  };

  void follow() {
    for (limit_ = steps_.size() + most_steps; next_ < steps_.size() && answers_.found.empty(); ++next_)
      try_all(Step(steps_[next_]), packet_changes(oracle_.node(), steps_[next_].packet));
  }
  void try_all(const Step& from, const std::vector<PacketChange>& changes) {
    for (const PacketChange& change : changes) {
      ++answers_.changes_tried;
      const auto outcome = oracle_.ask(change.packet, {});
      if (!outcome) continue;
      const std::string what = from.what.empty() ? change.what : from.what + ", " + change.what;
      if (is_other(*outcome, now_))
        answers_.found.push_back({what, change.packet, *outcome});
      else if (steps_.size() < limit_ && seen_.insert(outcome->reason).second)
        steps_.push_back({what, change.packet});
    }
  }

  Oracle& oracle_;
  const Outcome& now_;
  OtherAnswers& answers_;
  std::set<Reason> seen_;
  std::vector<Step> steps_;  // the first of them is the packet as it is
  std::size_t next_ = 0;
  std::size_t limit_ = most_steps;
};

}  // namespace

void for_each_setting(const std::function<void(const std::string&)>& each) {
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      for (const std::string& value : values_to_try(row)) each(std::string(row.key) + "=" + value);
}

namespace {

void try_settings(Oracle& oracle, Bytes packet, const Outcome& now, OtherAnswers& answers) {
  for_each_setting([&](const std::string& setting) {
    const auto outcome = oracle.ask(packet, setting);
    answers.settings_tried += outcome ? 1U : 0U;
    if (outcome && is_other(*outcome, now))
      answers.found.push_back({"--set " + setting, {packet.begin(), packet.end()}, *outcome});
  });
}

void try_changes(Oracle& oracle, Bytes packet, const Outcome& now, OtherAnswers& answers) {
  Combinations(oracle, packet, now, answers).try_them();
}

}  // namespace

OtherAnswers other_answers(Oracle& oracle, Bytes packet, const Outcome& now) {
  OtherAnswers answers;
  try_settings(oracle, packet, now, answers);
  try_changes(oracle, packet, now, answers);
  return answers;
}

OtherAnswers other_answers_to_changes(Oracle& oracle, Bytes packet, const Outcome& now) {
  OtherAnswers answers;
  try_changes(oracle, packet, now, answers);
  return answers;
}

}  // namespace tunstack::why
