#include "tunstack/capture/host_guess.hpp"

#include <algorithm>

#include "protocols/base/address_kind.hpp"
#include "protocols/wire/ethernet.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"

namespace tunstack {

namespace {

constexpr std::uint8_t usual_ipv4_length = 24;
constexpr std::uint8_t usual_ipv6_length = 64;

struct Ends {
  IpAddress source, destination;
};

bool is_unicast(const IpAddress& address) {
  return (address.is_ipv4() ? kind_of(address.ipv4()) : kind_of(address.ipv6())) == AddressKind::unicast;
}

/// Of a datagram between two hosts; of one that is broken nothing else is asked.
std::optional<Ends> ends_of(Bytes datagram) {
  if (datagram.empty()) return std::nullopt;
  std::optional<Ends> ends;
  if (datagram[0] >> 4 == 4 && datagram.size() >= ipv4_header_size)
    ends = {Ipv4Address::load(datagram, ipv4_offset::source), Ipv4Address::load(datagram, ipv4_offset::destination)};
  if (datagram[0] >> 4 == 6 && datagram.size() >= ipv6_header_size)
    ends = {Ipv6Address::load(datagram, ipv6_offset::source), Ipv6Address::load(datagram, ipv6_offset::destination)};
  if (!ends || !is_unicast(ends->source) || !is_unicast(ends->destination)) return std::nullopt;
  return ends;
}

/// Neither the first nor the last address of its prefix is one of a host.
bool is_inside(const IpPrefix& prefix) {
  if (!prefix.address.is_ipv4()) return true;
  const std::uint32_t behind = ~ipv4_mask(prefix.length);
  const std::uint32_t host = prefix.address.ipv4().value & behind;
  return host != 0 && host != behind;
}

}  // namespace

void HostGuess::see(Bytes frame) {
  const auto datagram = datagram_in(type_, frame);
  const auto ends = datagram ? ends_of(datagram->bytes) : std::nullopt;
  if (!ends || ends->source == ends->destination) return;
  if (const auto asker = asked_.find(ends->source); asker != asked_.end())
    if (asker->second.by.contains(ends->destination)) return;  // this is an answer
  if (asked_.size() == most_hosts && !asked_.contains(ends->destination)) return;
  Asked& asked = asked_[ends->destination];
  ++asked.packets;
  if (askers_ < most_askers && asked.by.insert(ends->source).second) ++askers_;
  if (type_ == LinkType::ethernet && !datagram->link_layer_group)
    asked.mac = MacAddress::load(frame, ethernet_offset::destination);
}

/// The usual one, or one so short that it holds all who ask: they are neighbors, whoever routes between them.
IpPrefix HostGuess::prefix_of(const Candidates::value_type& host) const {
  IpPrefix prefix{host.first, host.first.is_ipv4() ? usual_ipv4_length : usual_ipv6_length};
  const auto holds_all = [&] {
    return std::ranges::all_of(host.second.by, [&](const IpAddress& asker) { return prefix.contains(asker); });
  };
  while (prefix.length > 1 && (!is_inside(prefix) || !holds_all())) --prefix.length;
  return prefix;
}

GuessedHost HostGuess::host() const {
  GuessedHost guess;
  const auto best = [&](const auto& is_possible) {
    const Candidates::value_type* found = nullptr;
    for (const auto& host : asked_)
      if (is_possible(host) && (found == nullptr || host.second.packets > found->second.packets)) found = &host;
    return found;
  };
  const auto* const first = best([](const auto&) { return true; });
  if (first == nullptr) return guess;
  guess.mac = first->second.mac;
  guess.addresses.push_back(prefix_of(*first));
  // Its address of the other family, where frames tell that it is the same station.
  const auto* const second = best([&](const auto& host) {
    return host.first.is_ipv4() != first->first.is_ipv4() && host.second.mac == first->second.mac;
  });
  if (second != nullptr) guess.addresses.push_back(prefix_of(*second));
  return guess;
}

}  // namespace tunstack
