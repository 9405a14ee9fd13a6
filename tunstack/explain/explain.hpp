// Observers that write one line for each decision: text for people, JSON for programs.
#pragma once

#include <string>

#include "tunstack/node/observer.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

/// What came of a packet: a reply or error that was withheld counts as a drop.
std::string_view verdict_name(const Decision& decision);
/// The reason that decided in the end: of what was withheld, or of the verdict.
Reason deciding_reason(const Decision& decision);
/// "RFC 1122 3.2.2", or "design".
std::string citation(const ReasonInfo& reason);
/// Where the section can be read; empty where the project decides.
std::string link_of(const ReasonInfo& reason);

std::string decision_text(const Decision& decision);
/// Likewise for what the node sent of its own accord: direction ">" or "out", verdict "send".
std::string origination_text(const Origination& origination);
std::string origination_json(const Origination& origination);
std::string note_text(const Note& note);
std::string note_json(const Note& note);
/// An object with time (seconds), direction, source, destination, length (octets), summary, verdict, reason, rfc,
/// section, requirement, text; with `proposed` where a reply or error was withheld, `answer` where one was sent, and
/// `fragments`, their number, where it was cut.
std::string decision_json(const Decision& decision);

enum class Explain : std::uint8_t { off, drops, all };
enum class ExplainFormat : std::uint8_t { text, json };

class Explainer final : public Observer {
 public:
  /// Lines go to `out`, which must outlive it.
  Explainer(Explain explain, ExplainFormat format, Outlet& out) : explain_(explain), format_(format), out_(out) {}
  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;
  void noted(const Note& note) override;

 private:
  void print(std::string line);

  Explain explain_;
  ExplainFormat format_;
  Outlet& out_;
};

}  // namespace tunstack
