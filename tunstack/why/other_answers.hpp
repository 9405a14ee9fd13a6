// What would have brought another answer: every other value of every option, and small changes of the packet, each
// tried; several changes together where none does alone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tunstack/why/question.hpp"

namespace tunstack::why {

struct OtherAnswer {
  std::string change;  // "--set icmp4.echo=on", "destination 192.0.2.2", "checksums mended, code 0"
  Octets packet;       // as it is then
  Outcome outcome;
};

struct OtherAnswers {
  std::vector<OtherAnswer> found;  // that change the verdict
  std::size_t settings_tried = 0;
  std::size_t changes_tried = 0;
};

/// Calls `each` with every other value of every option, as an assignment.
void for_each_setting(const std::function<void(const std::string&)>& each);

OtherAnswers other_answers(Oracle& oracle, Bytes packet, const Outcome& now);
/// Of changes of the packet alone.
OtherAnswers other_answers_to_changes(Oracle& oracle, Bytes packet, const Outcome& now);

}  // namespace tunstack::why
