// All that a host learns of an interface from routers.
#pragma once

#include "protocols/discovery/routers/advertised_bounds.hpp"
#include "protocols/discovery/routers/link_parameters.hpp"
#include "protocols/discovery/routers/prefix_list.hpp"
#include "protocols/discovery/routers/router_list.hpp"
#include "protocols/discovery/routers/router_solicitor.hpp"

namespace tunstack::discovery {

struct HostRouting {
  RouterList routers;
  PrefixList prefixes;
  LinkParameters link;
  RouterSolicitor solicitor;  // of IPv6
  AdvertisedBounds bounds = {};

  /// What is over goes. Solicitations are taken from the solicitor.
  void tick(Instant now, Random& random) {
    routers.expire(now);
    prefixes.expire(now);
    link.tick(now, random);
  }
  Instant next_deadline() const {
    return std::min(
        {routers.next_deadline(), prefixes.next_deadline(), link.next_deadline(), solicitor.next_deadline()});
  }
};

}  // namespace tunstack::discovery
