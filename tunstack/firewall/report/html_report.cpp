#include "tunstack/firewall/report/html_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tunstack/explain/describe.hpp"
#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/report/html_page.hpp"
#include "tunstack/firewall/report/wording.hpp"
#include "tunstack/report/markup.hpp"

namespace tunstack::firewall {

namespace {

std::string paragraph(std::string_view label, std::string_view text) {
  return text.empty() ? std::string() : fmt::format("<p>{}: {}</p>\n", label, escaped(text));
}

std::string item(std::string_view html) { return fmt::format("<li>{}</li>\n", html); }

// ---- what was seen ----

/// Injections and reactions have the same members.
template <class Packet>
std::string packets_html(const char* title, const std::vector<Packet>& packets) {
  constexpr std::size_t most = 20;
  if (packets.empty()) return {};
  std::string html = fmt::format("<h3>{}</h3>\n<ul class=\"packet\">\n", title);
  for (std::size_t i = 0; i < packets.size() && i < most; ++i)
    html += item(fmt::format("{}: {}", side_name(packets[i].side), escaped(line_of(describe(packets[i].octets)))));
  if (packets.size() > most) html += item(fmt::format("and {} more", packets.size() - most));
  return html + "</ul>\n";
}

std::string points_html(const Observation& seen) {
  std::string html = "<h3>Seen at</h3>\n<ol>\n";
  for (std::size_t i = 0; i < point_count; ++i) {
    const auto point = static_cast<Point>(i);
    if (seen.at(point) > 0) html += item(fmt::format("{}: {}", point_name(point), seen.at(point)));
  }
  return html + "</ol>\n";
}

std::string step_html(const Run& run, const Observation& seen, std::size_t index) {
  const TraceStep& step = seen.trace[index];
  const LoadedRule* rule = run.rule_of(step);
  const std::string place = rule == nullptr ? std::string() : place_text(*rule);
  const std::string hook = run.hook_of(seen, index);
  return item(fmt::format("{}packet {}{}{}: <code>{}</code> {}: {}", step.of_answer ? "answer, " : "", step.packet,
                          hook.empty() ? "" : ", ", escaped(hook), escaped(step_text(run, step)), escaped(place),
                          escaped(step.verdict)));
}

std::string trace_html(const Run& run, const Observation& seen) {
  if (seen.trace.empty()) return {};
  std::string html = "<h3>Rules, one by one</h3>\n<ol>\n";
  for (std::size_t i = 0; i < seen.trace.size(); ++i) html += step_html(run, seen, i);
  return html + "</ol>\n";
}

std::string rest_html(const Observation& seen) {
  if (seen.effects.empty() && seen.counters.empty()) return {};
  std::string html = "<h3>Effects and counters of the kernel</h3>\n<ul>\n";
  for (const EffectSeen& effect : seen.effects) html += item(escaped(effect.what));
  for (const Counted& counted : seen.counters) html += item(escaped(fmt::format("{} {:+}", counted.name, counted.by)));
  return html + "</ul>\n";
}

std::string details_html(const Run& run, const CaseRun& one) {
  std::string html;
  html += paragraph("Why", one.judgement.why) + paragraph("Expected", one.a_case.expected) +
          paragraph("Reference", one.a_case.reference) + paragraph("What it costs", one.a_case.consequence) +
          paragraph("Mended by", one.mend) + paragraph("Note", one.a_case.note);
  html += packets_html("Arrived", one.observation.injections) + points_html(one.observation) +
          trace_html(run, one.observation) + packets_html("Came out", one.observation.reactions) +
          rest_html(one.observation);
  return html;
}

// ---- the table ----

/// By which a table is sorted: the worst first.
std::string_view urgency(Result result) {
  constexpr std::string_view keys = "76432051";  // in the order of Result
  return keys.substr(static_cast<std::size_t>(result), 1);
}

const char* class_of(Result result) {
  if (result == Result::fail) return "fail";
  return result == Result::warn || result == Result::precondition ? "warn" : "good";
}

std::string row_html(const Run& run, const CaseRun& one) {
  const Result result = one.judgement.result;
  std::string html = fmt::format("<tr>\n<td class=\"{}\" data-key=\"{}\">{}</td>\n", class_of(result), urgency(result),
                                 result_name(result));
  html += fmt::format("<td>{}</td>\n<td>{}</td>\n", escaped(one.a_case.id), escaped(one.a_case.group));
  html += fmt::format("<td data-key=\"{0}\"><details><summary>{0}</summary>\n{1}</details></td>\n",
                      escaped(one.a_case.title), details_html(run, one));
  return html + fmt::format("<td>{}</td>\n<td>{}</td>\n<td>{}</td>\n</tr>\n", level_name(one.a_case.level),
                            escaped(verdict_text(one.verdict)), escaped(decider_text(run, one)));
}

std::string table_html(const Run& run) {
  std::string html = "<table>\n<thead><tr>";
  for (const char* title : {"Result", "Case", "Group", "Title", "Level", "Verdict", "By"})
    html += fmt::format(R"(<th scope="col"><button type="button">{}</button></th>)", title);
  html += "</tr></thead>\n<tbody>\n";
  for (const CaseRun& one : run.cases) html += row_html(run, one);
  return html + "</tbody>\n</table>\n";
}

}  // namespace

std::string html_report(const Run& run) {
  const std::string title = escaped(run.ruleset);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>{}: firewall "
      "test</title>\n<style>{}</style>\n</head>\n",
      title, html_style);
  html += fmt::format("<body>\n<h1>{}</h1>\n<p>{}</p>\n<p><strong>{}</strong></p>\n", title, escaped(run_line(run)),
                      fmt::join(tally_texts(tally_of(run)), ", "));
  for (const std::string& sentence : who_is_in_charge(run)) html += fmt::format("<p>{}</p>\n", escaped(sentence));
  html += "<input id=\"filter\" type=\"search\" aria-label=\"Filter\" placeholder=\"Filter: words of a row\">\n";
  return html + table_html(run) + fmt::format("<script>{}</script>\n</body>\n</html>\n", html_script);
}

}  // namespace tunstack::firewall
