// What the options make a router tell about an interface.
#pragma once

#include "protocols/discovery/routers/advertising/advertising_config.hpp"
#include "protocols/discovery/routers/advertising/irdp_router.hpp"
#include "protocols/interface.hpp"
#include "tunstack/options/node_options.hpp"

namespace tunstack {

discovery::IrdpRouterConfig irdp_config(const Ipv4RouterOptions& options, const InterfaceConfig& interface,
                                        const RateLimit& unicast_limit = default_amplification);
discovery::AdvertisingConfig advertising_config(const RouterOptions& options, const InterfaceConfig& interface,
                                                const RateLimit& unicast_limit = default_amplification);

}  // namespace tunstack
