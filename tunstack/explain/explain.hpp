// What a node decides, in a line of text each, for people; programs read events (tunstack/events).
#pragma once

#include <string>
#include <vector>

#include "tunstack/explain/decision_line.hpp"
#include "tunstack/node/observer.hpp"
#include "tunstack/node/place_names.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

/// What came of a packet: a reply or error that was withheld counts as a drop.
std::string_view verdict_name(const Decision& decision);
/// Of a verdict, whatever came of it.
std::string_view proposed_name(const Verdict& verdict);
/// The reason that decided in the end: of what was withheld, or of the verdict.
Reason deciding_reason(const Decision& decision);
/// Whether a router sent the packet on.
bool sends_on(const Decision& decision);
/// "RFC 1122 3.2.2", or "design".
std::string citation(const ReasonInfo& reason);
/// Where the section can be read; empty where the project decides.
std::string link_of(const ReasonInfo& reason);

/// What stands in the place of a verdict where there was no packet: an address of this node, or something else that is
/// counted.
std::string_view note_name(const ReasonInfo& reason);

std::string decision_text(const Decision& decision, const Screen& screen = {}, const PlaceNames& names = {});
/// Likewise for what the node sent of its own accord: direction ">", verdict "send".
std::string origination_text(const Origination& origination, const Screen& screen = {}, const PlaceNames& names = {});
std::string note_text(const Note& note, const Screen& screen = {}, const PlaceNames& names = {});

enum class Explain : std::uint8_t { off, drops, all, story };

class Explainer final : public Observer {
 public:
  /// Lines go to `out`, which must outlive it.
  Explainer(Explain explain, Outlet& out, const Screen& screen = {}, PlaceNames names = {})
      : explain_(explain), out_(out), screen_(screen), names_(std::move(names)) {}
  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;
  void noted(const Note& note) override;

 private:
  void print(std::string line);

  Explain explain_;
  Outlet& out_;
  Screen screen_;
  PlaceNames names_;
};

}  // namespace tunstack
