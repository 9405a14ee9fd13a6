#include "protocols/discovery/addresses/duplicate_detection.hpp"

#include <algorithm>

namespace tunstack::discovery {

namespace {

using std::chrono::seconds;

constexpr unsigned max_advertisements = 3;         // MAX_NEIGHBOR_ADVERTISEMENT (RFC 4861 10)
constexpr Duration defend_interval = seconds(10);  // RFC 5227 1.1

}  // namespace

DetectionSettings nd_detection(unsigned dad_transmits, Duration retransmission_timer, unsigned advertisements) {
  return {.probes = dad_transmits,
          .initial_delay = {seconds(0), seconds(1)},
          .interval = {retransmission_timer, retransmission_timer},
          .wait = retransmission_timer,
          .announcements = std::min(advertisements, max_advertisements),
          .announcement_interval = seconds(1)};
}

DetectionSettings arp_detection(Defence defence) {
  return {.probes = 3,
          .initial_delay = {seconds(0), seconds(1)},
          .interval = {seconds(1), seconds(2)},
          .wait = seconds(2),
          .announcements = 2,
          .announcement_interval = seconds(2),
          .defence = defence};
}

DuplicateDetection::DuplicateDetection(const DetectionSettings& settings, Instant start, Random& random)
    : settings_(settings),
      nonce_key_(SipHashKey::draw(random)),
      state_(settings.optimistic ? AddressState::optimistic : AddressState::tentative),
      next_(start) {
  if (settings_.probes == 0)
    begin_use(start);
  else if (!settings_.optimistic)  // RFC 4429 3.3: no delay
    next_ += settings_.initial_delay.draw(random);
}

void DuplicateDetection::advance(Instant now) {
  if (is_being_checked() && probes_sent_ == settings_.probes && next_ <= now) begin_use(now);
}

std::optional<DetectionMessage> DuplicateDetection::take_due(Instant now, Random& random) {
  advance(now);
  if (next_ > now || state_ == AddressState::duplicate) return std::nullopt;
  return is_being_checked() ? probe(now, random) : announce(now);
}

void DuplicateDetection::begin_use(Instant now) {
  state_ = AddressState::usable;
  announcements_left_ = settings_.announcements;
  next_ = announcements_left_ > 0 ? now : Instant::max();
}

DetectionMessage DuplicateDetection::probe(Instant now, Random& random) {
  const Nonce nonce = nonce_of(probes_sent_++);
  next_ = now + (probes_sent_ == settings_.probes ? settings_.wait : settings_.interval.draw(random));
  return {DetectionMessage::Kind::probe, nonce};
}

DetectionMessage DuplicateDetection::announce(Instant now) {
  next_ = --announcements_left_ > 0 ? now + settings_.announcement_interval : Instant::max();
  return {DetectionMessage::Kind::announcement};
}

void DuplicateDetection::on_conflict(Instant now) {
  if (is_being_checked()) return give_up(now);
  if (state_ == AddressState::duplicate || settings_.defence == Defence::ignore) return;
  const bool is_second = last_defence_ && now - *last_defence_ < defend_interval;
  if (!is_second && settings_.defence != Defence::never)
    defend(now);
  else if (settings_.defence != Defence::always)
    give_up(now);
}

// An announcement that is still to come serves as the defence.
void DuplicateDetection::defend(Instant now) {
  last_defence_ = now;
  announcements_left_ = std::max(announcements_left_, 1U);
  next_ = now;
}

void DuplicateDetection::give_up(Instant now) {
  state_ = AddressState::duplicate;
  next_ = settings_.retry_after == DetectionSettings::never ? Instant::max() : now + settings_.retry_after;
}

bool DuplicateDetection::has_sent(const Nonce& nonce) const {
  for (unsigned probe = 0; probe < probes_sent_; ++probe)
    if (nonce_of(probe) == nonce) return true;
  return false;
}

// Made from a secret and the number of the probe, so that none need be kept.
Nonce DuplicateDetection::nonce_of(unsigned probe) const {
  SipHash hash(nonce_key_);
  hash.add(probe);
  std::array<std::uint8_t, 8> octets{};
  store_be64(octets, 0, hash.finish());
  Nonce nonce{};
  copy_bytes(nonce, Bytes(octets).first(nonce.size()));
  return nonce;
}

}  // namespace tunstack::discovery
