// An interface that autoconfigures, driven as a node does: at each deadline first the events, then what is to be sent.
#pragma once

#include <stdexcept>
#include <string>

#include "protocols/discovery/addresses/autoconfiguration.hpp"

namespace tunstack::test::autoconfiguring {

using discovery::AddressEventKind;
using discovery::AddressOrigin;
using discovery::AddressState;
using discovery::Autoconfiguration;
using discovery::AutoconfigurationSettings;
using namespace std::chrono_literals;

inline Ipv6Address ip6(std::string_view text) { return parse_address(text).value().ipv6(); }
inline MacAddress mac(std::string_view text) { return parse_mac_address(text).value(); }
inline PrefixInformation advertised(std::string_view prefix, std::uint32_t valid = 2'592'000,
                                    std::uint32_t preferred = 604'800) {
  return {.prefix = ip6(prefix), .valid = valid, .preferred = preferred};
}

inline discovery::StableIdentifiers stable(std::uint64_t key = 1) { return {{key, 2}, "tun0", ""}; }

inline std::string_view name_of(MaybeReason reason) { return reason ? info(*reason).name : ""; }

inline const AutoconfigurationSettings by_mac{.identifiers = mac("02:74:c0:00:02:02"),
                                              .link_address = mac("02:74:c0:00:02:02")};
inline const AutoconfigurationSettings by_stable{.identifiers = stable()};
inline const Ipv6Address link_local_of_mac = ip6("fe80::74:c0ff:fe00:202");
inline const Ipv6Address global_of_mac = ip6("2001:db8::74:c0ff:fe00:202");

class AutoconfiguringHost {
 public:
  explicit AutoconfiguringHost(const AutoconfigurationSettings& settings, unsigned seed = 1)
      : random(seed), autoconfiguration(settings, random) {}

  struct Happened {
    Instant at;
    Autoconfiguration::Event event;
  };
  struct Sent {
    Instant at;
    Autoconfiguration::Due due;
  };

  void run_until(Instant end) {
    work(now);
    for (int steps = 0; autoconfiguration.next_deadline() <= end; ++steps) {
      if (steps > 10'000) throw std::logic_error("a deadline without anything to do");
      now = std::max(now, autoconfiguration.next_deadline());
      work(now);
    }
    now = end;
    work(now);
  }
  void run_for(Duration duration) { run_until(now + duration); }

  /// "tentative", "in_use", ... of `address`, or of all, one after the other.
  std::string history(std::optional<Ipv6Address> address = {}) const {
    std::string names;
    for (const Happened& happened : events)
      if (!address || happened.event.address.address == *address)
        names += (names.empty() ? "" : " ") + name_of(happened.event.kind);
    return names;
  }
  std::optional<Instant> time_of(AddressEventKind kind, const Ipv6Address& address) const {
    for (const Happened& happened : events)
      if (happened.event.kind == kind && happened.event.address.address == address) return happened.at;
    return std::nullopt;
  }
  /// Of the origin, in the order of their making.
  std::vector<discovery::InterfaceAddress> held(AddressOrigin origin) const {
    std::vector<discovery::InterfaceAddress> some;
    for (const auto& address : autoconfiguration.addresses())
      if (address.origin == origin) some.push_back(address);
    return some;
  }

 private:
  static std::string name_of(AddressEventKind kind) {
    static const char* const names[] = {"tentative",       "optimistic", "in_use", "deprecated",
                                        "preferred_again", "duplicate",  "removed"};
    return names[static_cast<std::size_t>(kind)];
  }
  void work(Instant at) {
    while (const auto event = autoconfiguration.take_event(at, random)) events.push_back({at, *event});
    while (const auto due = autoconfiguration.take_due(at, random)) sent.push_back({at, *due});
  }

 public:
  Random random;
  Autoconfiguration autoconfiguration;
  Instant now{1000s};
  std::vector<Happened> events;
  std::vector<Sent> sent;
};

/// With `settings`, 1 s after a prefix came: the probe is sent, the address still tentative.
inline AutoconfiguringHost probing_host(const AutoconfigurationSettings& settings = by_mac) {
  AutoconfiguringHost host(settings);
  host.autoconfiguration.on_prefix(advertised("2001:db8::"), host.now, host.random);
  host.run_for(1s);
  return host;
}

}  // namespace tunstack::test::autoconfiguring
