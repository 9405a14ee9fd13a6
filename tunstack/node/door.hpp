// A door of a router as people write it: the device that it is to have there, and its addresses on it.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack {

struct RouterDoor {
  std::string name;                      // of the device
  std::string network = {};              // the named network namespace that it is in; empty: that of the stack
  std::vector<IpPrefix> addresses = {};  // of the router
  std::optional<std::size_t> mtu = {};   // octets
};

inline constexpr std::size_t max_doors = 16;

/// "NAME=ADDR/LEN[,ADDR/LEN...][,mtu=N]", or NAME@NETNS.
std::expected<RouterDoor, OptionFault> parse_door(const std::string& text);
/// The same again.
std::string to_text(const RouterDoor& door);
/// Why one router cannot have all of these, each of which it may have.
std::optional<OptionFault> doors_fault(const std::vector<RouterDoor>& doors);

}  // namespace tunstack
