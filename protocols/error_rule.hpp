// A rule whose breaking the source is told, where a Rule only says what to drop.
#pragma once

#include <span>

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

/// What the first rule asks for that `subject` breaks; nothing if it breaks none.
template <class Subject>
std::optional<Verdict> judge(std::span<const ErrorRule<Subject>> rules, const Subject& subject) {
  for (const auto& rule : rules) {
    if (!rule.broken_by(subject)) continue;
    if (!rule.problem) return Drop{rule.reason};
    return Error{rule.reason, *rule.problem, static_cast<std::uint32_t>(rule.pointer(subject))};
  }
  return std::nullopt;
}

}  // namespace tunstack
