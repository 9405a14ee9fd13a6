#include "tunstack/lab/lab_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "tunstack/report/markup.hpp"

namespace tunstack::lab {

namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::size_t held(const LabOutcome& outcome) {
  return static_cast<std::size_t>(
      std::ranges::count_if(outcome.expectations, [](const auto& one) { return one.holds && !one.is_left_out; }));
}
/// Those that could be judged.
std::size_t asked(const LabOutcome& outcome) {
  return static_cast<std::size_t>(
      std::ranges::count_if(outcome.expectations, [](const auto& one) { return !one.is_left_out; }));
}

const char* mark_of(const ExpectationOutcome& outcome) {
  if (outcome.is_left_out) return "left";
  return outcome.holds ? "ok  " : "FAIL";
}

std::string place_text(const LabRun& run, const ExpectationOutcome& outcome) {
  return fmt::format("{}:{}", run.file, outcome.place.line);
}

/// A lab may run with many seeds, and fail with one of them.
std::string name_of(const LabRun& run) {
  return run.outcome.is_live ? run.name : fmt::format("{} seed {}", run.name, run.seed);
}
std::string seed_text(const LabRun& run) { return run.outcome.is_live ? "" : fmt::format(", seed {}", run.seed); }

std::string indented(const std::string& text, const std::string& by) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += by + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return lines;
}

std::string against_text(const ExpectationOutcome& outcome, const std::string& by) {
  std::string text;
  for (const std::string& line : outcome.against) text += indented(line, by);
  return text;
}

}  // namespace

std::string run_text(const LabRun& run, bool quiet) {
  std::string text;
  if (!quiet)
    for (const ProgramRun& program : run.outcome.programs)
      text += fmt::format("{:.3f} s  {}\n{}", seconds(program.began), program.words, indented(program.text, "  "));
  for (const ExpectationOutcome& outcome : run.outcome.expectations) {
    if (quiet && outcome.holds && !outcome.is_left_out) continue;
    text += fmt::format("{}  {}  {} ({})\n", mark_of(outcome), place_text(run, outcome), outcome.what, outcome.found);
    text += against_text(outcome, "        ");
  }
  const LabOutcome& outcome = run.outcome;
  text += fmt::format("{}: {} of {} expectations hold; ", run.name, held(outcome), asked(outcome));
  if (outcome.is_live) return text + fmt::format("{:.3f} s behind the kernel\n", seconds(outcome.lasted));
  return text + fmt::format("{:.3f} s of virtual time, {} packets, seed {}, hash {:016x}\n", seconds(outcome.lasted),
                            outcome.packets, run.seed, outcome.hash);
}

std::string junit_text(std::span<const LabRun> runs) {
  std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                     "\n<testsuites>\n";
  for (const LabRun& run : runs) {
    const std::size_t all = run.outcome.expectations.size();
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n", escaped(name_of(run)), all,
                        asked(run.outcome) - held(run.outcome));
    for (const ExpectationOutcome& outcome : run.outcome.expectations) {
      text += fmt::format(R"(    <testcase classname="{}" file="{}" name="line {}: {}")", escaped(name_of(run)),
                          escaped(run.file), outcome.place.line, escaped(outcome.what));
      if (outcome.is_left_out)
        text += fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped(outcome.found));
      else if (outcome.holds)
        text += "/>\n";
      else
        text += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", escaped(outcome.found),
                            escaped(against_text(outcome, "")));
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

std::string tap_text(std::span<const LabRun> runs) {
  std::string text;
  std::size_t number = 0;
  for (const LabRun& run : runs)
    for (const ExpectationOutcome& outcome : run.outcome.expectations) {
      text +=
          fmt::format("{} {} - {}{} {} ({}){}\n", outcome.holds ? "ok" : "not ok", ++number, place_text(run, outcome),
                      seed_text(run), outcome.what, outcome.found, outcome.is_left_out ? " # SKIP" : "");
      text += against_text(outcome, "# ");
    }
  return fmt::format("TAP version 13\n1..{}\n{}", number, text);
}

std::string annotation_text(std::span<const LabRun> runs) {
  std::string text;
  for (const LabRun& run : runs)
    for (const ExpectationOutcome& outcome : run.outcome.expectations)
      if (!outcome.holds)
        text += fmt::format("::error file={},line={},title=lab {}::{}\n", annotation_property(run.file),
                            outcome.place.line, annotation_property(name_of(run)),
                            annotation_message(outcome.what + " (" + outcome.found + ")"));
  return text;
}

std::string blessed_text(const LabOutcome& outcome, std::span<const LabExpectation> known) {
  std::string text;
  std::map<std::string, unsigned> numbers;
  for (const ProgramRun& program : outcome.programs) {
    const std::string name = program.words.substr(0, program.words.find(' '));
    const clients::ClientResult& result = program.result;
    const std::string of = fmt::format("{} {}", name, ++numbers[name]);
    const auto is_about = [&](const LabExpectation& one) { return one.of && one.of->value == of && !one.hop; };
    if (std::ranges::any_of(known, is_about)) continue;
    text += fmt::format("[[expect]]  # {}\nof = \"{}\"\n", program.words, of);
    text += fmt::format("sent = {}\nreceived = {}\nduplicates = {}\nerrors = {}\nreached = {}\n", result.sent,
                        result.received, result.duplicates, result.errors, result.is_reached);
    if (result.hops > 0) text += fmt::format("hops = {}\n", result.hops);
    if (result.path_mtu > 0) text += fmt::format("path_mtu = {}\n", result.path_mtu);
    text += "\n";
  }
  return text;
}

}  // namespace tunstack::lab
