#include "tunstack/explain/explain.hpp"

#include <fmt/format.h>

#include "tunstack/explain/describe.hpp"
#include "tunstack/explain/joined.hpp"

namespace tunstack {

namespace {

double in_seconds(Instant time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

PacketText subject_of(const Decision& decision) {
  return decision.frame.empty() ? describe(decision.packet) : describe_frame(decision.frame);
}

/// Before what came or left there: "tun1: ".
std::string place_of(NodeId node, InterfaceId interface, const PlaceNames& names) {
  std::string place = names.place(node, interface);
  if (!place.empty()) place += ": ";
  return place;
}

/// With what else was decided behind the reason's name.
std::string why_of(const ReasonInfo& reason, std::string_view withheld = {}) {
  return joined(reason.name, withheld, "  ", citation(reason), ": ", reason.text);
}

std::string withheld_text(const Decision& decision) {
  if (!decision.withheld) return {};
  return joined(" (no ", proposed_name(decision.verdict), ": ", info(reason_of(decision.verdict)).name, ')');
}

}  // namespace

std::string_view proposed_name(const Verdict& verdict) {
  struct Name {
    std::string_view operator()(const Drop&) const { return "drop"; }
    std::string_view operator()(const Reply&) const { return "reply"; }
    std::string_view operator()(const Error&) const { return "error"; }
    std::string_view operator()(const Hold&) const { return "hold"; }
    std::string_view operator()(const Deliver&) const { return "take"; }
    std::string_view operator()(const Forward&) const { return "forward"; }
    std::string_view operator()(const Copies&) const { return "forward"; }
  };
  return std::visit(Name{}, verdict);
}

std::string_view verdict_name(const Decision& decision) {
  return decision.withheld ? "drop" : proposed_name(decision.verdict);
}

bool sends_on(const Decision& decision) {
  const bool is_for_others =
      std::holds_alternative<Forward>(decision.verdict) || std::holds_alternative<Copies>(decision.verdict);
  return is_for_others && !decision.sent.empty();
}

Reason deciding_reason(const Decision& decision) {
  return decision.withheld ? *decision.withheld : reason_of(decision.verdict);
}

std::string citation(const ReasonInfo& reason) {
  return reason.section.empty() ? std::string(reason.rfc) : joined(reason.rfc, ' ', reason.section);
}

std::string link_of(const ReasonInfo& reason) {
  if (!reason.rfc.starts_with("RFC ")) return {};
  const std::size_t end = reason.rfc.find_first_not_of("0123456789", 4);
  const std::string link = fmt::format("https://www.rfc-editor.org/rfc/rfc{}",
                                       reason.rfc.substr(4, end == std::string_view::npos ? end : end - 4));
  const std::string_view section = reason.section.substr(0, reason.section.find_first_not_of("0123456789."));
  return section.empty() ? link : link + fmt::format("#section-{}", section);
}

std::string decision_text(const Decision& decision, const Screen& screen, const PlaceNames& names) {
  const PacketText packet = subject_of(decision);
  std::string why = why_of(info(deciding_reason(decision)), withheld_text(decision));
  if (!decision.sent.empty() && std::holds_alternative<Error>(decision.verdict))
    why += fmt::format(" -> {}", describe(decision.sent[0]).summary);
  if (!decision.sent.empty() && std::holds_alternative<Forward>(decision.verdict) && names.has_several())
    why += fmt::format(" -> {}", names.interface(decision.node, decision.sent[0].interface));
  if (std::holds_alternative<Copies>(decision.verdict))
    why += fmt::format(" -> {} packets", decision.sent.size());
  else if (decision.sent.size() > 1)
    why += fmt::format(" -> {} fragments", decision.sent.size());
  return laid_out({in_seconds(decision.time), '<', place_of(decision.node, decision.interface, names) + line_of(packet),
                   verdict_name(decision), std::move(why)},
                  screen);
}

std::string origination_text(const Origination& origination, const Screen& screen, const PlaceNames& names) {
  const PacketText packet = describe(origination.sent[0]);
  const ReasonInfo& reason = info(origination.reason);
  return laid_out(
      {in_seconds(origination.time), '>',
       place_of(origination.node, origination.sent[0].interface, names) + line_of(packet), "send", why_of(reason)},
      screen);
}

std::string_view note_name(const ReasonInfo& reason) { return reason.area == "address" ? "own" : "note"; }

namespace {

std::string subject_of(const Note& note) { return note.address ? to_text(*note.address) : std::string(); }

}  // namespace

std::string note_text(const Note& note, const Screen& screen, const PlaceNames& names) {
  const ReasonInfo& reason = info(note.reason);
  return laid_out({in_seconds(note.time), '*', place_of(note.node, note.interface, names) + subject_of(note),
                   note_name(reason), why_of(reason)},
                  screen);
}

void Explainer::print(std::string line) {
  line += '\n';
  out_.put(line);
}

void Explainer::originated(const Origination& origination) {
  if (explain_ == Explain::all) print(origination_text(origination, screen_, names_));
}

void Explainer::noted(const Note& note) {
  if (explain_ == Explain::all) print(note_text(note, screen_, names_));
}

void Explainer::decided(const Decision& decision) {
  if (explain_ == Explain::off) return;
  if (explain_ == Explain::drops && verdict_name(decision) != "drop") return;
  print(decision_text(decision, screen_, names_));
}

}  // namespace tunstack
