// What the options make a router tell about an interface.
#pragma once

#include <optional>
#include <string>

#include "protocols/discovery/routers/advertising/advertising_config.hpp"
#include "protocols/discovery/routers/advertising/irdp_router.hpp"
#include "protocols/interface.hpp"
#include "tunstack/options/node_options.hpp"

namespace tunstack {

discovery::IrdpRouterConfig irdp_config(const Ipv4RouterOptions& options, const InterfaceConfig& interface,
                                        const RateLimit& unicast_limit = default_amplification);
discovery::AdvertisingConfig advertising_config(const RouterOptions& options, const InterfaceConfig& interface,
                                                const RateLimit& unicast_limit = default_amplification);

/// Why a router of the interface cannot be advertised so: values that fit each by itself, but not together or not to
/// the interface (RFC 4861 6.2.1, RFC 1256 4.1).
std::optional<std::string> advertising_fault(const NodeOptions& options, const InterfaceConfig& interface);

}  // namespace tunstack
