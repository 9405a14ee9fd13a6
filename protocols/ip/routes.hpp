// Where datagrams go that are not for this node's own links: the longest match of routes (RFC 1122 3.3.1.1,
// RFC 1812 5.2.4.3). Filled from the configuration and changed while the node runs; asked for each destination off the
// links.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/ip/prefix_trie.hpp"

namespace tunstack::ip {

/// What becomes of datagrams that a route leads: `blackhole` drops them silently; of the others the source is told,
/// by `reject` with a code that the route names.
/// Beside one that forwards to the same prefix they are for when no link leads there.
enum class RouteAction : std::uint8_t { forward, blackhole, unreachable, prohibit, reject };

/// A default route has a prefix of length 0.
struct Route {
  IpPrefix prefix;
  InterfaceId interface{};
  std::optional<IpAddress> gateway = {};  // nothing: the destinations are on the link themselves
  RouteAction action = RouteAction::forward;
  std::uint8_t type_of_service = 0;  // that it is for (RFC 1812 5.2.4.3); 0: any
  std::uint8_t code = 0;             // of Destination Unreachable, where it rejects

  bool forwards() const { return action == RouteAction::forward; }
  friend bool operator==(const Route&, const Route&) = default;
};

/// Has no memory while it is empty. To add or to remove a route takes about a microsecond; but when their array grows
/// or shrinks, which it does by powers of two, all of them move: some milliseconds where there are 100,000.
class Routes {
 public:
  /// It takes the place of the one to the same prefix by the same interface, gateway and type of service, or else comes
  /// behind the others to its prefix.
  void add(const Route& route);
  void add(std::span<const Route> routes);
  /// All to the prefix by the interface.
  void remove(const IpPrefix& prefix, InterfaceId interface);

  /// The routes to the longest prefix that holds `destination`, in the order in which they were added; none if nothing
  /// holds it. Good until routes are added or removed.
  std::span<const Route> find(const IpAddress& destination) const {
    return of(trie_of(destination.family()).longest_match(TrieKey(destination)));
  }
  std::span<const Route> find(Ipv4Address destination) const { return of(ipv4_.longest_match(TrieKey(destination))); }
  std::span<const Route> find(const Ipv6Address& destination) const {
    return of(ipv6_.longest_match(TrieKey(destination)));
  }
  /// Those to the longest of the prefixes that are shorter than `length`; for who can use none of the longer ones.
  std::span<const Route> find_shorter(const IpAddress& destination, std::uint8_t length) const;
  bool empty() const { return ipv4_.empty() && ipv6_.empty(); }
  /// All of them in the order of their prefixes, those of IPv4 first.
  std::vector<Route> routes() const;

 private:
  using Number = PrefixTrie::Number;
  static constexpr Number several = 0x80000000;  // a place in `several_`; without it one in `single_`

  std::span<const Route> of(Number number) const {
    if ((number & several) == 0) [[likely]]
      return {&single_[number], 1};
    return number == PrefixTrie::none ? std::span<const Route>() : several_[number & ~several];
  }
  PrefixTrie& trie_of(Family family) { return family == Family::ipv4 ? ipv4_ : ipv6_; }
  const PrefixTrie& trie_of(Family family) const { return family == Family::ipv4 ? ipv4_ : ipv6_; }

  Number number_of(const IpPrefix& prefix) const;
  void set_number(const IpPrefix& prefix, std::size_t number);
  void replace(const IpPrefix& prefix, std::vector<Route> routes);
  void give_up(Number number);

  PrefixTrie ipv4_;
  PrefixTrie ipv6_;
  std::vector<Route> single_;                // to prefixes that have one
  std::vector<std::vector<Route>> several_;  // to a prefix each
};

}  // namespace tunstack::ip
