// The rows of each area; option_areas() puts them together.
#pragma once

#include <span>

#include "tunstack/options/option_row.hpp"

namespace tunstack::option {

std::span<const OptionRow> ipv4_rows();
std::span<const OptionRow> ipv6_rows();
std::span<const OptionRow> icmpv4_rows();
std::span<const OptionRow> icmpv6_rows();
std::span<const OptionRow> icmp_rows();
std::span<const OptionRow> probe_rows();
std::span<const OptionRow> transport_rows();
std::span<const OptionRow> neighbor_rows();
std::span<const OptionRow> address_rows();
std::span<const OptionRow> group_rows();
std::span<const OptionRow> host_routing_rows();
std::span<const OptionRow> router_rows();
std::span<const OptionRow> ipv4_router_rows();
std::span<const OptionRow> forwarding_rows();

}  // namespace tunstack::option
