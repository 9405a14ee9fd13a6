// What somebody wants to be otherwise of a link while it runs: "mtu", "up", and what makes it a bad one.
#pragma once

#include <string>
#include <vector>

#include "tunstack/network/impairment.hpp"

namespace tunstack {

/// What a link is to be like from now on; what is not there stays as it is.
struct LinkSettings {
  std::optional<std::size_t> mtu = {};  // octets
  std::optional<bool> up = {};
  std::optional<Impairments> impairments = {};
};

/// Adds that `key` is to be `value` to what is wanted of a link whose impairments are `before` so far. Throws
/// UsageFault.
void read_link_setting(const std::string& key, const std::string& value, const Impairments& before,
                       LinkSettings& settings);
std::vector<std::string> link_setting_keys();

}  // namespace tunstack
