#include "tunstack/firewall/report/ci_reports.hpp"

#include <fmt/format.h>

#include "tunstack/firewall/report/plain_text.hpp"
#include "tunstack/firewall/report/wording.hpp"
#include "tunstack/report/markup.hpp"

namespace tunstack::firewall {

namespace {

/// What a reader of a failure wants to know, line by line.
std::string story(const Run& run, const CaseRun& one) {
  std::string text;
  for (const std::string& line : packet_lines(one)) text += line + "\n";
  text += verdict_and_decider(run, one) + "\n" + one.judgement.why;
  if (!one.a_case.consequence.empty()) text += "\n" + one.a_case.consequence;
  if (!one.mend.empty()) text += "\nmended by: " + one.mend;
  return text;
}

// ---- JUnit ----

std::string outcome_element(const Run& run, const CaseRun& one) {
  const std::string why = escaped(one.judgement.why), told = escaped(story(run, one));
  switch (one.judgement.result) {
    case Result::fail:
      return fmt::format("      <failure message=\"{}\">{}</failure>\n", why, told);
    case Result::precondition:
      return fmt::format("      <error message=\"{}\">{}</error>\n", why, told);
    case Result::not_testable:
      return fmt::format("      <skipped message=\"{}\"/>\n", why);
    case Result::warn:
      return fmt::format("      <system-out>{}</system-out>\n", told);
    default:
      return {};
  }
}

std::string test_element(const Run& run, const CaseRun& one) {
  const std::string outcome = outcome_element(run, one);
  const std::string begin = fmt::format(R"(    <testcase classname="{}" name="{}")", escaped(one.a_case.group),
                                        escaped(one.a_case.id + " " + one.a_case.title));
  return outcome.empty() ? begin + "/>\n" : begin + ">\n" + outcome + "    </testcase>\n";
}

std::string counts(const Tally& tally) {
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", tally.all(), tally.of(Result::fail),
                     tally.of(Result::precondition), tally.of(Result::not_testable));
}

// ---- annotations ----

std::string annotation(const char* command, const Run& run, const CaseRun& one) {
  const LoadedRule* rule = run.deciding_rule(one);
  const bool is_placed = rule != nullptr && !rule->file.empty();
  const std::string place =
      is_placed ? fmt::format("file={},line={},", annotation_property(rule->file), rule->line) : "";
  return fmt::format("::{} {}title={}::{}\n", command, place,
                     annotation_property(one.a_case.id + " " + one.a_case.title), annotation_message(story(run, one)));
}

}  // namespace

std::string junit_report(const Run& run) {
  std::string xml =
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {} time=\"{:.3f}\">\n",
                  escaped("tunstack firewall " + run.ruleset), counts(tally_of(run)), run.seconds);
  for (const auto& [group, tally] : tallies_by_group(run)) {
    xml += fmt::format("  <testsuite name=\"{}\" {}>\n", escaped(group), counts(tally));
    for (const CaseRun& one : run.cases)
      if (one.a_case.group == group) xml += test_element(run, one);
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

std::string annotations(const Run& run) {
  std::string lines;
  for (const CaseRun& one : run.cases) {
    if (one.judgement.result == Result::fail) lines += annotation("error", run, one);
    if (one.judgement.result == Result::warn) lines += annotation("warning", run, one);
  }
  return lines;
}

}  // namespace tunstack::firewall
