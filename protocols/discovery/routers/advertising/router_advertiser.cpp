#include "protocols/discovery/routers/advertising/router_advertiser.hpp"

#include <algorithm>

namespace tunstack::discovery {

// RFC 4861 does not say when the first one goes out. As soon as an answer would, not at the same instant as those of
// all other routers that got their power back.
RouterAdvertiser::RouterAdvertiser(const AdvertisingConfig& config, std::size_t packets, Instant start, Random& random)
    : constants_(config.constants),
      min_interval_(min_interval_of(config)),
      max_interval_(config.max_interval),
      answers_by_unicast_(config.answers_by_unicast),
      unicast_limit_(config.unicast_limit),
      packets_(packets),
      next_multicast_(start + random.up_to(constants_.max_answer_delay)),
      earliest_multicast_(start) {}

void RouterAdvertiser::suspend() {
  next_multicast_ = Instant::max();
  answers_.clear();
}

void RouterAdvertiser::begin_anew(Instant now, Random& random) {
  if (stopped_) return;
  sent_ = 0;
  next_multicast_ = std::max(now, earliest_multicast_) + random.up_to(constants_.max_answer_delay);
}

Duration RouterAdvertiser::next_interval(Random& random) const {
  const Duration interval = random.between(min_interval_, max_interval_);
  return sent_ < constants_.initial_advertisements ? std::min(interval, constants_.max_initial_interval) : interval;
}

void RouterAdvertiser::on_solicitation(const Ipv6Address& source, Instant now, Random& random) {
  if (stopped_ || sent_ == 0) return;  // the first of all comes as soon as an answer
  const Duration delay = random.up_to(constants_.max_answer_delay);
  const bool may_be_unicast = answers_by_unicast_ && source != Ipv6Address{};
  if (may_be_unicast && answer_by_unicast(source, now, now + delay)) return;
  next_multicast_ = std::min(next_multicast_, std::max(now, earliest_multicast_) + delay);
}

/// False if there is no place for another answer, or were too many.
bool RouterAdvertiser::answer_by_unicast(const Ipv6Address& solicitor, Instant now, Instant due) {
  if (std::ranges::find(answers_, solicitor, &Answer::solicitor) != answers_.end()) return true;
  if (answers_.size() == max_answers || !unicasts_.take(unicast_limit_, now, packets_)) return false;
  answers_.push_back({solicitor, due});
  return true;
}

void RouterAdvertiser::stop(Instant now) {
  if (stopped_) return;
  stopped_ = true;
  next_multicast_ = sent_ == 0 ? Instant::max() : now;
  answers_.clear();
}

std::optional<RouterAdvertiser::Due> RouterAdvertiser::take_due(Instant now, Random& random) {
  if (next_multicast_ <= now) return stopped_ ? take_final(now) : take_multicast(now, random);
  const auto first = std::ranges::min_element(answers_, {}, &Answer::due);
  if (first == answers_.end() || first->due > now) return std::nullopt;
  const Due due{first->solicitor, false};
  answers_.erase(first);
  return due;
}

/// Whoever waits for an answer has it (RFC 4861 6.2.6).
RouterAdvertiser::Due RouterAdvertiser::take_multicast(Instant now, Random& random) {
  answers_.clear();
  sent_ = std::min(sent_ + 1, std::max(constants_.initial_advertisements, 1U));
  next_multicast_ = now + next_interval(random);
  earliest_multicast_ = now + constants_.min_delay_between;
  return {ipv6_all_nodes, false};
}

RouterAdvertiser::Due RouterAdvertiser::take_final(Instant now) {
  ++finals_sent_;
  earliest_multicast_ = now + constants_.min_delay_between;
  const bool is_last = finals_sent_ >= constants_.final_advertisements;
  next_multicast_ = is_last ? Instant::max() : now + constants_.min_delay_between;
  return {ipv6_all_nodes, true};
}

Instant RouterAdvertiser::next_deadline() const {
  Instant next = next_multicast_;
  for (const Answer& answer : answers_) next = std::min(next, answer.due);
  return next;
}

}  // namespace tunstack::discovery
