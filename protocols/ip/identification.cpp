#include "protocols/ip/identification.hpp"

namespace tunstack::ip {

/// Made from the destination and the latest identification, of a new destination from that of whom it replaced: what
/// goes to others changes nothing, and what was forgotten begins elsewhere when it comes again.
template <class Address>
void Identifications<Address>::renew(Counter& counter, const Address& destination, Instant now) {
  SipHash hash(key_);
  hash.add(keyed_hash(destination, key_));
  hash.add(counter.latest);
  const std::uint64_t drawn = hash.finish();
  const bool is_new = counter.half_over == Instant::min();
  if (is_new) counter.latest = counter.began = static_cast<std::uint32_t>(drawn >> 32);
  if (counter.steps <= 1) counter.steps = 1U << 31 | static_cast<std::uint32_t>(drawn);
  if (now < counter.half_over) return;
  const bool was_silent = is_new || now - counter.half_over >= half;
  counter.largest_before = was_silent ? 0 : counter.largest;
  counter.began_before = was_silent ? counter.latest : counter.began;
  counter.protocols_before = was_silent ? 0 : counter.protocols;
  counter.largest = counter.protocols = 0;
  counter.began = counter.latest;
  counter.half_over = now + half;
}

template <class Address>
bool Identifications<Address>::may_have_sent(const Address& destination, std::uint16_t identification,
                                             const SentDatagram& datagram, Instant now) const {
  const Counter* const counter = counters_.find(destination);
  if (counter == nullptr || now - half >= counter->half_over) return false;
  // What was this half when the latest one left may be the half before by now.
  const bool is_over = now >= counter->half_over;
  const std::uint32_t distance = counter->latest - (is_over ? counter->began : counter->began_before);
  const auto back = static_cast<std::uint16_t>(counter->latest - identification);
  const std::uint32_t largest = std::max(counter->largest, is_over ? 0 : counter->largest_before);
  const std::uint32_t protocols = counter->protocols | (is_over ? 0 : counter->protocols_before);
  return back < std::min(distance, most_remembered) && datagram.size <= largest &&
         (protocols & bit_of(datagram.protocol)) != 0;
}

template class Identifications<Ipv4Address>;
template class Identifications<Ipv6Address>;

}  // namespace tunstack::ip
