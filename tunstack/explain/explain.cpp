#include "tunstack/explain/explain.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tunstack/explain/describe.hpp"

namespace tunstack {

namespace {

double in_seconds(Instant time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

std::string_view proposed_name(const Verdict& verdict) {
  struct Name {
    std::string_view operator()(const Drop&) const { return "drop"; }
    std::string_view operator()(const Reply&) const { return "reply"; }
    std::string_view operator()(const Error&) const { return "error"; }
    std::string_view operator()(const Hold&) const { return "hold"; }
    std::string_view operator()(const Deliver&) const { return "take"; }
  };
  return std::visit(Name{}, verdict);
}

PacketText subject_of(const Decision& decision) {
  return decision.frame.empty() ? describe(decision.packet) : describe_frame(decision.frame);
}

}  // namespace

std::string_view verdict_name(const Decision& decision) {
  return decision.withheld ? "drop" : proposed_name(decision.verdict);
}

Reason deciding_reason(const Decision& decision) {
  return decision.withheld ? *decision.withheld : reason_of(decision.verdict);
}

std::string citation(const ReasonInfo& reason) {
  return reason.section.empty() ? std::string(reason.rfc) : fmt::format("{} {}", reason.rfc, reason.section);
}

std::string decision_text(const Decision& decision) {
  const PacketText packet = subject_of(decision);
  const ReasonInfo& reason = info(deciding_reason(decision));
  std::string name(reason.name);
  if (decision.withheld)
    name += fmt::format(" (no {}: {})", proposed_name(decision.verdict), info(reason_of(decision.verdict)).name);
  std::string line = fmt::format("{:.6f} < {:<76}  {:<5}  {}  {}: {}", in_seconds(decision.time), line_of(packet),
                                 verdict_name(decision), name, citation(reason), reason.text);
  if (!decision.sent.empty() && std::holds_alternative<Error>(decision.verdict))
    line += fmt::format(" -> {}", describe(decision.sent[0]).summary);
  if (decision.sent.size() > 1) line += fmt::format(" -> {} fragments", decision.sent.size());
  return line;
}

std::string origination_text(const Origination& origination) {
  const PacketText packet = describe(origination.sent[0]);
  const ReasonInfo& reason = info(origination.reason);
  return fmt::format("{:.6f} > {:<76}  {:<5}  {}  {}: {}", in_seconds(origination.time), line_of(packet), "send",
                     reason.name, citation(reason), reason.text);
}

namespace {

nlohmann::ordered_json json_line(Instant time, std::string_view direction, const PacketText& packet, std::size_t length,
                                 std::string_view verdict, Reason deciding) {
  const ReasonInfo& reason = info(deciding);
  return {{"time", in_seconds(time)},
          {"direction", direction},
          {"source", packet.source},
          {"destination", packet.destination},
          {"length", length},
          {"summary", packet.summary},
          {"verdict", verdict},
          {"reason", reason.name},
          {"rfc", reason.rfc},
          {"section", reason.section},
          {"requirement", reason.requirement},
          {"text", reason.text}};
}

}  // namespace

std::string origination_json(const Origination& origination) {
  const OutgoingPacket& packet = origination.sent[0];
  return json_line(origination.time, "out", describe(packet), packet.bytes.size(), "send", origination.reason).dump();
}

namespace {

/// What a note is about, in the place of a verdict: an address of this node, or something else that is counted.
std::string_view note_name(const ReasonInfo& reason) { return reason.area == "address" ? "own" : "note"; }

std::string subject_of(const Note& note) { return note.address ? to_text(*note.address) : std::string(); }

}  // namespace

std::string note_text(const Note& note) {
  const ReasonInfo& reason = info(note.reason);
  return fmt::format("{:.6f} * {:<76}  {:<5}  {}  {}: {}", in_seconds(note.time), subject_of(note), note_name(reason),
                     reason.name, citation(reason), reason.text);
}

std::string note_json(const Note& note) {
  const std::string_view name = note_name(info(note.reason));
  const PacketText subject{subject_of(note), {}, name == "own" ? "an address of this node" : ""};
  return json_line(note.time, "none", subject, 0, name, note.reason).dump();
}

std::string decision_json(const Decision& decision) {
  auto line = json_line(decision.time, "in", subject_of(decision), decision.packet.size(), verdict_name(decision),
                        deciding_reason(decision));
  if (decision.withheld)
    line["proposed"] = {{"verdict", proposed_name(decision.verdict)},
                        {"reason", info(reason_of(decision.verdict)).name}};
  if (!decision.sent.empty()) line["answer"] = describe(decision.sent[0]).summary;
  if (decision.sent.size() > 1) line["fragments"] = decision.sent.size();
  return line.dump();
}

void Explainer::print(std::string line) {
  line += '\n';
  out_.put(line);
}

void Explainer::originated(const Origination& origination) {
  if (explain_ != Explain::all) return;
  print(format_ == ExplainFormat::json ? origination_json(origination) : origination_text(origination));
}

void Explainer::noted(const Note& note) {
  if (explain_ == Explain::all) print(format_ == ExplainFormat::json ? note_json(note) : note_text(note));
}

void Explainer::decided(const Decision& decision) {
  if (explain_ == Explain::off) return;
  if (explain_ == Explain::drops && verdict_name(decision) != "drop") return;
  print(format_ == ExplainFormat::json ? decision_json(decision) : decision_text(decision));
}

}  // namespace tunstack
