// A rule whose breaking the source is told, where a Rule only says what to drop.
#pragma once

#include "protocols/base/rule.hpp"
#include "protocols/verdict.hpp"

namespace tunstack {

inline constexpr std::optional<Problem> silently = std::nullopt;

template <class Subject>
struct ErrorRule {
  Reason reason;
  std::optional<Problem> problem;          // what is reported, or nothing
  std::size_t (*pointer)(const Subject&);  // octets from the start of the packet
  bool (*broken_by)(const Subject&);
};

template <class Subject>
Verdict verdict_of(const ErrorRule<Subject>& rule, const Subject& subject) {
  if (!rule.problem) return Drop{rule.reason};
  return Error{rule.reason, *rule.problem, static_cast<std::uint32_t>(rule.pointer(subject))};
}

/// What the first row of `Table` (a constexpr array of error rules) asks for that `subject` breaks; nothing if it
/// breaks none.
template <const auto& Table, class Subject>
std::optional<Verdict> judge(const Subject& subject, RuleTrace* trace = nullptr) {
  if (trace != nullptr) [[unlikely]]
    tell<Table>(*trace, subject);
  return [&]<std::size_t... Row>(std::index_sequence<Row...>) {
    std::optional<Verdict> verdict;
    static_cast<void>(
        ((is_broken<Table, Row>(subject) ? (verdict = verdict_of(Table[Row], subject), true) : false) || ...));
    return verdict;
  }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
}

}  // namespace tunstack
