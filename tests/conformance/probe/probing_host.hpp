// A host that answers extended echo requests.
#pragma once

#include "tests/conformance/node/interfaces.hpp"

namespace tunstack::test {

/// The addresses of the default host, extended echo on, and options as "KEY=VALUE".
inline NodeConfig probing(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = node_with({{"192.0.2.2/24", "2001:db8::2/64"}}, settings);
  EXPECT_FALSE(set_option(config.options, "probe.enable=on").has_value());
  return config;
}

}  // namespace tunstack::test
