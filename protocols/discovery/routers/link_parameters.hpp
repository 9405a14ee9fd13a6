// What routers advertise of a link besides themselves and prefixes (RFC 4861 6.3.2 and 6.3.4).
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "protocols/base/random.hpp"
#include "protocols/discovery/lifetime.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack::discovery {

struct LinkValues {
  std::uint8_t hop_limit = 64;  // of unicast datagrams that leave
  bool managed = false;         // addresses by DHCPv6, which is only shown
  bool other = false;           // other configuration by DHCPv6, which is only shown
  Duration base_reachable_time = std::chrono::seconds(30);
  Duration retransmit_time = std::chrono::seconds(1);
  std::uint32_t mtu = 1500;  // octets of an IPv6 datagram
};

class LinkParameters {
 public:
  /// `own` are the values of the link until a router says otherwise; no router can raise its MTU.
  LinkParameters(const LinkValues& own, Instant now, Random& random) : own_mtu_(own.mtu), values_(own) {
    draw_reachable_time(now, random);
  }

  /// The header of an advertisement and its MTU option, if it has one. A number that is 0 says nothing.
  /// The link itself has another MTU from now on; what routers said of it is over.
  void change_mtu(std::uint32_t mtu) { own_mtu_ = values_.mtu = mtu; }
  void learn(const RouterAdvertisementHeader& header, std::optional<std::uint32_t> mtu, Instant now, Random& random) {
    values_.managed = header.managed;
    values_.other = header.other;
    if (header.hop_limit != 0) values_.hop_limit = header.hop_limit;
    if (header.retransmit_time != 0) values_.retransmit_time = std::chrono::milliseconds(header.retransmit_time);
    if (header.reachable_time != 0) learn_reachable_time(std::chrono::milliseconds(header.reachable_time), now, random);
    if (mtu && *mtu >= ipv6_minimum_mtu && *mtu <= own_mtu_) values_.mtu = *mtu;
  }
  /// Draws the reachable time anew when it is old.
  void tick(Instant now, Random& random) {
    if (next_draw_ <= now) draw_reachable_time(now, random);
  }
  Instant next_deadline() const { return next_draw_; }

  const LinkValues& values() const { return values_; }
  /// How long a neighbor is reachable after a confirmation: 0.5 to 1.5 times the base.
  Duration reachable_time() const { return reachable_time_; }

 private:
  /// RFC 4861 6.3.4: so often at least.
  static constexpr Duration longest_use_of_a_draw = std::chrono::hours(2);

  void learn_reachable_time(Duration base, Instant now, Random& random) {
    if (base == std::exchange(values_.base_reachable_time, base)) return;
    draw_reachable_time(now, random);
  }
  void draw_reachable_time(Instant now, Random& random) {
    const Duration base = values_.base_reachable_time;
    reachable_time_ = base / 2 + random.up_to(base);
    next_draw_ = now + longest_use_of_a_draw;
  }

  std::uint32_t own_mtu_;
  LinkValues values_;
  Duration reachable_time_{};
  Instant next_draw_ = no_end;
};

}  // namespace tunstack::discovery
