#include "tunstack/device/impairment.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tunstack {

namespace {

bool happens(double share, Random& random) {
  constexpr unsigned bits_of_a_double = 53;
  constexpr double unit = 1.0 / static_cast<double>(std::uint64_t{1} << bits_of_a_double);
  return share > 0 && static_cast<double>(random.next() >> (64 - bits_of_a_double)) * unit < share;
}

/// "loss-in", "loss-out": eight letters at most.
Random stream(const Seed& seed, std::string_view what, ImpairedDirection::Name name) {
  return Random(seed, fmt::format("{}-{}", what, name == ImpairedDirection::Name::in ? "in" : "out"));
}

}  // namespace

std::string impairment_text(const ImpairmentCounts& counts) {
  const std::pair<std::uint64_t, std::string_view> parts[] = {
      {counts.lost, "lost"},
      {counts.duplicated, "duplicated"},
      {counts.reordered, "reordered"},
      {counts.corrupted, "corrupted"},
      {counts.delayed, "delayed"},
      {counts.overflowed, "left out: too many were on their way"},
      {counts.refused, "refused by the device"},
      {counts.held, "still on their way"},
  };
  std::string text;
  for (const auto& [count, what] : parts)
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  return fmt::format("impaired: {}\n", text.empty() ? "nothing" : text);
}

ImpairedDirection::ImpairedDirection(Name name, const Impairments& impairments, const Seed& seed,
                                     ImpairmentCounts& counts)
    : impairments_(impairments),
      counts_(counts),
      loss_(stream(seed, "loss", name)),
      duplicate_(stream(seed, "copy", name)),
      reorder_(stream(seed, "swap", name)),
      corrupt_(stream(seed, "flip", name)) {}

// Each packet draws from each stream, also a lost one: what one impairment does is the same with and without others.
void ImpairedDirection::put(Packet packet, Instant now) {
  const bool is_lost = happens(impairments_.loss, loss_);
  const bool is_doubled = happens(impairments_.duplicate, duplicate_);
  const bool is_overtaken = happens(impairments_.reorder, reorder_);
  const bool is_corrupted = happens(impairments_.corrupt, corrupt_);
  if (is_corrupted) flip_a_bit(packet);
  if (is_lost) {
    ++counts_.lost;
    return;
  }
  counts_.corrupted += is_corrupted ? 1U : 0U;
  counts_.duplicated += is_doubled ? 1U : 0U;
  counts_.reordered += is_overtaken ? 1U : 0U;
  counts_.delayed += impairments_.delay > Duration(0) ? 1U : 0U;
  const Instant due = now + impairments_.delay;
  if (is_doubled) keep(packet, due);
  keep(std::move(packet), is_overtaken ? due + time_to_be_overtaken : due);
}

std::optional<ImpairedDirection::Packet> ImpairedDirection::take(Instant now) {
  if (next_due() > now) return std::nullopt;
  Packet packet = std::move(waiting_.extract(waiting_.begin()).mapped());
  octets_ -= packet.size() + octets_of_keeping;
  --counts_.held;
  return packet;
}

void ImpairedDirection::keep(Packet packet, Instant due) {
  const std::size_t needed = packet.size() + octets_of_keeping;
  if (needed > most_octets - octets_) {
    ++counts_.overflowed;
    return;
  }
  octets_ += needed;
  ++counts_.held;
  waiting_.emplace(due, std::move(packet));
}

void ImpairedDirection::flip_a_bit(Packet& packet) {
  const std::uint64_t drawn = corrupt_.next();
  if (packet.empty()) return;
  const std::uint64_t bit = drawn % (packet.size() * 8);
  packet[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
}

}  // namespace tunstack
