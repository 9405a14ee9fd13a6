#include "tunstack/firewall/report/run_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "tunstack/firewall/report/plain_text.hpp"

namespace tunstack::firewall {

namespace {

using CasesById = std::unordered_map<std::string, const CaseRun*>;

CasesById by_id(const Run& run) {
  CasesById cases;
  for (const CaseRun& one : run.cases) cases.emplace(one.a_case.id, &one);
  return cases;
}

bool is_bad(Result result) {
  return result == Result::fail || result == Result::warn || result == Result::precondition;
}

ChangeKind kind_of_change(Result before, Result after) {
  if (after == Result::fail && before != Result::fail) return ChangeKind::new_failure;
  if (is_bad(after) && !is_bad(before)) return ChangeKind::new_warning;
  return is_bad(before) && !is_bad(after) ? ChangeKind::mended : ChangeKind::other;
}

Change change_of(const CaseRun& one) {
  Change change;
  change.id = one.a_case.id;
  change.title = one.a_case.title;
  return change;
}

Change changed(const CaseRun& before, const CaseRun& after) {
  Change change = change_of(after);
  change.kind = kind_of_change(before.judgement.result, after.judgement.result);
  change.result_before = before.judgement.result;
  change.result_after = after.judgement.result;
  change.before = verdict_text(before.verdict);
  change.after = verdict_text(after.verdict);
  return change;
}

/// A case that was not there before is a new failure if it fails.
Change added(const CaseRun& after) {
  Change change = change_of(after);
  change.kind = after.judgement.result == Result::fail ? ChangeKind::new_failure : ChangeKind::added;
  change.result_after = after.judgement.result;
  change.after = verdict_text(after.verdict);
  return change;
}

Change gone(const CaseRun& before) {
  Change change = change_of(before);
  change.kind = ChangeKind::gone;
  change.result_before = before.judgement.result;
  change.before = verdict_text(before.verdict);
  return change;
}

bool is_alike(const CaseRun& before, const CaseRun& after) {
  return before.judgement.result == after.judgement.result &&
         verdict_text(before.verdict) == verdict_text(after.verdict);
}

std::string what_changed(const Change& change) {
  if (!change.result_before) return change.after + " (new case)";
  if (!change.result_after) return change.before + " (no such case any more)";
  const std::string verdicts =
      change.before == change.after ? change.after : fmt::format("{} -> {}", change.before, change.after);
  return *change.result_before == *change.result_after
             ? verdicts
             : fmt::format("{} (was {})", verdicts, result_name(*change.result_before));
}

std::string change_line(const Change& change, const TextStyle& style) {
  const Result result = change.result_after.value_or(Result::info);
  const std::string_view name = change.result_after ? result_name(result) : "gone";
  const std::string line =
      harmless(fmt::format("{}  {}  {}: {}", padded(name, 4), change.id, change.title, what_changed(change)));
  const std::string seen = cut(line, style.width);
  const std::size_t word = std::min(seen.size(), name.size());
  return painted(result, seen.substr(0, word), style) + seen.substr(word) + "\n";
}

constexpr std::array<const char*, 6> kind_names{"new-failure", "new-warning", "mended", "other", "added", "gone"};

nlohmann::ordered_json change_json(const Change& change) {
  nlohmann::ordered_json json{{"id", change.id},
                              {"title", change.title},
                              {"change", kind_names.at(static_cast<std::size_t>(change.kind))},
                              {"result_before", nullptr},
                              {"result_after", nullptr},
                              {"before", change.before},
                              {"after", change.after}};
  if (change.result_before) json["result_before"] = result_name(*change.result_before);
  if (change.result_after) json["result_after"] = result_name(*change.result_after);
  return json;
}

std::string lines_of_changes(const std::vector<Change>& list, const TextStyle& style) {
  std::string text;
  for (const Change& change : list) text += change_line(change, style);
  return text;
}

}  // namespace

std::vector<Change> changes(const Run& before, const Run& after) {
  const CasesById cases_before = by_id(before), cases_after = by_id(after);
  std::vector<Change> list;
  for (const CaseRun& one : after.cases) {
    const auto found = cases_before.find(one.a_case.id);
    if (found == cases_before.end())
      list.push_back(added(one));
    else if (!is_alike(*found->second, one))
      list.push_back(changed(*found->second, one));
  }
  for (const CaseRun& one : before.cases)
    if (!cases_after.contains(one.a_case.id)) list.push_back(gone(one));
  std::ranges::stable_sort(list, {}, &Change::kind);
  return list;
}

std::string diff_text(const Run& before, const Run& after, const TextStyle& style) {
  const std::vector<Change> list = changes(before, after);
  if (list.empty()) return fmt::format("no verdict changed in {} cases\n", after.cases.size());
  return lines_of_changes(list, style) + fmt::format("{} of {} cases changed\n", list.size(), after.cases.size());
}

std::string diff_json(const Run& before, const Run& after) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Change& change : changes(before, after)) list.push_back(change_json(change));
  return Json{{"schema", 1}, {"cases", after.cases.size()}, {"changes", std::move(list)}}.dump(
      1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Change> new_failures(const Run& accepted, const Run& now) {
  std::vector<Change> list = changes(accepted, now);
  std::erase_if(list, [](const Change& change) { return change.kind != ChangeKind::new_failure; });
  return list;
}

std::string against_text(const Run& accepted, const Run& now, const TextStyle& style) {
  const std::vector<Change> list = new_failures(accepted, now);
  if (list.empty()) return fmt::format("no new failure in {} cases\n", now.cases.size());
  return lines_of_changes(list, style) + fmt::format("{} new in {} cases\n", list.size(), now.cases.size());
}

}  // namespace tunstack::firewall
