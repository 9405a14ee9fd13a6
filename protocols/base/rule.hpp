// A rule is a row: the reason to refuse a subject, and the predicate that says so. Every table of rules is
// evaluated here, unrolled at compile time: it costs what the same ifs would.
#pragma once

#include <array>
#include <utility>

#include "protocols/base/reason.hpp"

namespace tunstack {

template <class Subject>
struct Rule {
  Reason reason;
  bool (*broken_by)(const Subject&);
};

/// The predicate as a constant, so that the compiler inlines it instead of calling through the table. Rules are kept as
/// a rule: what happens otherwise is laid out of the way. (flatten: or a predicate that is asked in several places
/// would not be inlined.)
template <const auto& Table, std::size_t Row, class Subject>
[[gnu::flatten]] constexpr bool is_broken(const Subject& subject) {
  constexpr auto predicate = Table[Row].broken_by;
  if (predicate(subject)) [[unlikely]]
    return true;
  return false;
}

/// The reason of the first row of `Table` (a constexpr array of rules) that `subject` breaks.
template <const auto& Table, class Subject>
constexpr MaybeReason first_broken(const Subject& subject) {
  return [&]<std::size_t... Row>(std::index_sequence<Row...>) -> MaybeReason {
    MaybeReason broken;
    static_cast<void>(((is_broken<Table, Row>(subject) ? (broken = Table[Row].reason, true) : false) || ...));
    return broken;
  }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
}

}  // namespace tunstack
