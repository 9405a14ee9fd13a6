// Observers that write one line for each decision: text for people, JSON for programs.
#pragma once

#include <cstdio>
#include <string>

#include "tunstack/observer.hpp"

namespace tunstack {

/// What came of a packet: a reply or error that was withheld counts as a drop.
std::string_view verdict_name(const Decision& decision);
/// The reason that decided in the end: of what was withheld, or of the verdict.
Reason deciding_reason(const Decision& decision);
/// "RFC 1122 3.2.2", or "design".
std::string citation(const ReasonInfo& reason);

std::string decision_text(const Decision& decision);
/// An object with time (seconds), direction, source, destination, length (octets), summary, verdict, reason, rfc,
/// section, requirement, text; with `proposed` where a reply or error was withheld, and `answer` where one was sent.
std::string decision_json(const Decision& decision);

enum class Explain : std::uint8_t { off, drops, all };
enum class ExplainFormat : std::uint8_t { text, json };

class Explainer final : public Observer {
 public:
  /// Lines go to `out`, which must stay open.
  Explainer(Explain explain, ExplainFormat format, std::FILE* out) : explain_(explain), format_(format), out_(out) {}
  void decided(const Decision& decision) override;

 private:
  Explain explain_;
  ExplainFormat format_;
  std::FILE* out_;
};

}  // namespace tunstack
