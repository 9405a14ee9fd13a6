// What a program of the system found, read from what it printed: Debian's ping (iputils 20221126) and traceroute
// (2.1.2), whose words the clients of our own repeat.
#pragma once

#include <string>
#include <string_view>

#include "tunstack/clients/client.hpp"

namespace tunstack::lab {

/// Of "ping" or "traceroute". What is not there is as if it had not happened.
clients::ClientResult printed_result(const std::string& program, std::string_view text);

}  // namespace tunstack::lab
