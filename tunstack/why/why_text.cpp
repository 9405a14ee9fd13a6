#include "tunstack/why/why_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tunstack/explain/describe.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::why {

namespace {

constexpr std::size_t column = 34;

/// "ipv4_header_rules" is printed "ipv4 header".
std::string title_of(std::string_view table) {
  if (table.ends_with("_rules")) table.remove_suffix(6);
  std::string title(table);
  std::ranges::replace(title, '_', ' ');
  return title;
}

std::string dotted(std::string text) {
  text += ' ';
  if (text.size() < column) text.append(column - text.size(), '.');
  return text;
}

std::string rows_text(const Rung& rung) {
  const std::string_view rows = rung.passed == 1 ? "row passes" : "rows pass";
  if (!rung.broken) return fmt::format("{} {}", rung.passed, rows);
  return fmt::format("{} {}, the next does not: {}", rung.passed, rows, info(*rung.broken).name);
}

std::string hexadecimal(Bytes octets) {
  std::string text;
  for (std::size_t line = 0; line < octets.size(); line += 16)
    text += fmt::format("      {:04x}  {:02x}\n", line,
                        fmt::join(octets.subspan(line, std::min<std::size_t>(16, octets.size() - line)), " "));
  return text;
}

std::string others_text(const OtherAnswers& others) {
  std::string text;
  for (const OtherAnswer& other : others.found)
    text +=
        fmt::format("    {:<44}  {:<5}  {}\n", other.change, other.outcome.verdict, info(other.outcome.reason).name);
  const std::string tried =
      fmt::format("{} settings and {} changes of the packet", others.settings_tried, others.changes_tried);
  if (text.empty()) return fmt::format("  none of {} would bring another answer\n", tried);
  return fmt::format("  another answer would bring:\n{}    nothing else of {}\n", text, tried);
}

std::vector<std::string_view> options_named_in(std::string_view text) {
  std::vector<std::string_view> keys;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows)
      if (row.key.contains('.') && text.contains(row.key)) keys.push_back(row.key);
  return keys;
}

}  // namespace

std::string packet_line(Bytes packet, bool is_frame) {
  if (is_frame) return frame_line(packet);
  const PacketText text = describe(packet);
  return text.source.empty() ? text.summary : fmt::format("{} > {}  {}", text.source, text.destination, text.summary);
}

std::string answer_text(const Answer& answer, bool with_octets) {
  std::string text = packet_line(answer.packet, answer.is_frame) + "\n";
  for (const Hop& hop : answer.outcome.hops)
    text += fmt::format("  {} FORWARD   {}\n", dotted(hop.node), info(hop.reason).name);
  if (!answer.outcome.node.empty()) text += fmt::format("  {}\n", answer.outcome.node);
  for (const Rung& rung : answer.outcome.ladder)
    text += fmt::format("  {} {}\n", dotted(title_of(rung.table)), rows_text(rung));
  const ReasonInfo& reason = info(answer.outcome.reason);
  std::string verdict(answer.outcome.verdict);
  std::ranges::transform(verdict, verdict.begin(), [](unsigned char c) { return std::toupper(c); });
  text += fmt::format("  {} {}   {}: {}\n", dotted(std::string(reason.name)), verdict, citation(reason), reason.text);
  if (const std::string link = link_of(reason); !link.empty()) text += fmt::format("    {}\n", link);
  for (const Octets& sent : answer.outcome.sent) {
    text += fmt::format("  sent: {}\n", packet_line(sent, answer.is_frame));
    if (with_octets) text += hexadecimal(sent);
  }
  return text + others_text(answer.others);
}

nlohmann::ordered_json reason_json(const ReasonInfo& reason) {
  const auto or_null = [](std::string text) {
    return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
  };
  return {{"reason", reason.name},
          {"area", reason.area},
          {"rfc", reason.rfc.starts_with("RFC") ? nlohmann::ordered_json(reason.rfc) : nlohmann::ordered_json()},
          {"section", or_null(std::string(reason.section))},
          {"link", or_null(link_of(reason))},
          {"requirement", or_null(std::string(reason.requirement))},
          {"options", options_named_in(reason.text)},
          {"text", reason.text}};
}

nlohmann::ordered_json answer_json(const Answer& answer) {
  nlohmann::ordered_json tables = nlohmann::ordered_json::array(), sent = tables, others = tables, hops = tables;
  for (const Hop& hop : answer.outcome.hops) hops.push_back({{"node", hop.node}, {"reason", info(hop.reason).name}});
  for (const Rung& rung : answer.outcome.ladder)
    tables.push_back(
        {{"table", title_of(rung.table)},
         {"passed", rung.passed},
         {"broken", rung.broken ? nlohmann::ordered_json(info(*rung.broken).name) : nlohmann::ordered_json()}});
  for (const Octets& packet : answer.outcome.sent)
    sent.push_back(
        {{"packet", packet_line(packet, answer.is_frame)}, {"octets", fmt::format("{:02x}", fmt::join(packet, ""))}});
  for (const OtherAnswer& other : answer.others.found)
    others.push_back({{"change", other.change},
                      {"octets", fmt::format("{:02x}", fmt::join(other.packet, ""))},
                      {"verdict", other.outcome.verdict},
                      {"reason", info(other.outcome.reason).name}});
  return {
      {"packet", packet_line(answer.packet, answer.is_frame)},
      {"hops", hops},
      {"node", answer.outcome.node.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(answer.outcome.node)},
      {"tables", tables},
      {"verdict", answer.outcome.verdict},
      {"decided", reason_json(info(answer.outcome.reason))},
      {"sent", sent},
      {"others", others},
      {"settings_tried", answer.others.settings_tried},
      {"changes_tried", answer.others.changes_tried}};
}

std::string reason_text(const ReasonInfo& reason) {
  std::string text = fmt::format("{}\n  {}\n  {}", reason.name, reason.text, citation(reason));
  if (const std::string link = link_of(reason); !link.empty()) text += "   " + link;
  text += "\n";
  if (!reason.requirement.empty()) text += fmt::format("  requirement {}\n", reason.requirement);
  for (const std::string_view key : options_named_in(reason.text))
    text += fmt::format("  option {}: {}\n", key, find_option(key)->text);
  return text;
}

}  // namespace tunstack::why
