#include "tunstack/firewall/tester/mutation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tunstack/firewall/tester/variants.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t told_cases = 2;  // of those that notice a change; the others are counted

struct Variant {
  Mutation mutation;
  Texts texts;
};

std::vector<Variant> variants_of(const TestPlan& plan) {
  const Texts texts = texts_of(plan);
  std::vector<Variant> variants;
  const auto add = [&](std::size_t index, const SourceRule& rule, bool is_negated, std::string text) {
    Variant variant{.mutation = {.rule = rule, .is_negated = is_negated, .is_loaded = true, .noticed = {}},
                    .texts = texts};
    variant.texts[index] = std::move(text);
    variants.push_back(std::move(variant));
  };
  for (std::size_t i = 0; i < plan.rulesets.size(); ++i)
    for (const SourceRule& rule : plan.rulesets[i].rules) {
      add(i, rule, false, without_rule(plan.rulesets[i], rule));
      if (auto negated = with_rule_negated(plan.rulesets[i], rule)) add(i, rule, true, std::move(*negated));
    }
  return variants;
}

bool hurts(Result result) { return result == Result::fail || result == Result::warn || result == Result::precondition; }

bool is_same(const CaseVerdicts& a, const CaseVerdicts& b, std::size_t i) {
  return a.results[i] == b.results[i] && a.verdicts[i].fate == b.verdicts[i].fate &&
         a.verdicts[i].reactions == b.verdicts[i].reactions;
}

void compare(const CaseVerdicts& before, const CaseVerdicts& after, Mutation& mutation) {
  for (std::size_t i = 0; i < before.results.size(); ++i)
    if (!is_same(before, after, i))
      mutation.noticed.push_back({i, before.results[i], after.results[i], verdict_text(before.verdicts[i]),
                                  verdict_text(after.verdicts[i]), after.verdicts[i].decider});
  std::ranges::stable_sort(mutation.noticed, std::greater{}, [](const NoticedBy& by) {
    return by.after == Result::fail && by.before != Result::fail ? 2 : hurts(by.after) && !hurts(by.before) ? 1 : 0;
  });
}

std::string rule_name(const Mutation& mutation) {
  return fmt::format("{}:{}  {}", mutation.rule.place.file, mutation.rule.place.line, mutation.rule.text);
}

std::string purpose_of(const MutationReport& report, const Mutation& mutation) {
  std::string text;
  for (std::size_t i = 0; i < std::min(told_cases, mutation.noticed.size()); ++i) {
    const NoticedBy& by = mutation.noticed[i];
    const Case& a_case = report.cases[by.case_index];
    text += fmt::format(
        "      {} {}: {} -> {}{}\n", a_case.id, a_case.title, by.verdict_before, by.verdict_after,
        a_case.reference.empty() ? "" : fmt::format(" ({}, {})", level_name(a_case.level), a_case.reference));
  }
  if (mutation.noticed.size() > told_cases)
    text += fmt::format("      and {} more\n", mutation.noticed.size() - told_cases);
  return text;
}

}  // namespace

std::size_t MutationReport::loaded() const {
  return static_cast<std::size_t>(std::ranges::count(mutations, true, &Mutation::is_loaded));
}

std::size_t MutationReport::noticed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(mutations, [](const Mutation& mutation) { return !mutation.noticed.empty(); }));
}

MutationReport mutate(const TestPlan& plan, const OnProgress& on_progress) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<Variant> variants = variants_of(plan);
  std::vector<Texts> texts;
  texts.reserve(variants.size());
  for (const Variant& variant : variants) texts.push_back(variant.texts);
  VariantRuns runs = run_variants(plan, texts, on_progress);

  MutationReport report;
  report.cases = std::move(runs.cases);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    variants[i].mutation.is_loaded = runs.after[i].has_value();
    if (const auto& after = runs.after[i]) compare(runs.before, *after, variants[i].mutation);
  }
  for (Variant& variant : variants) report.mutations.push_back(std::move(variant.mutation));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return report;
}

std::string mutation_text(const MutationReport& report) {
  std::string text, unnoticed;
  for (const Mutation& mutation : report.mutations) {
    const char* const change = mutation.is_negated ? "turned round" : "without it";
    if (!mutation.is_loaded) continue;
    if (mutation.noticed.empty())
      unnoticed += fmt::format("  {}  ({})\n", rule_name(mutation), change);
    else
      text += fmt::format("  {}\n    {}:\n{}", rule_name(mutation), change, purpose_of(report, mutation));
  }
  if (!text.empty()) text = "what each rule is for\n" + text;
  if (!unnoticed.empty()) text += "nothing notices these rules\n" + unnoticed;
  return text + fmt::format("mutation score: {} of {} changes of rules are noticed ({} cases, {:.1f} s)\n",
                            report.noticed(), report.loaded(), report.cases.size(), report.seconds);
}

std::string mutation_json(const MutationReport& report) {
  using nlohmann::json;
  json mutations = json::array();
  for (const Mutation& mutation : report.mutations) {
    json noticed = json::array();
    for (const NoticedBy& by : mutation.noticed)
      noticed.push_back({{"id", report.cases[by.case_index].id},
                         {"before", by.verdict_before},
                         {"after", by.verdict_after},
                         {"by", decider_name(by.decider_after)},
                         {"result_before", result_name(by.before)},
                         {"result_after", result_name(by.after)}});
    mutations.push_back({{"file", mutation.rule.place.file},
                         {"line", mutation.rule.place.line},
                         {"text", mutation.rule.text},
                         {"change", mutation.is_negated ? "negated" : "removed"},
                         {"loads", mutation.is_loaded},
                         {"noticed", std::move(noticed)}});
  }
  return json{
      {"schema", 1}, {"noticed", report.noticed()}, {"all", report.loaded()}, {"mutations", std::move(mutations)}}
      .dump(1);
}

}  // namespace tunstack::firewall
