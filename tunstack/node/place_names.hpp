// Names of nodes and of their interfaces by number, for lines, events and captures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/interface_id.hpp"

namespace tunstack {

class PlaceNames {
 public:
  struct Node {
    std::string name;
    std::vector<std::string> interfaces;
  };

  PlaceNames() = default;
  explicit PlaceNames(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}

  /// Empty where there is none.
  std::string_view node(NodeId node) const {
    const auto number = static_cast<std::size_t>(node);
    return number < nodes_.size() ? std::string_view(nodes_[number].name) : std::string_view();
  }
  std::string_view interface(NodeId node, InterfaceId interface) const {
    const auto number = static_cast<std::size_t>(node), which = static_cast<std::size_t>(interface);
    if (number >= nodes_.size() || which >= nodes_[number].interfaces.size()) return {};
    return nodes_[number].interfaces[which];
  }
  /// As short as it can be: "r1.left" of several nodes, "tun1" of several interfaces; empty where there is one place.
  std::string place(NodeId node, InterfaceId interface) const {
    const std::string_view name = this->interface(node, interface);
    if (nodes_.size() > 1) return std::string(this->node(node)) + '.' + std::string(name);
    return has_several() ? std::string(name) : std::string();
  }
  bool has_several() const { return nodes_.size() > 1 || (!nodes_.empty() && nodes_[0].interfaces.size() > 1); }

 private:
  std::vector<Node> nodes_;
};

}  // namespace tunstack
