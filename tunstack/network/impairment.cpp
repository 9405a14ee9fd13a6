#include "tunstack/network/impairment.hpp"

#include <algorithm>

namespace tunstack {

namespace {

constexpr unsigned bits_of_a_double = 53;
constexpr double unit = 1.0 / static_cast<double>(std::uint64_t{1} << bits_of_a_double);

/// "loss-in": eight letters at most.
std::string name_of(std::string_view purpose, std::string_view direction) {
  return std::string(purpose) + '-' + std::string(direction);
}

Duration time_to_send(std::size_t octets, std::uint64_t rate) {
  constexpr double nanoseconds = 1e9;
  return Duration(
      static_cast<Duration::rep>(static_cast<double>(octets * 8) * nanoseconds / static_cast<double>(rate)));
}

}  // namespace

Impairer::Lot::Lot(const Seed& seed, std::string_view purpose, std::string_view direction)
    : random_(seed, name_of(purpose, direction)) {}

bool Impairer::Lot::falls_on(const Share& share) {
  if (share.each > 0) {
    if (++since_last_ < share.each) return false;
    since_last_ = 0;
    return true;
  }
  return share.drawn > 0 && static_cast<double>(random_.next() >> (64 - bits_of_a_double)) * unit < share.drawn;
}

Impairer::Impairer(const Impairments& impairments, const Seed& seed, std::string_view direction)
    : impairments_(impairments),
      loss_(seed, "loss", direction),
      duplicate_(seed, "copy", direction),
      reorder_(seed, "swap", direction),
      corrupt_(seed, "flip", direction),
      jitter_(seed, "wait", direction) {}

// Each packet draws from each stream, also a lost one: what one impairment does is the same with and without others.
Fate Impairer::next(std::size_t octets, Instant now) {
  Fate fate;
  const bool is_lost = loss_.falls_on(impairments_.loss);
  fate.is_doubled = duplicate_.falls_on(impairments_.duplicate);
  fate.is_overtaken = reorder_.falls_on(impairments_.reorder);
  if (corrupt_.falls_on(impairments_.corrupt)) fate.corrupted = corrupt_.random().next();
  Duration wait = impairments_.delay;
  if (impairments_.jitter > Duration(0))
    wait = std::max(Duration(0), wait + jitter_.random().between(-impairments_.jitter, impairments_.jitter));
  if (is_lost) fate.loss = Fate::Loss::drawn;
  if (is_lost) return fate;
  const auto sent = transmitted(octets, now);
  if (!sent) fate.loss = Fate::Loss::queue_full;
  if (!sent) return fate;
  fate.copy_due = last_due_ = std::max(*sent + wait, last_due_);
  fate.due = fate.is_overtaken ? fate.copy_due + time_to_be_overtaken : fate.copy_due;
  return fate;
}

std::optional<Instant> Impairer::transmitted(std::size_t octets, Instant now) {
  if (impairments_.rate == 0) return now;
  if (leaving_.size() != impairments_.queue + 1) {  // one is being sent
    leaving_.assign(impairments_.queue + 1, Instant{});
    first_ = waiting_ = 0;
  }
  while (waiting_ > 0 && leaving_[first_] <= now) {
    first_ = (first_ + 1) % leaving_.size();
    --waiting_;
  }
  if (waiting_ == leaving_.size()) return std::nullopt;
  const std::size_t last = (first_ + waiting_ + leaving_.size() - 1) % leaving_.size();
  const Instant begin = waiting_ == 0 ? now : leaving_[last];
  const Instant end = begin + time_to_send(octets, impairments_.rate);
  leaving_[(first_ + waiting_++) % leaving_.size()] = end;
  return end;
}

void flip_a_bit(MutableBytes packet, std::uint64_t corrupted) {
  if (packet.empty()) return;
  const std::uint64_t bit = corrupted % (packet.size() * 8);
  packet[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
}

}  // namespace tunstack
