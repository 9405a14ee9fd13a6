// Texts inside XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace tunstack::firewall {

/// With entities for what would be markup, also within quotes, and without what XML forbids.
std::string escaped(std::string_view text);

}  // namespace tunstack::firewall
