#include "tunstack/why/outcome_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tunstack/notation/packet_text.hpp"

namespace tunstack::why {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> verdicts{"drop", "reply", "error", "hold", "take", "forward"};

MaybeReason reason_named(const Json& name) {
  const auto& all = all_reasons();
  const auto found = std::ranges::find_if(all, [&](const ReasonInfo& reason) { return name == reason.name; });
  return found == all.end() ? MaybeReason() : MaybeReason(found->reason);
}

}  // namespace

Json to_json(const Outcome& outcome) {
  Json ladder = Json::array(), sent = Json::array(), hops = Json::array();
  for (const Rung& rung : outcome.ladder)
    ladder.push_back({{"table", rung.table},
                      {"passed", rung.passed},
                      {"broken", rung.broken ? Json(info(*rung.broken).name) : Json()}});
  for (const Octets& packet : outcome.sent) sent.push_back(fmt::format("{:02x}", fmt::join(packet, "")));
  for (const Hop& hop : outcome.hops) hops.push_back({{"node", hop.node}, {"reason", info(hop.reason).name}});
  return {{"verdict", outcome.verdict},
          {"reason", info(outcome.reason).name},
          {"ladder", ladder},
          {"sent", sent},
          {"hops", hops},
          {"node", outcome.node}};
}

std::optional<Outcome> outcome_of(const Json& json) try {
  const auto verdict = std::ranges::find(verdicts, json.at("verdict").get<std::string>());
  const MaybeReason reason = reason_named(json.at("reason"));
  if (verdict == verdicts.end() || !reason) return std::nullopt;
  Outcome outcome{.verdict = *verdict, .reason = *reason};
  for (const Json& rung : json.at("ladder"))
    outcome.ladder.push_back({rung.at("table"), rung.at("passed"), reason_named(rung.at("broken"))});
  for (const Json& octets : json.at("sent")) {
    auto packet = notation::parse_octets(octets.get<std::string>());
    if (!packet) return std::nullopt;
    outcome.sent.push_back(std::move(*packet));
  }
  outcome.node = json.value("node", std::string());
  for (const Json& hop : json.value("hops", Json::array())) {
    const MaybeReason on_by = reason_named(hop.at("reason"));
    if (!on_by) return std::nullopt;
    outcome.hops.push_back({hop.at("node"), *on_by});
  }
  return outcome;
} catch (const nlohmann::json::exception&) {
  return std::nullopt;
}

}  // namespace tunstack::why
