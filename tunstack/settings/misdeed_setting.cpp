#include "tunstack/settings/misdeed_setting.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"
#include "tunstack/settings/words.hpp"

namespace tunstack {

std::vector<std::string> known_misdeeds() {
  std::vector<std::string> names;
  for (const MisdeedRow& row : misdeed_rows()) names.emplace_back(row.name);
  return names;
}

void read_misdeed(const std::string& name, const std::string& value, Misbehaviour& misbehaviour) {
  const MisdeedRow* const row = find_misdeed(name);
  if (row == nullptr)
    throw UsageFault(fmt::format("'{}' is no misdeed", name.substr(0, 40)), "no node can do it",
                     did_you_mean(name, known_misdeeds()) + "docs/labs.md lists them");
  const bool is_word = value == "true" || value == "on" || value == "false" || value == "off";
  if (is_word && !truth_in(value)) return misbehaviour.set(row->misdeed, std::nullopt);
  try {
    const unsigned long number = is_word ? row->least : number_in(value, row->least, row->most);
    misbehaviour.set(row->misdeed, static_cast<std::uint32_t>(number));
  } catch (const UsageFault& fault) {
    const bool has_numbers = row->most > 1;
    throw UsageFault(fmt::format("{} cannot be '{}'", name, value.substr(0, 40)),
                     has_numbers ? fault.why() : "the node does it or not",
                     has_numbers ? "true for the least" : "true or false");
  }
}

}  // namespace tunstack
