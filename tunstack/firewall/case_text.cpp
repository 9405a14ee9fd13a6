#include "tunstack/firewall/case_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tunstack/explain/describe.hpp"
#include "tunstack/firewall/case_keys.hpp"
#include "tunstack/firewall/case_packets.hpp"
#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/verdict.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t case_label_width = 14;

std::string case_fact(std::string_view label, std::string_view text) {
  return text.empty() ? std::string() : fmt::format("  {:<{}}{}\n", label, case_label_width, text);
}

std::string case_facts(std::string_view label, const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += case_fact(text.empty() ? label : "", one);
  return text;
}

/// What arrives where everybody has the addresses of examples.
std::vector<std::string> example_lines(const Case& a_case) {
  std::vector<std::string> lines;
  if (const auto packets = packets_of(a_case, example_names(a_case, 0)))
    for (const auto& packet : *packets) lines.push_back(line_of(describe(packet)));
  return lines;
}

std::string flow_text(const Case& a_case) {
  if (a_case.flow == Flow::none) return {};
  return fmt::format("a conversation of the {}, {}", a_case.mode == Mode::host ? "host" : "client inside",
                     flow_name(a_case.flow));
}

/// Where and when it runs.
std::string run_text(const Case& a_case) {
  std::string text = fmt::format("{}, {}", mode_name(a_case.mode), a_case.family == Family::ipv4 ? "IPv4" : "IPv6");
  if (a_case.mode == Mode::router) text += fmt::format(", from {}", side_name(a_case.from));
  if (a_case.is_core) text += ", core";
  if (a_case.is_flood) text += ", with --yes only";
  if (a_case.needs_tap) text += ", not with --link tun";
  return text;
}

nlohmann::ordered_json listed_case_json(const Case& a_case) {
  return {{"id", a_case.id},
          {"group", a_case.group},
          {"title", a_case.title},
          {"mode", mode_name(a_case.mode)},
          {"family", a_case.family == Family::ipv4 ? 4 : 6},
          {"from", side_name(a_case.from)},
          {"flow", flow_name(a_case.flow)},
          {"level", level_name(a_case.level)},
          {"effect", effect_name(a_case.effect)},
          {"core", a_case.is_core},
          {"needs_tap", a_case.needs_tap},
          {"flood", a_case.is_flood},
          {"repeat", a_case.repeat},
          {"packets", a_case.packets},
          {"fragments", a_case.fragments},
          {"patches", a_case.patches},
          {"arrives", example_lines(a_case)},
          {"expected", a_case.expected},
          {"reference", a_case.reference},
          {"consequence", a_case.consequence},
          {"note", a_case.note}};
}

}  // namespace

std::string case_line(const Case& a_case, std::size_t id_width) {
  return fmt::format("{:<{}}  {:<13}  {}\n", a_case.id, id_width, level_name(a_case.level), a_case.title);
}

std::string case_text(const Case& a_case) {
  std::string text = fmt::format("{}  {}\n", a_case.id, a_case.title);
  text += case_fact("group", a_case.group) + case_fact("runs as", run_text(a_case));
  text += case_fact("open before", flow_text(a_case)) + case_facts("packet", a_case.packets);
  text += case_fact("in fragments", fmt::format("{}", fmt::join(a_case.fragments, ", ")));
  text += case_facts("octets at", a_case.patches);
  if (a_case.repeat > 1) text += case_fact("sent", fmt::format("{} times", a_case.repeat));
  text += case_facts("arrives", example_lines(a_case));
  text += case_fact("level", level_name(a_case.level)) + case_fact("expected", a_case.expected);
  if (a_case.effect != Effect::none) text += case_fact("effect", effect_name(a_case.effect));
  text += case_fact("reference", a_case.reference) + case_fact("what it costs", a_case.consequence);
  return text + case_fact("note", a_case.note);
}

nlohmann::ordered_json cases_json(const std::vector<Case>& cases) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Case& a_case : cases) all.push_back(listed_case_json(a_case));
  return {{"schema", 1}, {"cases", std::move(all)}};
}

}  // namespace tunstack::firewall
