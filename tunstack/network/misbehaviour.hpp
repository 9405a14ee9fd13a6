// Deliberate faults of a node, each with the rule that it breaks: what experiments, and programs that must live with
// broken routers, are tried against. A node itself does nothing wrong; what it sends, or what it is sent, is changed at
// its ports (misbehaver.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocols/base/reason.hpp"

namespace tunstack {

enum class Misdeed : std::uint8_t {
  silent,
  pmtu_black_hole,
  wrong_mtu,
  bad_checksum,
  truncated_quote,
  altered_quote,
  wrong_source,
  keeps_ttl,
  ttl_by_two,
  forwards_ttl_1,
  error_about_error,
  answers_broadcast,
  duplicate_replies,
  altered_replies,
  redirect_storm,
  wrong_redirects,
  advertisement_hop_limit_64,
  rogue_advertisement,
  address_conflict,
  filtered_icmp,
  rate_limit_lies,
};
inline constexpr std::size_t misdeed_count = 21;

/// What a misdeed takes: yes or no, or a number up to `most`.
struct MisdeedRow {
  Misdeed misdeed;
  std::string_view name;  // "pmtu_black_hole"
  std::uint32_t least;    // 1 where it is done or not
  std::uint32_t most;
  Reason reason;          // told where it is done, with the rule that it breaks
  std::string_view text;  // what the node does
};
std::span<const MisdeedRow> misdeed_rows();
const MisdeedRow* find_misdeed(std::string_view name);

/// Which misdeeds a node does, with their numbers (1 for those that have none).
class Misbehaviour {
 public:
  bool any() const { return any_; }
  std::optional<std::uint32_t> of(Misdeed misdeed) const { return numbers_[static_cast<std::size_t>(misdeed)]; }
  bool does(Misdeed misdeed) const { return of(misdeed).has_value(); }
  void set(Misdeed misdeed, std::optional<std::uint32_t> number);

  friend bool operator==(const Misbehaviour&, const Misbehaviour&) = default;

 private:
  std::array<std::optional<std::uint32_t>, misdeed_count> numbers_{};
  bool any_ = false;
};

}  // namespace tunstack
