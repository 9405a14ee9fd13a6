// A rule is a row: the reason to refuse a subject, and the predicate that says so. Every table of rules is
// evaluated here, unrolled at compile time: it costs what the same ifs would.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "protocols/base/reason.hpp"

namespace tunstack {

template <class Subject>
struct Rule {
  Reason reason;
  bool (*broken_by)(const Subject&);
};

/// Told of each table that is asked, in their order, by whoever wants to know why. Where packets pass nobody does, and
/// it costs nothing.
class RuleTrace {
 public:
  struct Asked {
    std::string_view table;        // its name in the code, without what stands before it: "ipv4_header_rules"
    std::span<const Reason> rows;  // all of them
    std::size_t passed;            // those before the first that was broken
    bool is_broken() const { return passed < rows.size(); }
  };
  virtual ~RuleTrace() = default;
  virtual void asked(const Asked& table) = 0;
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

/// What compilers call `Table`, without its namespaces.
template <const auto& Table>
constexpr std::string_view name_of_table() {
  constexpr std::string_view function = __PRETTY_FUNCTION__;  // "... [with const auto& Table = tunstack::name; ...]"
  constexpr std::size_t start = function.find("Table = ") + 8;
  constexpr std::string_view name = function.substr(start, function.find_first_of(";]", start) - start);
  return name.substr(name.rfind(':') + 1);
}

template <const auto& Table>
inline constexpr auto reasons_of_table = [] {
  std::array<Reason, Table.size()> reasons{};
  for (std::size_t row = 0; row < reasons.size(); ++row) reasons[row] = Table[row].reason;
  return reasons;
}();

template <const auto& Table, class Subject>
[[gnu::cold, gnu::noinline]] void tell(RuleTrace& trace, const Subject& subject) {
  std::size_t passed = 0;
  while (passed < Table.size() && !Table[passed].broken_by(subject)) ++passed;
  trace.asked({name_of_table<Table>(), reasons_of_table<Table>, passed});
}

/// The reason of the first row of `Table` (a constexpr array of rules) that `subject` breaks.
template <const auto& Table, class Subject>
constexpr MaybeReason first_broken(const Subject& subject, RuleTrace* trace = nullptr) {
  if (trace != nullptr) [[unlikely]]
    tell<Table>(*trace, subject);
  return [&]<std::size_t... Row>(std::index_sequence<Row...>) -> MaybeReason {
    MaybeReason broken;
    static_cast<void>(((is_broken<Table, Row>(subject) ? (broken = Table[Row].reason, true) : false) || ...));
    return broken;
  }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(Table)>>>{});
}

}  // namespace tunstack
