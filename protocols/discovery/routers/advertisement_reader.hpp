// A valid router advertisement as a host takes it in (RFC 4861 6.3.4).
#pragma once

#include <vector>

#include "protocols/discovery/routers/host_routing.hpp"

namespace tunstack::discovery {

/// Steps over the prefixes of an advertisement, of which as many count as one router may give: what follows would only
/// cost time. Whether a host may make an address of one is not asked here: the rules of autoconfiguration decide, and
/// say why not (RFC 4862 5.5.3).
class PrefixReader {
 public:
  /// The options must stay where they are.
  explicit PrefixReader(Bytes options) : options_(options) {}
  /// The next one that counts, or nothing at the end.
  std::optional<PrefixInformation> next();
  /// The first one that does not count any more, if next() gave all that do.
  std::optional<PrefixInformation> left_out() { return find(); }

 private:
  std::optional<PrefixInformation> find();

  NdOptionReader options_;
  std::size_t left_ = PrefixList::share;
};

/// What an advertisement asks of the node.
struct AdvertisementNews {
  /// A part of it that is not believed, or for which there is no room: the router itself or a prefix.
  struct Refused {
    Reason reason;
    IpAddress about;
  };

  /// For the neighbor cache: an entry is made or changed, STALE. Without it only the router flag of an entry that is
  /// there is set, as for every advertisement.
  std::optional<MacAddress> router_mac;
  PrefixReader prefixes;
  std::vector<Refused> refused;
};

/// `message` keeps router_advertisement_rules and came from `router`.
AdvertisementNews read_advertisement(HostRouting& routing, Bytes message, const Teller& router, Instant now,
                                     Random& random);

}  // namespace tunstack::discovery
