// The answer to a question in words, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tunstack/why/other_answers.hpp"

namespace tunstack::why {

struct Answer {
  Octets packet;
  Outcome outcome;
  OtherAnswers others;
  bool is_frame = false;  // of Ethernet; so is what is sent
};

/// The ladder of tables, what decided, and what would have brought another answer; `with_octets`: what was sent, too.
std::string answer_text(const Answer& answer, bool with_octets);
nlohmann::ordered_json answer_json(const Answer& answer);

/// What is known of one reason: sentence, source, link, options that its sentence names.
std::string reason_text(const ReasonInfo& reason);
nlohmann::ordered_json reason_json(const ReasonInfo& reason);
/// "192.0.2.1 > 192.0.2.255  ICMP echo request, id 5, seq 1, length 16": as it is printed.
std::string packet_line(Bytes packet, bool is_frame = false);

}  // namespace tunstack::why
