#include "tunstack/explain.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tunstack/describe.hpp"

namespace tunstack {

namespace {

double seconds(Instant time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

std::string_view proposed_name(const Verdict& verdict) {
  struct Name {
    std::string_view operator()(const Drop&) const { return "drop"; }
    std::string_view operator()(const Reply&) const { return "reply"; }
    std::string_view operator()(const Error&) const { return "error"; }
  };
  return std::visit(Name{}, verdict);
}

std::string endpoints(const PacketText& packet) {
  return packet.source.empty() ? "?" : fmt::format("{} > {}", packet.source, packet.destination);
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
  const PacketText packet = describe(decision.packet);
  const ReasonInfo& reason = info(deciding_reason(decision));
  std::string name(reason.name);
  if (decision.withheld)
    name += fmt::format(" (no {}: {})", proposed_name(decision.verdict), info(reason_of(decision.verdict)).name);
  std::string line = fmt::format("{:.6f} < {:<76}  {:<5}  {}  {}: {}", seconds(decision.time),
                                 fmt::format("{}  {}", endpoints(packet), packet.summary), verdict_name(decision), name,
                                 citation(reason), reason.text);
  if (!decision.answer.empty() && std::holds_alternative<Error>(decision.verdict))
    line += fmt::format(" -> {}", describe(decision.answer).summary);
  return line;
}

std::string decision_json(const Decision& decision) {
  const PacketText packet = describe(decision.packet);
  const ReasonInfo& reason = info(deciding_reason(decision));
  nlohmann::ordered_json line = {{"time", seconds(decision.time)},
                                 {"direction", "in"},
                                 {"source", packet.source},
                                 {"destination", packet.destination},
                                 {"length", decision.packet.size()},
                                 {"summary", packet.summary},
                                 {"verdict", verdict_name(decision)},
                                 {"reason", reason.name},
                                 {"rfc", reason.rfc},
                                 {"section", reason.section},
                                 {"requirement", reason.requirement},
                                 {"text", reason.text}};
  if (decision.withheld)
    line["proposed"] = {{"verdict", proposed_name(decision.verdict)},
                        {"reason", info(reason_of(decision.verdict)).name}};
  if (!decision.answer.empty()) line["answer"] = describe(decision.answer).summary;
  return line.dump();
}

void Explainer::decided(const Decision& decision) {
  if (explain_ == Explain::off) return;
  if (explain_ == Explain::drops && verdict_name(decision) != "drop") return;
  const std::string line = format_ == ExplainFormat::json ? decision_json(decision) : decision_text(decision);
  std::fprintf(out_, "%s\n", line.c_str());
  std::fflush(out_);
}

}  // namespace tunstack
