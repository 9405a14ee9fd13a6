#include "tests/support/told_reasons.hpp"

#include <string>

namespace tunstack::test {

std::vector<std::string> differences(const ReasonCounts& counted, const ReasonCounts& told) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < reason_count; ++i)
    if (counted[i] != told[i])
      lines.push_back(std::string(all_reasons()[i].name) + ": counted " + std::to_string(counted[i]) + ", told " +
                      std::to_string(told[i]));
  return lines;
}

std::vector<std::string> never_told(const ReasonCounts& told) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < reason_count; ++i)
    if (told[i] == 0) names.emplace_back(all_reasons()[i].name);
  return names;
}

void ToldReasons::decided(const Decision& decision) {
  if (next_) next_->decided(decision);
  tell(reason_of(decision.verdict));
  if (decision.withheld) tell(*decision.withheld);
}

void ToldReasons::ended(const Node& node) {
  if (next_) next_->ended(node);
  EXPECT_THAT(differences(node.counters().by_reason, told_), testing::IsEmpty());
  for (std::size_t i = 0; i < reason_count; ++i) everybody_[i] += told_[i];
}

}  // namespace tunstack::test
