// The interfaces that a ruleset names, each once.
#pragma once

#include <string_view>

#include "tunstack/firewall/ruleset_source.hpp"

namespace tunstack::firewall {

class InterfaceList {
 public:
  /// Leaves out "lo", numbers, and what cannot be the name of one. `wildcard`: the octet that ends a name for many.
  void add(std::string_view name, bool must_exist, char wildcard);

  std::vector<NamedInterface> take() { return std::move(interfaces_); }

 private:
  std::vector<NamedInterface> interfaces_;
};

}  // namespace tunstack::firewall
