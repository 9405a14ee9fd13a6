// Why something was decided: one reason for each rule and each outcome, with its name, source and sentence.
// The rows stand in reasons/*.def, one file an area; counters, explanations and the printed rule list read them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tunstack {

enum class Reason : std::uint16_t {
#define REASON(name, rfc, section, requirement, text) name,
#include "protocols/base/reasons/all.def"
#undef REASON
};

/// A reason or none, in one register. GCC writes a std::optional of two octets in parts and reads it back as a
/// whole, which stalls the CPU for longer than a table of rules takes.
class MaybeReason {
 public:
  constexpr MaybeReason() = default;
  constexpr MaybeReason(Reason reason) : value_(static_cast<std::uint16_t>(reason)) {}

  constexpr explicit operator bool() const { return value_ != none; }
  constexpr Reason operator*() const { return Reason{value_}; }
  friend constexpr bool operator==(MaybeReason, MaybeReason) = default;

 private:
  static constexpr std::uint16_t none = 0xffff;
  std::uint16_t value_ = none;
};

struct ReasonInfo {
  Reason reason;
  std::string_view area;         // the file under reasons/ that holds the row
  std::string_view name;         // a fact, never an action
  std::string_view rfc;          // "RFC 1122", or "design" where the project decides
  std::string_view section;      // within the RFC; may be empty
  std::string_view requirement;  // id in docs/spec/requirements.csv; may be empty
  std::string_view text;         // one sentence for people
};

/// All reasons, indexed by their number.
std::span<const ReasonInfo> all_reasons();

inline constexpr std::size_t reason_count = 0
#define REASON(name, rfc, section, requirement, text) +1
#include "protocols/base/reasons/all.def"
#undef REASON
    ;

inline std::size_t index_of(Reason reason) { return static_cast<std::size_t>(reason); }
const ReasonInfo& info(Reason reason);

}  // namespace tunstack
