#include "tunstack/firewall/tester/mutation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

namespace tunstack::firewall {

namespace {

constexpr std::size_t told_cases = 2;  // of those that notice a change; the others are counted

struct Variant {
  Mutation mutation;
  std::vector<std::string> texts;  // one for each ruleset
};

std::vector<Variant> variants_of(const TestPlan& plan) {
  std::vector<std::string> texts;
  texts.reserve(plan.rulesets.size());
  for (const RulesetSource& source : plan.rulesets) texts.push_back(source.text);
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

/// The benches with rules of one mode, several times, each with a share of the variants.
struct Shares {
  std::size_t first_assignment = 0;  // none, connection tracking, and then the shares
  std::vector<std::vector<std::size_t>> variants;
};

Shares add_assignments(std::vector<Assignment>& all, const Assignment* mode, const std::vector<Variant>& variants) {
  Shares shares{.first_assignment = all.size(), .variants = {}};
  const std::size_t workers = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  shares.variants.resize(workers);
  for (std::size_t i = 0; i < variants.size(); ++i) shares.variants[i % workers].push_back(i);
  all.push_back(mode[0]);
  all.push_back(mode[1]);
  for (const auto& share : shares.variants) {
    Assignment with_rules = mode[2];
    for (const std::size_t i : share) with_rules.variants.push_back(variants[i].texts);
    all.push_back(std::move(with_rules));
  }
  return shares;
}

bool is_bad(Result result) {
  return result == Result::fail || result == Result::warn || result == Result::precondition;
}

/// The verdicts of one bench, judged.
struct Judged {
  std::vector<Verdict> verdicts;
  std::vector<Result> results;
};

Judged judged_all(const std::vector<Case>& cases, const std::vector<Baselines>& baselines,
                  const std::vector<Observation>& seen, const TestPlan& plan) {
  Judged all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case a_case = as_judged(cases[i], plan);
    all.verdicts.push_back(attributed(verdict_of(a_case, seen[i]), baselines[i]));
    all.results.push_back(judge(with_wanted_octets(a_case, seen[i]), all.verdicts.back(), baselines[i]).result);
  }
  return all;
}

bool is_same(const Judged& a, const Judged& b, std::size_t i) {
  return a.results[i] == b.results[i] && a.verdicts[i].fate == b.verdicts[i].fate &&
         a.verdicts[i].reactions == b.verdicts[i].reactions;
}

void compare(const Judged& before, const Judged& after, std::size_t first_case, Mutation& mutation) {
  for (std::size_t i = 0; i < before.results.size(); ++i)
    if (!is_same(before, after, i))
      mutation.noticed.push_back({first_case + i, before.results[i], after.results[i], verdict_text(before.verdicts[i]),
                                  verdict_text(after.verdicts[i]), after.verdicts[i].decider});
  std::ranges::stable_sort(mutation.noticed, std::greater{}, [](const NoticedBy& by) {
    return by.after == Result::fail && by.before != Result::fail ? 2 : is_bad(by.after) && !is_bad(by.before) ? 1 : 0;
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
  const auto plain = assignments_of(plan);
  std::vector<Variant> variants = variants_of(plan);
  std::vector<Assignment> assignments;
  std::vector<Shares> modes;
  for (std::size_t first = 0; first < plain.size(); first += 3)
    modes.push_back(add_assignments(assignments, &plain[first], variants));
  auto reports = run_assignments(assignments, on_progress);

  MutationReport report;
  for (const Shares& shares : modes) {
    const std::vector<Case>& cases = assignments[shares.first_assignment].cases;
    const std::size_t first_case = report.cases.size();
    report.cases.insert(report.cases.end(), cases.begin(), cases.end());
    std::vector<Baselines> baselines;
    baselines.reserve(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i)
      baselines.push_back({verdict_of(cases[i], reports[shares.first_assignment].observations[0][i]),
                           verdict_of(cases[i], reports[shares.first_assignment + 1].observations[0][i])});
    for (std::size_t s = 0; s < shares.variants.size(); ++s) {
      const auto& observations = reports[shares.first_assignment + 2 + s].observations;
      const Judged before = judged_all(cases, baselines, observations[0], plan);
      for (std::size_t v = 0; v < shares.variants[s].size(); ++v) {
        Mutation& mutation = variants[shares.variants[s][v]].mutation;
        const auto& seen = observations[v + 1];
        mutation.is_loaded = seen.size() == cases.size();
        if (mutation.is_loaded) compare(before, judged_all(cases, baselines, seen, plan), first_case, mutation);
      }
    }
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
