// Keys that options had before they all followed one scheme (protocol.thing, X.enable for the switch of what has more
// options, no unit in a key). Scripts and captures that use them go on to work.
#pragma once

#include <string>
#include <string_view>

namespace tunstack::option {

/// The key that replaced `key`, or `key` itself.
std::string present_key(std::string_view key);

}  // namespace tunstack::option
