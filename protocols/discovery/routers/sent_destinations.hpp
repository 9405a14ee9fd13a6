// The IPv6 destinations of one interface that packets went to by way of a router, so that a forged redirect about
// others is found out: ICMPv4 redirects quote an identification, those of ICMPv6 nothing that could be guessed wrong.
// Whoever sends notes, the judge of redirects asks. Of fixed size, made at the first note; a place is taken over by the
// next destination that comes to it.
#pragma once

#include <array>

#include "protocols/base/address_hash.hpp"
#include "protocols/base/late.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::discovery {

class SentDestinations {
 public:
  static constexpr Duration lately = std::chrono::minutes(1);

  explicit SentDestinations(Random& random) : key_(SipHashKey::draw(random)) {}

  void note(const Ipv6Address& destination, Instant now) {
    if (now < last_holds_until_ && destination == last_) return;  // nearly always, and without a hash
    last_ = destination;
    last_holds_until_ = now + std::chrono::seconds(1);
    if (!places_) places_.make();
    const std::uint64_t hash = keyed_hash(destination, key_);
    (*places_)[hash % places] = {hash, now};
  }
  bool was_noted_lately(const Ipv6Address& destination, Instant now) const {
    if (!places_) return false;
    const std::uint64_t hash = keyed_hash(destination, key_);
    const Place& place = (*places_)[hash % places];
    return place.hash == hash && now - place.at <= lately;
  }

 private:
  struct Place {
    std::uint64_t hash = 0;
    Instant at{};
  };
  static constexpr std::size_t places = 512;

  SipHashKey key_;
  Late<std::array<Place, places>> places_;
  Ipv6Address last_;
  Instant last_holds_until_ = Instant::min();
};

}  // namespace tunstack::discovery
